"""Tables of files and attachments. A file is content, an attachment says that a case has it; split cases share a file."""

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

_AT = DateTime(timezone=True)

files = Table(
    "files",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),  # attachment_states
    Column("media_type", Text, nullable=False),  # found in the content, never taken from the sender
    Column("name", Text),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("cleaned", Boolean, nullable=False),  # traces such as the place of a photograph were taken out
    Column("owner", LargeBinary),  # keyed digest of the account or client that uploaded it
    Column("case_id", Uuid, ForeignKey("cases.id")),  # the only case it may be attached to
    Column("verdict", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("scan_at", _AT),
    Column("scanned_at", _AT),
    Column("expires_at", _AT),  # while no case has it
    Column("created_at", _AT, nullable=False),
    CheckConstraint("state IN ('quarantined', 'clean', 'infected', 'rejected')", name="state"),
    Index("files_scan_idx", "scan_at", postgresql_where=text("scan_at IS NOT NULL")),
    Index("files_expires_idx", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
)

file_chunks = Table(
    "file_chunks",
    metadata,
    Column("file_id", Uuid, ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("file_id", Uuid, ForeignKey("files.id"), nullable=False),
    Column("kind", Text),  # evidence_kinds
    Column("origin", Text, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("copied", Boolean, nullable=False),
    Column("added_by", JSONB, nullable=False),
    Column("added_at", _AT, nullable=False),
    Column("shared_at", _AT),  # when the units that cooperate were given it to read
    CheckConstraint("origin IN ('reporter', 'agency')", name="origin"),
    Index("attachments_case_id_idx", "case_id", "id"),
    Index("attachments_once_key", "file_id", unique=True, postgresql_where=text("NOT copied")),
)
