"""What happens by itself when time runs out: levels of escalation, and the lapses of the lifecycle's table."""
