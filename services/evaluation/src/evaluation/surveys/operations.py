"""Holding a survey: making, opening, closing and publishing it, and its one-time codes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from chassis.data import events
from chassis.data.events import Visibility
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from directory.zones import local_day
from evaluation.facts.subjects import Subject, SubjectKind, find_subject
from evaluation.rights import conducts
from evaluation.surveys import queries
from evaluation.surveys.access import open_to_conduct
from evaluation.surveys.codes import code_hash, new_code
from evaluation.surveys.definition import Definition
from evaluation.surveys.index import WeightingUnfit, weight_of
from evaluation.surveys.lifecycle import DRAFT, MOVES, OPEN, PUBLISHED, moves_from
from evaluation.surveys.reading import compute_result
from evaluation.surveys.schemas import NewSurvey, Publication
from evaluation.surveys.tables import survey_codes, surveys

_UNKNOWN_SUBJECT = Text("Tidak dikenal dalam registri.", "The registry doesn't know it.")
_NO_DEFINITION = Text("Tidak ada definisi survei yang berlaku.", "No definition is in force on that day.")
_UNFIT = Text("Bobot ini hanya untuk sembilan unsur.", "This weighting is for nine elements alone.")
_TWICE = Text("Kode unsur ini sudah dipakai.", "This element's code is taken.")
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


_COLUMNS = [column for column in surveys.c if column.name not in ("result", "method", "process")]
_INSERT = Statement(insert(surveys).values({each.name: bindparam(each.name, type_=each.type) for each in _COLUMNS}))
_CHANGED = ("state", "opened_at", "closed_at", "published_at", "method", "process", "result", "version")
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


async def create_survey(connection: Connection, survey: NewSurvey, actor: Actor, now: datetime) -> Row:
    """Make a survey, open at once unless it is to be a draft. Raises Unprocessable, or Forbidden outside the caller's reach.

    Records `survey.opened`, or `survey.drafted` for the agency.
    """
    subject = await _subject_of(connection, survey, now)
    if not conducts(actor, subject.institution_id, subject.ancestors):
        raise Forbidden
    today = local_day(now, subject.time_zone)
    day = survey.period_from or today
    definition = await queries.find_definition_in_force(connection, survey.definition, day)
    if definition is None:
        raise Unprocessable(errors=[Flaw("/definition", "not_in_force", _NO_DEFINITION)])
    added = [each.model_dump(mode="json") for each in survey.additional_elements]
    elements = [*definition.elements, *(each.code for each in survey.additional_elements)]
    weighting = survey.weighting or definition.default_weighting
    _check_elements(elements, definition, weighting)
    row: dict[str, Any] = {
        "id": new_id(),
        "subject": subject.kind,
        "institution_id": subject.institution_id,
        "unit_id": subject.unit_id,
        "service_id": subject.service_id,
        "time_zone": subject.time_zone,
        "title": survey.title,
        "definition_code": definition.code,
        "definition_version": definition.version,
        "elements": elements,
        "additional_elements": added,
        "scale_min": definition.scale_min,
        "scale_max": definition.scale_max,
        "weighting": weighting,
        "population": survey.population,
        "channel_limits": survey.channel_limits,
        "period_from": day,
        "period_to": survey.period_to,
        "state": survey.state,
        "version": 1,
        "created_at": now,
        "opened_at": now if survey.state == OPEN else None,
        "closed_at": None,
        "published_at": None,
    }
    await _INSERT.execute(connection, **row)
    whole = {**row, "method": None, "process": None, "result": None, "definition_source": definition.source}
    await _record(connection, "survey.drafted" if survey.state == DRAFT else "survey.opened", whole, now)
    return whole


async def move_survey(
    connection: Connection,
    survey_id: UUID,
    action: str,
    actor: Actor,
    *,
    expected: Expected,
    now: datetime,
    publication: Publication | None = None,
) -> Row:
    """Open, close or publish a survey. Raises NotFound, Forbidden, StaleVersion, SurveyMoveNotAllowed, NothingToPublish.

    Publication keeps the result as it stands and records it with `survey.published`.
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
        after |= {"published_at": now, **(publication.model_dump() if publication else {})}
        after["result"] = await compute_result(connection, after, now=now, for_public=True)
        if not after["result"]["n"]:
            raise NothingToPublish
    else:
        after["closed_at"] = now
    await _UPDATE.execute(connection, survey_id=survey_id, **{name: after[name] for name in _CHANGED})
    await _record(connection, f"survey.{state if state != OPEN else 'opened'}", after, now)
    return after


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


async def _subject_of(connection: Connection, survey: NewSurvey, now: datetime) -> Subject:
    named: dict[SubjectKind, UUID | None] = {
        "service": survey.service_id,
        "unit": survey.unit_id,
        "institution": survey.institution_id,
    }
    kind, identifier = next((kind, each) for kind, each in named.items() if each is not None)
    subject = await find_subject(connection, kind, identifier, now)
    if subject is None:
        raise Unprocessable(errors=[Flaw(f"/{kind}_id", "unknown_subject", _UNKNOWN_SUBJECT)])
    return subject


def _check_elements(elements: list[str], definition: Definition, weighting: str) -> None:
    flaws = [
        Flaw(f"/additional_elements/{place - len(definition.elements)}/code", "element_taken", _TWICE)
        for place, code in enumerate(elements)
        if code in elements[:place]
    ]
    try:
        weight_of(definition, weighting, len(elements))
    except (KeyError, WeightingUnfit):
        flaws.append(Flaw("/weighting", "weighting_unfit", _UNFIT))
    if flaws:
        raise Unprocessable(errors=flaws)


_TOLD = (
    *("id", "title", "subject", "institution_id", "unit_id", "service_id", "state", "definition_code"),
    *("definition_version", "weighting", "population", "period_from", "period_to", "opened_at", "closed_at"),
    *("published_at", "method", "process", "result"),
)


async def _record(connection: Connection, type_: str, survey: Row, now: datetime) -> None:
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
