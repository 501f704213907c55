"""What of a case's words was cleared for the public, each version of it."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

public_texts = Table(
    "public_texts",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),  # the newest counts
    Column("title", Text),  # all null: taken back
    Column("text", Text),
    Column("answer", Text),
    Column("cleared_by", JSONB, nullable=False),
    Column("cleared_at", DateTime(timezone=True), nullable=False),
    Index(
        "public_texts_words_idx",
        text("case_words(((COALESCE(title, ''::text) || ' '::text) || COALESCE(text, ''::text)))"),
        postgresql_using="gin",
    ),
)
