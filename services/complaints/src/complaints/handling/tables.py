"""The answers of a case: who wrote them, who approved them, when they went out."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

responses = Table(
    "responses",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("proposed_outcome", Text),
    Column("commitments", JSONB, nullable=False),
    Column("author", JSONB, nullable=False),
    Column("author_subject", Text, nullable=False),
    Column("author_person", Uuid),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("approval", Text, nullable=False),  # not_needed, pending, approved, returned
    Column("approved_by", JSONB),
    Column("decided_at", DateTime(timezone=True)),
    Column("remarks", Text),
    Column("sent_at", DateTime(timezone=True)),  # to the reporter
    Column("exemption", JSONB),  # of a refusal of public information: article and consequence test
    Index("responses_case_id_idx", "case_id", "created_at"),
)
