"""Cases, their history with its chain, who sees them: what every other room stands on."""
