"""Where a post or an appointment is: the institution, and the unit within it."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from registry.appointments import holding, problems
from registry.institutions import queries as institutions
from registry.units import queries as units


class Place(NamedTuple):
    """`unit_id` None: the whole institution."""

    institution_id: UUID
    unit_id: UUID | None


async def find_place(connection: Connection, content: Mapping[str, Any]) -> Place:
    """The place that a body states by `unit_id`, `institution_id` or both, fit for its `role`. Raises Unprocessable."""
    unit_id, institution_id, role = content["unit_id"], content["institution_id"], content["role"]
    if unit_id is None and institution_id is None:
        raise problems.no_place()
    if unit_id is not None and role in holding.AT_INSTITUTIONS:
        raise problems.whole_institution()
    if unit_id is None:
        if role in holding.AT_UNITS:
            raise problems.unit_needed()
        if await institutions.find_missing(connection, [institution_id]):
            raise problems.unknown_institution()
        return Place(institution_id, None)
    owner = await units.find_institution_id(connection, unit_id)
    if owner is None:
        raise problems.unknown_unit()
    if institution_id not in (None, owner):
        raise problems.unit_elsewhere()
    return Place(owner, unit_id)
