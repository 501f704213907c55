"""Following complaints: of its feed only aspirations and input that name a service are kept."""

from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert

from chassis.data.events import Event
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from registry.offers.tables import offers
from registry.offers.told import CaseTold

OFFERED = frozenset({"aspiration", "input"})
"""Types of case (case_types) that speak of how a service should be."""

_ROW = insert(offers).values({column.name: bindparam(column.name, type_=column.type) for column in offers.c})
_TAKE = Statement(
    _ROW.on_conflict_do_update(
        index_elements=[offers.c.case_id],
        set_={column.name: _ROW.excluded[column.name] for column in offers.c if column.name != "case_id"},
        where=offers.c.sequence < _ROW.excluded.sequence,
    )
)
# What is offered no more (the case names no service now, or became something else) stays known by its sequence.
_WITHDRAW = Statement(
    update(offers)
    .where(
        offers.c.case_id == bindparam("of_case", type_=offers.c.case_id.type),
        offers.c.sequence < bindparam("newer", type_=offers.c.sequence.type),
    )
    .values(service_id=None, sequence=bindparam("newer", type_=offers.c.sequence.type))
)
_RESET = Statement(update(offers).values(sequence=0))
_SWEEP = Statement(delete(offers).where(offers.c.sequence == 0))


class ComplaintsOffers:
    """What the registry keeps of the feed of complaints."""

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take an event of a case in, if it is newer than what is held; others are left alone.

        Raises ValueError for data of another shape.
        """
        if not event.type.startswith("case."):
            return
        told = CaseTold.model_validate(event.data)
        if told.type not in OFFERED or told.service_id is None:
            await _WITHDRAW.execute(connection, of_case=told.id, newer=event.sequence)
            return
        await _TAKE.execute(connection, case_id=told.id, sequence=event.sequence, **told.model_dump(exclude={"id"}))

    async def reset(self, connection: Connection) -> None:
        """Before a rebuild: every event of the feed counts as new. What is held stays readable."""
        await _RESET.execute(connection)

    async def sweep(self, connection: Connection) -> None:
        """After a rebuild: remove what the feed didn't mention."""
        await _SWEEP.execute(connection)
