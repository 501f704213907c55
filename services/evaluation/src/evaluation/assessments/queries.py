"""Reading campaigns and assessments."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends
from sqlalchemy import ColumnElement, Uuid, any_, bindparam, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Parameter, Sort, between, one_of
from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw
from directory.reach import Reach
from directory.tables import TODAY, unit_ancestors
from evaluation.assessments.lifecycle import PUBLISHED
from evaluation.assessments.tables import (
    assessment_answers,
    assessment_campaigns,
    assessment_evaluators,
    assessment_evidence,
    assessment_history,
    assessment_objections,
    assessments,
)

_NEEDS_UNIT = Text("Sertakan `unit` bersama `scope`.", "`scope` needs `unit`.")
_OF_CAMPAIGN = (
    *("scheme", "year", "instrument_code", "instrument_version", "evaluator_form", "user_form"),
    *("period_from", "period_to", "respondents_minimum"),
)
LISTED_CAMPAIGNS = select(assessment_campaigns)
LISTED = select(
    assessments,
    assessment_campaigns.c.title.label("campaign_title"),
    *(assessment_campaigns.c[name] for name in _OF_CAMPAIGN),
).join(assessment_campaigns, assessment_campaigns.c.id == assessments.c.campaign_id)

_ONE = LISTED.where(assessments.c.id == bindparam("id", type_=Uuid))
_FIND = Statement(_ONE)
_LOCK = {
    "share": Statement(_ONE.with_for_update(read=True, of=assessments)),
    "change": Statement(_ONE.with_for_update(key_share=True, of=assessments)),
}
_CAMPAIGN = Statement(LISTED_CAMPAIGNS.where(assessment_campaigns.c.id == bindparam("id", type_=Uuid)))


def _of_assessment(table: Any, *order: ColumnElement[Any]) -> Statement:
    wanted = table.c.assessment_id == bindparam("assessment_id", type_=Uuid)
    return Statement(select(table).where(wanted).order_by(*order))


_EVALUATORS = _of_assessment(assessment_evaluators, assessment_evaluators.c.person_id)
_ANSWERS = _of_assessment(assessment_answers, assessment_answers.c.form, assessment_answers.c.item)
_EVIDENCE = _of_assessment(assessment_evidence, assessment_evidence.c.created_at, assessment_evidence.c.id)
_OBJECTIONS = _of_assessment(assessment_objections, assessment_objections.c.raised_at, assessment_objections.c.id)
_HISTORY = _of_assessment(assessment_history, assessment_history.c.sequence)
_RESPONDENTS = Statement(
    "SELECT count(*) FROM assessment_user_answers WHERE assessment_id = CAST(:assessment_id AS uuid)"
)
_USER_LEVELS = Statement("""
SELECT CAST(coalesce(sum(level), 0) AS bigint)
FROM assessment_user_answers, unnest(levels) WITH ORDINALITY AS each_level (level, place)
WHERE assessment_id = CAST(:assessment_id AS uuid) AND place = ANY(CAST(:places AS bigint[]))
""")


def _in_subtree() -> ColumnElement[bool]:
    """`scope` then holds the units of `unit`: see `_choose`."""
    below = select(unit_ancestors.c.unit_id).where(
        unit_ancestors.c.unit_id == assessments.c.unit_id,
        unit_ancestors.c.ancestor_id == any_(bindparam("scope", type_=ARRAY(Uuid))),
        unit_ancestors.c.valid_during.op("@>")(TODAY),
    )
    return below.exists()


CAMPAIGNS = Filters(
    parameters=[
        one_of("institution", assessment_campaigns.c.institution_id, UUID, "Institution that organises it"),
        one_of("scheme", assessment_campaigns.c.scheme, str, "Scheme, see pekppp_schemes"),
        one_of("year", assessment_campaigns.c.year, int, "Year"),
    ],
    sorts={"created_at": Sort((assessment_campaigns.c.created_at, assessment_campaigns.c.id), (datetime, UUID))},
    default_sort="-created_at",
)
FILTERS = Filters(
    parameters=[
        one_of("campaign", assessments.c.campaign_id, UUID, "Campaign"),
        one_of("institution", assessments.c.institution_id, UUID, "Institution of the unit"),
        one_of("unit", assessments.c.unit_id, UUID, "Unit evaluated"),
        Parameter("scope", Literal["unit", "subtree"], _in_subtree, "Of `unit`: itself, or all below it too"),
        one_of("state", assessments.c.state, str, "State, see assessment_states"),
        one_of("year", assessment_campaigns.c.year, int, "Year of the campaign"),
        *between("created", assessments.c.created_at, "When it was made"),
    ],
    sorts={"created_at": Sort((assessments.c.created_at, assessments.c.id), (datetime, UUID))},
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


ChosenAssessments = Annotated[Chosen, Depends(_choose)]


def visible(reach: Reach, person_id: UUID | None, day: date) -> tuple[str, ColumnElement[bool], Mapping[str, Any]]:
    """What a list shows: what is published, what the caller reaches as the unit's or the organiser's, what it evaluates."""
    if reach.everything:
        return "everything", true(), {}
    mine = select(assessment_evaluators.c.assessment_id).where(
        assessment_evaluators.c.assessment_id == assessments.c.id,
        assessment_evaluators.c.person_id == bindparam("evaluator", type_=Uuid),
    )
    # A unit's seat reaches no organiser: that is a whole institution.
    organisers = Reach(institutions=reach.institutions)
    seen = or_(
        assessments.c.state == PUBLISHED,
        reach.predicate(assessments.c.institution_id, assessments.c.unit_id),
        organisers.predicate(assessments.c.organiser_id, assessments.c.unit_id, name="organiser"),
        mine.exists(),
    )
    values = {**reach.values(day), **organisers.values(day, name="organiser"), "evaluator": person_id}
    return f"reach {reach.shape}", seen, values


async def find_campaign(connection: Connection, campaign_id: UUID) -> Row | None:
    """A campaign."""
    return await _CAMPAIGN.fetchrow(connection, id=campaign_id)


async def find_assessment(connection: Connection, assessment_id: UUID) -> Row | None:
    """An assessment with what its campaign says: scheme, year, instrument, forms, period."""
    return await _FIND.fetchrow(connection, id=assessment_id)


async def lock_assessment(connection: Connection, assessment_id: UUID, mode: Literal["share", "change"]) -> Row | None:
    """The same, locked: `share` keeps its state while others answer too; `change` is for its own changes."""
    return await _LOCK[mode].fetchrow(connection, id=assessment_id)


async def find_evaluators(connection: Connection, assessment_id: UUID) -> list[UUID]:
    """Who was assigned."""
    return [row["person_id"] for row in await _EVALUATORS.fetch(connection, assessment_id=assessment_id)]


async def find_answers(connection: Connection, assessment_id: UUID, form: str) -> dict[str, Row]:
    """The levels given in a form, by item."""
    rows = await _ANSWERS.fetch(connection, assessment_id=assessment_id)
    return {row["item"]: row for row in rows if row["form"] == form}


async def count_respondents(connection: Connection, assessment_id: UUID) -> int:
    """How many service users answered."""
    found: int = await _RESPONDENTS.fetchval(connection, assessment_id=assessment_id)
    return found


async def sum_user_levels(connection: Connection, assessment_id: UUID, places: Sequence[int]) -> int:
    """The sum of the levels that they gave to the items at these places of the form, from 1 on."""
    found: int = await _USER_LEVELS.fetchval(connection, assessment_id=assessment_id, places=list(places))
    return found


async def find_evidence(connection: Connection, assessment_id: UUID) -> list[Row]:
    """The documents, the oldest first."""
    return await _EVIDENCE.fetch(connection, assessment_id=assessment_id)


async def find_objections(connection: Connection, assessment_id: UUID) -> list[Row]:
    """The objections, the oldest first."""
    return await _OBJECTIONS.fetch(connection, assessment_id=assessment_id)


async def find_history(connection: Connection, assessment_id: UUID) -> list[Row]:
    """Every change of state, the oldest first."""
    return await _HISTORY.fetch(connection, assessment_id=assessment_id)
