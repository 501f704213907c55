"""Table of services. What they promise is in their standards."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, DATERANGE, JSONB, TSVECTOR

from registry.metadata import metadata
from registry.units.tables import unit_identities

_SEARCH = (
    "setweight(to_tsvector('indonesian', without_stop_words(name)), 'A')"
    " || to_tsvector('indonesian', without_stop_words(coalesce(description, '')))"
    " || to_tsvector('simple', code)"
)

services = Table(
    "services",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("kind", Text, nullable=False),  # service_kinds
    Column("field", Text),  # service_fields
    Column("funding_route", Text),  # service_funding_routes
    Column("legal_basis", ARRAY(Text), nullable=False),
    Column("target_groups", ARRAY(Text), nullable=False),
    Column("vulnerable_groups", ARRAY(Text), nullable=False),
    Column("channels", ARRAY(Text), nullable=False),  # service_delivery_channels
    Column("life_events", ARRAY(Text), nullable=False),
    Column("region_codes", ARRAY(Text), nullable=False),  # the areas it serves; none = everywhere
    Column("locations", JSONB, nullable=False),
    Column("opening_hours", JSONB, nullable=False),
    Column("partners", JSONB, nullable=False),
    Column(
        "place_ids", ARRAY(Uuid), nullable=False, server_default=text("'{}'")
    ),  # units of others where it is given too
    Column("open_on_holidays", Boolean, nullable=False, server_default=text("false")),
    Column("special_hours", JSONB, nullable=False, server_default=text("'[]'")),
    Column("state", Text, nullable=False),  # draft, active, inactive
    Column("active_during", DATEMULTIRANGE, nullable=False, server_default=text("'{}'")),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("search", TSVECTOR, Computed(_SEARCH, persisted=True)),
    # Triggers on the two tables below keep these: since when it is where its row says, and offers what its row says.
    Column("placed_since", Date, nullable=False, server_default=text("'-infinity'")),
    Column("described_since", Date, nullable=False, server_default=text("'-infinity'")),
    ForeignKeyConstraint(
        ["unit_id", "institution_id"],
        [unit_identities.c.id, unit_identities.c.institution_id],
        name="services_unit_fk",
    ),
    UniqueConstraint("institution_id", "code"),
    CheckConstraint("state IN ('draft', 'active', 'inactive')", name="state_known"),
    CheckConstraint("state <> 'active' OR cardinality(legal_basis) > 0", name="founded"),
    Index("services_unit_id_idx", "unit_id"),
    Index("services_place_ids_idx", "place_ids", postgresql_using="gin", postgresql_where=text("place_ids <> '{}'")),
    Index("services_name_idx", "name", "id"),
    Index("services_draft_idx", "name", "id", postgresql_where=text("state = 'draft'")),
    Index("services_search_idx", "search", text("areas_served(region_codes)"), postgresql_using="gin"),
    # Read by the release before alone, as is that of former names: they may go with the next one.
    Index("services_name_trigram_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    Index(
        "services_ending_idx",
        text("upper(active_during)"),
        postgresql_where=text("state = 'active' AND NOT upper_inf(active_during)"),
    ),
)

service_words = Table(
    "service_words",
    metadata,
    Column("word", Text, primary_key=True),
    Index("service_words_trigram_idx", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
)
"""Each word that a service ever had in its name or description, without stop words. A trigger adds them; none is removed."""

search_wishes = Table("search_wishes", metadata, Column("word", Text, primary_key=True))
"""Words by which people say what they want with a service ("cara", "membuat"), not which: a search does without them."""


def _held_during() -> Column[Any]:
    """The days on which it held: from the last end that was recorded before. A trigger sets it."""
    return Column("held_during", DATERANGE, nullable=False, server_default=text("'empty'"))


service_former_places = Table(
    "service_former_places",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("service_id", Uuid, ForeignKey("services.id"), nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("until", Date, nullable=False),  # exclusive
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    _held_during(),
    ForeignKeyConstraint(
        ["unit_id", "institution_id"],
        [unit_identities.c.id, unit_identities.c.institution_id],
        name="service_former_places_unit_fk",
    ),
    Index("service_former_places_service_id_idx", "service_id", "id"),
    Index("service_former_places_until_idx", "until"),
    Index("service_former_places_unit_id_idx", "unit_id"),
    Index("service_former_places_institution_id_idx", "institution_id"),
)

CONTENT = (
    "name", "description", "kind", "field", "funding_route", "legal_basis", "target_groups", "vulnerable_groups", "channels",
    "life_events", "region_codes", "locations", "opening_hours", "partners", "place_ids", "open_on_holidays", "special_hours",
    "search",
)  # fmt: skip
"""What of a service's row tells what it offers, and by which words it is found."""

service_former_contents = Table(
    "service_former_contents",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("service_id", Uuid, ForeignKey("services.id"), nullable=False),
    *(
        Column(name, services.c[name].type, nullable=name in ("description", "field", "funding_route"))
        for name in CONTENT
    ),
    Column("until", Date, nullable=False),  # exclusive
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    _held_during(),
    UniqueConstraint("service_id", "until"),
    Index("service_former_contents_until_idx", "until"),
    Index("service_former_contents_name_idx", "name", "service_id"),
    Index("service_former_contents_held_during_idx", "held_during", postgresql_using="gist"),
    Index("service_former_contents_search_idx", "search", text("areas_served(region_codes)"), postgresql_using="gin"),
    Index(
        "service_former_contents_name_trigram_idx",
        "name",
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    ),
)
