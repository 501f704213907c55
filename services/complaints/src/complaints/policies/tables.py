"""Tables of policies: every version there was, its rows, who adopted a local variant; categories; how answers are approved."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

deadline_policies = Table(
    "deadline_policies",
    metadata,
    Column("code", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", JSONB, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("legal_source", Text, nullable=False),
    Column("applies_to", Text, nullable=False),
    Column("document", JSONB, nullable=False),  # the policy as it was put, rules included
    Column("digest", LargeBinary, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("code", "version", name="deadline_policies_pk"),
)

deadline_rules = Table(
    "deadline_rules",
    metadata,
    Column("policy_code", Text, nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("case_type", Text, nullable=False),
    Column("case_class", Text, nullable=False),
    Column("amount", Integer),
    Column("unit", Text, nullable=False),
    Column("from_event", Text, nullable=False),
    Column("to_event", Text, nullable=False),
    Column("pauses", ARRAY(Text), nullable=False),
    Column("party", Text, nullable=False),
    Column("on_lapse", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("mark", Text, nullable=False),
    PrimaryKeyConstraint("policy_code", "policy_version", "number", name="deadline_rules_pk"),
    ForeignKeyConstraint(
        ["policy_code", "policy_version"],
        ["deadline_policies.code", "deadline_policies.version"],
        name="deadline_rules_policy_fk",
    ),
)

policy_adoptions = Table(
    "policy_adoptions",
    metadata,
    Column("institution_id", Uuid, nullable=False),
    Column("policy_code", Text, nullable=False),
    Column("adopted_on", Date, nullable=False),
    PrimaryKeyConstraint("institution_id", "policy_code", name="policy_adoptions_pk"),
)

categories = Table(
    "categories",
    metadata,
    Column("code", Text, primary_key=True),
    Column("parent_code", Text),
    Column("label", JSONB, nullable=False),
    Column("attributes", JSONB, nullable=False),
    Column("position", Integer, nullable=False),
)

handling_policies = Table(
    "handling_policies",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid),  # null: for all
    Column("unit_id", Uuid),  # null: for the whole institution
    Column("version", Integer, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("legal_source", Text, nullable=False),
    Column("rules", JSONB, nullable=False),  # [{"class", "approval", "evidence"}]
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint(
        "institution_id", "unit_id", "version", name="handling_policies_version_key", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint("unit_id IS NULL OR institution_id IS NOT NULL", name="place"),
    Index("handling_policies_recorded_idx", "recorded_at", "id"),
)
