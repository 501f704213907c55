"""Table of the cases that were split off others."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, Uuid

from complaints.metadata import metadata

case_parts = Table(
    "case_parts",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("source_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("split_at", DateTime(timezone=True), nullable=False),
    Index("case_parts_source_id_idx", "source_id", "case_id"),
)
