"""Appointments of an import: loading what is held, writing what was planned."""

from collections.abc import Sequence

from asyncpg import Range

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.imports.findings import Report
from registry.appointments import facts, holding
from registry.imports.plans import appointments as plans
from registry.imports.plans.appointments import Held, Plan
from registry.imports.plans.places import Line, Request
from registry.imports.stores.places import load_places
from registry.recorded import announce

_PEOPLE = Statement("""
SELECT id, employee_number FROM people WHERE employee_number = ANY(CAST(:numbers AS text[]))
""")
_HELD = Statement("""
SELECT held.id, person_id, people.name AS person_name, held.institution_id, unit_id, role, acting, decree_number, decree_date,
    appointed_by, extensions, lower(valid_during) AS begins, upper(valid_during) AS ends
FROM appointments AS held JOIN people ON people.id = held.person_id WHERE NOT cancelled AND (
    person_id = ANY(CAST(:person_ids AS uuid[]))
    OR (held.institution_id = ANY(CAST(:institution_ids AS uuid[])) AND role = ANY(CAST(:roles AS text[]))))
""")
_COLUMNS = (
    "id", "person_id", "institution_id", "unit_id", "role", "acting", "decree_number", "decree_date", "appointed_by",
    "valid_during", "created_at",
)  # fmt: skip
_CORRECT = Statement("""
UPDATE appointments SET acting = :acting, decree_number = :decree_number, decree_date = CAST(:decree_date AS date),
    appointed_by = CAST(:appointed_by AS uuid), valid_during = daterange(CAST(:begins AS date), CAST(:ends AS date))
WHERE id = CAST(:id AS uuid)
""")


async def load(connection: Connection, lines: Sequence[Line], request: Request) -> Held:
    """The people and places of these rows, their appointments, and who holds what one person at a time can hold there."""
    numbers = [line.content["employee_number"] for line in lines]
    numbers += [line.content["appointed_by"] for line in lines if "appointed_by" in line.content]
    people = {row["employee_number"]: row["id"] for row in await _PEOPLE.fetch(connection, numbers=numbers)}
    places = await load_places(connection, lines, request, units=True)
    stated = {line.content.get("institution_code", "") for line in lines}
    ids = {places.institutions[code].id for code in stated if code in places.institutions}
    held = await _HELD.fetch(
        connection,
        person_ids=list(people.values()),
        institution_ids=[*ids, *([request.institution_id] if request.institution_id else [])],
        roles=sorted(holding.SINGLE),
    )
    return Held(places, people, held)


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """See plans.appointments."""
    return plans.plan(lines, held, request, report)


async def write(connection: Connection, plan: Plan, request: Request) -> None:
    """Write it, with the facts. Corrections go first: they may free seats."""
    if plan.changed:
        names = ("id", "acting", "decree_number", "decree_date", "appointed_by", "begins", "ends")
        await _CORRECT.execute_many(connection, [{name: row[name] for name in names} for row in plan.changed])
    records = [
        (*(row[name] for name in _COLUMNS[:-2]), Range(row["begins"], row["ends"]), request.now) for row in plan.created
    ]
    await connection.copy_records_to_table("appointments", records=records, columns=_COLUMNS)
    await facts.record_appointments(connection, [row["id"] for row in (*plan.changed, *plan.created)], now=request.now)
    await announce(connection)
