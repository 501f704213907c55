"""Who reported: identities sealed one by one, tracking by code and PIN, who read what."""
