"""Tables of people, posts and appointments; posts have valid time, appointments recorded time too."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    FromClause,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint

from chassis.data.temporal import TemporalForeignKey, TemporalPrimaryKey
from registry.institutions.tables import institution_identities
from registry.metadata import metadata
from registry.recorded import history_of, known_of, period, stamp
from registry.units.tables import unit_identities

_UNIT = [unit_identities.c.id, unit_identities.c.institution_id]

people = Table(
    "people",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, ForeignKey(institution_identities.c.id)),  # whose administrators keep the record
    Column("name", Text, nullable=False),
    Column("employee_number", Text, unique=True),
    Column("account_id", Text, unique=True),
    Column("client_id", Text, unique=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("people_name_idx", "name", "id"),
    Index("people_name_trigram_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
)

posts = Table(
    "posts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, ForeignKey(institution_identities.c.id), nullable=False),
    Column("unit_id", Uuid),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("needed", Integer, nullable=False),  # people
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("valid_during", DATERANGE, nullable=False, server_default=text("'(,)'")),  # at this place
    ForeignKeyConstraint(["unit_id", "institution_id"], _UNIT, name="posts_unit_fk"),
    CheckConstraint("needed >= 1", name="needed_positive"),
    CheckConstraint("NOT isempty(valid_during)", name="period"),
    Index("posts_institution_id_idx", "institution_id", "name", "id"),
    Index("posts_unit_id_idx", "unit_id"),
)

post_former_places = Table(
    "post_former_places",
    metadata,
    Column("post_id", Uuid, ForeignKey(posts.c.id), nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid, nullable=False),
    period(),
    TemporalPrimaryKey("post_id", "valid_during", name="post_former_places_pk"),
    ForeignKeyConstraint(["unit_id", "institution_id"], _UNIT, name="post_former_places_unit_fk"),
    Index("post_former_places_unit_id_idx", "unit_id"),
)


def _placed() -> FromClause:
    former = {name: post_former_places.c[name] for name in ("institution_id", "unit_id", "valid_during")}
    before = select(*(former.get(column.name, column) for column in posts.c)).join_from(posts, post_former_places)
    return union_all(select(posts), before).subquery("placed_posts")


placed_posts = _placed()
"""A row for each place where a post is or was, with its days there."""

_ONE_OF_AN_INSTITUTION = (
    "unit_id IS NULL AND acting <> 'plh' AND role = ANY (ARRAY["
    "'supervisor', 'responsible_officer', 'information_officer', 'information_officer_superior'])"
)
_ONE_OF_A_UNIT = (
    "unit_id IS NOT NULL AND acting <> 'plh' AND role = ANY (ARRAY["
    "'unit_head', 'information_officer', 'information_officer_superior'])"
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey(people.c.id), nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid),
    Column("post_id", Uuid, ForeignKey(posts.c.id)),
    Column("role", Text, nullable=False),
    Column("acting", Text, nullable=False),
    Column("decree_number", Text, nullable=False),
    Column("decree_date", Date),
    Column("appointed_by", Uuid),  # an appointment or a person, as it was stated
    Column("extensions", JSONB, nullable=False, server_default=text("'[]'")),
    Column("end_reason", Text),
    Column("cancelled", Boolean, nullable=False, server_default=text("false")),
    period(),
    Column("in_office_during", DATERANGE, Computed("CASE WHEN NOT cancelled THEN valid_during END", persisted=True)),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    stamp(),
    ForeignKeyConstraint(["unit_id", "institution_id"], _UNIT, name="appointments_unit_identity_fk"),
    TemporalForeignKey(
        ["unit_id", "in_office_during"],
        ["units.id", "units.valid_during"],
        name="appointments_unit_fk",
        deferrable=True,
        initially="DEFERRED",
    ),
    TemporalForeignKey(
        ["institution_id", "in_office_during"],
        ["institutions.id", "institutions.valid_during"],
        name="appointments_institution_fk",
        deferrable=True,
        initially="DEFERRED",
    ),
    CheckConstraint("NOT isempty(valid_during) AND NOT lower_inf(valid_during)", name="period"),
    ExcludeConstraint(
        ("institution_id", "="),
        ("role", "="),
        ("in_office_during", "&&"),
        where=text(_ONE_OF_AN_INSTITUTION),
        name="appointments_institution_holder_excl",
        using="gist",
    ),
    ExcludeConstraint(
        ("unit_id", "="),
        ("role", "="),
        ("in_office_during", "&&"),
        where=text(_ONE_OF_A_UNIT),
        name="appointments_unit_holder_excl",
        using="gist",
    ),
    Index("appointments_person_id_idx", "person_id"),
    Index("appointments_institution_id_idx", "institution_id", "role"),
    Index("appointments_unit_id_idx", "unit_id", "role"),
    Index("appointments_post_id_idx", "post_id"),
    Index("appointments_created_at_idx", "created_at", "id"),
)
appointments_history = history_of(appointments)
appointments_known = known_of(appointments)
