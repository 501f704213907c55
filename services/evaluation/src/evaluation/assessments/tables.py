"""Tables of assessments. `assessments` says what holds now; `assessment_history` how it came to be.

Service users' answers aren't tied to anybody: of a one-time code only its hash and the day of its use are kept.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from evaluation.instruments.tables import instruments
from evaluation.metadata import metadata

_AT = DateTime(timezone=True)

assessment_campaigns = Table(
    "assessment_campaigns",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, nullable=False),  # who organises it
    Column("title", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("instrument_code", Text, nullable=False),
    Column("instrument_version", Integer, nullable=False),
    Column("evaluator_form", Text, nullable=False),
    Column("user_form", Text, nullable=False),
    Column("period_from", Date, nullable=False),
    Column("period_to", Date, nullable=False),  # exclusive
    Column("respondents_minimum", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", _AT, nullable=False),
    ForeignKeyConstraint(["instrument_code", "instrument_version"], [instruments.c.code, instruments.c.version]),
    CheckConstraint("period_from < period_to", name="period"),
    CheckConstraint("respondents_minimum > 0", name="respondents"),
    Index("assessment_campaigns_created_idx", "created_at", "id"),
    Index("assessment_campaigns_institution_idx", "institution_id", "created_at", "id"),
)

assessments = Table(
    "assessments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, ForeignKey(assessment_campaigns.c.id), nullable=False),
    Column("unit_id", Uuid, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("organiser_id", Uuid, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("result", JSONB),  # as confirmed
    Column("ipp", Numeric),
    Column("grade", Text),
    Column("version", BigInteger, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("submitted_at", _AT),
    Column("completed_at", _AT),
    Column("confirmed_at", _AT),
    Column("published_at", _AT),
    UniqueConstraint("campaign_id", "unit_id", name="assessments_unit_key"),
    CheckConstraint(
        "state IN ('prepared', 'self_assessment', 'evaluation', 'verification', 'final', 'published')", name="state"
    ),
    Index("assessments_created_idx", "created_at", "id"),
    Index("assessments_unit_idx", "unit_id", "created_at", "id"),
    Index("assessments_institution_idx", "institution_id", "created_at", "id"),
)

assessment_evaluators = Table(
    "assessment_evaluators",
    metadata,
    Column("assessment_id", Uuid, ForeignKey(assessments.c.id), primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Index("assessment_evaluators_person_idx", "person_id"),
)

assessment_answers = Table(
    "assessment_answers",
    metadata,
    Column("assessment_id", Uuid, ForeignKey(assessments.c.id), primary_key=True),
    Column("form", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("level", SmallInteger, nullable=False),
    Column("note", Text),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", _AT, nullable=False),
)

assessment_user_answers = Table(
    "assessment_user_answers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("assessment_id", Uuid, ForeignKey(assessments.c.id), nullable=False),
    Column("levels", ARRAY(SmallInteger), nullable=False),  # in the order of the form's items
    Column("day", Date, nullable=False),  # local, of receipt
    Index("assessment_user_answers_assessment_idx", "assessment_id"),
)

assessment_codes = Table(
    "assessment_codes",
    metadata,
    Column("assessment_id", Uuid, ForeignKey(assessments.c.id), primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
    Column("made_at", _AT, nullable=False),
    Column("used_on", Date),
)

assessment_evidence = Table(
    "assessment_evidence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("assessment_id", Uuid, ForeignKey(assessments.c.id), nullable=False),
    Column("item", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("document_number", Text),
    Column("url", Text),
    Column("note", Text),
    Column("added_by", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Index("assessment_evidence_assessment_idx", "assessment_id", "created_at", "id"),
)

assessment_objections = Table(
    "assessment_objections",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("assessment_id", Uuid, ForeignKey(assessments.c.id), nullable=False),
    Column("item", Text, nullable=False),
    Column("claimed_level", SmallInteger),
    Column("reason", Text, nullable=False),
    Column("raised_by", Text, nullable=False),
    Column("raised_at", _AT, nullable=False),
    Column("decision", Text),
    Column("decision_reason", Text),
    Column("decided_by", Text),
    Column("decided_at", _AT),
    Column("level_given_by", Text),  # of the level objected to: somebody else decides
    CheckConstraint("decision IN ('accepted', 'rejected')", name="decision"),
    Index("assessment_objections_assessment_idx", "assessment_id", "raised_at", "id"),
)

assessment_history = Table(
    "assessment_history",
    metadata,
    Column("assessment_id", Uuid, ForeignKey(assessments.c.id), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("action", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", _AT, nullable=False),
    Column("detail", JSONB, nullable=False),
)

ombudsman_opinions = Table(
    "ombudsman_opinions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, nullable=False),
    Column("year", Integer, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("score", Numeric, nullable=False),
    Column("category", Text, nullable=False),
    Column("zone", Text),
    Column("opinion", Text),
    Column("source", Text),
    Column("recorded_by", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    UniqueConstraint("institution_id", "year", name="ombudsman_opinions_year_key"),
    CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    Index("ombudsman_opinions_created_idx", "created_at", "id"),
)

ombudsman_opinion_versions = Table(
    "ombudsman_opinion_versions",
    metadata,
    Column("opinion_id", Uuid, ForeignKey(ombudsman_opinions.c.id), primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("scheme", Text, nullable=False),
    Column("score", Numeric, nullable=False),
    Column("category", Text, nullable=False),
    Column("zone", Text),
    Column("opinion", Text),
    Column("source", Text),
    Column("reason", Text, nullable=False),  # for what took its place
    Column("changed_by", Text, nullable=False),
    Column("replaced_at", _AT, nullable=False),
)
