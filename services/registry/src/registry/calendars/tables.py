"""Tables of calendars: the version in force, and every version there was."""

from sqlalchemy import Boolean, Column, DateTime, Integer, Table, Text, false
from sqlalchemy.dialects.postgresql import JSONB

from registry.metadata import metadata

calendars = Table(
    "calendars",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", JSONB, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("region_code", Text),
    Column("working_blocks", JSONB, nullable=False),
    Column("days", JSONB, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

calendar_versions = Table(
    "calendar_versions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column(
        "shipped", Boolean, nullable=False, server_default=false()
    ),  # with the reference data: nobody put it by hand
)
