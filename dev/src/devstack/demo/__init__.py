"""`make demo`: one journey through the whole platform, by the gateway alone, on real data."""
