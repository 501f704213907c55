"""Which unit may have a case that no officer hands to it: after a reorganisation, by a rule, by the lapse of a dispute."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.custody.queries import find_units

INSPECTORATE = "inspectorate"

# The unit that a routing rule named, the latest first; then those that held the case, the first of them first.
_POINTED_AT = Statement("""
SELECT case_id, CAST(internal -> 'routing' ->> 'unit_id' AS uuid) AS unit_id, 1 AS rank, -sequence AS place
FROM case_history WHERE case_id = ANY(CAST(:case_ids AS uuid[])) AND internal -> 'routing' ->> 'by' = 'rule'
UNION ALL
SELECT case_id, unit_id, 2, sequence FROM custody_intervals
WHERE case_id = ANY(CAST(:case_ids AS uuid[])) AND unit_id IS NOT NULL
ORDER BY case_id, rank, place
""")


def accuses(case: Row, unit: Row) -> bool:
    """Whether the case is about this unit or one above it."""
    return case["accused_unit_id"] is not None and case["accused_unit_id"] in unit["ancestors"]


def may_have(unit: Row, case: Row) -> bool:
    """A case never falls to the unit that it accuses, a protected one only to an inspectorate (case-lifecycle §4)."""
    return not accuses(case, unit) and (case["custody"] != "protected" or unit["kind"] == INSPECTORATE)


async def find_first_units(connection: Connection, cases: Sequence[tuple[Row, date]]) -> Mapping[UUID, Row]:
    """By case: the unit of the routing rule, else of the first assignment: the first of these that the institution still has on
    the day beside the case and that may have it. Cases without one are left out. Two statements, however many cases."""
    asked: dict[UUID, list[UUID]] = {}
    for row in await _POINTED_AT.fetch(connection, case_ids=[case["id"] for case, _ in cases]):
        if row["unit_id"] is not None:
            asked.setdefault(row["case_id"], []).append(row["unit_id"])
    pairs = {(unit_id, day) for case, day in cases for unit_id in asked.get(case["id"], ())}
    units = await find_units(connection, pairs)
    found: dict[UUID, Row] = {}
    for case, day in cases:
        able = (units.get((unit_id, day)) for unit_id in asked.get(case["id"], ()))
        first = next((unit for unit in able if unit is not None and _falls_to(unit, case)), None)
        if first is not None:
            found[case["id"]] = first
    return found


def _falls_to(unit: Row, case: Row) -> bool:
    return bool(unit["institution_id"] == case["institution_id"]) and may_have(unit, case)
