"""How often a caller may ask: token buckets in memory, one for each class of request and caller. No tables."""
