"""Table of routing rules: every version of every set, never changed."""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Integer, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

routing_rule_sets = Table(
    "routing_rule_sets",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid),  # none: the nation's
    Column("version", Integer, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("rules", JSONB, nullable=False),
    Column("made_by", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint(
        "institution_id", "version", name="routing_rule_sets_version_key", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint("version > 0", name="version"),
)
