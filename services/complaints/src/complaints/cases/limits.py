"""What the policies say of a case, where a guard of its state reads it: refusals, reopenings, whose approval an answer needs.

It is read with the case itself (`SAID`), in no statement of its own.
"""

from datetime import datetime
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.policies.handling import rule_for
from complaints.policies.queries import STAMP, policies_of
from complaints.policies.rules import limit
from directory.zones import DEFAULT_ZONE, local_day, national_day

LIMITS = {"max_refusals": "max_refusals_before_arbitration", "max_reopenings": "max_reopenings"}
"""As the guards read them, and as the policies name them."""
READ_IN = frozenset({"assigned", "resolved", "in_progress"})
"""The states in which a guard reads any of it: nothing is asked in the others."""

SAID = f"""
CASE WHEN c.state IN ('assigned', 'resolved') THEN jsonb_build_object(
    'zone', (SELECT time_zone FROM directory_institutions WHERE id = c.institution_id), 'stamp', ({STAMP})) END AS limits,
CASE WHEN c.state = 'in_progress' THEN (
    SELECT jsonb_agg(jsonb_build_object('rules', p.rules) ORDER BY p.institution_id IS NULL, p.unit_id IS NULL, p.depth)
    FROM (
        SELECT DISTINCT ON (h.institution_id, h.unit_id) h.institution_id, h.unit_id, h.rules, a.depth
        FROM handling_policies h LEFT JOIN directory_unit_ancestors a
          ON a.unit_id = c.unit_id AND a.ancestor_id = h.unit_id AND a.valid_during @> CAST(:policy_day AS date)
        WHERE h.effective_from <= CAST(:policy_day AS date)
          AND (h.institution_id IS NULL OR h.institution_id = c.institution_id)
          AND (h.unit_id IS NULL OR a.ancestor_id IS NOT NULL)
        ORDER BY h.institution_id, h.unit_id, h.effective_from DESC, h.version DESC) p) END AS handling
"""  # noqa: S608 - our own statement
"""Columns of a statement on `cases c`, with the day (`policy_day`) whose policies hold: what `limited` needs, in the states
in which a guard reads it. The handling policies stand in the order in which they are asked."""

_LOCK = Statement(f"""
SELECT c.*, {SAID} FROM (SELECT * FROM cases WHERE id = CAST(:id AS uuid) FOR UPDATE) c
""")  # noqa: S608 - our own columns


async def lock_limited(connection: Connection, case_id: UUID, now: datetime) -> Row | None:
    """The locked case, as `limited` makes it; None if there is none."""
    row = await _LOCK.fetchrow(connection, id=case_id, policy_day=national_day(now))
    return None if row is None else await limited(connection, row)


async def limited(connection: Connection, row: Row) -> Row:
    """A case read with `SAID`, with what guards of its state read: `max_refusals`, `max_reopenings`, as of the local day on
    which it was filed; `approval`, as of today. Asks the database only for policies that this process hasn't seen yet."""
    if row["state"] not in READ_IN:
        return row
    case = dict(row)
    limits, handling = case.pop("limits"), case.pop("handling")
    if limits is not None:
        filed_on = local_day(case["received_at"], limits["zone"] or DEFAULT_ZONE)
        policies = (await policies_of(connection, limits["stamp"])).values()
        case |= {column: limit(policies, name, filed_on) for column, name in LIMITS.items()}
    if case["state"] == "in_progress":
        case["approval"] = rule_for(case["case_class"], handling or ()).approval
    return case
