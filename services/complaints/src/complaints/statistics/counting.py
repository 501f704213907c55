"""Keeping the roll-ups: cases that changed since the last time are counted anew, in batches, by one worker at a time.

A case's old share is what `case_tallies` holds, its new one what `facts` says of its row: the difference goes into the cells.
Counting a case that didn't change changes nothing, so it never matters whether one is counted twice.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import DIALECT, Statement
from complaints.statistics import cubes, facts, recap_facts
from complaints.statistics.cubes import Cube

BATCH = 2_000
_FIRST = UUID(int=0)
_LOCK_KEY = 7234914
COUNTERS = tuple(facts.COUNTERS)
CELL = ("cube", "period", *cubes.DIMENSIONS)

_TRY_LOCK = Statement(f"SELECT pg_try_advisory_xact_lock({_LOCK_KEY})")
LOCK = Statement(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})")
_STATE = Statement("SELECT position, building_from, built_to FROM counting")
_EVENTS = Statement("""
SELECT position, CAST(split_part(subject, '/', 2) AS uuid) AS case_id FROM events
WHERE position > :position AND type LIKE 'case.%' ORDER BY position LIMIT :most
""")
_HEAD = Statement("SELECT position FROM feed_head")
_UNANNOUNCED = Statement("""
DELETE FROM unannounced_changes WHERE id IN (SELECT id FROM unannounced_changes ORDER BY id LIMIT :most)
RETURNING case_id
""")
_RUN_OUT = Statement("SELECT id FROM case_tallies WHERE due_at < now() ORDER BY due_at LIMIT :most")
_NEXT = Statement("SELECT id FROM cases WHERE id > :after ORDER BY id LIMIT :most")
_ADVANCE = Statement("UPDATE counting SET position = :position")
_BEGIN = Statement("UPDATE counting SET building_from = :position, built_to = :first")
_BUILT_TO = Statement("UPDATE counting SET built_to = :last")
_BUILT = Statement("UPDATE counting SET position = building_from, building_from = NULL, built_to = NULL")
_FORGET = Statement("UPDATE counting SET position = NULL, building_from = NULL, built_to = NULL")
_EMPTY = (Statement("DELETE FROM case_counts WHERE filed = 0"), Statement("DELETE FROM case_spreads WHERE n = 0"))


def _values(sets: Sequence[Cube]) -> str:
    """The cubes as rows: code, grain, and for each dimension whether it is kept."""
    rows = []
    for cube in sets:
        for grain in cube.grains:
            kept = ", ".join(str(name in cube.dimensions).lower() for name in cubes.DIMENSIONS)
            rows.append(f"({cube.code(grain)}, '{grain}', {kept})")
    names = ", ".join(f"has_{name}" for name in cubes.DIMENSIONS)
    return f"(VALUES {', '.join(rows)}) AS cube (code, grain, {names})"


def _dimension(name: str) -> str:
    value = f"left(region_code, {cubes.REGENCY})" if name == "region_code" else name
    return f"CASE WHEN has_{name} THEN {value} END AS {name}"


_PLACE = ", ".join(
    ["CAST(cube.code AS smallint) AS cube", "CAST(date_trunc(cube.grain, CAST(day AS timestamp)) AS date) AS period"]
    + [_dimension(name) for name in cubes.DIMENSIONS]
)


def _digest(*further: str) -> str:
    return f"CAST(md5(CAST(ROW({', '.join((*CELL, *further))}) AS text)) AS uuid)"


def _keep_cells(table: str, values: Sequence[str], source: str, *further: str) -> str:
    """Add differences to cells. `values`: columns that are summed; `further`: columns of the key beside the place.

    New cells of a cube are written beside each other: whoever reads a year of it reads a few pages.
    """
    key = (*CELL, *further)
    sums = ", ".join(f"CAST(sum(sign * {name}) AS integer) AS {name}" for name in values)
    zero = ", ".join("0" for _ in values)
    moved = ", ".join(f"sum(sign * {name})" for name in values)
    added = ", ".join(f"{name} = held.{name} + excluded.{name}" for name in values)
    return f"""
    INSERT INTO {table} AS held (cell, {", ".join(key)}, {", ".join(values)})
    SELECT {_digest(*further)}, {", ".join(key)}, {", ".join(values)} FROM (
        SELECT {", ".join(key)}, {sums} FROM ({source}) AS placed
        GROUP BY {", ".join(key)} HAVING ROW({moved}) <> ROW({zero})) AS difference
    ORDER BY cube, institution_id, period
    ON CONFLICT (cell) DO UPDATE SET {added}"""  # noqa: S608 - names of ours


COUNTED_CELLS = f"""
    SELECT sign, {", ".join(COUNTERS)}, {_PLACE} FROM signed CROSS JOIN {_values(cubes.COUNTED)}"""  # noqa: S608
_SPREAD_BY = tuple(name for name in cubes.DIMENSIONS if any(name in cube.dimensions for cube in cubes.SPREAD))
_UNUSED = ", ".join(
    f"CAST(NULL AS {facts.DIMENSIONS[name][0].compile(dialect=DIALECT)}) AS {name}"
    for name in cubes.DIMENSIONS
    if name not in _SPREAD_BY
)
# What a case keeps is taken off and added in one: it falls out before it is multiplied by the cubes.
SPREAD_CELLS = f"""
    SELECT each.sign, item, 1 AS n, {_PLACE} FROM (
        SELECT sum(sign) AS sign, day, {", ".join(_SPREAD_BY)}, {_UNUSED}, item FROM (
            SELECT sign, day, {", ".join(_SPREAD_BY)}, unnest(spread) AS item FROM signed) AS items
        GROUP BY day, {", ".join(_SPREAD_BY)}, item HAVING sum(sign) <> 0) AS each
    CROSS JOIN {_values(cubes.SPREAD)}"""  # noqa: S608


def fresh(source: Mapping[str, str], table: str, condition: str) -> str:
    """A SELECT of what rows count for, by `source`: an expression for each column."""
    columns = ", ".join(f"{expression} AS {name}" for name, expression in source.items())
    return f"SELECT {columns} FROM {table} WHERE {condition}"  # noqa: S608 - expressions of ours


def _count(source: str, whose: str) -> Statement:
    """Count rows anew. `source`: what :ids count for now; `whose`: the rows of case_tallies that this is about."""
    names = ", ".join(facts.COLUMNS)
    renewed = ", ".join(f"{name} = excluded.{name}" for name in facts.COLUMNS if name != "id")
    return Statement(f"""
WITH fresh AS MATERIALIZED ({source}),
held AS MATERIALIZED (SELECT {names} FROM case_tallies WHERE id = ANY(CAST(:ids AS uuid[])) AND {whose}),
moved AS (SELECT id FROM fresh FULL JOIN held USING (id) WHERE fresh IS DISTINCT FROM held),
signed AS MATERIALIZED (
    SELECT 1 AS sign, fresh.* FROM fresh JOIN moved USING (id)
    UNION ALL SELECT -1, held.* FROM held JOIN moved USING (id)),
counted AS ({_keep_cells("case_counts", COUNTERS, COUNTED_CELLS)}),
spread AS ({_keep_cells("case_spreads", ("n",), SPREAD_CELLS, "item")}),
gone AS (DELETE FROM case_tallies t USING held WHERE t.id = held.id AND NOT EXISTS (SELECT FROM fresh f WHERE f.id = t.id)),
kept AS (
    INSERT INTO case_tallies ({names}) SELECT {names} FROM fresh WHERE id IN (SELECT id FROM moved)
    ON CONFLICT (id) DO UPDATE SET {renewed})
SELECT count(*) FROM moved
""")  # noqa: S608 - names of ours


CASES = fresh(
    {name: expression for name, (_kind, expression) in facts.COLUMNS.items()}, "cases", "cases.custody = 'ordinary'"
)
"""What every ordinary case counts for now."""
_COUNT_CASES = _count(f"{CASES} AND cases.id = ANY(CAST(:ids AS uuid[]))", f"source = '{facts.PLATFORM}'")


RECAPS = fresh(recap_facts.COLUMNS, "recap_cases", "true")
_COUNT_RECAPS = _count(f"{RECAPS} AND recap_cases.id = ANY(CAST(:ids AS uuid[]))", f"source = '{facts.LAPOR}'")
_NEXT_RECAPS = Statement("SELECT id FROM recap_cases WHERE id > :after ORDER BY id LIMIT :most")


async def count_cases(connection: Connection, ids: Sequence[UUID]) -> int:
    """Count these cases as they are now, in the caller's transaction that holds `LOCK`; how many had changed."""
    return await _count_anew(connection, _COUNT_CASES, ids)


async def count_recaps(connection: Connection, ids: Sequence[UUID]) -> int:
    """Count these rows of recaps as they are now, in the caller's transaction that holds `LOCK`; how many had changed."""
    done = 0
    for start in range(0, len(ids), BATCH):
        done += await _count_anew(connection, _COUNT_RECAPS, ids[start : start + BATCH])
    return done


async def _count_anew(connection: Connection, statement: Statement, ids: Sequence[UUID]) -> int:
    if not ids:
        return 0
    changed: int = await statement.fetchval(connection, ids=list(ids))
    for statement in _EMPTY if changed else ():
        await statement.execute(connection)
    return changed


async def count_batch(connection: Connection, *, most: int = BATCH) -> int:
    """Count what changed, up to so many changes; how many were looked at. 0: nothing is left, or another worker does it."""
    async with connection.transaction():
        if not await _TRY_LOCK.fetchval(connection):
            return 0
        state = await _STATE.fetchrow(connection)
        assert state is not None
        if state["position"] is None:
            return await _build(connection, state["building_from"], state["built_to"], most)
        events = await _EVENTS.fetch(connection, position=state["position"], most=most)
        ids = {row["case_id"] for row in events}
        for statement in (_UNANNOUNCED, _RUN_OUT):
            ids |= {row[0] for row in await statement.fetch(connection, most=most)}  # type: ignore[index]
        await count_cases(connection, sorted(ids))
        if events:
            await _ADVANCE.execute(connection, position=events[-1]["position"])
        return len(ids)


async def _build(connection: Connection, begun_at: int | None, built_to: UUID | None, most: int) -> int:
    """A stretch of the first count: all cases in the order of their ids. What happens meanwhile is counted after it."""
    if begun_at is None:
        head = await _HEAD.fetchval(connection)
        await _BEGIN.execute(connection, position=head, first=_FIRST)
    ids = [row["id"] for row in await _NEXT.fetch(connection, after=built_to or _FIRST, most=most)]
    if ids:
        await count_cases(connection, ids)
        await _BUILT_TO.execute(connection, last=ids[-1])
    else:
        await _BUILT.execute(connection)
    return max(len(ids), 1)


async def forget(connection: Connection) -> None:
    """Let every case be counted anew, from the rows; until then statistics are read from these. In the caller's transaction.

    Rows of recaps are always counted, and are so again when this ends.
    """
    await LOCK.execute(connection)
    await connection.execute("TRUNCATE case_tallies, case_counts, case_spreads")
    await _FORGET.execute(connection)
    last = _FIRST
    while ids := [row["id"] for row in await _NEXT_RECAPS.fetch(connection, after=last, most=BATCH)]:
        await count_recaps(connection, ids)
        last = ids[-1]
