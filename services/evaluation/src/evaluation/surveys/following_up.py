"""The plan of follow-up (RTL) of a survey: which programme mends which element, by when, by whom, and its proof."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, insert, select, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from directory.zones import local_day
from evaluation.surveys.access import open_to_conduct
from evaluation.surveys.follow_up import realisation_of
from evaluation.surveys.follow_up_schemas import FollowUpPatch, NewFollowUp
from evaluation.surveys.lifecycle import CLOSED, PUBLISHED, moves_from
from evaluation.surveys.tables import survey_follow_up_items

PLANNABLE = frozenset({CLOSED, PUBLISHED})
"""States in which the plan is made and carried out: once the answers are in, until everything is done."""

_ELEMENT = Text("Unsur ini tidak ada dalam survei ini.", "This survey has no such element.")
_PROOF = Text("Realisasi perlu bukti.", "What was realised needs its proof.")
_FUTURE = Text("Hari ini belum tiba.", "This day hasn't come yet.")


class PlanNotOpen(Conflict):
    """A plan is made and carried out while the survey is closed or published."""

    code = "follow_up_plan_not_open"
    title = Text("Rencana tindak lanjut tidak dapat diubah", "The plan of follow-up can't be changed")


class FollowUpUnfinished(Conflict):
    """There is no plan, or something planned isn't realised: `planned` and `realised` say how much."""

    code = "follow_up_unfinished"
    title = Text("Tindak lanjut belum selesai", "The follow-up isn't finished")


_TABLE = survey_follow_up_items
_OF_SURVEY = (
    select(_TABLE)
    .where(_TABLE.c.survey_id == bindparam("survey_id", type_=Uuid))
    .order_by(_TABLE.c.due_on, _TABLE.c.id)
)
_LIST = Statement(_OF_SURVEY)
_LOCK = Statement(_OF_SURVEY.where(_TABLE.c.id == bindparam("item_id", type_=Uuid)).with_for_update())
_INSERT = Statement(insert(_TABLE).values({each.name: bindparam(each.name, type_=each.type) for each in _TABLE.c}))
_CHANGED = ("element", "programme", "due_on", "owner", "realised_on", "proof", "version")
_UPDATE = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("item_id", type_=Uuid))
    .values({name: bindparam(name, type_=_TABLE.c[name].type) for name in _CHANGED})
)
_DELETE = Statement(delete(_TABLE).where(_TABLE.c.id == bindparam("item_id", type_=Uuid)))


async def find_items(connection: Connection, survey_id: UUID) -> list[Row]:
    """The items of a plan, by the day they are due."""
    return await _LIST.fetch(connection, survey_id=survey_id)


async def require_realised(connection: Connection, survey_id: UUID) -> None:
    """Raises FollowUpUnfinished unless there is a plan and all of it is realised."""
    found = realisation_of(await find_items(connection, survey_id), None)
    if not found.complete:
        raise FollowUpUnfinished(planned=found.planned, realised=found.realised)


async def add_item(connection: Connection, survey_id: UUID, new: NewFollowUp, actor: Actor, now: datetime) -> Row:
    """Plan one more programme. Raises NotFound, Forbidden, PlanNotOpen, Unprocessable."""
    survey = await _open_plan(connection, survey_id, actor, now)
    row: dict[str, Any] = {
        "id": new_id(),
        "survey_id": survey_id,
        **new.model_dump(),
        "realised_on": None,
        "proof": None,
        "version": 1,
        "created_at": now,
    }
    _check(row, survey, now)
    await _INSERT.execute(connection, **row)
    return row


async def change_item(
    connection: Connection,
    survey_id: UUID,
    item_id: UUID,
    changes: FollowUpPatch,
    actor: Actor,
    *,
    expected: Expected,
    now: datetime,
) -> Row:
    """Change an item, or record that it was realised. Raises NotFound, Forbidden, StaleVersion, PlanNotOpen, Unprocessable."""
    survey = await _open_plan(connection, survey_id, actor, now)
    held = await _lock(connection, survey_id, item_id, expected)
    after: dict[str, Any] = {**held, **changes.stated(), "version": held["version"] + 1}
    _check(after, survey, now)
    await _UPDATE.execute(connection, item_id=item_id, **{name: after[name] for name in _CHANGED})
    return after


async def drop_item(
    connection: Connection, survey_id: UUID, item_id: UUID, actor: Actor, *, expected: Expected, now: datetime
) -> None:
    """Take an item out of a plan that isn't announced yet. Raises NotFound, Forbidden, StaleVersion, PlanNotOpen."""
    survey = await _open_plan(connection, survey_id, actor, now)
    if survey["state"] != CLOSED:
        raise PlanNotOpen(allowed_actions=moves_from(survey["state"]))
    await _lock(connection, survey_id, item_id, expected)
    await _DELETE.execute(connection, item_id=item_id)


async def _open_plan(connection: Connection, survey_id: UUID, actor: Actor, now: datetime) -> Row:
    survey = await open_to_conduct(connection, survey_id, actor, now, lock="share")
    if survey["state"] not in PLANNABLE:
        raise PlanNotOpen(allowed_actions=moves_from(survey["state"]))
    return survey


async def _lock(connection: Connection, survey_id: UUID, item_id: UUID, expected: Expected) -> Row:
    held = await _LOCK.fetchrow(connection, survey_id=survey_id, item_id=item_id)
    if held is None:
        raise NotFound
    expected.check(held["version"])
    return held


def _check(row: Row, survey: Row, now: datetime) -> None:
    flaws = []
    realised: date | None = row["realised_on"]
    if row["element"] not in survey["elements"]:
        flaws.append(Flaw("/element", "unknown_element", _ELEMENT))
    if realised is not None and row["proof"] is None:
        flaws.append(Flaw("/proof", "proof_needed", _PROOF))
    if realised is not None and realised > local_day(now, survey["time_zone"]):
        flaws.append(Flaw("/realised_on", "in_the_future", _FUTURE))
    if flaws:
        raise Unprocessable(errors=flaws)
