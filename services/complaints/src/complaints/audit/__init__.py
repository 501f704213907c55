"""Proof that the record wasn't altered: walking every chain, and anchoring it each day in public."""
