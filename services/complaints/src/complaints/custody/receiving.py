"""Which unit may have a case that no officer hands to it: after a reorganisation, by a rule, by the lapse of a dispute."""

from datetime import date
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.custody.queries import find_unit

INSPECTORATE = "inspectorate"

# The unit that a routing rule named, the latest first; then those that held the case, the first of them first.
_NAMED = Statement("""
SELECT CAST(internal -> 'routing' ->> 'unit_id' AS uuid) AS unit_id FROM case_history
WHERE case_id = CAST(:id AS uuid) AND internal -> 'routing' ->> 'by' = 'rule' ORDER BY sequence DESC
""")
_HELD = Statement("""
SELECT unit_id FROM custody_intervals WHERE case_id = CAST(:id AS uuid) AND unit_id IS NOT NULL ORDER BY sequence
""")


def accuses(case: Row, unit: Row) -> bool:
    """Whether the case is about this unit or one above it."""
    return case["accused_unit_id"] is not None and case["accused_unit_id"] in unit["ancestors"]


def may_have(unit: Row, case: Row) -> bool:
    """A case never falls to the unit that it accuses, a protected one only to an inspectorate (case-lifecycle §4)."""
    return not accuses(case, unit) and (case["custody"] != "protected" or unit["kind"] == INSPECTORATE)


async def find_first_unit(connection: Connection, case: Row, day: date) -> Row | None:
    """The unit of the routing rule, else of the first assignment: the first of these that the institution still has on this day
    and that may have the case."""
    named = await _NAMED.fetch(connection, id=case["id"])
    held = await _HELD.fetch(connection, id=case["id"])
    asked: list[UUID] = list(dict.fromkeys(row["unit_id"] for row in (*named, *held) if row["unit_id"] is not None))
    for unit_id in asked:
        unit = await find_unit(connection, unit_id, day)
        if unit is not None and unit["institution_id"] == case["institution_id"] and may_have(unit, case):
            return unit
    return None
