"""Who is told what: the ledger of notices, and their delivery beside the tracking page."""
