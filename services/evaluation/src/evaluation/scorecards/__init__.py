"""Scorecards: everything known of one institution, unit or service in one period, each figure with where it is from."""
