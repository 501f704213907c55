"""Integration clients: the programs of agencies, and the platform's own."""
