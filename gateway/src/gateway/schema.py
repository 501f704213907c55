"""Every table of the gateway, and its migrations: what Alembic compares and runs."""

from pathlib import Path

from gateway.accounts import tables as accounts
from gateway.clients import tables as clients
from gateway.credentials import tables as credentials
from gateway.metadata import metadata as metadata

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
ROOMS = (accounts, clients, credentials)
"""Imported for what they add to the metadata."""
