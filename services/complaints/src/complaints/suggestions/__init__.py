"""Which category a text is of: a small model, what it learns from, and how often it errs on texts that it hasn't seen."""
