"""Tables of institutions: timeless identities, dated versions with recorded time, aliases and supervision edges."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid, text

from chassis.data.temporal import TemporalPrimaryKey
from registry.metadata import metadata
from registry.recorded import history_of, known_of, period, stamp

institution_identities = Table(
    "institution_identities",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
)

institutions = Table(
    "institutions",
    metadata,
    Column("id", Uuid, ForeignKey(institution_identities.c.id), nullable=False),
    Column("name", Text, nullable=False),
    Column("short_name", Text),
    Column("kind", Text, nullable=False),
    Column("region_code", Text, ForeignKey("regions.code")),
    Column("time_zone", Text, nullable=False),  # wib, wita, wit
    period(),
    stamp(),
    TemporalPrimaryKey("id", "valid_during", name="institutions_pk"),
    Index("institutions_region_code_idx", "region_code"),
    Index("institutions_kind_idx", "kind"),
    Index("institutions_name_trigram_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
)
institutions_history = history_of(institutions)
institutions_known = known_of(institutions)

institution_aliases = Table(
    "institution_aliases",
    metadata,
    Column("institution_id", Uuid, ForeignKey(institution_identities.c.id), primary_key=True),
    Column("alias", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # alias, acronym, former_name
    stamp(),
    Index("institution_aliases_trigram_idx", "alias", postgresql_using="gin", postgresql_ops={"alias": "gin_trgm_ops"}),
)
institution_aliases_history = history_of(institution_aliases, key="institution_id")
institution_aliases_known = known_of(institution_aliases)

supervision = Table(
    "supervision",
    metadata,
    Column("institution_id", Uuid, ForeignKey(institution_identities.c.id), nullable=False),
    Column("supervisor_id", Uuid, ForeignKey(institution_identities.c.id), nullable=False),
    period(),
    Column("source", Text),
    stamp(),
    TemporalPrimaryKey("institution_id", "supervisor_id", "valid_during", name="supervision_pk"),
    CheckConstraint("institution_id <> supervisor_id", name="of_another"),
    Index("supervision_institution_id_idx", "institution_id"),
    Index("supervision_supervisor_id_idx", "supervisor_id"),
)
supervision_history = history_of(supervision, key="institution_id")
supervision_known = known_of(supervision)
