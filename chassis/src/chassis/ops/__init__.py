"""Running: settings, logs, metrics, the clock, commands and the client to other services."""
