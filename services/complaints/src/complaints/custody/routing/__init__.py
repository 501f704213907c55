"""Routing rules: versioned data that say where a filing goes, over what the authority resolver answers."""
