"""Loading places: all institutions, the units of those that rows name, the regions that exist of those named."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from registry.imports.plans.places import Institution, Line, Places, Request
from registry.timeline import Timeline, Version

_INSTITUTIONS = Statement("""
SELECT i.id, identity.code, i.kind, i.time_zone, lower(i.valid_during) AS begins, upper(i.valid_during) AS ends
FROM institutions AS i JOIN institution_identities AS identity ON identity.id = i.id ORDER BY begins
""")
_UNITS = Statement("""
SELECT id, institution_id, parent_id, code, name, short_name, kind, region_code, functions,
    lower(valid_during) AS begins, upper(valid_during) AS ends
FROM units WHERE institution_id = ANY(CAST(:institution_ids AS uuid[])) ORDER BY id, begins
""")
_REGIONS = Statement("SELECT code FROM regions WHERE code = ANY(CAST(:codes AS text[]))")


async def load_places(
    connection: Connection, lines: Iterable[Line], request: Request, *, units: bool, regions: Collection[str] = ()
) -> Places:
    """What plans ask about."""
    institutions = await load_institutions(connection)
    codes = {line.content.get("institution_code") for line in lines}
    ids = [institutions[code].id for code in codes if code in institutions]
    if request.institution_id is not None:
        ids.append(request.institution_id)
    held = await _UNITS.fetch(connection, institution_ids=ids) if units and ids else []
    known = await _REGIONS.fetch(connection, codes=sorted(regions)) if regions else []
    return Places(institutions, timelines(held), frozenset(row["code"] for row in known))


async def load_institutions(connection: Connection) -> dict[str, Institution]:
    """Every institution by its code."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in await _INSTITUTIONS.fetch(connection):
        found[row["code"]].append(row)
    return {
        code: Institution(
            rows[0]["id"],
            code,
            rows[-1]["kind"],
            rows[-1]["time_zone"],
            tuple(Version(row["begins"], row["ends"], {}) for row in rows),
        )
        for code, rows in found.items()
    }


def timelines(rows: Iterable[Row]) -> dict[UUID, Timeline]:
    """Dated rows as a timeline for each id."""
    found: dict[UUID, list[Version]] = defaultdict(list)
    for row in rows:
        content: dict[str, Any] = {name: row[name] for name in row.keys() if name not in ("id", "begins", "ends")}  # noqa: SIM118 - a record isn't a mapping to iterate
        found[row["id"]].append(Version(row["begins"], row["ends"], content))
    return {id_: tuple(versions) for id_, versions in found.items()}
