"""Tables of standards: one row a version, its moves, its institution's settings; the history is kept by a trigger."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, ExcludeConstraint

from registry.metadata import metadata

_STATES = (
    "state IN ('draft', 'in_consultation', 'public_test', 'finalising', 'stipulated', 'published', 'under_review', "
    "'superseded', 'revoked', 'abandoned')"
)
_OPEN = text("state IN ('draft', 'in_consultation', 'public_test', 'finalising')")

standards = Table(
    "standards",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("services.id"), nullable=False),
    Column("institution_id", Uuid, nullable=False),  # whose numbering it is
    Column("number", Text, nullable=False),
    Column("version", Integer, nullable=False),  # of the service's promise: 1, 2, 3 …
    Column("revision", BigInteger, nullable=False, server_default=text("1")),  # of the row: ETag, sequence of events
    Column("state", Text, nullable=False),
    Column("components", JSONB, nullable=False),
    Column("considerations", JSONB, nullable=False),
    Column("provider_team", JSONB, nullable=False),
    Column("manufacturing_public", Boolean, nullable=False),
    Column("changeable", ARRAY(Text), nullable=False),  # components that dispositions allow to change while finalising
    Column("content_hash", Text),
    Column("predecessor_id", Uuid, ForeignKey("standards.id")),
    Column("effective_on", Date),
    Column("effective_to", Date),  # exclusive
    Column("review_due_on", Date),
    # What followers are told of how the version came about and is published; null where nobody recorded it.
    Column("consultation_elements", ARRAY(Text)),  # who attended, at the stipulation
    Column("publication_media", ARRAY(Text)),
    Column("charter_state", Text),
    Column("reviewed_on", Date),  # the last review that confirmed it
    Column("time_zone", Text, nullable=False),  # IANA name
    Column("drafted_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column(
        "in_force_during",
        DATERANGE,
        Computed("CASE WHEN effective_on IS NOT NULL THEN daterange(effective_on, effective_to) END", persisted=True),
    ),
    UniqueConstraint("service_id", "version"),
    UniqueConstraint("institution_id", "number"),
    CheckConstraint(_STATES, name="state_known"),
    ExcludeConstraint(("service_id", "="), ("in_force_during", "&&"), name="standards_one_in_force_excl", using="gist"),
    Index("standards_one_draft_key", "service_id", unique=True, postgresql_where=_OPEN),
    Index("standards_predecessor_id_idx", "predecessor_id"),
    Index(
        "standards_effective_to_idx", "effective_to", postgresql_where=text("state IN ('published', 'under_review')")
    ),
    Index("standards_review_due_on_idx", "review_due_on", postgresql_where=text("state = 'published'")),
)

standard_moves = Table(
    "standard_moves",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("standard_id", Uuid, ForeignKey("standards.id"), nullable=False),
    Column("action", Text, nullable=False),
    Column("state_before", Text, nullable=False),
    Column("state_after", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("person_id", Uuid),
    Column("details", JSONB, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("standard_moves_standard_id_idx", "standard_id", "id"),
)

standard_settings = Table(
    "standard_settings",
    metadata,
    Column("institution_id", Uuid, ForeignKey("institution_identities.id"), primary_key=True),
    Column("plt_may_stipulate", Boolean, nullable=False),
    Column("plh_may_stipulate", Boolean, nullable=False),
    Column("public_test_may_be_skipped", Boolean, nullable=False),
    Column("public_test_least_days", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("public_test_least_days >= 0", name="days"),
)

standard_settings_versions = Table(
    "standard_settings_versions",
    metadata,
    *(
        Column(
            column.name,
            column.type,
            nullable=False,
            primary_key=column.name in ("institution_id", "version"),
            autoincrement=False,
        )
        for column in standard_settings.c
    ),
)
"""Every version that there was, the present one too: what held on any day."""

standards_history = Table(
    "standards_history",
    metadata,
    *(
        Column(
            column.name,
            column.type,
            nullable=column.name not in ("id", "service_id", "recorded_at"),
        )
        for column in standards.c
        if column.name != "in_force_during"
    ),
    Column("replaced_at", DateTime(timezone=True), nullable=False),
    Index("standards_history_id_idx", "id", "replaced_at"),
    Index("standards_history_service_id_idx", "service_id", "replaced_at"),
)
