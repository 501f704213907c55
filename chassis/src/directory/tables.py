"""Tables of the registry copy, which each follower of the registry's feed keeps. No foreign keys: facts of different
subjects may arrive in any order.

Periods are half-open day ranges. `directory_subjects` holds the newest sequence of every subject, so that nothing old is
applied; the other tables hold what that event said.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    literal_column,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB

from directory.zones import DEFAULT_ZONE

metadata = MetaData()


def merge_into(target: MetaData) -> None:
    """Add the copy's tables to a service's own metadata, on which its migrations run."""
    for table in metadata.sorted_tables:
        table.to_metadata(target)


subjects = Table(
    "directory_subjects",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
)

institutions = Table(
    "directory_institutions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("region_code", Text),
    Column("time_zone", Text, nullable=False),  # IANA name
    Column("aliases", ARRAY(Text), nullable=False),
    Column("valid_during", DATERANGE, nullable=False),
    Index("directory_institutions_region_idx", "region_code"),
    Index("directory_institutions_code_idx", "code"),
)

supervision = Table(
    "directory_supervision",
    metadata,
    Column("institution_id", Uuid, nullable=False),
    Column("supervisor_id", Uuid, nullable=False),
    Column("valid_during", DATERANGE, nullable=False),
    PrimaryKeyConstraint("institution_id", "supervisor_id", "valid_during", name="directory_supervision_pk"),
    Index("directory_supervision_supervisor_idx", "supervisor_id"),
)

units = Table(
    "directory_units",
    metadata,
    Column("id", Uuid, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("parent_id", Uuid),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("region_code", Text),
    Column("functions", ARRAY(Text), nullable=False),
    Column("valid_during", DATERANGE, nullable=False),
    PrimaryKeyConstraint("id", "valid_during", name="directory_units_pk"),
    Index("directory_units_parent_idx", "parent_id"),
    Index("directory_units_institution_idx", "institution_id"),
)

unit_ancestors = Table(
    "directory_unit_ancestors",
    metadata,
    Column("unit_id", Uuid, nullable=False),
    Column("ancestor_id", Uuid, nullable=False),
    Column("depth", SmallInteger, nullable=False),  # 0: the unit itself
    Column("valid_during", DATERANGE, nullable=False),
    PrimaryKeyConstraint("unit_id", "ancestor_id", "valid_during", name="directory_unit_ancestors_pk"),
    Index("directory_unit_ancestors_subtree_idx", "ancestor_id", "unit_id"),
)

people = Table(
    "directory_people",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("account_id", Text),
    Column("client_id", Text),
    Index("directory_people_account_idx", "account_id"),
    Index("directory_people_client_idx", "client_id"),
)

appointments = Table(
    "directory_appointments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid),
    Column("role", Text, nullable=False),
    Column("acting", Text, nullable=False),
    Column("decree_number", Text),
    Column("valid_during", DATERANGE, nullable=False),
    Index("directory_appointments_person_idx", "person_id"),
    Index("directory_appointments_place_idx", "institution_id", "unit_id", "role"),
    Index("directory_appointments_unit_idx", "unit_id", "role"),
)

services = Table(
    "directory_services",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, nullable=False),
    Column("unit_id", Uuid),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text),
    Column("region_codes", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Index("directory_services_unit_idx", "unit_id"),
    Index("directory_services_institution_idx", "institution_id"),
)

calendars = Table(
    "directory_calendars",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("time_zone", Text, nullable=False),  # IANA name
    Column("region_code", Text),  # the region whose calendar it is
    Column("working_blocks", JSONB, nullable=False),  # {"monday": [["08:00", "12:00"], …], …}
    Column("days", JSONB, nullable=False),  # [{"date", "kind", "name_id", "name_en", "source"}, …]
)

NATIONAL_DAY = f"CAST(timezone('{DEFAULT_ZONE}', now()) AS date)"
"""`zones.national_day` in a statement's text. What PostgreSQL itself takes for today is the session's day, and ours speak UTC."""
TODAY = literal_column(NATIONAL_DAY, Date)
"""The same as an expression."""
