"""People of an import: loading what is held, writing what was planned."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.imports.findings import Report
from directory.roles import REACHING_ALL
from registry.appointments import facts
from registry.imports.plans import people as plans
from registry.imports.plans.people import Held, Plan
from registry.imports.plans.places import Line, Request
from registry.imports.stores.places import load_places
from registry.recorded import announce

_HELD = Statement("""
SELECT id, institution_id, name, employee_number, account_id, client_id FROM people
WHERE employee_number = ANY(CAST(:numbers AS text[])) OR account_id = ANY(CAST(:accounts AS text[]))
OR client_id = ANY(CAST(:clients AS text[]))
""")
_SEATS = Statement("""
SELECT DISTINCT person_id, institution_id, role FROM appointments
WHERE person_id = ANY(CAST(:ids AS uuid[])) AND NOT cancelled
""")
_COLUMNS = ("id", "institution_id", "employee_number", "name", "account_id", "client_id", "created_at")
_UPDATE = Statement("""
UPDATE people SET name = :name, account_id = :account_id, client_id = :client_id WHERE id = CAST(:id AS uuid)
""")
_SEATS_OF = Statement("SELECT id FROM appointments WHERE person_id = ANY(CAST(:ids AS uuid[])) AND NOT cancelled")


async def load(connection: Connection, lines: Sequence[Line], request: Request) -> Held:
    """The people of these numbers, accounts and clients, and what seats they hold."""

    def stated(name: str) -> list[str]:
        return [line.content[name] for line in lines if name in line.content]

    rows = await _HELD.fetch(
        connection, numbers=stated("employee_number"), accounts=stated("account_id"), clients=stated("client_id")
    )
    seats: dict[UUID, set[tuple[UUID, bool]]] = defaultdict(set)
    for row in await _SEATS.fetch(connection, ids=[row["id"] for row in rows]):
        seats[row["person_id"]].add((row["institution_id"], row["role"] in REACHING_ALL))
    links = {(name, row[name]): row["id"] for row in rows for name in ("account_id", "client_id") if row[name]}
    return Held(
        await load_places(connection, lines, request, units=False),
        {row["employee_number"]: row for row in rows if row["employee_number"]},
        links,
        {id_: frozenset(places) for id_, places in seats.items()},
    )


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """See plans.people."""
    return plans.plan(lines, held, request, report)


async def write(connection: Connection, plan: Plan, request: Request) -> None:
    """Write it, with the facts."""
    created: list[dict[str, Any]] = [{**row, "created_at": request.now} for row in plan.created]
    await connection.copy_records_to_table(
        "people", records=[tuple(row[name] for name in _COLUMNS) for row in created], columns=_COLUMNS
    )
    if plan.changed:
        await _UPDATE.execute_many(connection, list(plan.changed))
    await facts.record_people(connection, [row["id"] for row in (*plan.created, *plan.changed)], now=request.now)
    if plan.renamed:
        seats = await _SEATS_OF.fetch(connection, ids=plan.renamed)
        await facts.record_appointments(connection, [row["id"] for row in seats], now=request.now)
    await announce(connection)
