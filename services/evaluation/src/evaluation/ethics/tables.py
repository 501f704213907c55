"""Tables of ethics: catalogues as versioned data, assessments, and cases with their accused, history and readings.

Of a complaint a case holds its id alone: nothing of who reported stands here.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from evaluation.metadata import metadata

_AT = DateTime(timezone=True)

ethics_catalogues = Table(
    "ethics_catalogues",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("source", Text, nullable=False),
    Column("document", JSONB, nullable=False),
)

ethics_assessments = Table(
    "ethics_assessments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid),
    Column("person_id", Uuid),
    Column("period_from", Date, nullable=False),
    Column("period_to", Date, nullable=False),  # exclusive
    Column("values_version", Integer, nullable=False),
    Column("scores", JSONB, nullable=False),  # by value
    Column("conduct_version", Integer, nullable=False),
    Column("conduct", JSONB, nullable=False),  # by rule: kept, breached or not_observed
    Column("note", Text),
    Column("author_person_id", Uuid),  # null for a citizen
    Column("once_hash", LargeBinary, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("assessor_hash", LargeBinary),  # as once_hash, of any period; null for a client's, and before it was kept
    UniqueConstraint("once_hash", name="ethics_assessments_once_hash_key"),
    CheckConstraint("kind IN ('self', 'superior', 'citizen')", name="kind"),
    CheckConstraint("subject IN ('unit', 'officer')", name="subject"),
    CheckConstraint("period_from < period_to", name="period"),
    Index("ethics_assessments_unit_idx", "unit_id", "period_from"),
    Index("ethics_assessments_institution_idx", "institution_id", "created_at", "id"),
    Index("ethics_assessments_person_idx", "person_id", "period_from"),
    Index("ethics_assessments_assessor_idx", "assessor_hash"),
)

ethics_cases = Table(
    "ethics_cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("complaint_id", Uuid),
    Column("institution_id", Uuid, nullable=False),
    Column("level", SmallInteger, nullable=False),  # who may judge, see judging.Level
    Column("values", ARRAY(Text), nullable=False),
    Column("values_version", Integer, nullable=False),
    Column("conduct_rules", ARRAY(Text), nullable=False),
    Column("summary", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sanctions_version", Integer, nullable=False),
    Column("referral_body", Text),
    Column("objection_due_at", _AT),
    Column("version", BigInteger, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("decided_at", _AT),
    Column("closed_at", _AT),
    UniqueConstraint("complaint_id", name="ethics_cases_complaint_id_key"),
    CheckConstraint("level BETWEEN 1 AND 3", name="level"),
    Index("ethics_cases_institution_idx", "institution_id", "created_at", "id"),
)

ethics_accused = Table(
    "ethics_accused",
    metadata,
    Column("case_id", Uuid, ForeignKey(ethics_cases.c.id), primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("unit_id", Uuid),
    Column("regime", Text, nullable=False),
    Column("verdict", Text),
    Column("reason", Text),
    Column("articles", ARRAY(Text), nullable=False),
    Column("sanction", Text),
    Column("compensation_idr", BigInteger),
    Column("decree_number", Text),
    Column("effective_on", Date),  # since when the sanction is in force
    Column("remedy_due_at", _AT),
    Column("remedied_on", Date),
    CheckConstraint("compensation_idr > 0", name="compensation"),
    Index("ethics_accused_person_idx", "person_id"),
)

ethics_case_history = Table(
    "ethics_case_history",
    metadata,
    Column("case_id", Uuid, ForeignKey(ethics_cases.c.id), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("person_id", Uuid),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("at", _AT, nullable=False),
    Column("detail", JSONB, nullable=False),
)

ethics_case_readings = Table(
    "ethics_case_readings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey(ethics_cases.c.id), nullable=False),
    Column("actor", Text, nullable=False),
    Column("person_id", Uuid),
    Column("at", _AT, nullable=False),
    Index("ethics_case_readings_case_idx", "case_id", "at", "id"),
)
