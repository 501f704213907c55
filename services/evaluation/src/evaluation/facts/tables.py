"""Tables of kept facts. No foreign keys: subjects arrive in any order. `sequence` is that of the event a row says."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from evaluation.metadata import metadata

_AT = DateTime(timezone=True)

facts_cases = Table(
    "facts_cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("case_class", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("institution_id", Uuid),
    Column("unit_id", Uuid),
    Column("service_id", Uuid),
    Column("category", Text),
    Column("region_code", Text),
    Column("channel", Text),
    Column("filed_at", _AT, nullable=False),
    Column("due_at", _AT),
    Column("resolved_at", _AT),
    Column("closed_at", _AT),
    Column("ended_at", _AT),  # since when it is in a final state
    Column("late", Boolean, nullable=False),
    Column("rating", Integer),
    Column("visibility_class", Text, nullable=False),
    Index("facts_cases_institution_idx", "institution_id", "filed_at"),
    Index("facts_cases_unit_idx", "unit_id", "filed_at"),
    Index("facts_cases_service_idx", "service_id", "filed_at"),
)

facts_standards = Table(
    "facts_standards",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("service_id", Uuid, nullable=False),
    Column("unit_id", Uuid),
    Column("institution_id", Uuid),
    Column("number", Text),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("effective_on", Date),
    Column("effective_to", Date),  # exclusive
    Column("completion_time", JSONB),
    Column("fee", JSONB),
    Column("review_due_on", Date),
    # Null where the registry's events don't say it: then nothing is known, which isn't the same as nothing done.
    Column("consultation_elements", ARRAY(Text)),
    Column("publication_media", ARRAY(Text)),
    Column("charter_state", Text),
    Column("reviewed_on", Date),
    Index("facts_standards_service_idx", "service_id", "effective_on"),
)

facts_survey_invitations = Table(
    "facts_survey_invitations",
    metadata,
    Column("code_sha256", LargeBinary, primary_key=True),
    Column("service_id", Uuid, nullable=False),
    Column("expires_on", Date, nullable=False),  # the last day on which it is good
    Column("survey_id", Uuid),  # in which it was used; not by which answer
    Column("used_on", Date),
    CheckConstraint("(survey_id IS NULL) = (used_on IS NULL)", name="used"),
)
