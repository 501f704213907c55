"""After a reorganisation the open cases of a unit that ended go to the successor of the largest share.

The registry's fact is kept with the copy; a task then moves the cases, each in a transaction of its own, with an entry in
the history and an interval of custody. Clocks stay as they are: what was promised was promised by the agency.
"""

from collections.abc import Hashable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, TypeVar
from uuid import UUID

import structlog
from fastapi import FastAPI
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from chassis.data.events import Event
from chassis.data.pool import Connection, Pool
from chassis.data.statements import Row, Statement
from chassis.data.transactions import begin
from complaints.cases.callers import SYSTEM_RECORD
from complaints.cases.lifecycle import OPEN_STATES
from complaints.cases.operations import lock_case
from complaints.custody import queries
from complaints.custody.receiving import may_have
from complaints.custody.tables import successions
from complaints.moves.moving import move
from directory.follower import CHANNEL, RegistryCopy
from directory.told import Told
from directory.zones import national_day

ACTION, FACT = "reorganisation", "reorganised"
EVERY_S = 300.0
Place = TypeVar("Place", bound=Hashable)
_BATCH = 200
_FIRST = UUID(int=0)
_NAMED_IN_CASE = ("unit_id", "proposed_unit_id", "accused_unit_id", "institution_id")

_KEEP = Statement("""
INSERT INTO successions (from_id, to_id, kind, reorganisation_id, decree_number, effective_on)
SELECT s.*, CAST(:kind AS text), CAST(:id AS uuid), :decree_number, CAST(:day AS date)
FROM unnest(CAST(:from_ids AS uuid[]), CAST(:to_ids AS uuid[])) AS s
ON CONFLICT (from_id) DO NOTHING""")
_HEIRS = Statement(select(successions).where(successions.c.from_id == any_(bindparam("ids", type_=ARRAY(Uuid)))))
# Held by a unit that ended; or held by no unit, and it was to go to one, or its institution ended.
_WAITING = Statement("""
SELECT case_id AS id FROM custody_intervals JOIN successions ON from_id = unit_id
WHERE to_at IS NULL AND case_id > CAST(:after AS uuid)
UNION
SELECT cases.id FROM cases JOIN successions ON handed_over_at IS NULL
    AND ((kind = 'unit' AND from_id = proposed_unit_id) OR (kind = 'institution' AND from_id = institution_id))
WHERE unit_id IS NULL AND state = ANY(CAST(:open AS text[])) AND cases.id > CAST(:after AS uuid)
ORDER BY id LIMIT CAST(:most AS integer)""")
_HANDED_OVER = Statement("""
UPDATE successions SET handed_over_at = CAST(:now AS timestamptz)
WHERE handed_over_at IS NULL AND from_id = ANY(CAST(:ids AS uuid[]))""")
_UNHANDED = Statement("SELECT from_id FROM successions WHERE handed_over_at IS NULL")
_SEATED = Statement("""
SELECT EXISTS (SELECT FROM directory_appointments WHERE person_id = CAST(:person AS uuid)
    AND unit_id = CAST(:unit AS uuid) AND valid_during @> CAST(:day AS date))""")

log = structlog.get_logger("complaints.succession")


class UnitSuccession(Told):
    from_unit: UUID
    to_unit: UUID
    share: Fraction


class InstitutionSuccession(Told):
    from_institution: UUID
    to_institution: UUID
    share: Fraction


class ReorganisationTold(Told):
    """What is read of `reorganisation.effected`."""

    id: UUID
    decree_number: str
    effective_on: date
    successions: list[UnitSuccession]
    institution_successions: list[InstitutionSuccession]


READS: dict[str, type[Told]] = {"reorganisation.effected": ReorganisationTold}
"""By the event's type, beside what the directory's copy reads."""


class RegistrySuccessions(RegistryCopy):
    """The copy of the registry, and who follows whom."""

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take the event in; applying it again changes nothing."""
        await super().apply(connection, event)
        if event.type == "reorganisation.effected":
            await keep(connection, ReorganisationTold.model_validate(event.data))


async def keep(connection: Connection, told: ReorganisationTold) -> None:
    """Keep who follows those that ended."""
    passed = {
        "unit": [(each.from_unit, each.to_unit, each.share) for each in told.successions],
        "institution": [
            (each.from_institution, each.to_institution, each.share) for each in told.institution_successions
        ],
    }
    for kind, parts in passed.items():
        heirs = dict(largest(parts))
        await _KEEP.execute(
            connection,
            kind=kind,
            id=told.id,
            decree_number=told.decree_number,
            day=told.effective_on,
            from_ids=list(heirs),
            to_ids=list(heirs.values()),
        )
    await connection.execute(f"NOTIFY {CHANNEL}")


def largest(parts: Sequence[tuple[Place, Place, Fraction]]) -> Iterator[tuple[Place, Place]]:
    """Of (from, to, share): each from with the to of its largest share, the first of equals; not one that itself goes on."""
    staying = {from_id for from_id, to_id, _ in parts if from_id == to_id}
    found: dict[Place, tuple[Place, Fraction]] = {}
    for from_id, to_id, share in parts:
        if from_id not in staying and (from_id not in found or share > found[from_id][1]):
            found[from_id] = to_id, share
    return ((from_id, to_id) for from_id, (to_id, _) in found.items())


async def keep_custody(app: FastAPI) -> None:
    """Hand cases over whenever the directory changes. A task of the service."""
    while True:
        handed = await hand_over(app.state.side_pool, app.state.clock())
        if handed:
            log.info("cases_handed_over", count=handed)
        await app.state.bell.wait(CHANNEL, EVERY_S)


async def hand_over(pool: Pool, now: datetime) -> int:
    """Hand over every open case of what ended; how many. A case that can't go there stays, for an officer to assign."""
    async with pool.acquire() as connection:
        unhanded = [row["from_id"] for row in await _UNHANDED.fetch(connection)]
    handed, after = 0, _FIRST
    while True:
        async with pool.acquire() as connection:
            rows = await _WAITING.fetch(connection, after=after, open=list(OPEN_STATES), most=_BATCH)
        if not rows:
            break
        for row in rows:
            handed += await _attempt(pool, row["id"], now)
        after = rows[-1]["id"]
    async with begin(pool) as connection:
        await _HANDED_OVER.execute(connection, ids=unhanded, now=now)
    return handed


async def _attempt(pool: Pool, case_id: UUID, now: datetime) -> bool:
    try:
        async with begin(pool) as connection:
            return await hand_case(connection, case_id, now)
    except Exception:
        log.exception("case_fails", case_id=str(case_id))
        return False


async def hand_case(connection: Connection, case_id: UUID, now: datetime) -> bool:
    """Let one case follow; False if nothing of it ended, or the successor may not have it (the accused, no inspectorate)."""
    case = await lock_case(connection, case_id)
    if case is None or case["state"] not in OPEN_STATES:
        return False
    heirs = {row["from_id"]: row for row in await _HEIRS.fetch(connection, ids=_ids(case))}
    changes: dict[str, Any] = {
        name: heirs[case[name]]["to_id"] for name in _NAMED_IN_CASE if case[name] is not None and case[name] in heirs
    }
    if not changes:
        return False
    cause = next(heirs[case[name]] for name in _NAMED_IN_CASE if name in changes)
    public: dict[str, Any] = {"hidden": True}
    if "unit_id" in changes:
        day = national_day(now)
        unit = await queries.find_unit(connection, changes["unit_id"], day)
        if unit is None or not may_have(unit, {**case, **changes}):
            return False
        changes["institution_id"] = unit["institution_id"]
        changes["holder_person"] = await _holder(connection, case, changes["unit_id"], day)
        public = {"reason": ACTION, "unit_id": unit["id"], "unit_name": unit["name"]}
    elif "institution_id" in changes:
        public = {"reason": ACTION, "institution_id": changes["institution_id"]}
    await move(
        connection,
        case,
        action=ACTION,
        to_state=case["state"],
        actor=SYSTEM_RECORD,
        now=now,
        changes=changes,
        public=public,
        internal={
            "reorganisation_id": cause["reorganisation_id"],
            "decree_number": cause["decree_number"],
            "from_unit_id": case["unit_id"],
            "from_institution_id": case["institution_id"],
        },
        fact=FACT,
    )
    return True


def _ids(case: Row) -> list[UUID]:
    return [case[name] for name in _NAMED_IN_CASE if case[name] is not None]


async def _holder(connection: Connection, case: Row, unit_id: UUID, day: date) -> UUID | None:
    """Who held the case goes on with it, if he or she has a seat there too."""
    person: UUID | None = case["holder_person"]
    if person is None or not await _SEATED.fetchval(connection, person=person, unit=unit_id, day=day):
        return None
    return person
