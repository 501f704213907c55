"""Table of contributions. Which units cooperate now stands on the case too: `cases.cooperating_unit_ids`."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

_AT = DateTime(timezone=True)

contributions = Table(
    "contributions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("institution_id", Uuid, nullable=False),  # of the unit
    Column("unit_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),  # contribution_states
    Column("question", Text, nullable=False),
    Column("asked_by", JSONB, nullable=False),
    Column("asked_at", _AT, nullable=False),
    Column("policy_code", Text, nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("rule_number", Integer, nullable=False),
    Column("due_at", _AT, nullable=False),
    Column("answer", Text),
    Column("reason", Text),  # why it was declined or withdrawn
    Column("ended_by", JSONB),
    Column("ended_at", _AT),
    Column("reminded_at", _AT),  # when the unit's head was told that it is overdue
    ForeignKeyConstraint(
        ["policy_code", "policy_version", "rule_number"],
        ["deadline_rules.policy_code", "deadline_rules.policy_version", "deadline_rules.number"],
        name="contributions_rule_fk",
    ),
    CheckConstraint("state IN ('asked', 'answered', 'declined', 'withdrawn')", name="state"),
    CheckConstraint("(state = 'asked') = (ended_at IS NULL)", name="ended"),
    Index("contributions_case_id_idx", "case_id", "asked_at"),
    Index("contributions_open_key", "case_id", "unit_id", unique=True, postgresql_where=text("state = 'asked'")),
    Index("contributions_due_idx", "due_at", postgresql_where=text("state = 'asked' AND reminded_at IS NULL")),
)
