"""Tables of notices and deliveries. Neither holds an address: that is unsealed when something is sent."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from complaints.metadata import metadata

_AT = DateTime(timezone=True)

notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("about_case_id", Uuid, ForeignKey("cases.id"), nullable=False),  # the matter, for a merged case
    Column("sequence", BigInteger, nullable=False),  # of the history entry of about_case_id
    Column("kind", Text, nullable=False),  # notice_kinds
    Column("recipient", Text, nullable=False),  # reporter, or the role at whose desk it lies
    Column("institution_id", Uuid),
    Column("unit_id", Uuid),
    Column("at", _AT, nullable=False),
    UniqueConstraint("case_id", "about_case_id", "sequence", "kind", "recipient", name="notices_once_key"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("notice_id", Uuid, ForeignKey("notices.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _AT),
    Column("sent_at", _AT),
    Column("error", Text),
    UniqueConstraint("notice_id", "channel", name="deliveries_once_key"),
    CheckConstraint("state IN ('queued', 'sent', 'failed')", name="state"),
    Index("deliveries_due_idx", "next_attempt_at", postgresql_where=text("next_attempt_at IS NOT NULL")),
)
