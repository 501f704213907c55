"""Which cases exist for a judge: one condition, compiled into every query of cases. For all others there are none."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Date, Uuid, and_, any_, bindparam, exists, not_, or_, select, true

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from directory.roles import UNIT_HEAD, Actor
from directory.tables import appointments, unit_ancestors, units
from directory.zones import national_day
from evaluation.ethics.judging import Judge, Level, judge_of
from evaluation.ethics.tables import ethics_accused, ethics_cases

_INSPECTORATES = Statement(
    select(units.c.id).where(
        units.c.id == any_(bindparam("unit_ids", type_=ARRAY(Uuid))),
        units.c.kind == "inspectorate",
        units.c.valid_during.op("@>")(bindparam("day", type_=Date)),
    )
)


async def find_judge(connection: Connection, actor: Actor, now: datetime) -> Judge:
    """The caller as a judge, by the seats held now."""
    headed = sorted({seat.unit_id for seat in actor.seats if seat.role == UNIT_HEAD and seat.unit_id is not None})
    if not headed:
        return judge_of(actor, ())
    rows = await _INSPECTORATES.fetch(connection, unit_ids=headed, day=national_day(now))
    return judge_of(actor, {row["id"] for row in rows})


def _among(name: str) -> ColumnElement[bool]:
    return ethics_cases.c.institution_id == any_(bindparam(name, type_=ARRAY(Uuid)))


def _from_own_line(name: str) -> ColumnElement[bool]:
    """Someone accused is accused in one of these units or in one below, or holds a seat there, whatever the case names."""
    on_the_day = bindparam("judged_on", type_=Date)
    serving = select(appointments.c.unit_id).where(
        appointments.c.person_id == ethics_accused.c.person_id,
        appointments.c.unit_id.is_not(None),
        appointments.c.valid_during.op("@>")(on_the_day),
    )
    return exists().where(
        ethics_accused.c.case_id == ethics_cases.c.id,
        or_(
            unit_ancestors.c.unit_id == ethics_accused.c.unit_id,
            unit_ancestors.c.unit_id == any_(serving.scalar_subquery()),
        ),
        unit_ancestors.c.ancestor_id == any_(bindparam(name, type_=ARRAY(Uuid))),
        unit_ancestors.c.valid_during.op("@>")(on_the_day),
    )


_ACCUSED = exists().where(
    ethics_accused.c.case_id == ethics_cases.c.id,
    ethics_accused.c.person_id == bindparam("judge_person_id", type_=Uuid),
)
VISIBLE = and_(
    not_(_ACCUSED),
    or_(
        and_(ethics_cases.c.level <= int(Level.AUDITOR), _among("auditing"), not_(_from_own_line("own_units"))),
        and_(ethics_cases.c.level <= int(Level.HEAD), _among("heading"), not_(_from_own_line("above_audit"))),
        and_(ethics_cases.c.level <= int(Level.SUPERVISOR), _among("supervising")),
    ),
)


def visible(judge: Judge, day: date) -> tuple[str, ColumnElement[bool], Mapping[str, Any]]:
    """As `Filters.page` takes it: the condition's shape, the condition, its values."""
    if judge.everything:
        return "everything", true(), {}
    names = ("auditing", "heading", "supervising", "own_units", "above_audit")
    values = {name: sorted(getattr(judge, name)) for name in names}
    return "judge", VISIBLE, {**values, "judge_person_id": judge.person_id, "judged_on": day}
