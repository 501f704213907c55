"""Tables of signing keys and revocations."""

from sqlalchemy import Column, DateTime, LargeBinary, Table, Text

from gateway.metadata import metadata

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("active_at", DateTime(timezone=True), nullable=False),
    Column("retire_at", DateTime(timezone=True)),
)
revocations = Table(
    "revocations",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("before", DateTime(timezone=True), nullable=False),
)
