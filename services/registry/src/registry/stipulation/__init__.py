"""Stipulation of a standard by decree, its publication with the charter, and what follows: review, revocation, supersession."""
