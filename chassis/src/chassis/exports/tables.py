"""Tables of exports: what was asked for by whom, what became of it, the file in pieces."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

_AT = DateTime(timezone=True)


def add_export_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Put `exports` and `export_pieces` into a service's metadata; returns them in this order. It needs `jobs` besides."""
    exports = Table(
        "exports",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("resource", Text, nullable=False),
        Column("format", Text, nullable=False),
        Column("filter", JSONB, nullable=False),  # as it was sent
        Column("since", _AT),
        Column("state", Text, nullable=False),
        Column("requested_by", Text, nullable=False),
        Column("caller", JSONB, nullable=False),
        Column("progress", JSONB, nullable=False),
        Column("manifest", JSONB),
        Column("version", BigInteger, nullable=False, server_default=text("1")),
        Column("created_at", _AT, nullable=False),
        Column("finished_at", _AT),
        Column("expires_at", _AT, nullable=False),
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state_known"),
        Index("exports_expires_idx", "expires_at"),
        Index("exports_requested_idx", "requested_by", "id"),
    )
    pieces = Table(
        "export_pieces",
        metadata,
        Column("export_id", Uuid, ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("content", LargeBinary, nullable=False),
    )
    return exports, pieces
