"""Tables of imports: the import with its result, its file until it ends, its rows as they were read."""

from sqlalchemy import (
    BigInteger,
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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

imports = Table(
    "imports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("form", Text, nullable=False),  # csv, xlsx
    Column("state", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("progress", JSONB, nullable=False),
    Column("result", JSONB),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('queued', 'validating', 'applying', 'done', 'failed', 'cancelled')", name="state_known"),
    Index("imports_institution_id_idx", "institution_id"),
)

import_files = Table(
    "import_files",
    metadata,
    Column("import_id", Uuid, ForeignKey(imports.c.id), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", Uuid, ForeignKey(imports.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),  # as a spreadsheet counts: the header is 1
    Column("content", JSONB, nullable=False),  # a row of recap_cases
)
