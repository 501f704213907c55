"""Declaring a reorganisation, or previewing it: the same work, undone at the end."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.problems import Flaw
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from registry import rights
from registry.institutions.operations import TERMS as INSTITUTION_TERMS
from registry.moments import today
from registry.recorded import announce, begin_change
from registry.reorganisations import consequences, following, queries
from registry.reorganisations.plan import Plan, Succession
from registry.reorganisations.planning import make_plan
from registry.reorganisations.problems import not_feasible
from registry.reorganisations.schemas import NewReorganisation
from registry.reorganisations.seats import pass_seats
from registry.reorganisations.steps import Establish, Step, read_steps
from registry.reorganisations.surveying import survey
from registry.reorganisations.writing import Acting, write_places
from registry.standards.operations import By
from registry.terms import Terms
from registry.units.operations import TERMS as UNIT_TERMS

_INSERT = Statement("""
INSERT INTO reorganisations (id, title, effective_on, decree_number, decree_date, institution_ids, steps, established,
    consequences, declared_by, declared_at)
VALUES (CAST(:id AS uuid), :title, CAST(:effective_on AS date), :decree_number, CAST(:decree_date AS date),
    CAST(:institution_ids AS uuid[]), CAST(:steps AS jsonb), CAST(:established AS jsonb), '{}', :declared_by,
    CAST(:now AS timestamptz))""")
_TELL = Statement("""
UPDATE reorganisations SET consequences = CAST(:consequences AS jsonb) WHERE id = CAST(:id AS uuid)""")
_DECLARE = Statement("UPDATE reorganisations SET version = version + 1 WHERE id = CAST(:id AS uuid) RETURNING *")
_ALLOT = Statement("""
INSERT INTO service_allotments (reorganisation_id, service_id, to_id)
SELECT CAST(:id AS uuid), * FROM unnest(CAST(:services AS uuid[]), CAST(:units AS uuid[]))""")
_CHECK_KEYS = "SET CONSTRAINTS ALL IMMEDIATE"
_ROOM = "SET LOCAL work_mem = '64MB'"
"""The closure of a large subtree is sorted and joined in memory."""


def _succeeding(kind: str) -> Statement:
    return Statement(f"""
        INSERT INTO {kind}_successions (reorganisation_id, from_id, to_id, numerator, denominator, position, continued,
            effective_on)
        SELECT CAST(:id AS uuid), s.*, CAST(:day AS date)
        FROM unnest(CAST(:from_ids AS uuid[]), CAST(:to_ids AS uuid[]), CAST(:numerators AS bigint[]),
            CAST(:denominators AS bigint[]), CAST(:positions AS integer[]), CAST(:continued AS boolean[])) AS s""")  # noqa: S608 - ours


_SUCCEED = {kind: _succeeding(kind) for kind in ("unit", "institution")}


class Declared(NamedTuple):
    """What was declared, or would be: its row, the ids that its keys stand for, what follows."""

    id: UUID
    established: Mapping[str, UUID]
    consequences: Mapping[str, Any]


async def declare(connection: Connection, body: NewReorganisation, *, actor: Actor, terms: Terms, now: datetime) -> Row:
    """Carry out a reorganisation: dated rows at once, and what follows on its day (today's or an earlier one at once).

    Records `unit.changed`, `institution.changed`, `appointment.changed`; `reorganisation.effected`, or `.declared` for a later
    day. Raises Forbidden, NotFeasible, and by constraint StillInUse.
    """
    declared = await _carry_out(connection, body, actor=actor, terms=terms, now=now)
    by = By(actor=actor, now=now)
    if body.effective_on <= today(now):
        await following.take_effect(connection, declared.id, by=by)
    else:
        row = await _DECLARE.fetchrow(connection, id=declared.id)
        assert row is not None
        await following.record_declaration(connection, row, by=by)
    await announce(connection)
    await connection.execute(_CHECK_KEYS)
    found = await queries.find_reorganisation(connection, declared.id)
    assert found is not None
    return found


async def preview(
    connection: Connection, body: NewReorganisation, *, actor: Actor, terms: Terms, now: datetime
) -> Declared:
    """What `declare` would do, with the same refusals; nothing stays written."""
    undone = connection.transaction()
    await undone.start()
    try:
        declared = await _carry_out(connection, body, actor=actor, terms=terms, now=now)
        await connection.execute(_CHECK_KEYS)
    finally:
        await undone.rollback()
    return declared


async def _carry_out(
    connection: Connection, body: NewReorganisation, *, actor: Actor, terms: Terms, now: datetime
) -> Declared:
    await begin_change(connection)
    await connection.execute(_ROOM)
    content = body.model_dump()
    day: date = content["effective_on"]
    steps = read_steps(content["steps"])
    plan, flaws = make_plan(steps, await survey(connection, steps, day), new_id=new_id)
    _check_rights(actor, plan)
    flaws += _unknown_terms(steps, terms)
    if flaws:
        raise not_feasible(flaws)
    identity = new_id()
    established = [place.subject.id for place in plan.established if place.subject.kind == "institution"]
    await _INSERT.execute(
        connection,
        id=identity,
        **{name: content[name] for name in ("title", "effective_on", "decree_number", "decree_date")},
        institution_ids=[*plan.institution_ids, *established],
        steps=body.model_dump(mode="json", exclude_none=True)["steps"],
        established={key: str(found) for key, found in plan.keys.items()},
        declared_by=f"{actor.kind}:{actor.id}",
        now=now,
    )
    units = await write_places(
        connection, plan, day, content["decree_number"], by=Acting(actor=actor, terms=terms, now=now)
    )
    await _keep_lineage(connection, identity, plan, units, day=day)
    ended = {kind: [subject.id for subject in plan.ended if subject.kind == kind] for kind in ("unit", "institution")}
    seats = await pass_seats(
        connection,
        units,
        ended_units=[*ended["unit"], *(each.from_id for each in units if each.continued)],
        ended_institutions=ended["institution"],
        declared=content,
        now=now,
    )
    places = consequences.changed_places(plan, units)
    told = consequences.told(
        places,
        await queries.find_names(connection, [place["id"] for place in places[: consequences.MOST]]),
        services=await following.find_passing_services(connection, identity),
        standards=await following.find_passing_standards(connection, identity),
        seats=seats,
        successions={"unit": units, "institution": plan.successions["institution"]},
    )
    await _TELL.execute(connection, id=identity, consequences=told)
    return Declared(identity, plan.keys, told)


def _check_rights(actor: Actor, plan: Plan) -> None:
    """Within one institution its managers decide; over institutions, and between them, the platform."""
    if plan.national:
        rights.require_national(actor)
    for institution_id in plan.institution_ids:
        rights.require_manager(actor, institution_id)


def _unknown_terms(steps: Sequence[Step], terms: Terms) -> list[Flaw]:
    vocabularies = {"unit": UNIT_TERMS, "institution": INSTITUTION_TERMS}
    return [
        replace(flaw, pointer=f"{step.pointer}/{step.kind}{flaw.pointer}")
        for step in steps
        if isinstance(step, Establish)
        for flaw in terms.unknown(step.content, vocabularies[step.kind])
    ]


async def _keep_lineage(
    connection: Connection, identity: UUID, plan: Plan, units: Sequence[Succession], *, day: date
) -> None:
    for kind, listed in (("unit", units), ("institution", plan.successions["institution"])):
        await _SUCCEED[kind].execute(
            connection,
            id=identity,
            from_ids=[each.from_id for each in listed],
            to_ids=[each.to_id for each in listed],
            numerators=[each.share.numerator for each in listed],
            denominators=[each.share.denominator for each in listed],
            positions=[each.position for each in listed],
            continued=[each.continued for each in listed],
            day=day,
        )
    elsewhere = {each.from_id: each.to_id for each in units if each.continued}
    allotted = {service: elsewhere.get(unit, unit) for service, unit in plan.allotted_services.items()}
    await _ALLOT.execute(connection, id=identity, services=list(allotted), units=list(allotted.values()))
