"""Services of an import: loading what is held, writing what was planned."""

from collections.abc import Sequence

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.imports.findings import Report
from registry.imports.plans import services as plans
from registry.imports.plans.places import Line, Request, regions_of
from registry.imports.plans.services import CONTENT, Held, Plan
from registry.imports.stores.places import load_places
from registry.services import facts
from registry.services.past import keep_contents
from registry.services.places import find_malls, keep

_HELD = Statement("""
SELECT id, institution_id, code, state, unit_id, name, description, kind, field, funding_route, legal_basis, target_groups,
    vulnerable_groups, channels, life_events, region_codes, locations, opening_hours, partners, special_hours, place_ids,
    open_on_holidays, upper(active_during) AS active_until
FROM services WHERE institution_id = ANY(CAST(:institution_ids AS uuid[])) AND code = ANY(CAST(:codes AS text[]))
""")
_ENDINGS = Statement("""
SELECT unit_id, ends FROM unit_ends WHERE unit_id = ANY(CAST(:ids AS uuid[])) AND ends IS NOT NULL
""")
_CREATED = ("id", "institution_id", "code", "state", *CONTENT)
_CHANGED = (*CONTENT, "state")
_ARRIVING = "CREATE TEMPORARY TABLE arriving_services (LIKE services INCLUDING DEFAULTS) ON COMMIT DROP"
_LOOSE = "ALTER TABLE arriving_services ALTER COLUMN created_at DROP NOT NULL"
_UPDATE = f"""
UPDATE services SET {", ".join(f"{name} = arriving.{name}" for name in _CHANGED)}
FROM arriving_services AS arriving WHERE services.id = arriving.id
"""  # noqa: S608 - names of ours
_MOVED = """
SELECT services.id FROM services JOIN arriving_services AS arriving ON arriving.id = services.id
WHERE arriving.unit_id <> services.unit_id"""
_ACTIVATE = Statement("""
UPDATE services SET active_during = active_during + datemultirange(daterange(activated.since, NULL))
FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS activated (id, since) WHERE services.id = activated.id
""")


async def load(connection: Connection, lines: Sequence[Line], request: Request) -> Held:
    """The services of these codes, and the units."""
    regions = regions_of(lines, "region_codes")
    places = await load_places(connection, lines, request, units=True, regions=regions)
    codes = [line.content["code"] for line in lines]
    rows = await _HELD.fetch(connection, institution_ids=[each.id for each in places.by_id.values()], codes=codes)
    named = {each for line in lines for each in plans.places_of(line)}
    malls = await find_malls(connection, named, day=request.today) if named else frozenset()
    ending = [unit_id for unit_id, versions in places.units.items() if versions[-1].ends is not None]
    endings = {row["unit_id"]: row["ends"] for row in await _ENDINGS.fetch(connection, ids=ending)} if ending else {}
    return Held(places, {(row["institution_id"], row["code"]): dict(row) for row in rows}, malls, endings)


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """See plans.services."""
    return plans.plan(lines, held, request, report)


async def write(connection: Connection, plan: Plan, request: Request) -> None:
    """Write it, with the facts."""
    created = [(*(row[name] for name in _CREATED), request.now) for row in plan.created]
    await connection.copy_records_to_table("services", records=created, columns=(*_CREATED, "created_at"))
    if plan.changed:
        await connection.execute(_ARRIVING)
        await connection.execute(_LOOSE)
        changed = [tuple(row[name] for name in _CREATED) for row in plan.changed]
        await connection.copy_records_to_table("arriving_services", records=changed, columns=_CREATED)
        moved = await connection.fetch(_MOVED)
        await keep(connection, [row["id"] for row in moved], until=request.today)
        await keep_contents(connection, [row["id"] for row in plan.changed], until=request.today)
        await connection.execute(_UPDATE)
    ids, days = list(plan.activated), list(plan.activated.values())
    await _ACTIVATE.execute(connection, ids=ids, days=days)
    await facts.record_changes(connection, [row["id"] for row in (*plan.created, *plan.changed)], now=request.now)
