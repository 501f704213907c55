"""Accounts of people kept by the gateway itself, for development and trials; production has an OpenID Connect provider."""
