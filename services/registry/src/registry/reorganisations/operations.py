"""Declaring a reorganisation, or previewing it: the same work, undone at the end. What is too large for a request is queued."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.data import jobs
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.identity import Caller
from chassis.http.problems import Flaw
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from directory.zones import national_day
from registry import rights
from registry.institutions.operations import TERMS as INSTITUTION_TERMS
from registry.recorded import announce, begin_change
from registry.reorganisations import consequences, following, queries
from registry.reorganisations.callers import kept
from registry.reorganisations.plan import Plan, Succession
from registry.reorganisations.planning import make_plan
from registry.reorganisations.problems import not_feasible
from registry.reorganisations.schemas import NewReorganisation
from registry.reorganisations.seats import pass_seats
from registry.reorganisations.steps import Establish, Step, read_steps
from registry.reorganisations.surveying import survey
from registry.reorganisations.writing import Acting, count_touched, write_places
from registry.standards.operations import By
from registry.terms import Terms
from registry.units.operations import TERMS as UNIT_TERMS

_INSERT = Statement("""
INSERT INTO reorganisations (id, title, effective_on, decree_number, decree_date, institution_ids, steps, established,
    consequences, national, declared_by, declared_at, recorded_at, work, dry_run, caller)
VALUES (CAST(:id AS uuid), :title, CAST(:effective_on AS date), :decree_number, CAST(:decree_date AS date),
    CAST(:institution_ids AS uuid[]), CAST(:steps AS jsonb), CAST(:established AS jsonb), '{}', :national, :declared_by,
    CAST(:now AS timestamptz), recording(), :work, :dry_run, CAST(:caller AS jsonb))""")
_BEGIN = Statement("""
UPDATE reorganisations SET institution_ids = CAST(:institution_ids AS uuid[]), established = CAST(:established AS jsonb),
    national = :national, declared_at = CAST(:now AS timestamptz), recorded_at = recording(), work = 'done', caller = NULL
WHERE id = CAST(:id AS uuid)""")
_TRIED = Statement("""
UPDATE reorganisations SET consequences = CAST(:consequences AS jsonb), established = CAST(:established AS jsonb),
    work = 'done', caller = NULL, version = version + 1
WHERE id = CAST(:id AS uuid)""")
_TELL = Statement("""
UPDATE reorganisations SET consequences = CAST(:consequences AS jsonb) WHERE id = CAST(:id AS uuid)""")
_DECLARE = Statement("UPDATE reorganisations SET version = version + 1 WHERE id = CAST(:id AS uuid) RETURNING *")
_ALLOT = Statement("""
INSERT INTO service_allotments (reorganisation_id, service_id, to_id)
SELECT CAST(:id AS uuid), * FROM unnest(CAST(:services AS uuid[]), CAST(:units AS uuid[]))""")
JOB = "reorganisation"
MOST_AT_ONCE = 1_500
"""Units that go on in another institution within a request: 4,000 of them took all of its five seconds on a busy machine."""
MOVED_FOR_CONTINUED = 10
"""A unit that only comes to stand elsewhere in its tree costs so many times less."""
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


async def declare(
    connection: Connection, body: NewReorganisation, *, caller: Caller, actor: Actor, terms: Terms, now: datetime
) -> Row:
    """Carry out a reorganisation: dated rows at once, and what follows on its day (today's or an earlier one at once).

    One that is too large for a request is queued: its row has `work` queued. Records `unit.changed`, `institution.changed`,
    `appointment.changed`; `reorganisation.effected`, or `.declared` for a later day. Raises Forbidden, NotFeasible, and by
    constraint StillInUse.
    """
    planned = await _plan(connection, body, actor=actor, terms=terms)
    by = Acting(actor=actor, terms=terms, now=now)
    if await is_large(connection, planned, body.effective_on):
        return await _queue(connection, body, planned, caller=caller, by=by, dry_run=False)
    return await settle(connection, await _carry_out(connection, body, planned, by=by), body, by=by)


async def settle(connection: Connection, declared: Declared, body: NewReorganisation, *, by: Acting) -> Row:
    """Let what was written take effect, today or on its day, and look whether all keys hold."""
    if body.effective_on <= national_day(by.now):
        await following.take_effect(connection, declared.id, by=By(actor=by.actor, now=by.now))
    else:
        row = await _DECLARE.fetchrow(connection, id=declared.id)
        assert row is not None
        await following.record_declaration(connection, row)
    await announce(connection)
    await connection.execute(_CHECK_KEYS)
    return await found(connection, declared.id)


async def preview(
    connection: Connection, body: NewReorganisation, *, caller: Caller, actor: Actor, terms: Terms, now: datetime
) -> Declared | Row:
    """What `declare` would do, with the same refusals; nothing stays written. Of a large one the row of the queued work."""
    planned = await _plan(connection, body, actor=actor, terms=terms)
    by = Acting(actor=actor, terms=terms, now=now)
    if await is_large(connection, planned, body.effective_on):
        return await _queue(connection, body, planned, caller=caller, by=by, dry_run=True)
    return await try_out(connection, body, planned, by=by)


async def try_out(connection: Connection, body: NewReorganisation, planned: Plan, *, by: Acting) -> Declared:
    """Carry it out and undo it: what it would do."""
    undone = connection.transaction()
    await undone.start()
    try:
        declared = await _carry_out(connection, body, planned, by=by)
        await connection.execute(_CHECK_KEYS)
    finally:
        await undone.rollback()
    return declared


async def carry_out_queued(
    connection: Connection, identity: UUID, body: NewReorganisation, *, dry_run: bool, by: Acting
) -> None:
    """Do what was queued, planned anew on what is true now. Raises as `declare` and `preview` do."""
    planned = await _plan(connection, body, actor=by.actor, terms=by.terms)
    if dry_run:
        tried = await try_out(connection, body, planned, by=by)
        keys = {key: str(each) for key, each in tried.established.items()}
        await _TRIED.execute(connection, id=identity, consequences=tried.consequences, established=keys)
        return
    await settle(connection, await _carry_out(connection, body, planned, by=by, queued=identity), body, by=by)


async def is_large(connection: Connection, planned: Plan, day: date) -> bool:
    """Whether so many units are touched that a request would run out of its time."""
    continued, moved = await count_touched(connection, planned, day)
    return continued + moved // MOVED_FOR_CONTINUED > MOST_AT_ONCE


async def found(connection: Connection, identity: UUID) -> Row:
    """A reorganisation that is there."""
    row = await queries.find_reorganisation(connection, identity)
    assert row is not None
    return row


async def _plan(connection: Connection, body: NewReorganisation, *, actor: Actor, terms: Terms) -> Plan:
    """What the steps come to as things stand. Raises Forbidden, NotFeasible."""
    await begin_change(connection)
    await connection.execute(_ROOM)
    content = body.model_dump()
    steps = read_steps(content["steps"])
    planned, flaws = make_plan(steps, await survey(connection, steps, content["effective_on"]), new_id=new_id)
    _check_rights(actor, planned)
    flaws += _unknown_terms(steps, terms)
    if flaws:
        raise not_feasible(flaws)
    return planned


def _row(body: NewReorganisation, planned: Plan, *, by: Acting) -> dict[str, Any]:
    established = [place.subject.id for place in planned.established if place.subject.kind == "institution"]
    return {
        **{name: getattr(body, name) for name in ("title", "effective_on", "decree_number", "decree_date")},
        "institution_ids": [*planned.institution_ids, *established],
        "steps": body.model_dump(mode="json", exclude_none=True)["steps"],
        "established": {key: str(each) for key, each in planned.keys.items()},
        "national": planned.national,
        "declared_by": f"{by.actor.kind}:{by.actor.id}",
        "now": by.now,
    }


async def _queue(
    connection: Connection,
    body: NewReorganisation,
    planned: Plan,
    *,
    caller: Caller,
    by: Acting,
    dry_run: bool,
) -> Row:
    identity = new_id()
    row = _row(body, planned, by=by) | {"established": {}}
    await _INSERT.execute(connection, id=identity, work="queued", dry_run=dry_run, caller=kept(caller), **row)
    await jobs.enqueue(connection, JOB, identity)
    return await found(connection, identity)


async def _carry_out(
    connection: Connection, body: NewReorganisation, planned: Plan, *, by: Acting, queued: UUID | None = None
) -> Declared:
    day = body.effective_on
    identity = queued or new_id()
    row = _row(body, planned, by=by)
    if queued is None:
        await _INSERT.execute(connection, id=identity, work="done", dry_run=False, caller=None, **row)
    else:
        await _BEGIN.execute(
            connection,
            id=identity,
            **{name: row[name] for name in ("institution_ids", "established", "national", "now")},
        )
    units = await write_places(connection, planned, day, body.decree_number, by=by)
    await _keep_lineage(connection, identity, planned, units, day=day)
    ended = {
        kind: [subject.id for subject in planned.ended if subject.kind == kind] for kind in ("unit", "institution")
    }
    seats = await pass_seats(
        connection,
        units,
        ended_units=[*ended["unit"], *(each.from_id for each in units if each.continued)],
        ended_institutions=ended["institution"],
        declared=row,
        now=by.now,
    )
    places = consequences.changed_places(planned, units)
    told = consequences.told(
        places,
        await queries.find_names(connection, [place["id"] for place in places[: consequences.MOST]]),
        services=await following.find_passing_services(connection, identity),
        standards=await following.find_passing_standards(connection, identity),
        seats=seats,
        successions={"unit": units, "institution": planned.successions["institution"]},
    )
    await _TELL.execute(connection, id=identity, consequences=told)
    return Declared(identity, planned.keys, told)


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
