"""Tables of cases. The state of a case is on its row; history says how it came there, custody who held it when."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

_AT = DateTime(timezone=True)
_DUE_ORDER = text("COALESCE(due_at, '9000-01-01 00:00:00+00'::timestamp with time zone)")  # as PostgreSQL writes it


cases = Table(
    "cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tracking_code", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("case_class", Text, nullable=False, server_default="unclassified"),
    Column("sub_class", Text),
    Column("custody", Text, nullable=False, server_default="ordinary"),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("category", Text),
    Column("region_code", Text),
    Column("location", JSONB),
    Column("occurred_on", Date),
    Column("requested_solution", Text),
    Column("loss_amount_idr", BigInteger),
    Column("information", JSONB),  # of a request: purpose, form and delivery
    Column("ethics_values", ARRAY(Text), nullable=False, server_default="{}"),
    Column("channel", Text, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("filed_by", LargeBinary),  # keyed digest of the account or client that filed it
    Column("service_id", Uuid),
    Column("institution_id", Uuid),
    Column("unit_id", Uuid),  # the unit that holds it
    Column("proposed_unit_id", Uuid),  # the unit that the reporter or the service points at
    Column("holder_person", Uuid),
    Column("cooperating_unit_ids", ARRAY(Uuid), nullable=False, server_default="{}"),  # asked, or have answered
    Column("accused_person_ids", ARRAY(Uuid), nullable=False, server_default="{}"),
    Column("accused_unit_id", Uuid),
    Column("received_at", _AT, nullable=False),
    Column("file_complete_at", _AT),
    Column("classified_at", _AT),
    Column("first_response_at", _AT),
    Column("substantive_at", _AT),
    Column("resolved_at", _AT),
    Column("closed_at", _AT),
    Column("due_at", _AT),  # earliest running duty of the agency towards the reporter
    Column("late", Boolean, nullable=False, server_default=text("false")),  # a duty of the agency was missed
    Column("legal_clock", Boolean, nullable=False, server_default=text("false")),
    Column("legal_clock_reason", Text),
    Column("outcome_code", Text),
    Column("proposed_outcome", Text),
    Column("closure_kind", Text),
    Column("rating", Integer),
    Column("rating_reasons", JSONB),
    Column("completion_count", Integer, nullable=False, server_default=text("0")),
    Column("refusal_count", Integer, nullable=False, server_default=text("0")),
    Column("transfer_count", Integer, nullable=False, server_default=text("0")),
    Column("reopen_count", Integer, nullable=False, server_default=text("0")),
    Column("escalation_level", Text),
    Column("binding", Boolean, nullable=False, server_default=text("false")),
    Column("parent_id", Uuid, ForeignKey("cases.id")),
    Column("routing", Text, nullable=False, server_default="done"),
    Column("version", BigInteger, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("updated_at", _AT, nullable=False),
    CheckConstraint("custody IN ('ordinary', 'protected')", name="custody"),
    CheckConstraint("routing IN ('pending', 'done')", name="routing"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    Index("cases_created_idx", "created_at", "id"),
    Index("cases_institution_created_idx", "institution_id", "created_at", "id"),
    Index("cases_unit_created_idx", "unit_id", "created_at", "id"),
    Index("cases_service_created_idx", "service_id", "created_at", "id"),
    Index("cases_due_idx", "due_at", "id", postgresql_where=text("due_at IS NOT NULL")),
    Index("cases_filed_by_idx", "filed_by", "created_at", "id", postgresql_where=text("filed_by IS NOT NULL")),
    Index("cases_parent_id_idx", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    Index("cases_unrouted_idx", "created_at", "id", postgresql_where=text("institution_id IS NULL")),
    Index("cases_due_order_idx", _DUE_ORDER, "id"),
    Index("cases_institution_due_idx", "institution_id", _DUE_ORDER, "id"),
    Index("cases_state_created_idx", "state", "created_at", "id"),
    Index("cases_state_due_idx", "state", _DUE_ORDER, "id"),
    Index("cases_category_created_idx", "category", "created_at", "id"),
    Index("cases_category_due_idx", "category", _DUE_ORDER, "id"),
    Index("cases_type_created_idx", "type", "created_at", "id"),
    Index("cases_type_due_idx", "type", _DUE_ORDER, "id"),
    Index("cases_channel_created_idx", "channel", "created_at", "id"),
    Index("cases_channel_due_idx", "channel", _DUE_ORDER, "id"),
    Index("cases_region_idx", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    Index("cases_words_idx", text("case_words(((title || ' ') || body))"), postgresql_using="gin"),
    Index(
        "cases_cooperating_idx",
        "cooperating_unit_ids",
        postgresql_using="gin",
        postgresql_where=text("cooperating_unit_ids <> '{}'"),
    ),
    Index("cases_pending_routing_idx", "service_id", postgresql_where=text("routing = 'pending'")),
    Index("cases_protected_idx", "institution_id", "created_at", "id", postgresql_where=text("custody = 'protected'")),
)
due_order = func.coalesce(cases.c.due_at, literal_column("timestamptz '9000-01-01 00:00:00+00'", _AT)).label(
    "due_order"
)
"""What a list by due date is ordered by: cases without a running duty stand last."""

case_history = Table(
    "case_history",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),  # the case's version after the entry
    Column("action", Text, nullable=False),
    Column("actor", JSONB, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("at", _AT, nullable=False),
    Column("public", JSONB, nullable=False),  # what the reporter may read of it
    Column("internal", JSONB, nullable=False),
    Column("canonical", LargeBinary, nullable=False),  # the bytes that were hashed
    Column("chain", LargeBinary, nullable=False),
)

custody_intervals = Table(
    "custody_intervals",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),  # of the history entry that began it
    Column("from_at", _AT, nullable=False),
    Column("to_at", _AT),
    Column("institution_id", Uuid),
    Column("unit_id", Uuid),
    Column("person_id", Uuid),
    Column("reason", Text, nullable=False),
    Index("custody_intervals_open_key", "case_id", unique=True, postgresql_where=text("to_at IS NULL")),
    Index("custody_intervals_unit_idx", "unit_id", "from_at"),
    Index("custody_intervals_held_idx", "unit_id", postgresql_where=text("to_at IS NULL AND unit_id IS NOT NULL")),
)

access_log = Table(
    "access_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("at", _AT, nullable=False),
    Column("actor", JSONB, nullable=False),
    Column("what", Text, nullable=False),
    Index("access_log_case_id_idx", "case_id", "id"),
)
