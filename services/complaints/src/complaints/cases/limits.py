"""The lifecycle's limits that the deadline policies set: how often a unit may refuse, and a reporter reopen."""

from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.policies.queries import load_policies
from complaints.policies.rules import limit
from directory.zones import DEFAULT_ZONE, local_day

LIMITS = {"max_refusals": "max_refusals_before_arbitration", "max_reopenings": "max_reopenings"}
"""As the guards read them, and as the policies name them."""
LIMITED_STATES = frozenset({"assigned", "resolved"})
"""The states in which a guard reads one: nothing is asked in the others."""

_ZONE = Statement("SELECT time_zone FROM directory_institutions WHERE id = CAST(:institution AS uuid)")


async def with_limits(connection: Connection, case: Row) -> Row:
    """The case with the limits in force on the local day on which it was filed, where a guard of its state reads one."""
    if case["state"] not in LIMITED_STATES:
        return case
    zone: str | None = await _ZONE.fetchval(connection, institution=case["institution_id"])
    filed_on = local_day(case["received_at"], zone or DEFAULT_ZONE)
    policies = (await load_policies(connection)).values()
    limits: dict[str, Any] = {column: limit(policies, name, filed_on) for column, name in LIMITS.items()}
    return {**case, **limits}
