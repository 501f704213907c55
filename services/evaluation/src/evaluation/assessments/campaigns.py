"""Holding a campaign, and naming the units that it evaluates with their evaluators."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert

from chassis.data import events
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, Unprocessable
from chassis.http.versions import Expected
from chassis.http.vocabularies import Vocabularies, codes
from chassis.ops.identifiers import new_id
from directory.roles import NATIONAL_ADMIN, Actor
from directory.zones import local_day
from evaluation.assessments import queries
from evaluation.assessments.access import line_of, lock_for, organises, seats_of
from evaluation.assessments.independence import REASON, EvaluatorUnfit, stands_in_line
from evaluation.assessments.lifecycle import PREPARED, SETTLED, actions_from
from evaluation.assessments.moving import AssessmentMoveNotAllowed, record_move, update_assessment
from evaluation.assessments.schemas import NewAssessment, NewCampaign
from evaluation.assessments.tables import assessment_campaigns, assessment_evaluators, assessments
from evaluation.facts.subjects import Subject, find_subject
from evaluation.instruments.document import EVALUATOR as BY_EVALUATOR
from evaluation.instruments.document import SERVICE_USER, Instrument
from evaluation.instruments.queries import find_in_force
from evaluation.rights import EVALUATOR

NATIONAL = "national"
"""The scheme whose units the Ministry chooses (pekppp_schemes)."""

_UNKNOWN = Text("Tidak dikenal dalam registri.", "The registry doesn't know it.")
_SCHEME = Text(
    "Skema ini tidak ada dalam kosakata pekppp_schemes.", "The vocabulary pekppp_schemes has no such scheme."
)
_NOT_IN_FORCE = Text("Tidak ada instrumen yang berlaku pada awal masa.", "No instrument is in force on the first day.")
_FORM = Text("Instrumen tidak punya formulir ini untuk pengisi tersebut.", "The instrument has no such form for them.")
_ELSEWHERE = Text("Unit ini bukan di bawah penyelenggara.", "The organiser doesn't supervise the unit's institution.")
_NO_EVALUATOR = Text("Orang ini tidak menjabat sebagai evaluator.", "This person holds no evaluator's post.")


class UnitTaken(Conflict):
    """The campaign evaluates the unit already."""

    code = "unit_in_campaign"
    title = Text("Unit ini sudah dinilai dalam periode ini", "The campaign evaluates this unit already")


PROBLEMS = {"assessments_unit_key": UnitTaken()}


def _adding(table: Any) -> Statement:
    return Statement(
        insert(table).values({column.name: bindparam(column.name, type_=column.type) for column in table.c})
    )


_ADD_CAMPAIGN, _ADD_ASSESSMENT, _ASSIGN = map(_adding, (assessment_campaigns, assessments, assessment_evaluators))
_UNASSIGN = Statement(
    delete(assessment_evaluators).where(assessment_evaluators.c.assessment_id == bindparam("assessment_id"))
)
_SUPERVISES = Statement("""
WITH RECURSIVE above AS (
    SELECT supervisor_id FROM directory_supervision
    WHERE institution_id = CAST(:institution_id AS uuid) AND valid_during @> CAST(:day AS date)
    UNION
    SELECT edge.supervisor_id FROM directory_supervision edge JOIN above ON edge.institution_id = above.supervisor_id
    WHERE edge.valid_during @> CAST(:day AS date))
SELECT 1 FROM above WHERE supervisor_id = CAST(:organiser_id AS uuid)
""")


async def create_campaign(
    connection: Connection, new: NewCampaign, actor: Actor, *, vocabularies: Vocabularies, now: datetime
) -> Row:
    """Hold a campaign. Raises Unprocessable, or Forbidden outside the caller's reach. Records `assessment_campaign.created`.

    The national scheme is the Ministry's: only a national administrator holds one.
    """
    organiser = await find_subject(connection, "institution", new.institution_id, now)
    if organiser is None:
        raise Unprocessable(errors=[Flaw("/institution_id", "unknown_subject", _UNKNOWN)])
    if not organises(actor, new.institution_id):
        raise Forbidden
    if new.scheme == NATIONAL and not actor.holds(NATIONAL_ADMIN):
        raise Forbidden
    instrument = await find_in_force(connection, new.instrument, new.period_from)
    flaws = [] if new.scheme in codes(vocabularies, "pekppp_schemes") else [Flaw("/scheme", "unknown_code", _SCHEME)]
    if instrument is None:
        flaws.append(Flaw("/instrument", "not_in_force", _NOT_IN_FORCE))
    else:
        flaws += _flaws_of_forms(instrument, new)
    if flaws or instrument is None:
        raise Unprocessable(errors=flaws)
    row: dict[str, Any] = {
        "id": new_id(),
        **new.model_dump(exclude={"instrument"}),
        "instrument_code": instrument.code,
        "instrument_version": instrument.version,
        "version": 1,
        "created_at": now,
    }
    await _ADD_CAMPAIGN.execute(connection, **row)
    await events.record(
        connection,
        "assessment_campaign.created",
        subject=f"assessment-campaigns/{row['id']}",
        sequence=1,
        data=row,
        at=now,
        institution_id=new.institution_id,
    )
    return row


def _flaws_of_forms(instrument: Instrument, new: NewCampaign) -> list[Flaw]:
    wanted = (
        ("/evaluator_form", new.evaluator_form, BY_EVALUATOR),
        ("/user_form", new.user_form, SERVICE_USER),
    )
    found = ((place, instrument.forms.get(code), answered_by) for place, code, answered_by in wanted)
    return [
        Flaw(place, "unknown_form", _FORM)
        for place, form, answered_by in found
        if form is None or form.answered_by != answered_by
    ]


async def create_assessment(connection: Connection, new: NewAssessment, actor: Actor, now: datetime) -> Row:
    """Put a unit into a campaign. Raises Unprocessable, EvaluatorUnfit, Forbidden; UnitTaken by its constraint."""
    campaign = await queries.find_campaign(connection, new.campaign_id)
    unit = await find_subject(connection, "unit", new.unit_id, now)
    flaws = [
        Flaw(place, "unknown_subject", _UNKNOWN)
        for place, found in (("/campaign_id", campaign), ("/unit_id", unit))
        if found is None
    ]
    if campaign is None or unit is None:
        raise Unprocessable(errors=flaws)
    if not organises(actor, campaign["institution_id"]):
        raise Forbidden
    if campaign["scheme"] != NATIONAL and not await _is_under(connection, campaign["institution_id"], unit, now):
        raise Unprocessable(errors=[Flaw("/unit_id", "other_institution", _ELSEWHERE)])
    await _require_fit(connection, unit.id, unit.time_zone, new.evaluator_ids, now)
    row: dict[str, Any] = {
        **dict.fromkeys(column.name for column in assessments.c),
        "id": new_id(),
        "campaign_id": campaign["id"],
        "unit_id": unit.id,
        "institution_id": unit.institution_id,
        "organiser_id": campaign["institution_id"],
        "time_zone": unit.time_zone,
        "state": PREPARED,
        "version": 1,
        "created_at": now,
    }
    await _ADD_ASSESSMENT.execute(connection, **row)
    await _assign(connection, row["id"], new.evaluator_ids)
    after = await queries.find_assessment(connection, row["id"])
    assert after is not None, "it was inserted just now"
    await record_move(connection, None, after, "preparation", actor=actor, now=now)
    return after


async def assign_evaluators(
    connection: Connection,
    assessment_id: UUID,
    people: Sequence[UUID],
    actor: Actor,
    *,
    expected: Expected,
    now: datetime,
) -> Row:
    """Say anew who evaluates, until the result is confirmed. Raises NotFound, Forbidden, EvaluatorUnfit and the like."""
    held = await lock_for(connection, assessment_id, actor, now, side="organiser")
    expected.check(held["version"])
    if held["state"] in SETTLED:
        raise AssessmentMoveNotAllowed(allowed_actions=actions_from(held["state"]))
    await _require_fit(connection, held["unit_id"], held["time_zone"], people, now)
    await _UNASSIGN.execute(connection, assessment_id=assessment_id)
    await _assign(connection, assessment_id, people)
    after = {**held, "version": held["version"] + 1}
    await update_assessment(connection, after)
    detail = {"evaluator_ids": [str(person) for person in people]}
    await record_move(connection, held, after, "evaluators", actor=actor, now=now, detail=detail)
    return after


async def _assign(connection: Connection, assessment_id: UUID, people: Sequence[UUID]) -> None:
    await _ASSIGN.execute_many(
        connection, [{"assessment_id": assessment_id, "person_id": person} for person in dict.fromkeys(people)]
    )


async def _require_fit(
    connection: Connection, unit_id: UUID, time_zone: str, people: Sequence[UUID], now: datetime
) -> None:
    line = await line_of(connection, unit_id, time_zone, now)
    seats = await seats_of(connection, people, time_zone, now)
    flaws = []
    for place, person in enumerate(people):
        held = [seat for seat in seats if seat["person_id"] == person]
        if stands_in_line([seat["unit_id"] for seat in held], line):
            flaws.append(Flaw(f"/evaluator_ids/{place}", "evaluator_of_own_unit", REASON))
        elif not any(seat["role"] == EVALUATOR for seat in held):
            flaws.append(Flaw(f"/evaluator_ids/{place}", "not_an_evaluator", _NO_EVALUATOR))
    if flaws:
        raise EvaluatorUnfit(errors=flaws)


async def _is_under(connection: Connection, organiser_id: UUID, unit: Subject, now: datetime) -> bool:
    if unit.institution_id == organiser_id:
        return True
    day = local_day(now, unit.time_zone)
    found = {"institution_id": unit.institution_id, "organiser_id": organiser_id, "day": day}
    return await _SUPERVISES.fetchval(connection, **found) is not None
