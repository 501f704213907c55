"""Tables of clients and their secrets."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.metadata import metadata

clients = Table(
    "clients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("institution_id", Uuid),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("platform", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("state IN ('active', 'disabled')", name="state"),
    CheckConstraint("platform = (institution_id IS NULL)", name="bound"),
    Index("clients_created_at_idx", "created_at", "id"),
)
client_secrets = Table(
    "client_secrets",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("hint", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("client_secrets_client_id_idx", "client_id"),
)
