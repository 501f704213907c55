"""Tables of units: timeless identities, dated versions with recorded time, and the dated closure of the tree."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

from chassis.data.temporal import TemporalForeignKey, TemporalPrimaryKey
from registry.institutions.tables import institution_identities
from registry.metadata import metadata
from registry.recorded import history_of, known_of, period, stamp

unit_identities = Table(
    "unit_identities",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, ForeignKey(institution_identities.c.id), nullable=False),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("id", "institution_id"),
)

_IDENTITY = [unit_identities.c.id, unit_identities.c.institution_id]

units = Table(
    "units",
    metadata,
    Column("id", Uuid, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("parent_id", Uuid),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("short_name", Text),
    Column("kind", Text, nullable=False),
    Column("region_code", Text, ForeignKey("regions.code")),
    Column("functions", ARRAY(Text), nullable=False),  # service_unit_functions
    period(),
    stamp(),
    TemporalPrimaryKey("id", "valid_during", name="units_pk"),
    ForeignKeyConstraint(["id", "institution_id"], _IDENTITY),
    ForeignKeyConstraint(["parent_id", "institution_id"], _IDENTITY, name="units_parent_identity_fk"),
    TemporalForeignKey(
        ["parent_id", "valid_during"],
        ["units.id", "units.valid_during"],
        name="units_parent_fk",
        deferrable=True,
        initially="DEFERRED",
    ),
    TemporalForeignKey(
        ["institution_id", "valid_during"],
        ["institutions.id", "institutions.valid_during"],
        name="units_institution_fk",
        deferrable=True,
        initially="DEFERRED",
    ),
    ExcludeConstraint(
        ("institution_id", "="),
        ("code", "="),
        ("valid_during", "&&"),
        name="units_code_excl",
        using="gist",
        deferrable=True,
        initially="DEFERRED",
    ),
    Index("units_id_idx", "id"),
    Index("units_parent_id_idx", "parent_id"),
    Index("units_institution_id_idx", "institution_id", "name", "id"),
    Index("units_name_trigram_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
)
units_history = history_of(units)
units_known = known_of(units)

unit_ancestors = Table(
    "unit_ancestors",
    metadata,
    Column("unit_id", Uuid, primary_key=True),  # derived from units: without foreign keys
    Column("ancestor_id", Uuid, primary_key=True),
    Column("depth", Integer, nullable=False),  # 0: the unit itself
    Column("valid_during", DATERANGE, primary_key=True),
    Index("unit_ancestors_subtree_idx", "ancestor_id", "depth", "unit_id", postgresql_include=["valid_during"]),
)
