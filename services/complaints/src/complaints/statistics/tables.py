"""Tables of statistics: what each case was counted as, the cells of the roll-ups, how far they have come."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from complaints.metadata import metadata
from complaints.statistics import cubes, facts

_AT = DateTime(timezone=True)
_NULLABLE = frozenset({"institution_id", "unit_id", "service_id", "category", "region_code", "due_at"})

case_tallies = Table(
    "case_tallies",  # ordinary cases alone: a protected one is in no cell
    metadata,
    *(
        Column(name, kind, primary_key=name == "id", nullable=name in _NULLABLE)
        for name, (kind, _expression) in facts.COLUMNS.items()
    ),
    Index("case_tallies_due_idx", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("case_tallies_recap_idx", "institution_id", "at", postgresql_where=text("source <> 'platform'")),
)


def _cells(name: str, *values: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("cell", Uuid, primary_key=True),  # a digest of what follows, up to the counters
        Column("cube", SmallInteger, nullable=False),
        Column("period", Date, nullable=False),  # its first day
        *(Column(dimension, facts.DIMENSIONS[dimension][0]) for dimension in cubes.DIMENSIONS),
        *values,
        Index(f"{name}_period_idx", "cube", "period"),
        Index(f"{name}_institution_idx", "institution_id", "cube", "period"),
        Index(f"{name}_unit_idx", "unit_id", "cube", "period", postgresql_where=text("unit_id IS NOT NULL")),
        postgresql_with={"fillfactor": 80},
    )


case_counts = _cells("case_counts", *(Column(name, Integer, nullable=False) for name in facts.COUNTERS))
case_spreads = _cells("case_spreads", Column("item", Text, nullable=False), Column("n", Integer, nullable=False))
Index("case_counts_empty_idx", case_counts.c.cell, postgresql_where=text("filed = 0"))
Index("case_spreads_empty_idx", case_spreads.c.cell, postgresql_where=text("n = 0"))

recap_cases = Table(
    "recap_cases",  # rows of recaps from SP4N-LAPOR!: counted beside cases, and never cases themselves
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, nullable=False),
    Column("lapor_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("case_class", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("category", Text),
    Column("unit_id", Uuid),
    Column("region_code", Text),
    Column("received_at", _AT, nullable=False),
    Column("disposed_at", _AT),
    Column("followed_up_at", _AT),
    Column("closed_at", _AT),
    Column("rating", Integer),
    Column("import_id", Uuid, nullable=False),  # which wrote it last
    UniqueConstraint("institution_id", "lapor_id", name="recap_cases_lapor_id_key"),
)

counting = Table(
    "counting",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("position", BigInteger),  # of the feed, up to which cases are counted; null: the first count isn't done
    Column("building_from", BigInteger),  # where the feed stood when the first count began
    Column("built_to", Uuid),  # the last case that the first count has counted
    CheckConstraint("one", name="one"),
)
