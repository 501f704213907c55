"""Tokens: given out by OAuth 2.0, verified on every request, turned into internal tokens for the services."""
