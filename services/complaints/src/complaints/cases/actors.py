"""Looking up who a caller is in the registry copy, with what the cases' own rules add to the seats."""

from datetime import datetime

from sqlalchemy import ARRAY, Date, Uuid, any_, bindparam, select

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.identity import Caller
from complaints.cases.callers import AUDITOR, with_audit_seats
from directory import selections
from directory.access import find_in_copy
from directory.roles import UNIT_HEAD, Actor
from directory.tables import units
from directory.zones import national_day

_INSPECTORATES = Statement(
    select(units.c.id).where(
        units.c.id == any_(bindparam("unit_ids", type_=ARRAY(Uuid))),
        units.c.kind == "inspectorate",
        units.c.valid_during.op("@>")(bindparam("day", type_=Date)),
    )
)


async def find_case_actor(connection: Connection, caller: Caller, now: datetime) -> Actor:
    """The caller with seats, supervised institutions, and what audit seats reach: a `FindActor` of the directory."""
    actor = await find_in_copy(connection, caller, now)
    day = national_day(now)
    headed = [seat.unit_id for seat in actor.seats if seat.role == UNIT_HEAD and seat.unit_id is not None]
    audits = [seat.institution_id for seat in actor.seats if seat.role == AUDITOR]
    inspectorates = await _INSPECTORATES.fetch(connection, unit_ids=headed, day=day) if headed else []
    audited = await selections.SUPERVISED.fetch(connection, institution_ids=audits, day=day) if audits else []
    return with_audit_seats(
        actor, inspectorates=(row["id"] for row in inspectorates), audited=[row["id"] for row in audited]
    )
