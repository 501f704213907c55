"""Tables of gratification reports: the policies that bind them, the reports, and what was done with each."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from evaluation.metadata import metadata

_AT = DateTime(timezone=True)

gratification_policies = Table(
    "gratification_policies",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("digest", LargeBinary, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("recorded_at", _AT, nullable=False),
)

gratification_reports = Table(
    "gratification_reports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid),
    Column("author", Text, nullable=False),
    Column("author_person_id", Uuid, nullable=False),
    Column("via", Text, nullable=False),  # to whom it was reported first: upg or kpk
    Column("refused", Boolean, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("value_idr", BigInteger, nullable=False),
    Column("giver_name", Text),
    Column("giver_relation", Text),
    Column("received_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("missing", ARRAY(Text), nullable=False),
    Column("policy_code", Text, nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("threshold", JSONB),
    Column("duties", JSONB, nullable=False),  # see clocks.Duty
    Column("due_at", _AT),  # the earliest open duty of author or UPG
    Column("late", Boolean, nullable=False),
    Column("kpk_number", Text),
    Column("outcome", Text),
    Column("version", BigInteger, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("forwarded_at", _AT),
    Column("ended_at", _AT),
    ForeignKeyConstraint(
        ["policy_code", "policy_version"], [gratification_policies.c.code, gratification_policies.c.version]
    ),
    CheckConstraint("via IN ('upg', 'kpk')", name="via"),
    CheckConstraint("value_idr >= 0", name="value"),
    Index("gratification_reports_institution_idx", "institution_id", "created_at", "id"),
    Index("gratification_reports_author_idx", "author_person_id", "created_at", "id"),
    Index("gratification_reports_incomplete_idx", "due_at", postgresql_where=text("state = 'incomplete'")),
)

gratification_history = Table(
    "gratification_history",
    metadata,
    Column("report_id", Uuid, ForeignKey(gratification_reports.c.id), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("at", _AT, nullable=False),
    Column("detail", JSONB, nullable=False),
)
