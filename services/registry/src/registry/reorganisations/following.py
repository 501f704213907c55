"""What follows on the day itself: services, posts and standards go to the successors, and the fact is told."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from chassis.data import events
from chassis.data.pool import Connection, Pool
from chassis.data.statements import Row, Statement
from chassis.data.transactions import begin
from directory.zones import national_day
from registry.recorded import begin_change
from registry.services import facts as service_facts
from registry.services import places
from registry.standards import lifecycle
from registry.standards import operations as standards
from registry.standards import queries as standard_queries
from registry.standards.operations import By
from registry.stipulation.aftercare import SYSTEM

LOOK_EVERY_S = 60.0
CAUSE = "reorganisation"

# What hangs on a unit that passes on: where it is allotted, else with the principal. The principal of a unit that stays is itself.
_PASSING = """
passing AS (
    SELECT services.id, services.name, services.code, services.institution_id, services.unit_id AS from_unit_id,
        coalesce(allotted.to_id, heir.to_id) AS to_unit_id, NOT heir.continued AS reviewed
    FROM unit_successions AS heir JOIN services ON services.unit_id = heir.from_id
    LEFT JOIN service_allotments AS allotted
        ON allotted.reorganisation_id = heir.reorganisation_id AND allotted.service_id = services.id
    WHERE heir.reorganisation_id = CAST(:id AS uuid) AND heir.position = 0
    AND coalesce(allotted.to_id, heir.to_id) <> services.unit_id
)"""
_SERVICES = Statement(f"WITH {_PASSING} SELECT id, name, from_unit_id, to_unit_id FROM passing ORDER BY name, id")  # noqa: S608 - ours
_STANDARDS = Statement(f"""
WITH {_PASSING} SELECT standards.id, standards.number, standards.state, standards.service_id, passing.to_unit_id,
    passing.reviewed AND standards.state = 'published' AS reviewed
FROM passing JOIN standards ON standards.service_id = passing.id
WHERE standards.state IN ('stipulated', 'published', 'under_review') ORDER BY standards.number, standards.id""")  # noqa: S608 - ours
# A code that the receiving institution has already, or gets twice, is told apart by the code of the one it came from.
_PASS_SERVICES = Statement(f"""
WITH {_PASSING}, taken AS (
    SELECT passing.id, passing.to_unit_id, place.institution_id, CASE WHEN place.institution_id = passing.institution_id
        THEN passing.code
        WHEN min(passing.institution_id::text) OVER same_code <> max(passing.institution_id::text) OVER same_code
            OR EXISTS (SELECT FROM services AS other WHERE other.institution_id = place.institution_id
                       AND other.code = passing.code)
        THEN origin.code || '/' || passing.code ELSE passing.code END AS code
    FROM passing JOIN unit_identities AS place ON place.id = passing.to_unit_id
    JOIN institution_identities AS origin ON origin.id = passing.institution_id
    WINDOW same_code AS (PARTITION BY place.institution_id, passing.code)
)
UPDATE services SET unit_id = taken.to_unit_id, institution_id = taken.institution_id, code = taken.code
FROM taken WHERE services.id = taken.id RETURNING services.id""")  # noqa: S608 - ours
# A post that exists on the day or later is at the successor from that day on; until then it was where it was.
_PASS_POSTS = Statement("""
WITH passing AS (
    SELECT posts.id, posts.institution_id AS from_institution_id, posts.unit_id AS from_unit_id, heir.to_id,
        place.institution_id, posts.valid_during * daterange(NULL, CAST(:day AS date)) AS before,
        posts.valid_during * daterange(CAST(:day AS date), NULL) AS after
    FROM unit_successions AS heir JOIN unit_identities AS place ON place.id = heir.to_id
    JOIN posts ON posts.unit_id = heir.from_id
    WHERE heir.reorganisation_id = CAST(:id AS uuid) AND heir.position = 0 AND heir.to_id <> heir.from_id
    AND posts.valid_during && daterange(CAST(:day AS date), NULL)
), kept AS (
    INSERT INTO post_former_places (post_id, institution_id, unit_id, valid_during)
    SELECT id, from_institution_id, from_unit_id, before FROM passing WHERE NOT isempty(before)
)
UPDATE posts SET unit_id = passing.to_id, institution_id = passing.institution_id, valid_during = passing.after,
    version = posts.version + 1
FROM passing WHERE posts.id = passing.id""")
_EFFECT = Statement("""
UPDATE reorganisations SET effected_at = CAST(:now AS timestamptz), version = version + 1
WHERE id = CAST(:id AS uuid) AND effected_at IS NULL RETURNING *""")
_SUCCESSIONS = Statement("""
SELECT 'unit' AS kind, from_id, to_id, numerator, denominator, position FROM unit_successions
WHERE reorganisation_id = CAST(:id AS uuid)
UNION ALL
SELECT 'institution', from_id, to_id, numerator, denominator, position FROM institution_successions
WHERE reorganisation_id = CAST(:id AS uuid) ORDER BY from_id, position""")
_DUE = Statement("""
SELECT id FROM reorganisations
WHERE effected_at IS NULL AND withdrawal IS NULL AND work = 'done' AND NOT dry_run AND effective_on <= CAST(:day AS date)
ORDER BY effective_on, id LIMIT 1""")


async def find_passing_services(connection: Connection, identity: UUID) -> list[Row]:
    """The services that go to a successor: id, name, from_unit_id, to_unit_id."""
    return await _SERVICES.fetch(connection, id=identity)


async def find_passing_standards(connection: Connection, identity: UUID) -> list[Row]:
    """Their standards that have a decree; `reviewed`: the version goes under review."""
    return await _STANDARDS.fetch(connection, id=identity)


async def record_declaration(connection: Connection, row: Row) -> None:
    """The fact that a reorganisation was declared for a later day."""
    await _record(connection, row, "reorganisation.declared", at=row["declared_at"])


async def record_withdrawal(connection: Connection, row: Row, *, at: datetime) -> None:
    """The fact that a declared reorganisation won't be: nobody follows anybody by it."""
    await _record(connection, row, "reorganisation.withdrawn", at=at)


async def take_effect(connection: Connection, identity: UUID, *, by: By) -> Row | None:
    """Let services, posts and standards follow; records their facts and `reorganisation.effected`. None if it was done.

    A standard passes on unchanged and goes under review if its unit was merged, split or dissolved (PP 96/2012 art. 33);
    one whose unit goes on as it was is only told of with its new place.
    """
    effected = await _EFFECT.fetchrow(connection, id=identity, now=by.now)
    if effected is None:
        return None
    following = await find_passing_standards(connection, identity)
    passing = await find_passing_services(connection, identity)
    await places.keep(connection, [row["id"] for row in passing], until=effected["effective_on"])
    moved = await _PASS_SERVICES.fetch(connection, id=identity)
    await service_facts.record_changes(connection, [row["id"] for row in moved], now=by.now)
    await _PASS_POSTS.execute(connection, id=identity, day=effected["effective_on"])
    for standard in following:
        await _follow(connection, standard, identity, by=by)
    await _record(connection, effected, "reorganisation.effected", at=by.now)
    return effected


async def _follow(connection: Connection, standard: Row, identity: UUID, *, by: By) -> None:
    row = await standard_queries.find_stored(connection, standard["id"], at=by.now)
    assert row is not None
    move = lifecycle.find_move(row["state"], "review") if standard["reviewed"] else None
    if move is None:
        await standards.amend(connection, row, by=by)
        return
    details = {"cause": CAUSE, "reorganisation_id": identity}
    changed = await standards.carry_out(connection, row, move, by=by, details=details)
    await standards.tell(connection, changed, "standard.under_review", now=by.now)


async def _record(connection: Connection, row: Row, type_: str, *, at: datetime) -> None:
    """Successors of one predecessor stand with the principal first: who follows the largest part follows it."""
    passed = await _SUCCESSIONS.fetch(connection, id=row["id"])
    data = {
        "id": row["id"],
        "title": row["title"],
        "effective_on": row["effective_on"],
        "decree_number": row["decree_number"],
        "decree_date": row["decree_date"],
        "successions": _told(passed, "unit"),
        "institution_successions": _told(passed, "institution"),
    }
    await events.record(
        connection, type_, subject=f"reorganisations/{row['id']}", sequence=row["version"], data=data, at=at
    )


def _told(passed: list[Row], kind: str) -> list[Mapping[str, Any]]:
    return [
        {
            f"from_{kind}": each["from_id"],
            f"to_{kind}": each["to_id"],
            "share": str(Fraction(each["numerator"], each["denominator"])),
        }
        for each in passed
        if each["kind"] == kind
    ]


async def effect_what_is_due(pool: Pool, *, day: date, by: By) -> int:
    """Let every declared reorganisation whose day has come take effect, each in a transaction of its own; how many did."""
    effected = 0
    while True:
        async with begin(pool) as connection:
            await begin_change(connection)
            identity = await _DUE.fetchval(connection, day=day)
            if identity is None:
                return effected
            await take_effect(connection, identity, by=by)
        effected += 1


async def watch_days(app: FastAPI) -> None:
    """The background task: looks every minute whether the day of a reorganisation has come."""
    while True:
        now = app.state.clock()
        await effect_what_is_due(app.state.side_pool, day=national_day(now), by=By(actor=SYSTEM, now=now))
        await asyncio.sleep(LOOK_EVERY_S)
