"""Table of regions."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from registry.metadata import metadata

regions = Table(
    "regions",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("parent_code", Text, ForeignKey("regions.code", deferrable=True, initially="DEFERRED")),
    Column("time_zone", Text, nullable=False),
    Column("population", Integer),
    Column("population_male", Integer),
    Column("population_female", Integer),
    Index("regions_parent_code_idx", "parent_code", "code"),
    Index("regions_name_trigram_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
)
