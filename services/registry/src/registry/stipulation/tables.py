"""Tables of stipulation: the decree, the publication, charters and what they cover."""

from sqlalchemy import Column, Date, DateTime, ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from registry.metadata import metadata

stipulations = Table(
    "stipulations",
    metadata,
    Column("standard_id", Uuid, ForeignKey("standards.id"), primary_key=True),
    Column("decree_number", Text, nullable=False),
    Column("decree_date", Date, nullable=False),
    Column("signer", JSONB, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("stipulated_at", DateTime(timezone=True), nullable=False),
    Column("stipulated_by", Text, nullable=False),
)

publications = Table(
    "publications",
    metadata,
    Column("standard_id", Uuid, ForeignKey("standards.id"), primary_key=True),
    Column("channels", JSONB, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("published_by", Text, nullable=False),
)

charters = Table(
    "charters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, ForeignKey("institution_identities.id"), nullable=False),
    Column("unit_id", Uuid, ForeignKey("unit_identities.id"), nullable=False),
    Column("number", Text),
    Column("statements", JSONB, nullable=False),
    Column("signer", JSONB, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("charters_unit_id_idx", "unit_id"),
)

charter_signings = Table(
    "charter_signings",
    metadata,
    Column("charter_id", Uuid, ForeignKey("charters.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …; the charter itself says the last
    Column("number", Text),
    Column("statements", JSONB, nullable=False),
    Column("signer", JSONB, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

charter_standards = Table(
    "charter_standards",
    metadata,
    Column("standard_id", Uuid, ForeignKey("standards.id"), primary_key=True),
    Column("charter_id", Uuid, ForeignKey("charters.id"), nullable=False),
    Index("charter_standards_charter_id_idx", "charter_id"),
)
