"""Units of an import: loading what is held, writing what was planned, by COPY and a few statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Range

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.imports.findings import Report
from directory.closure import rebuild_closure
from registry.imports.plans import units as plans
from registry.imports.plans.places import Line, Places, Request, day, regions_of
from registry.imports.plans.units import Held, Plan
from registry.imports.stores.places import load_places
from registry.institutions import standing
from registry.recorded import announce
from registry.timeline import Version
from registry.units import facts
from registry.units.tables import unit_ancestors, units

_IDENTITY = ("id", "institution_id")
_VERSION = (
    "id", "institution_id", "parent_id", "code", "name", "short_name", "kind", "region_code", "functions",
    "valid_during",
)  # fmt: skip
_CHANGES = 1_000
_REMOVE = Statement("DELETE FROM units WHERE id = :id AND valid_during = daterange(:begins, :ends)")
_REBUILD = Statement(rebuild_closure(units, unit_ancestors))
# New units have nothing in the closure yet, and nothing was below them: their lines alone are added, in one pass. Joined
# to a plain copy of the tree, which is hashed, that takes a fifth of the time that looking up each step by its key does.
_ARRIVING = "CREATE TEMPORARY TABLE arriving_units (id uuid, institution_id uuid) ON COMMIT DROP"
_TREE = """
CREATE TEMPORARY TABLE tree ON COMMIT DROP AS
SELECT id, parent_id, valid_during FROM units WHERE institution_id IN (SELECT institution_id FROM arriving_units)
"""
_NEW_LINES = """
INSERT INTO unit_ancestors (unit_id, ancestor_id, depth, valid_during)
WITH RECURSIVE lines AS (
    SELECT tree.id AS unit_id, tree.id AS ancestor_id, tree.parent_id AS next_id, 0 AS depth, tree.valid_during
    FROM arriving_units JOIN tree USING (id)
    UNION ALL
    SELECT lines.unit_id, above.id, above.parent_id, lines.depth + 1, lines.valid_during * above.valid_during
    FROM lines JOIN tree AS above ON above.id = lines.next_id AND above.valid_during && lines.valid_during
    WHERE lines.depth < 100
)
SELECT unit_id, ancestor_id, depth, unnest(range_agg(valid_during)) FROM lines
GROUP BY unit_id, ancestor_id, depth ORDER BY unit_id, ancestor_id
"""


async def load(connection: Connection, lines: Sequence[Line], request: Request) -> Held:
    """The units of the institutions that the rows name, and what stands on those that rows may end or let begin."""
    regions = regions_of(lines, "region_code")
    places = await load_places(connection, lines, request, units=True, regions=regions)
    ending, beginning = _stated(lines, places, "valid_to"), _stated(lines, places, "valid_from")
    return Held(
        places,
        _by_day(await standing.find_on_units(connection, ending) if ending else ()),
        _by_day(await standing.find_before_units(connection, beginning) if beginning else ()),
    )


def _stated(lines: Sequence[Line], places: Places, column: str) -> list[tuple[UUID, date]]:
    """The units that have the codes of rows with such a day, and the day."""
    days = {line.content["code"]: found for line in lines if (found := day(line.content, column)) is not None}
    return [
        (unit_id, days[code])
        for unit_id, versions in places.units.items()
        for code in {version.content["code"] for version in versions} & days.keys()
    ]


def _by_day(rows: Iterable[Row]) -> dict[tuple[UUID, date], list[Row]]:
    found: dict[tuple[UUID, date], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["unit_id"], row["day"]].append(row)
    return found


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """See plans.units."""
    return plans.plan(lines, held, request, report)


async def write(connection: Connection, plan: Plan, request: Request) -> None:
    """Write it, with the tree's closure and the facts. In a transaction that began a change."""
    await connection.copy_records_to_table("unit_identities", records=plan.created.items(), columns=_IDENTITY)
    for unit_id, before in plan.before.items():
        for version in before:
            if version not in plan.after[unit_id]:
                await _REMOVE.execute(connection, id=unit_id, begins=version.begins, ends=version.ends)
    added = [
        _row(unit_id, version)
        for unit_id, after in plan.after.items()
        for version in after
        if version not in plan.before.get(unit_id, ())
    ]
    await connection.copy_records_to_table("units", records=added, columns=_VERSION)
    if plan.created:
        await _add_lines(connection, plan)
    changed = list(plan.before)
    for first in range(0, len(changed), _CHANGES):
        await _REBUILD.execute(connection, unit_ids=changed[first : first + _CHANGES])
    await facts.record_changes(connection, list(plan.after), now=request.now)
    await announce(connection)


async def _add_lines(connection: Connection, plan: Plan) -> None:
    await connection.execute(_ARRIVING)
    await connection.copy_records_to_table("arriving_units", records=plan.created.items(), columns=_IDENTITY)
    await connection.execute(_TREE)
    await connection.execute("ANALYZE arriving_units, tree")
    await connection.execute(_NEW_LINES)


def _row(unit_id: Any, version: Version) -> tuple[Any, ...]:
    content = version.content
    return (unit_id, *(content[name] for name in _VERSION[1:-1]), Range(version.begins, version.ends))
