"""Holding a survey: opening, closing and publishing it, and its one-time codes. Making one: drafting.py."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from chassis.data import events
from chassis.data.events import Visibility
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict
from chassis.http.versions import Expected
from directory.roles import Actor
from directory.zones import local_day
from evaluation.surveys.access import open_to_conduct
from evaluation.surveys.announcing import method_of, process_of
from evaluation.surveys.codes import code_hash, new_code
from evaluation.surveys.following_up import require_realised
from evaluation.surveys.lifecycle import DRAFT, FOLLOWED_UP, MOVES, OPEN, PUBLISHED, moves_from
from evaluation.surveys.reading import compute_result
from evaluation.surveys.schemas import Publication
from evaluation.surveys.tables import survey_codes, surveys

_CLOSED_SOON = Text("Survei tidak dapat menerima kode baru.", "The survey takes no new codes.")


class SurveyMoveNotAllowed(Conflict):
    """The survey's state doesn't allow the action; `allowed_actions` names those that it does."""

    code = "survey_move_not_allowed"
    title = Text("Keadaan survei tidak mengizinkan tindakan ini", "The survey's state doesn't allow this action")


class NothingToPublish(Conflict):
    """A survey without a single answer has no result to announce."""

    code = "nothing_to_publish"
    title = Text("Belum ada jawaban yang dapat dipublikasikan", "There are no answers to publish")


class CodesNotAllowed(Conflict):
    """Codes are made for surveys in draft or open."""

    code = "codes_not_allowed"
    title = Text("Survei ini tidak menerima kode baru", "This survey takes no new codes")


_CHANGED = (
    *("state", "opened_at", "closed_at", "published_at", "followed_up_at", "method", "process", "result", "version"),
)
_UPDATE = Statement(
    update(surveys)
    .where(surveys.c.id == bindparam("survey_id", type_=surveys.c.id.type))
    .values({name: bindparam(name, type_=surveys.c[name].type) for name in _CHANGED})
)
_ADD_CODE = Statement(
    insert(survey_codes).values(
        {name: bindparam(name, type_=survey_codes.c[name].type) for name in ("survey_id", "code_hash", "made_at")}
    )
)


async def move_survey(
    connection: Connection,
    survey_id: UUID,
    action: str,
    actor: Actor,
    *,
    expected: Expected,
    now: datetime,
    publication: Publication | None = None,
    channels: Mapping[str, str] | None = None,
) -> Row:
    """Open, close or publish a survey, or end its follow-up.

    Raises NotFound, Forbidden, StaleVersion, SurveyMoveNotAllowed, NothingToPublish, FollowUpUnfinished.

    Publication keeps the result as it stands and records it with `survey.published`; method and process that aren't told are
    taken from the survey. `channels`: their labels, for that.
    """
    survey = await open_to_conduct(connection, survey_id, actor, now, lock="change")
    expected.check(survey["version"])
    state = MOVES.get((survey["state"], action))
    if state is None:
        raise SurveyMoveNotAllowed(allowed_actions=moves_from(survey["state"]))
    after = {**survey, "state": state, "version": survey["version"] + 1}
    if state == OPEN:
        after |= {"opened_at": survey["opened_at"] or now, "closed_at": None}
    elif state == PUBLISHED:
        result = await compute_result(connection, {**after, "published_at": now}, now=now, for_public=True)
        if not result["n"]:
            raise NothingToPublish
        told = publication or Publication()
        after |= {
            "published_at": now,
            "result": result,
            "method": told.method or method_of(survey, result, channels or {}),
            "process": told.process or process_of(survey, result, last_day=_last_day(survey)),
        }
    elif state == FOLLOWED_UP:
        after["followed_up_at"] = now
        await require_realised(connection, survey_id)
    else:
        after["closed_at"] = now
    await _UPDATE.execute(connection, survey_id=survey_id, **{name: after[name] for name in _CHANGED})
    await record_survey(connection, f"survey.{state if state != OPEN else 'opened'}", after, now)
    return after


def _last_day(survey: Row) -> date:
    closed = local_day(survey["closed_at"], survey["time_zone"])
    ends: date | None = survey["period_to"]
    return closed if ends is None else min(closed, ends - timedelta(days=1))


async def make_codes(connection: Connection, survey_id: UUID, count: int, actor: Actor, now: datetime) -> list[str]:
    """Make one-time codes: shown now and never again. Raises NotFound, Forbidden, CodesNotAllowed."""
    survey = await open_to_conduct(connection, survey_id, actor, now, lock="share")
    if survey["state"] not in (DRAFT, OPEN):
        raise CodesNotAllowed(_CLOSED_SOON)
    codes = [new_code() for _ in range(count)]
    rows: list[Row] = [
        {"survey_id": survey_id, "code_hash": code_hash(survey_id, code), "made_at": now} for code in codes
    ]
    await _ADD_CODE.execute_many(connection, rows)
    return codes


_TOLD = (
    *("id", "title", "subject", "institution_id", "unit_id", "service_id", "state", "definition_code"),
    *("definition_version", "weighting", "population", "period_from", "period_to", "opened_at", "closed_at"),
    *("published_at", "followed_up_at", "method", "process", "result"),
)


async def record_survey(connection: Connection, type_: str, survey: Row, now: datetime) -> None:
    """Tell of the survey's whole state: of drafts the agency alone."""
    visibility: Visibility = "agency" if survey["state"] == DRAFT else "public"
    await events.record(
        connection,
        type_,
        subject=f"surveys/{survey['id']}",
        sequence=survey["version"],
        data={name: survey[name] for name in _TOLD},
        at=now,
        visibility=visibility,
        institution_id=survey["institution_id"],
    )
