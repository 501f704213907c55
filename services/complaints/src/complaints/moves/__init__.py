"""How a case changes: the one way of moving it, and counting all open cases anew. Owns no table."""
