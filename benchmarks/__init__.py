"""Benchmarks: what the platform's duties cost, as ratios taken in one run on one machine.

`make bench` builds the data, runs every variant in turn, round after round, and prints the ratios beside their targets.
"""
