"""Settling what is offered: taken up with a change of the draft, or not, with the reason."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.problems import Flaw, NotFound, Unprocessable
from chassis.http.versions import Expected
from registry.consultations.participation import disposition_lacks
from registry.offers import queries
from registry.offers.tables import offer_dispositions
from registry.standards import lifecycle
from registry.standards import operations as standards
from registry.standards.operations import By

_ROW = insert(offer_dispositions).values(
    {column.name: bindparam(column.name, type_=column.type) for column in offer_dispositions.c}
)
_KEYS = ("standard_id", "case_id")
_DISPOSE = Statement(
    _ROW.on_conflict_do_update(
        index_elements=[offer_dispositions.c[name] for name in _KEYS],
        set_={column.name: _ROW.excluded[column.name] for column in offer_dispositions.c if column.name not in _KEYS},
    )
)


async def dispose(
    connection: Connection,
    standard_id: UUID,
    case_id: UUID,
    content: Mapping[str, Any],
    *,
    by: By,
    expected: Expected,
) -> Row:
    """Say what a draft made of a case; it may be said anew until the stipulation. A change that is accepted opens its component.

    `content`: disposition, reason, change {component, summary}, target_on. `expected` is of the disposition held, 0 for none.
    Raises NotFound, Forbidden, MoveNotAllowed, StaleVersion, Unprocessable.
    """
    standard = await standards.lock_in(connection, standard_id, lifecycle.DRAFTED, as_for="drafting", by=by)
    held = await queries.find_offer(connection, standard, case_id)
    if held is None:
        raise NotFound
    version = held["version"] or 0
    expected.check(version)
    lacks = disposition_lacks(
        content["disposition"],
        reason=content["reason"],
        change=content["change"],
        target_on=content["target_on"],
        today=standard["today"],
    )
    if lacks:
        raise Unprocessable(errors=[Flaw(*lack) for lack in lacks])
    await _DISPOSE.execute(
        connection,
        standard_id=standard_id,
        case_id=case_id,
        disposed_by=by.name,
        disposed_at=by.now,
        version=version + 1,
        **content,
    )
    await standards.permit_changes(connection, standard_id)
    found = await queries.find_offer(connection, standard, case_id)
    assert found is not None, "what was just settled is there"
    return found
