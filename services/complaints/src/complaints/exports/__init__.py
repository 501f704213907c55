"""Exports of cases: the list of cases as a file."""
