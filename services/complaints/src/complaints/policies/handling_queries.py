"""Reading handling policies, and what of them holds for a case."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Sort, one_of
from complaints.policies.handling import ClassRule, nearest, rule_for
from complaints.policies.tables import handling_policies

_IN_FORCE = Statement("""
SELECT DISTINCT ON (institution_id, unit_id) institution_id, unit_id, version, rules FROM handling_policies
WHERE effective_from <= CAST(:day AS date)
  AND (institution_id IS NULL OR (institution_id = CAST(:institution AS uuid)
       AND (unit_id IS NULL OR unit_id = ANY(CAST(:units AS uuid[])))))
ORDER BY institution_id, unit_id, effective_from DESC, version DESC
""")
_ONE = Statement("SELECT * FROM handling_policies WHERE id = CAST(:id AS uuid)")

FILTERS = Filters(
    parameters=[
        one_of("institution", handling_policies.c.institution_id, UUID, "Institution that set it"),
        one_of("unit", handling_policies.c.unit_id, UUID, "Unit for which it was set"),
    ],
    sorts={"recorded_at": Sort((handling_policies.c.recorded_at, handling_policies.c.id), (datetime, UUID))},
    default_sort="-recorded_at",
)
LISTED = select(handling_policies)


async def find_rule(connection: Connection, case: Mapping[str, Any], ancestors: Sequence[UUID], day: date) -> ClassRule:
    """What holds on a day for the case's class at its unit (`ancestors`: the unit first, then those above it)."""
    rows = await _IN_FORCE.fetch(connection, institution=case["institution_id"], units=list(ancestors), day=day)
    return rule_for(case["case_class"], nearest(rows, ancestors))


async def find_handling_policy(connection: Connection, policy_id: UUID) -> Row | None:
    """One version."""
    return await _ONE.fetchrow(connection, id=policy_id)


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """As it is sent. Pure."""
    same = ("id", "institution_id", "unit_id", "version", "effective_from", "legal_source", "rules", "recorded_at")
    return {name: row[name] for name in same}
