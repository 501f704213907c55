"""Several units on one case: what the coordinator asks of another unit, its clock and its answer. The coordinator is who holds it."""
