"""What the rows of a file mean beside what is held: created, changed, unchanged, or wrong. Pure; one module a kind."""
