"""Who may do what with an assessment: the unit's own side, its evaluators, the organiser, and everybody once it is published."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal, NoReturn
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.problems import Forbidden, NotAuthenticated, NotFound
from directory.access import acting, may
from directory.copy import find_ancestors
from directory.roles import NATIONAL_ADMIN, OFFICER, RESPONSIBLE_OFFICER, Actor
from directory.zones import local_day
from evaluation.assessments import queries
from evaluation.assessments.independence import OwnUnit, stands_in_line
from evaluation.assessments.lifecycle import PUBLISHED
from evaluation.facts.subjects import find_subtree
from evaluation.rights import CONDUCTING, EVALUATOR, INSTITUTION_ADMIN, READ, WRITE, reads

ORGANISING = (INSTITUTION_ADMIN, RESPONSIBLE_OFFICER, NATIONAL_ADMIN)
"""Roles that hold campaigns."""
OF_THE_UNIT = (*CONDUCTING, OFFICER)
"""Roles that answer for the evaluated unit."""

Organiser = Annotated[Actor, acting(*ORGANISING, scope=WRITE)]
"""May hold campaigns somewhere; whether here is asked by the operation."""
UnitSide = Annotated[Actor, acting(*OF_THE_UNIT, scope=WRITE)]
Contributor = Annotated[Actor, acting(*OF_THE_UNIT, EVALUATOR, scope=WRITE)]
Evaluating = Annotated[Actor, acting(EVALUATOR, scope=WRITE)]
Verifier = Annotated[Actor, acting(EVALUATOR, *ORGANISING, scope=WRITE)]

_SEATS = Statement("""
SELECT person_id, unit_id, role FROM directory_appointments
WHERE person_id = ANY(CAST(:people AS uuid[])) AND valid_during @> CAST(:day AS date)
""")


async def ancestors_of(connection: Connection, assessment: Row, now: datetime) -> Collection[UUID]:
    """The evaluated unit and the units above it today."""
    return await find_ancestors(connection, assessment["unit_id"], local_day(now, assessment["time_zone"]))


async def line_of(connection: Connection, unit_id: UUID, time_zone: str, now: datetime) -> frozenset[UUID]:
    """The unit, all above it and all below it today."""
    day = local_day(now, time_zone)
    above = await find_ancestors(connection, unit_id, day)
    return frozenset({unit_id, *above, *await find_subtree(connection, unit_id, day)})


async def seats_of(connection: Connection, people: Collection[UUID], time_zone: str, now: datetime) -> list[Row]:
    """The seats that these people hold today: person_id, unit_id (None: the whole institution), role."""
    return await _SEATS.fetch(connection, people=sorted(people), day=local_day(now, time_zone))


def organises(actor: Actor, institution_id: UUID) -> bool:
    """Whether the actor may hold campaigns of the institution."""
    return may(actor, WRITE, *ORGANISING, institution_id=institution_id, ancestors=frozenset())


def answers_for_unit(actor: Actor, assessment: Row, ancestors: Collection[UUID]) -> bool:
    """Whether the actor speaks for the evaluated unit."""
    where = {"institution_id": assessment["institution_id"], "ancestors": frozenset(ancestors)}
    return may(actor, WRITE, *OF_THE_UNIT, **where)


async def is_inside(connection: Connection, assessment: Row, actor: Actor, now: datetime) -> bool:
    """Whether the actor sees what isn't public: as the unit's line, as the organiser, or as an evaluator."""
    ancestors = await ancestors_of(connection, assessment, now)
    return (
        reads(actor, assessment["institution_id"], ancestors, READ, WRITE)
        or reads(actor, assessment["organiser_id"], (), READ, WRITE)
        or await is_assigned(connection, assessment, actor)
    )


async def is_assigned(connection: Connection, assessment: Row, actor: Actor) -> bool:
    """Whether the actor is one of the evaluators."""
    if actor.person_id is None:
        return False
    return actor.person_id in await queries.find_evaluators(connection, assessment["id"])


async def open_assessment(connection: Connection, assessment_id: UUID, actor: Actor, now: datetime) -> tuple[Row, bool]:
    """An assessment that the caller may know of, and whether from inside. Raises NotFound."""
    found = await queries.find_assessment(connection, assessment_id)
    if found is None:
        raise NotFound
    inside = await is_inside(connection, found, actor, now)
    if not inside and found["state"] != PUBLISHED:
        raise NotFound
    return found, inside


async def open_inside(connection: Connection, assessment_id: UUID, actor: Actor, now: datetime) -> Row:
    """An assessment, for those who see all of it. Raises NotFound."""
    found, inside = await open_assessment(connection, assessment_id, actor, now)
    if not inside:
        raise NotFound
    return found


async def lock_for(
    connection: Connection,
    assessment_id: UUID,
    actor: Actor,
    now: datetime,
    *,
    side: Literal["unit", "evaluator", "organiser", "verifier", "contributor"],
    lock: Literal["share", "change"] = "change",
) -> Row:
    """An assessment for somebody who acts on this side, locked. Raises NotFound, Forbidden, OwnUnit."""
    found = await queries.lock_assessment(connection, assessment_id, lock)
    if found is None:
        raise NotFound
    ancestors = await ancestors_of(connection, found, now)
    organising = organises(actor, found["organiser_id"])
    assigned = await _evaluates(connection, found, actor)
    allowed = {
        "unit": answers_for_unit(actor, found, ancestors),
        "evaluator": assigned,
        "organiser": organising,
        "verifier": organising or assigned or _evaluates_for(actor, found["organiser_id"]),
        "contributor": assigned or answers_for_unit(actor, found, ancestors),
    }
    if not allowed[side]:
        await refuse(connection, found, actor, now)
    if side in ("evaluator", "verifier"):
        await require_independent(connection, found, actor, now)
    return found


async def refuse(connection: Connection, assessment: Row, actor: Actor, now: datetime) -> NoReturn:
    """Raises NotAuthenticated or Forbidden for who may know of the assessment, else NotFound."""
    if actor.kind == "anonymous":
        raise NotAuthenticated if assessment["state"] == PUBLISHED else NotFound
    if assessment["state"] == PUBLISHED or await is_inside(connection, assessment, actor, now):
        raise Forbidden
    raise NotFound


async def require_independent(connection: Connection, assessment: Row, actor: Actor, now: datetime) -> None:
    """Raises OwnUnit if the caller serves in the line of the evaluated unit."""
    line = await line_of(connection, assessment["unit_id"], assessment["time_zone"], now)
    if stands_in_line([seat.unit_id for seat in actor.seats], line):
        raise OwnUnit


async def _evaluates(connection: Connection, assessment: Row, actor: Actor) -> bool:
    """Whether the actor gives its levels: one of those assigned who still holds the post, or the platform's own client."""
    if actor.kind == "client" and not actor.has_scope(WRITE):
        return False
    return actor.unbound or (actor.holds(EVALUATOR) and await is_assigned(connection, assessment, actor))


def _evaluates_for(actor: Actor, organiser_id: UUID) -> bool:
    return may(actor, WRITE, EVALUATOR, institution_id=organiser_id, ancestors=frozenset())
