"""The reference data that ships in `data/`: how its files are drawn from their sources, and the checks they must pass."""
