"""Table of suggestions: every model there was, with its error. A model never changes; the newest one speaks."""

from sqlalchemy import CheckConstraint, Column, DateTime, Double, Integer, LargeBinary, Table
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

category_models = Table(
    "category_models",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("source_digest", LargeBinary, nullable=False),  # of the lexicon, the examples and the settings
    Column("texts", Integer, nullable=False),  # that officers had classified and it learned from
    Column("automatic_from", Double),  # the confidence from which it decides by itself; none: never
    Column("model", JSONB, nullable=False),
    Column("error", JSONB, nullable=False),  # on texts that it hasn't seen
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("version > 0", name="version"),
)
