"""Organisational units: a dated tree below each institution, and its closure."""
