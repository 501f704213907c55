"""Tables of accounts, their sign-in names, codes under way, sessions and refresh tokens. Names are sealed and indexed."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gateway.metadata import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
)
account_logins = Table(
    "account_logins",
    metadata,
    Column("index", LargeBinary, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("kind IN ('email', 'phone', 'username')", name="kind"),
    Index("account_logins_account_id_kind_idx", "account_id", "kind", unique=True),
)
account_codes = Table(
    "account_codes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("attempts_left", Integer, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("login", JSONB),
    Column("password_hash", Text),
    CheckConstraint("purpose IN ('registration', 'reset')", name="purpose"),
    Index("account_codes_account_id_idx", "account_id"),
    Index("account_codes_expires_at_idx", "expires_at"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("sessions_account_id_idx", "account_id", "created_at"),
    Index("sessions_expires_at_idx", "expires_at"),
)
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("session_id", Uuid, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Index("refresh_tokens_session_id_idx", "session_id"),
)
