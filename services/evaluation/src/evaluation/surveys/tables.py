"""Tables of surveys. An answer's row says what holds now; what it said before stands in `survey_response_versions`.

`survey_aggregates` holds, by month of receipt and breakdown, the sums that the index needs: one more answer changes a
fixed number of rows, whatever the number before.
"""

from typing import Any

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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from evaluation.metadata import metadata

_AT = DateTime(timezone=True)

survey_definitions = Table(
    "survey_definitions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("source", Text, nullable=False),
    Column("document", JSONB, nullable=False),
)

surveys = Table(
    "surveys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid),
    Column("service_id", Uuid),
    Column("time_zone", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("definition_code", Text, nullable=False),
    Column("definition_version", Integer, nullable=False),
    Column("elements", ARRAY(Text), nullable=False),
    Column("additional_elements", JSONB, nullable=False),  # [{"code", "label", "question"}]
    Column("scale_min", SmallInteger, nullable=False),
    Column("scale_max", SmallInteger, nullable=False),
    Column("weighting", Text, nullable=False),
    Column("population", Integer),
    Column("channel_limits", JSONB, nullable=False),  # answers a local day, by channel
    Column("period_from", Date, nullable=False),
    Column("period_to", Date),  # exclusive
    Column("state", Text, nullable=False),
    Column("method", Text),
    Column("process", Text),
    Column("result", JSONB),  # as published
    Column("expectations", Boolean, nullable=False, server_default=text("false")),  # are asked beside perceptions
    Column("version", BigInteger, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("opened_at", _AT),
    Column("closed_at", _AT),
    Column("published_at", _AT),
    Column("followed_up_at", _AT),
    ForeignKeyConstraint(
        ["definition_code", "definition_version"], [survey_definitions.c.code, survey_definitions.c.version]
    ),
    CheckConstraint("subject IN ('institution', 'unit', 'service')", name="subject"),
    CheckConstraint("state IN ('draft', 'open', 'closed', 'published', 'followed_up')", name="state"),
    CheckConstraint("period_to IS NULL OR period_from < period_to", name="period"),
    CheckConstraint("population > 0", name="population"),
    Index("surveys_created_idx", "created_at", "id"),
    Index("surveys_institution_idx", "institution_id", "created_at", "id"),
    Index("surveys_unit_idx", "unit_id", "created_at", "id"),
    Index("surveys_service_idx", "service_id", "created_at", "id"),
)


def _answer() -> list[Column[Any]]:
    return [
        Column("scores", ARRAY(SmallInteger), nullable=False),
        Column("channel", Text, nullable=False),
        Column("service_id", Uuid),
        *(Column(name, Text) for name in ("sex", "age_band", "education", "occupation", "disability")),
        Column("received_at", _AT, nullable=False),
        Column("expectations", ARRAY(SmallInteger)),  # in the order of scores; null where none was told
    ]


survey_responses = Table(
    "survey_responses",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("survey_id", Uuid, nullable=False),  # of surveys, whose row is locked whenever an answer is written
    *_answer(),
    Column("day", Date, nullable=False),  # local, of receipt
    Column("reference_hash", LargeBinary),
    Column("counted", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("version_at", _AT, nullable=False),
    Column("created_at", _AT, nullable=False),
    UniqueConstraint("survey_id", "reference_hash", name="survey_responses_reference_key"),
    Index("survey_responses_created_idx", "survey_id", "created_at", "id"),
    Index("survey_responses_received_idx", "survey_id", "received_at"),
)

survey_response_versions = Table(
    "survey_response_versions",
    metadata,
    Column("response_id", Uuid, ForeignKey(survey_responses.c.id), primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("survey_id", Uuid, nullable=False),
    *_answer(),
    Column("counted", Boolean, nullable=False),
    Column("from_at", _AT, nullable=False),
    Column("to_at", _AT, nullable=False),  # when the next version took its place
    Column("reason", Text, nullable=False),  # for that change
    Column("changed_by", Text, nullable=False),
    Index("survey_response_versions_survey_idx", "survey_id", "to_at"),
)

survey_codes = Table(
    "survey_codes",
    metadata,
    Column("survey_id", Uuid, ForeignKey(surveys.c.id), primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
    Column("made_at", _AT, nullable=False),
    Column("used_on", Date),
)

survey_aggregates = Table(
    "survey_aggregates",
    metadata,
    Column("survey_id", Uuid, ForeignKey(surveys.c.id), primary_key=True),
    Column("day", Date, primary_key=True),  # the first of the local month; of the dimension channel_day the day itself
    Column("dimension", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("sums", ARRAY(BigInteger), nullable=False),
    Column("square_sum", BigInteger, nullable=False),
    Index("survey_aggregates_whole_idx", "survey_id", "day", postgresql_where=text("dimension = 'all'")),
    Index("survey_aggregates_service_idx", "code", "day", postgresql_where=text("dimension = 'service'")),
)

survey_follow_up_items = Table(
    "survey_follow_up_items",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("survey_id", Uuid, ForeignKey(surveys.c.id), nullable=False),
    Column("element", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("owner", Text, nullable=False),
    Column("realised_on", Date),
    Column("proof", Text),
    Column("version", BigInteger, nullable=False),
    Column("created_at", _AT, nullable=False),
    CheckConstraint("realised_on IS NULL OR proof IS NOT NULL", name="realised"),
    Index("survey_follow_up_items_survey_idx", "survey_id", "due_on", "id"),
)
