"""Community satisfaction surveys (SKM): surveys, answers, one-time codes, aggregates, and the index (IKM)."""
