"""The table of instruments: a version's document never changes, its end may."""

from sqlalchemy import Column, Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from evaluation.metadata import metadata

instruments = Table(
    "instruments",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),  # exclusive
    Column("source", Text, nullable=False),
    Column("document", JSONB, nullable=False),
)
