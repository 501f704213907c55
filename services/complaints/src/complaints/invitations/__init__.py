"""Who is invited to the satisfaction survey of a service after a case about it was closed, and by which one-time code."""
