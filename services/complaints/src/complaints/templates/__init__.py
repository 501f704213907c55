"""Texts that officers begin an answer with: an institution's own, versioned, with variables that the case fills."""
