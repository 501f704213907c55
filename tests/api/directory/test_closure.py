"""The closure statement over tables of another name, with keys that allow no overlap: as the registry's own tree."""

from datetime import date
from uuid import UUID

from sqlalchemy import Column, MetaData, SmallInteger, Table, Uuid
from sqlalchemy.dialects.postgresql import DATERANGE
from sqlalchemy.schema import CreateTable

from api.directory.facts import number
from chassis.data.pool import Connection
from chassis.data.statements import DIALECT, Statement
from chassis.data.temporal import TemporalPrimaryKey
from directory.closure import rebuild_closure

OWN = MetaData()
UNITS = Table(
    "own_units",
    OWN,
    Column("id", Uuid, nullable=False),
    Column("parent_id", Uuid),
    Column("valid_during", DATERANGE, nullable=False),
    TemporalPrimaryKey("id", "valid_during", name="own_units_pk"),
)
ANCESTORS = Table(
    "own_ancestors",
    OWN,
    Column("unit_id", Uuid, nullable=False),
    Column("ancestor_id", Uuid, nullable=False),
    Column("depth", SmallInteger, nullable=False),
    Column("valid_during", DATERANGE, nullable=False),
    TemporalPrimaryKey("unit_id", "ancestor_id", "valid_during", name="own_ancestors_pk"),
)
REBUILD = Statement(rebuild_closure(UNITS, ANCESTORS))
ROOT, MIDDLE, LEAF = number("root"), number("middle"), number("leaf")


async def lines_of(connection: Connection, unit_id: UUID) -> list[tuple[UUID, int, date, date | None]]:
    rows = await connection.fetch(
        """SELECT ancestor_id, depth, lower(valid_during), upper(valid_during) FROM own_ancestors
           WHERE unit_id = $1 ORDER BY depth, valid_during""",
        unit_id,
    )
    return [tuple(row) for row in rows]


async def put(
    connection: Connection, unit_id: UUID, parent_id: UUID | None, since: date, until: date | None = None
) -> None:
    await connection.execute(
        "INSERT INTO own_units VALUES ($1, $2, daterange($3::date, $4::date))", unit_id, parent_id, since, until
    )


async def test_a_move_cuts_the_lines_of_the_subtree(connection: Connection) -> None:
    await connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for table in OWN.sorted_tables:
        await connection.execute(str(CreateTable(table).compile(dialect=DIALECT)))
    era, cut = date(2020, 1, 1), date(2025, 1, 1)
    await put(connection, ROOT, None, era)
    await put(connection, MIDDLE, ROOT, era)
    await put(connection, LEAF, MIDDLE, era)
    assert await REBUILD.execute(connection, unit_ids=[ROOT]) == 6
    assert await lines_of(connection, LEAF) == [(LEAF, 0, era, None), (MIDDLE, 1, era, None), (ROOT, 2, era, None)]

    # From 2025 the middle stands alone: the leaf's line to the root ends; its key overlaps the one it replaces.
    await connection.execute("UPDATE own_units SET valid_during = daterange($2, $3) WHERE id = $1", MIDDLE, era, cut)
    await put(connection, MIDDLE, None, cut)
    assert await REBUILD.execute(connection, unit_ids=[MIDDLE]) == 2  # two lines to the root, shorter
    assert await lines_of(connection, LEAF) == [(LEAF, 0, era, None), (MIDDLE, 1, era, None), (ROOT, 2, era, cut)]
    assert await lines_of(connection, MIDDLE) == [(MIDDLE, 0, era, None), (ROOT, 1, era, cut)]

    # Several at once, and a unit that is gone altogether.
    await connection.execute("DELETE FROM own_units WHERE id = $1", LEAF)
    await connection.execute("DELETE FROM own_units WHERE id = $1 AND parent_id IS NULL", MIDDLE)
    await REBUILD.execute(connection, unit_ids=[MIDDLE, LEAF])
    assert await lines_of(connection, LEAF) == []
    assert await lines_of(connection, MIDDLE) == [(MIDDLE, 0, era, cut), (ROOT, 1, era, cut)]
