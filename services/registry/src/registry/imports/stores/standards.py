"""Standards of an import: loading what is held, writing what was planned with its decrees."""

from collections.abc import Sequence
from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.imports.findings import Report
from registry.imports.plans import standards as plans
from registry.imports.plans.places import Line, Request
from registry.imports.plans.standards import Held, Plan
from registry.imports.stores.places import load_places
from registry.standards import lifecycle

_SERVICES = Statement("""
SELECT services.id, services.institution_id, services.code, coalesce(max(standards.version), 0) AS latest
FROM services LEFT JOIN standards ON standards.service_id = services.id
WHERE services.code = ANY(CAST(:codes AS text[])) GROUP BY services.id
""")
_HELD = Statement("""
SELECT institution_id, number, service_id, components, considerations FROM standards
WHERE number = ANY(CAST(:numbers AS text[]))
""")
_STANDARD = (
    "id", "service_id", "institution_id", "number", "version", "components", "considerations", "content_hash",
    "time_zone",
)  # fmt: skip
_STIPULATION = ("decree_number", "decree_date", "signer", "content_hash")


async def load(connection: Connection, lines: Sequence[Line], request: Request) -> Held:
    """The services of these codes with their latest versions, and the standards of these numbers."""
    services = await _SERVICES.fetch(connection, codes=[line.content["service_code"] for line in lines])
    standards = await _HELD.fetch(connection, numbers=[line.content["number"] for line in lines])
    return Held(
        await load_places(connection, lines, request, units=False),
        {(row["institution_id"], row["code"]): row["id"] for row in services},
        {row["id"]: row["latest"] for row in services},
        {(row["institution_id"], row["number"]): row for row in standards},
    )


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """See plans.standards."""
    return plans.plan(lines, held, request, report)


async def write(connection: Connection, plan: Plan, request: Request) -> None:
    """Write it. Nothing is told to followers before the publication, as with any other standard."""
    rows = plan.created
    fixed: dict[str, Any] = {
        "state": "stipulated", "provider_team": [], "manufacturing_public": True, "changeable": [],
        "drafted_by": request.by, "created_at": request.now, "changed_at": request.now,
    }  # fmt: skip
    await connection.copy_records_to_table(
        "standards",
        records=[(*(row[name] for name in _STANDARD), *fixed.values()) for row in rows],
        columns=(*_STANDARD, *fixed),
    )
    await connection.copy_records_to_table(
        "stipulations",
        records=[(row["id"], *(row[name] for name in _STIPULATION), request.now, request.by) for row in rows],
        columns=("standard_id", *_STIPULATION, "stipulated_at", "stipulated_by"),
    )
    await connection.copy_records_to_table(
        "standard_moves",
        records=[
            (
                row["id"],
                "stipulation",
                lifecycle.NONE,
                "stipulated",
                request.by,
                request.person_id,
                row["details"],
                request.now,
            )
            for row in rows
        ],
        columns=("standard_id", "action", "state_before", "state_after", "actor", "person_id", "details", "at"),
    )
