"""Correcting and withdrawing answers: what stood before is kept, with when, by whom and why it changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, NotFound, Unprocessable
from chassis.http.versions import Expected
from directory.roles import Actor
from evaluation.surveys import aggregates, queries
from evaluation.surveys.access import open_to_conduct
from evaluation.surveys.answers import PROFILE, Circumstances, Counted, flaws_of_scores, sum_cells
from evaluation.surveys.lifecycle import AMENDABLE, moves_from
from evaluation.surveys.operations import SurveyMoveNotAllowed
from evaluation.surveys.tables import survey_response_versions, survey_responses


class AlreadyWithdrawn(Conflict):
    """The answer was withdrawn: nothing can be done to it."""

    code = "already_withdrawn"
    title = Text("Jawaban ini sudah ditarik", "The answer was withdrawn")


_KEEP_BEFORE = Statement(
    insert(survey_response_versions).values(
        {each.name: bindparam(each.name, type_=each.type) for each in survey_response_versions.c}
    )
)
_NOW = ("scores", "counted", "version", "version_at")
_CHANGE = Statement(
    update(survey_responses)
    .where(survey_responses.c.id == bindparam("answer_id", type_=survey_responses.c.id.type))
    .values({name: bindparam(name, type_=survey_responses.c[name].type) for name in _NOW})
)
_SAME = ("scores", "expectations", "channel", "service_id", *PROFILE, "received_at", "counted")


async def amend_answer(
    connection: Connection,
    survey_id: UUID,
    answer_id: UUID,
    actor: Actor,
    *,
    scores: Mapping[str, int] | None,
    reason: str,
    expected: Expected,
    now: datetime,
) -> tuple[Row, dict[str, Any]]:
    """Correct an answer to `scores`, or withdraw it if there are none. The survey and the answer after it.

    Only while nothing is published. Raises NotFound, Forbidden, StaleVersion, Unprocessable, SurveyMoveNotAllowed, AlreadyWithdrawn.
    """
    survey = await open_to_conduct(connection, survey_id, actor, now, lock="share")
    held = await queries.find_answer(connection, survey_id, answer_id, lock=True)
    if held is None:
        raise NotFound
    expected.check(held["version"])
    if survey["state"] not in AMENDABLE:
        raise SurveyMoveNotAllowed(allowed_actions=moves_from(survey["state"]))
    if not held["counted"]:
        raise AlreadyWithdrawn
    after = {**held, "counted": scores is not None, "version": held["version"] + 1, "version_at": now}
    if scores is not None:
        flaws = flaws_of_scores(scores, survey["elements"], least=survey["scale_min"], most=survey["scale_max"])
        if flaws:
            raise Unprocessable(errors=flaws)
        after["scores"] = [scores[code] for code in survey["elements"]]
    await _KEEP_BEFORE.execute(
        connection,
        response_id=answer_id,
        version=held["version"],
        survey_id=survey_id,
        from_at=held["version_at"],
        to_at=now,
        reason=reason,
        changed_by=f"{actor.kind}:{actor.id}",
        **{name: held[name] for name in _SAME},
    )
    await _CHANGE.execute(connection, answer_id=answer_id, **{name: after[name] for name in _NOW})
    elements = survey["elements"]
    changes = [(_counted(held, elements), -1), *([(_counted(after, elements), 1)] if after["counted"] else [])]
    await aggregates.add(connection, survey_id, sum_cells(changes, limited=survey["channel_limits"]))
    return survey, after


def _counted(row: Mapping[str, Any], elements: Sequence[str]) -> Counted:
    return Counted(
        elements=tuple(elements),
        expectations=None if row["expectations"] is None else tuple(row["expectations"]),
        scores=tuple(row["scores"]),
        day=row["day"],
        told=Circumstances(
            channel=row["channel"], service_id=row["service_id"], profile={name: row[name] for name in PROFILE}
        ),
    )
