"""Making a survey, and changing it as long as it is a draft."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Forbidden, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from directory.zones import local_day
from evaluation.facts.subjects import Subject, SubjectKind, find_subject
from evaluation.rights import conducts
from evaluation.surveys import queries
from evaluation.surveys.access import open_to_conduct
from evaluation.surveys.answers import UNKNOWN_CODE, Known
from evaluation.surveys.definition import Definition
from evaluation.surveys.index import WeightingUnfit, weight_of
from evaluation.surveys.lifecycle import DRAFT, OPEN, moves_from
from evaluation.surveys.operations import SurveyMoveNotAllowed, record_survey
from evaluation.surveys.schemas import AdditionalElement, NewSurvey, SurveyPatch
from evaluation.surveys.tables import surveys

_UNKNOWN_SUBJECT = Text("Tidak dikenal dalam registri.", "The registry doesn't know it.")
_NO_DEFINITION = Text("Tidak ada definisi survei yang berlaku.", "No definition is in force on that day.")
_UNFIT = Text("Bobot ini hanya untuk sembilan unsur.", "This weighting is for nine elements alone.")
_TWICE = Text("Kode unsur ini sudah dipakai.", "This element's code is taken.")
_CHANNEL = UNKNOWN_CODE.filled(name="survey_channels")
_PERIOD = Text("Akhir masa survei harus sesudah awalnya.", "The period must end after it begins.")

_LATER = ("result", "method", "process", "followed_up_at")
_COLUMNS = [column for column in surveys.c if column.name not in _LATER]
_INSERT = Statement(insert(surveys).values({each.name: bindparam(each.name, type_=each.type) for each in _COLUMNS}))
_DRAFTED = (
    *("title", "definition_version", "elements", "additional_elements", "scale_min", "scale_max", "weighting"),
    *("population", "channel_limits", "period_from", "period_to", "expectations", "version"),
)
_CHANGE = Statement(
    update(surveys)
    .where(surveys.c.id == bindparam("survey_id", type_=surveys.c.id.type))
    .values({name: bindparam(name, type_=surveys.c[name].type) for name in _DRAFTED})
)


async def create_survey(connection: Connection, survey: NewSurvey, actor: Actor, *, known: Known, now: datetime) -> Row:
    """Make a survey, open at once unless it is to be a draft. Raises Unprocessable, or Forbidden outside the caller's reach.

    Records `survey.opened`, or `survey.drafted` for the agency.
    """
    subject = await _subject_of(connection, survey, now)
    if not conducts(actor, subject.institution_id, subject.ancestors):
        raise Forbidden
    day = survey.period_from or local_day(now, subject.time_zone)
    definition = await queries.find_definition_in_force(connection, survey.definition, day)
    if definition is None:
        raise Unprocessable(errors=[Flaw("/definition", "not_in_force", _NO_DEFINITION)])
    _require_channels(survey.channel_limits, known)
    row: dict[str, Any] = {
        "id": new_id(),
        "subject": subject.kind,
        "institution_id": subject.institution_id,
        "unit_id": subject.unit_id,
        "service_id": subject.service_id,
        "time_zone": subject.time_zone,
        "title": survey.title,
        "definition_code": definition.code,
        **_asked(definition, survey.additional_elements, survey.weighting),
        "population": survey.population,
        "channel_limits": survey.channel_limits,
        "period_from": day,
        "period_to": survey.period_to,
        "expectations": survey.expectations,
        "state": survey.state,
        "version": 1,
        "created_at": now,
        "opened_at": now if survey.state == OPEN else None,
        "closed_at": None,
        "published_at": None,
    }
    await _INSERT.execute(connection, **row)
    whole = {**row, **dict.fromkeys(_LATER), "definition_source": definition.source}
    await record_survey(connection, "survey.drafted" if survey.state == DRAFT else "survey.opened", whole, now)
    return whole


async def change_draft(
    connection: Connection,
    survey_id: UUID,
    changes: SurveyPatch,
    actor: Actor,
    *,
    known: Known,
    expected: Expected,
    now: datetime,
) -> Row:
    """Change what a draft says; what isn't sent stays. Nothing that has been asked changes: only drafts.

    Raises NotFound, Forbidden, StaleVersion, SurveyMoveNotAllowed, Unprocessable. Records `survey.drafted`.
    """
    held = await open_to_conduct(connection, survey_id, actor, now, lock="change")
    expected.check(held["version"])
    if held["state"] != DRAFT:
        raise SurveyMoveNotAllowed(allowed_actions=moves_from(held["state"]))
    after: dict[str, Any] = {**held, **changes.stated(), "version": held["version"] + 1}
    if after["period_to"] is not None and after["period_from"] >= after["period_to"]:
        raise Unprocessable(errors=[Flaw("/period_to", "period", _PERIOD)])
    definition = await queries.find_definition_in_force(connection, held["definition_code"], after["period_from"])
    if definition is None:
        raise Unprocessable(errors=[Flaw("/period_from", "not_in_force", _NO_DEFINITION)])
    _require_channels(changes.channel_limits or (), known)
    added = changes.additional_elements
    if added is None:
        added = [AdditionalElement.model_validate(each) for each in held["additional_elements"]]
    after |= _asked(definition, added, after["weighting"])
    await _CHANGE.execute(connection, survey_id=survey_id, **{name: after[name] for name in _DRAFTED})
    after["definition_source"] = definition.source
    await record_survey(connection, "survey.drafted", after, now)
    return after


def _require_channels(limited: Iterable[str], known: Known) -> None:
    """Raises Unprocessable: a limit of a channel that isn't one would limit nothing, and nobody would notice."""
    flaws = [
        Flaw(f"/channel_limits/{code}", "unknown_code", _CHANNEL) for code in limited if code not in known.channels
    ]
    if flaws:
        raise Unprocessable(errors=flaws)


def _asked(definition: Definition, added: list[AdditionalElement], weighting: str | None) -> Mapping[str, Any]:
    """The columns that say what is asked and how it weighs. Raises Unprocessable."""
    elements = [*definition.elements, *(each.code for each in added)]
    chosen = weighting or definition.default_weighting
    flaws = [
        Flaw(f"/additional_elements/{place - len(definition.elements)}/code", "element_taken", _TWICE)
        for place, code in enumerate(elements)
        if code in elements[:place]
    ]
    try:
        weight_of(definition, chosen, len(elements))
    except (KeyError, WeightingUnfit):
        flaws.append(Flaw("/weighting", "weighting_unfit", _UNFIT))
    if flaws:
        raise Unprocessable(errors=flaws)
    return {
        "definition_version": definition.version,
        "elements": elements,
        "additional_elements": [each.model_dump(mode="json") for each in added],
        "scale_min": definition.scale_min,
        "scale_max": definition.scale_max,
        "weighting": chosen,
    }


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
