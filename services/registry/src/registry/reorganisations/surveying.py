"""Reading what a plan must know: the things that steps name as of the day, and what hangs on what ends."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from registry.reorganisations.steps import Establish, Rename, Step, mentioned
from registry.reorganisations.world import InstitutionThen, UnitThen, World

_UNITS = Statement("""
SELECT identity.id, identity.institution_id, held.parent_id, coalesce(held.name, '') AS name,
    held.id IS NOT NULL AS in_force,
    coalesce((SELECT range_agg(valid_during) FROM units WHERE id = identity.id)
             @> daterange(CAST(:day AS date), NULL), false) AS lasting
FROM unit_identities AS identity
LEFT JOIN units AS held ON held.id = identity.id AND held.valid_during @> CAST(:day AS date)
WHERE identity.id = ANY(CAST(:ids AS uuid[]))""")
_INSTITUTIONS = Statement("""
SELECT identity.id, coalesce(held.name, '') AS name, held.id IS NOT NULL AS in_force,
    coalesce((SELECT range_agg(valid_during) FROM institutions WHERE id = identity.id)
             @> daterange(CAST(:day AS date), NULL), false) AS lasting
FROM institution_identities AS identity
LEFT JOIN institutions AS held ON held.id = identity.id AND held.valid_during @> CAST(:day AS date)
WHERE identity.id = ANY(CAST(:ids AS uuid[]))""")
_PARENTS = Statement("""
SELECT id, parent_id FROM units WHERE valid_during @> CAST(:day AS date) AND id IN (
    SELECT ancestor_id FROM unit_ancestors
    WHERE unit_id = ANY(CAST(:ids AS uuid[])) AND valid_during @> CAST(:day AS date))""")
_BELOW = Statement("""
SELECT DISTINCT parent_id AS above, id FROM units
WHERE parent_id = ANY(CAST(:ending AS uuid[])) AND valid_during && daterange(CAST(:day AS date), NULL)
UNION
SELECT institution_id, id FROM units
WHERE institution_id = ANY(CAST(:ending AS uuid[])) AND parent_id IS NULL
AND valid_during && daterange(CAST(:day AS date), NULL)
ORDER BY 1, 2""")
_SERVING = Statement("""
SELECT DISTINCT unit_id FROM services WHERE unit_id = ANY(CAST(:ending AS uuid[])) AND state <> 'inactive'""")
_SERVICES = Statement("SELECT id, unit_id FROM services WHERE id = ANY(CAST(:ids AS uuid[]))")
_LATER = Statement("""
SELECT from_id, to_id FROM unit_successions WHERE effective_on > CAST(:day AS date)
AND (from_id = ANY(CAST(:ending AS uuid[])) OR to_id = ANY(CAST(:ending AS uuid[])))
UNION ALL
SELECT from_id, to_id FROM institution_successions WHERE effective_on > CAST(:day AS date)
AND (from_id = ANY(CAST(:ending AS uuid[])) OR to_id = ANY(CAST(:ending AS uuid[])))""")
_UNIT_CODES = Statement("""
SELECT DISTINCT institution_id, code, id FROM units
WHERE institution_id = ANY(CAST(:institutions AS uuid[])) AND code = ANY(CAST(:codes AS text[]))
AND valid_during && daterange(CAST(:day AS date), NULL)""")
_INSTITUTION_CODES = Statement("SELECT code FROM institution_identities WHERE code = ANY(CAST(:codes AS text[]))")
_REGIONS = Statement("SELECT code FROM regions WHERE code = ANY(CAST(:codes AS text[]))")


async def survey(connection: Connection, steps: Sequence[Step], day: date) -> World:
    """The directory around the steps as of their day. The caller has begun the change: nothing moves meanwhile."""
    named = mentioned(steps)
    ending = list(named.ending)
    below: dict[UUID, list[UUID]] = {}
    for row in await _BELOW.fetch(connection, ending=ending, day=day):
        below.setdefault(row["above"], []).append(row["id"])
    unit_ids = [*named.units, *(unit_id for units in below.values() for unit_id in units)]
    units = await _find_units(connection, unit_ids, day)
    rows = await _PARENTS.fetch(connection, ids=unit_ids, day=day)
    later = await _LATER.fetch(connection, ending=ending, day=day)
    services = await _SERVICES.fetch(connection, ids=list(named.services))
    serving = await _SERVING.fetch(connection, ending=ending)
    established = [step for step in steps if isinstance(step, Establish)]
    return World(
        units=units,
        institutions=await _find_institutions(connection, named.institutions, day),
        parents={row["id"]: row["parent_id"] for row in rows},
        below=below,
        serving=frozenset(row["unit_id"] for row in serving),
        service_units={row["id"]: row["unit_id"] for row in services},
        reorganised_later=frozenset(named.ending) & {each for row in later for each in (row["from_id"], row["to_id"])},
        unit_codes=await _find_unit_codes(connection, steps, units, named.institutions, day=day),
        institution_codes=await _codes(
            connection, _INSTITUTION_CODES, (step.content["code"] for step in established if step.kind == "institution")
        ),
        regions=await _codes(
            connection, _REGIONS, (step.content["region_code"] for step in established if step.content["region_code"])
        ),
    )


async def _find_units(connection: Connection, ids: Sequence[UUID], day: date) -> dict[UUID, UnitThen]:
    rows = await _UNITS.fetch(connection, ids=list(ids), day=day)
    return {row["id"]: UnitThen(*(row[name] for name in UnitThen._fields)) for row in rows}


async def _find_institutions(connection: Connection, ids: Iterable[UUID], day: date) -> dict[UUID, InstitutionThen]:
    rows = await _INSTITUTIONS.fetch(connection, ids=list(ids), day=day)
    return {row["id"]: InstitutionThen(*(row[name] for name in InstitutionThen._fields)) for row in rows}


async def _find_unit_codes(
    connection: Connection,
    steps: Sequence[Step],
    units: dict[UUID, UnitThen],
    institutions: Iterable[UUID],
    *,
    day: date,
) -> dict[tuple[UUID, str], set[UUID]]:
    codes = {step.content["code"] for step in steps if isinstance(step, Establish | Rename) and step.content["code"]}
    if not codes:
        return {}
    places = {unit.institution_id for unit in units.values()} | set(institutions)
    found: dict[tuple[UUID, str], set[UUID]] = {}
    for row in await _UNIT_CODES.fetch(connection, institutions=list(places), codes=list(codes), day=day):
        found.setdefault((row["institution_id"], row["code"]), set()).add(row["id"])
    return found


async def _codes(connection: Connection, statement: Statement, wanted: Iterable[str]) -> frozenset[str]:
    codes = sorted(set(wanted))
    return frozenset(row["code"] for row in await statement.fetch(connection, codes=codes)) if codes else frozenset()
