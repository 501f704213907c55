"""How an assessment changes: its row, its history, and the fact that tells of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from chassis.data import events
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Unprocessable
from chassis.http.versions import Expected
from directory.roles import Actor
from evaluation.assessments import queries
from evaluation.assessments.access import lock_for
from evaluation.assessments.levels import missing
from evaluation.assessments.lifecycle import (
    COMPLETION,
    CONFIRMATION,
    MOVES,
    OPENING,
    PUBLICATION,
    PUBLISHED,
    RETURN,
    SUBMISSION,
    actions_from,
)
from evaluation.assessments.reading import instrument_of, offers_for
from evaluation.assessments.tables import assessment_history, assessments
from evaluation.surveys.results import number


class AssessmentMoveNotAllowed(Conflict):
    """The assessment's state doesn't allow the action; `allowed_actions` names those that it does."""

    code = "assessment_move_not_allowed"
    title = Text("Keadaan penilaian tidak mengizinkan tindakan ini", "The assessment's state doesn't allow this action")


class Incomplete(Unprocessable):
    """Items without a level, or too few service users: `errors`, `respondents` and `respondents_minimum` say which."""

    code = "assessment_incomplete"
    title = Text("Penilaian belum lengkap", "The assessment isn't complete")


_FEW = Text("Jawaban pengguna layanan belum cukup.", "Too few service users have answered.")
_CHANGED = (
    *("state", "result", "ipp", "grade", "version"),
    *("submitted_at", "completed_at", "confirmed_at", "published_at"),
)
_UPDATE = Statement(
    update(assessments)
    .where(assessments.c.id == bindparam("assessment_id", type_=assessments.c.id.type))
    .values({name: bindparam(name, type_=assessments.c[name].type) for name in _CHANGED})
)
_HISTORY = Statement(
    insert(assessment_history).values(
        {column.name: bindparam(column.name, type_=column.type) for column in assessment_history.c}
    )
)
_SIDES: Mapping[str, Any] = {
    OPENING: "organiser",
    SUBMISSION: "unit",
    COMPLETION: "evaluator",
    PUBLICATION: "organiser",
}
_STAMPS = {SUBMISSION: "submitted_at", COMPLETION: "completed_at", PUBLICATION: "published_at"}


async def move_assessment(
    connection: Connection, assessment_id: UUID, action: str, actor: Actor, *, expected: Expected, now: datetime
) -> Row:
    """Open, submit, complete or publish. Raises NotFound, Forbidden, OwnUnit, StaleVersion, AssessmentMoveNotAllowed, Incomplete.

    Completing keeps what the platform offered at that moment in the history.
    """
    held = await lock_for(connection, assessment_id, actor, now, side=_SIDES[action])
    expected.check(held["version"])
    after = moved(held, action)
    detail: dict[str, Any] = {}
    if action == COMPLETION:
        await require_complete(connection, held)
        _, offers = await offers_for(connection, held, now)
        detail["offered"] = {item: offer.level for item, offer in offers}
    if action in _STAMPS:
        after[_STAMPS[action]] = now
    await update_assessment(connection, after)
    await record_move(connection, held, after, action, actor=actor, now=now, detail=detail)
    return after


def moved(held: Row, action: str) -> dict[str, Any]:
    """The row in its next state and version. Raises AssessmentMoveNotAllowed."""
    state = MOVES.get((held["state"], action))
    if state is None:
        raise AssessmentMoveNotAllowed(allowed_actions=actions_from(held["state"]))
    return {**held, "state": state, "version": held["version"] + 1}


async def require_complete(connection: Connection, assessment: Row) -> None:
    """Raises Incomplete unless every item that counts has a level and enough service users answered."""
    instrument = await instrument_of(connection, assessment)
    answers = await queries.find_answers(connection, assessment["id"], assessment["evaluator_form"])
    form = instrument.forms[assessment["evaluator_form"]]
    flaws = missing({item: row["level"] for item, row in answers.items()}, form)
    respondents = await queries.count_respondents(connection, assessment["id"])
    few = respondents < assessment["respondents_minimum"]
    if flaws or few:
        counts = {"respondents": respondents, "respondents_minimum": assessment["respondents_minimum"]}
        raise Incomplete(_FEW if few and not flaws else None, errors=flaws, **counts)


async def update_assessment(connection: Connection, after: Row) -> None:
    """Write what may have changed."""
    await _UPDATE.execute(connection, assessment_id=after["id"], **{name: after[name] for name in _CHANGED})


_TOLD = (
    *("id", "campaign_id", "unit_id", "institution_id", "organiser_id", "scheme", "year", "instrument_code"),
    *("instrument_version", "state", "published_at"),
)


async def record_move(
    connection: Connection,
    before: Row | None,
    after: Row,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write the history and record the fact by its action; its data are public once the result is."""
    await _HISTORY.execute(
        connection,
        assessment_id=after["id"],
        sequence=after["version"],
        action=action,
        from_state=None if before is None else before["state"],
        to_state=after["state"],
        actor=f"{actor.kind}:{actor.id}",
        at=now,
        detail=dict(detail or {}),
    )
    public = after["state"] == PUBLISHED
    index = {"ipp": number(after["ipp"]), "grade": after["grade"]} if public else {"ipp": None, "grade": None}
    await events.record(
        connection,
        _EVENTS[action],
        subject=f"assessments/{after['id']}",
        sequence=after["version"],
        data={**{name: after[name] for name in _TOLD}, **index},
        at=now,
        visibility="public" if public else "agency",
        institution_id=after["institution_id"],
    )


_EVENTS = {
    "preparation": "assessment.prepared",
    "evaluators": "assessment.assigned",
    OPENING: "assessment.opened",
    SUBMISSION: "assessment.submitted",
    COMPLETION: "assessment.completed",
    CONFIRMATION: "assessment.confirmed",
    RETURN: "assessment.returned",
    PUBLICATION: "assessment.published",
}
