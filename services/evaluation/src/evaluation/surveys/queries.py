"""Reading surveys, their definitions and answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends
from sqlalchemy import ColumnElement, Uuid, any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Parameter, Sort, between, one_of
from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw
from directory.reach import Reach
from directory.tables import TODAY, unit_ancestors
from evaluation.surveys.definition import Definition, read_definition
from evaluation.surveys.lifecycle import DRAFT
from evaluation.surveys.tables import survey_definitions, survey_responses, surveys

_NEEDS_UNIT = Text("Sertakan `unit` bersama `scope`.", "`scope` needs `unit`.")

_SOURCE = select(survey_definitions.c.source).where(
    survey_definitions.c.code == surveys.c.definition_code,
    survey_definitions.c.version == surveys.c.definition_version,
)
LISTED = select(surveys, _SOURCE.scalar_subquery().label("definition_source"))
_ONE = LISTED.where(surveys.c.id == bindparam("id", type_=Uuid))
_FIND = Statement(_ONE)
_LOCK = {
    "share": Statement(_ONE.with_for_update(read=True, of=surveys)),
    "change": Statement(_ONE.with_for_update(key_share=True, of=surveys)),
}
LISTED_ANSWERS = select(survey_responses)
_ANSWER = LISTED_ANSWERS.where(
    survey_responses.c.id == bindparam("id", type_=Uuid),
    survey_responses.c.survey_id == bindparam("survey_id", type_=Uuid),
)
_FIND_ANSWER, _LOCK_ANSWER = Statement(_ANSWER), Statement(_ANSWER.with_for_update())
LISTED_DEFINITIONS = select(
    survey_definitions.c.code,
    survey_definitions.c.version,
    survey_definitions.c.document["title"].label("title"),
    survey_definitions.c.effective_from,
    survey_definitions.c.effective_to,
    survey_definitions.c.source,
)
DEFINITIONS = Filters(
    parameters=[one_of("code", survey_definitions.c.code, str, "Code of the definition")],
    sorts={"code": Sort((survey_definitions.c.code, survey_definitions.c.version), (str, int))},
    default_sort="code",
)
_DEFINITION = Statement(
    select(survey_definitions.c.document).where(
        survey_definitions.c.code == bindparam("code"), survey_definitions.c.version == bindparam("version")
    )
)
_IN_FORCE = Statement("""
SELECT version FROM survey_definitions
WHERE code = :code AND effective_from <= CAST(:day AS date) AND (effective_to IS NULL OR effective_to > CAST(:day AS date))
ORDER BY version DESC LIMIT 1
""")
_READ: dict[tuple[str, int], Definition] = {}
"""Definitions by code and version, each read once: what a version says never changes (see loading)."""
_BEFORE = Statement("""
SELECT * FROM surveys
WHERE institution_id = CAST(:institution_id AS uuid) AND subject = :subject
  AND unit_id IS NOT DISTINCT FROM CAST(:unit_id AS uuid) AND service_id IS NOT DISTINCT FROM CAST(:service_id AS uuid)
  AND definition_code = :definition_code AND (period_from, id) < (CAST(:period_from AS date), CAST(:id AS uuid))
  AND (state IN ('published', 'followed_up') OR (state = 'closed' AND NOT CAST(:published_only AS boolean)))
  AND coalesce(closed_at < CAST(:until AS timestamptz), true)
ORDER BY period_from DESC, id DESC LIMIT 1
""")


def _in_subtree() -> ColumnElement[bool]:
    """`scope` then holds the units of `unit`: see `_choose`."""
    below = select(unit_ancestors.c.unit_id).where(
        unit_ancestors.c.unit_id == surveys.c.unit_id,
        unit_ancestors.c.ancestor_id == any_(bindparam("scope", type_=ARRAY(Uuid))),
        unit_ancestors.c.valid_during.op("@>")(TODAY),
    )
    return below.exists()


FILTERS = Filters(
    parameters=[
        one_of("institution", surveys.c.institution_id, UUID, "Institution surveyed"),
        one_of("unit", surveys.c.unit_id, UUID, "Unit surveyed"),
        Parameter("scope", Literal["unit", "subtree"], _in_subtree, "Of `unit`: itself, or all below it too"),
        one_of("service", surveys.c.service_id, UUID, "Service surveyed"),
        one_of("subject", surveys.c.subject, str, "institution, unit or service"),
        one_of("state", surveys.c.state, str, "State, see the vocabulary survey_states"),
        *between("created", surveys.c.created_at, "When it was made"),
    ],
    sorts={"created_at": Sort((surveys.c.created_at, surveys.c.id), (datetime, UUID))},
    default_sort="-created_at",
)
ANSWERS = Filters(
    parameters=[
        one_of("channel", survey_responses.c.channel, str, "Channel, see survey_channels"),
        *between("received", survey_responses.c.received_at, "When it was received"),
    ],
    sorts={"created_at": Sort((survey_responses.c.created_at, survey_responses.c.id), (datetime, UUID))},
    default_sort="-created_at",
)


async def _choose(chosen: Annotated[Chosen, FILTERS.dependency()]) -> Chosen:
    """The filter with `unit` and `scope` made one condition."""
    values = dict(chosen.values)
    scope = values.pop("scope", None)
    if scope is None:
        return chosen
    if "unit" not in values:
        raise BadRequest(_NEEDS_UNIT, errors=[Flaw("query/scope", "needs_unit", _NEEDS_UNIT)])
    if scope == "subtree":
        values["scope"] = values.pop("unit")
    return replace(chosen, values=values)


ChosenSurveys = Annotated[Chosen, Depends(_choose)]


def visible(reach: Reach, day: date) -> tuple[str, ColumnElement[bool], Mapping[str, Any]]:
    """What a list shows, as `Filters.page` takes it: drafts only to those who reach them."""
    within = reach.predicate(surveys.c.institution_id, surveys.c.unit_id)
    return f"reach {reach.shape}", or_(surveys.c.state != DRAFT, within), reach.values(day)


def answers_of(survey_id: UUID) -> tuple[str, ColumnElement[bool], Mapping[str, Any]]:
    """The answers of one survey, as `Filters.page` takes it."""
    return "of a survey", survey_responses.c.survey_id == bindparam("survey_id", type_=Uuid), {"survey_id": survey_id}


async def find_survey(connection: Connection, survey_id: UUID) -> Row | None:
    """A survey, with `definition_source`."""
    return await _FIND.fetchrow(connection, id=survey_id)


async def lock_survey(connection: Connection, survey_id: UUID, mode: Literal["share", "change"]) -> Row | None:
    """The same, locked: `share` lets others answer meanwhile but keeps its state; `change` is for the state's own moves."""
    return await _LOCK[mode].fetchrow(connection, id=survey_id)


async def find_answer(connection: Connection, survey_id: UUID, answer_id: UUID, *, lock: bool = False) -> Row | None:
    """An answer of this survey."""
    return await (_LOCK_ANSWER if lock else _FIND_ANSWER).fetchrow(connection, id=answer_id, survey_id=survey_id)


async def find_definition(connection: Connection, code: str, version: int) -> Definition:
    """A definition that a survey refers to."""
    found = _READ.get((code, version))
    if found is None:
        document = await _DEFINITION.fetchval(connection, code=code, version=version)
        found = _READ[code, version] = read_definition(document)
    return found


async def find_definition_document(connection: Connection, code: str, version: int) -> Mapping[str, Any] | None:
    """A definition as its document says it."""
    found: Mapping[str, Any] | None = await _DEFINITION.fetchval(connection, code=code, version=version)
    return found


async def find_definition_in_force(connection: Connection, code: str, day: date) -> Definition | None:
    """The version of a definition that is in force on a day."""
    version: int | None = await _IN_FORCE.fetchval(connection, code=code, day=day)
    return None if version is None else await find_definition(connection, code, version)


async def find_survey_before(
    connection: Connection, survey: Row, *, until: datetime | None, published_only: bool
) -> Row | None:
    """The survey of the same subject and definition that came before, finished by `until`, or by now."""
    names = ("institution_id", "subject", "unit_id", "service_id", "definition_code", "period_from", "id")
    same = {name: survey[name] for name in names}
    return await _BEFORE.fetchrow(connection, until=until, published_only=published_only, **same)
