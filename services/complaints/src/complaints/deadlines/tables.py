"""Tables of the ledger: duties with their due dates, the times in which a case stood still, calendars as they were."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

_AT = DateTime(timezone=True)

deadline_duties = Table(
    "deadline_duties",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("policy_code", Text, nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("rule_number", Integer, nullable=False),
    Column("party", Text, nullable=False),
    Column("started_at", _AT, nullable=False),
    Column("stopped_at", _AT),
    Column("result", Text),  # met, breached, cancelled
    Column("due_at", _AT),  # null while the clock stands still
    Column("extended", Integer, nullable=False, server_default=text("0")),  # in the rule's unit
    Column("calendar_code", Text, nullable=False),
    Column("calendar_version", Integer, nullable=False),
    Column("level", Text),  # of escalation, the highest reached
    Column("lapsed_at", _AT),  # when what its lapse brings was done
    Column("check_at", _AT),  # when the scanner next has something to do with it
    ForeignKeyConstraint(
        ["policy_code", "policy_version", "rule_number"],
        ["deadline_rules.policy_code", "deadline_rules.policy_version", "deadline_rules.number"],
        name="deadline_duties_rule_fk",
    ),
    Index("deadline_duties_case_id_idx", "case_id", "started_at"),
    Index("deadline_duties_check_idx", "check_at", postgresql_where=text("stopped_at IS NULL")),
)

clock_intervals = Table(
    "clock_intervals",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("from_at", _AT, nullable=False),
    Column("to_at", _AT),
    Column("until_at", _AT, nullable=False),  # the longest it may last
    Index("clock_intervals_until_idx", "until_at", postgresql_where=text("to_at IS NULL")),
    Index("clock_intervals_case_id_idx", "case_id", "from_at"),
    Index("clock_intervals_open_key", "case_id", unique=True, postgresql_where=text("to_at IS NULL")),
)

calendar_versions = Table(
    "calendar_versions",
    metadata,
    Column("code", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("region_code", Text),
    Column("working_blocks", JSONB, nullable=False),
    Column("days", JSONB, nullable=False),
    Column("held_at", _AT, nullable=False, server_default=text("clock_timestamp()")),
    PrimaryKeyConstraint("code", "version", name="calendar_versions_pk"),
)

recounts = Table(
    "recounts",
    metadata,
    Column("stamp", Text, primary_key=True),  # the versions of all calendars
    Column("last_case_id", Uuid),  # how far the recount has come
    Column("finished_at", _AT),
)

counted_places = Table(
    "counted_places",  # by which each institution's cases were last counted, as the copy told them then
    metadata,
    Column("institution_id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("region_code", Text),
    Column("time_zone", Text, nullable=False),
)

failed_recounts = Table(
    "failed_recounts",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("reason", Text, nullable=False, server_default="calendar_changed"),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", _AT, nullable=False),
    Index("failed_recounts_retry_idx", "retry_at"),
)

unannounced_changes = Table(
    "unannounced_changes",  # of duties, without a fact in the feed: who counts cases looks here as well, and empties it
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Uuid, nullable=False),
)
