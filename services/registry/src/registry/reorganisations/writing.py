"""Writing a plan into the dated rows of units and institutions, set by set. Temporal keys are looked at at the end.

Order: what begins, what changes its place, what goes on elsewhere, what ends. Nothing is deleted: a row that began on the
day or later moves to the history, and every earlier day stays as it was.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.ops.identifiers import new_id
from directory.closure import rebuild_closure
from directory.roles import Actor
from registry import timeline
from registry.institutions import facts as institution_facts
from registry.institutions import operations as institution_operations
from registry.institutions.tables import institutions
from registry.recorded import DatedRows
from registry.reorganisations.plan import Plan, Succession
from registry.reorganisations.shares import ONE
from registry.terms import Terms
from registry.units import facts as unit_facts
from registry.units.tables import unit_ancestors, units

_UNIT_ROWS, _INSTITUTION_ROWS = DatedRows(units), DatedRows(institutions)
_REBUILD = Statement(rebuild_closure(units, unit_ancestors))
_CONTENT = "code, name, short_name, kind, region_code, functions"

_IDENTIFY = Statement("""
INSERT INTO unit_identities (id, institution_id)
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:institutions AS uuid[]))""")

# Rows over the day are cut there, later ones changed as they are; a row below something else by then stays.
_REPARENT = Statement(f"""
WITH moved AS (
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS m (id, old, new)
), later AS (
    UPDATE units SET parent_id = moved.new FROM moved
    WHERE units.id = moved.id AND units.parent_id IS NOT DISTINCT FROM moved.old
    AND lower(valid_during) >= CAST(:day AS date)
), cut AS (
    UPDATE units SET valid_during = daterange(lower(valid_during), CAST(:day AS date)) FROM moved
    WHERE units.id = moved.id AND units.parent_id IS NOT DISTINCT FROM moved.old
    AND valid_during @> CAST(:day AS date) AND lower(valid_during) < CAST(:day AS date)
    RETURNING units.*, moved.new, upper(old.valid_during) AS until
)
INSERT INTO units (id, institution_id, parent_id, {_CONTENT}, valid_during)
SELECT id, institution_id, new, {_CONTENT}, daterange(CAST(:day AS date), until) FROM cut""")  # noqa: S608 - names of our own

# Each unit goes with the nearest root above it.
_BRANCHES = Statement("""
WITH RECURSIVE roots AS (
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:institutions AS uuid[])) AS r (id, institution_id)
), branch AS (
    SELECT id, institution_id FROM roots
    UNION
    SELECT below.id, branch.institution_id FROM branch JOIN units AS below ON below.parent_id = branch.id
    WHERE below.valid_during && daterange(CAST(:day AS date), NULL)
    AND NOT EXISTS (SELECT FROM roots WHERE roots.id = below.id)
)
SELECT id, institution_id FROM branch""")

_SIZES = Statement("""
WITH RECURSIVE branch AS (
    SELECT id FROM unnest(CAST(:roots AS uuid[])) AS r (id)
    UNION
    SELECT below.id FROM branch JOIN units AS below ON below.parent_id = branch.id
    WHERE below.valid_during && daterange(CAST(:day AS date), NULL)
)
SELECT (SELECT count(*) FROM branch) AS continued, (
    SELECT count(DISTINCT unit_id) FROM unit_ancestors
    WHERE ancestor_id = ANY(CAST(:moved AS uuid[])) AND valid_during && daterange(CAST(:day AS date), NULL)) AS moved""")

# A code that another unit of the receiving institution has, or that two predecessors bring, is told apart by its origin's.
_CONTINUE = Statement(f"""
WITH going AS (
    SELECT * FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[]), CAST(:institutions AS uuid[])) AS g (old, new, institution_id)
), root AS (
    SELECT * FROM unnest(CAST(:roots AS uuid[]), CAST(:parents AS uuid[])) AS r (id, parent_id)
), brought AS (
    SELECT going.*, root.id IS NOT NULL AS is_root, root.parent_id AS root_parent, units.parent_id AS old_parent,
        units.institution_id AS origin, {_CONTENT},
        units.valid_during * daterange(CAST(:day AS date), NULL) AS valid_during,
        min(units.institution_id::text) OVER same_code <> max(units.institution_id::text) OVER same_code AS shared
    FROM going JOIN units ON units.id = going.old LEFT JOIN root ON root.id = going.old
    WHERE units.valid_during && daterange(CAST(:day AS date), NULL)
    WINDOW same_code AS (PARTITION BY going.institution_id, units.code)
)
INSERT INTO units (id, institution_id, parent_id, {_CONTENT}, valid_during)
SELECT brought.new, brought.institution_id, CASE WHEN is_root THEN root_parent ELSE above.new END,
    CASE WHEN shared OR EXISTS (
        SELECT FROM units AS other WHERE other.institution_id = brought.institution_id AND other.code = brought.code
        AND other.valid_during && brought.valid_during) THEN origin.code || '/' || brought.code ELSE brought.code END,
    name, short_name, kind, region_code, functions, valid_during
FROM brought JOIN institution_identities AS origin ON origin.id = brought.origin
LEFT JOIN going AS above ON above.old = brought.old_parent""")  # noqa: S608 - names of our own


def _end(table: str) -> tuple[Statement, Statement]:
    day = "CAST(:day AS date)"
    return (
        Statement(f"""
            UPDATE {table} SET valid_during = daterange(lower(valid_during), {day})
            WHERE id = ANY(CAST(:ids AS uuid[])) AND valid_during @> {day} AND lower(valid_during) < {day}"""),  # noqa: S608 - ours
        Statement(f"DELETE FROM {table} WHERE id = ANY(CAST(:ids AS uuid[])) AND lower(valid_during) >= {day}"),  # noqa: S608 - ours
    )


_END_UNITS, _END_INSTITUTIONS = _end("units"), _end("institutions")

_FORMER_NAMES = Statement("""
INSERT INTO institution_aliases (institution_id, alias, kind) VALUES (CAST(:id AS uuid), :name, 'former_name')
ON CONFLICT DO NOTHING""")
# Those whom an ended institution supervised are supervised by its principal successor.
_SUPERVISE = Statement("""
INSERT INTO supervision (institution_id, supervisor_id, valid_during, source)
SELECT DISTINCT ON (edge.institution_id, heir.to_id) edge.institution_id, heir.to_id,
    edge.valid_during * daterange(CAST(:day AS date), NULL), :decree
FROM supervision AS edge
JOIN unnest(CAST(:ended AS uuid[]), CAST(:heirs AS uuid[])) AS heir (from_id, to_id) ON heir.from_id = edge.supervisor_id
WHERE edge.valid_during && daterange(CAST(:day AS date), NULL)
AND edge.institution_id <> heir.to_id AND NOT edge.institution_id = ANY(CAST(:ended AS uuid[]))
AND NOT EXISTS (SELECT FROM supervision AS held WHERE held.institution_id = edge.institution_id
    AND held.supervisor_id = heir.to_id AND held.valid_during && daterange(CAST(:day AS date), NULL))
ORDER BY edge.institution_id, heir.to_id, edge.valid_during DESC""")
_OF_ENDED = "(institution_id = ANY(CAST(:ended AS uuid[])) OR supervisor_id = ANY(CAST(:ended AS uuid[])))"
_CUT_EDGES = Statement(f"""
UPDATE supervision SET valid_during = daterange(lower(valid_during), CAST(:day AS date)) WHERE {_OF_ENDED}
AND valid_during @> CAST(:day AS date) AND lower(valid_during) < CAST(:day AS date) RETURNING institution_id""")  # noqa: S608 - ours
_DROP_EDGES = Statement(f"""
DELETE FROM supervision WHERE {_OF_ENDED} AND lower(valid_during) >= CAST(:day AS date) RETURNING institution_id""")  # noqa: S608 - ours


class Acting(NamedTuple):
    """By whom, when, with which terms."""

    actor: Actor
    terms: Terms
    now: datetime


async def count_touched(connection: Connection, plan: Plan, day: date) -> tuple[int, int]:
    """How many units go on in other institutions, and how many come to stand elsewhere in their trees."""
    row = await _SIZES.fetchrow(
        connection,
        roots=[each.unit_id for each in plan.continued],
        moved=[each.unit_id for each in plan.reparented],
        day=day,
    )
    assert row is not None
    return row["continued"], row["moved"]


async def write_places(connection: Connection, plan: Plan, day: date, decree: str, *, by: Acting) -> list[Succession]:
    """Write what the plan does to units and institutions, and record their facts; returns the successions of units.

    These are the plan's, and one more for each unit that goes on elsewhere.
    """
    await _establish_institutions(connection, plan, day, by=by)
    changed = await _establish_units(connection, plan, day)
    if plan.reparented:
        moves = plan.reparented
        await _REPARENT.execute(
            connection,
            ids=[each.unit_id for each in moves],
            old=[each.old_parent for each in moves],
            new=[each.new_parent for each in moves],
            day=day,
        )
        changed |= {each.unit_id for each in moves}
    changed |= await _rename_units(connection, plan, day)
    continued = await _continue(connection, plan, day)
    ended = [subject.id for subject in plan.ended if subject.kind == "unit"] + list(continued)
    for statement in _END_UNITS:
        await statement.execute(connection, ids=ended, day=day)
    touched = list(changed | set(ended) | set(continued.values()))
    if touched:
        await _REBUILD.execute(connection, unit_ids=touched)
        await unit_facts.record_changes(connection, touched, now=by.now)
    await _change_institutions(connection, plan, day, decree, now=by.now)
    return [
        *(each._replace(to_id=continued.get(each.to_id, each.to_id)) for each in plan.successions["unit"]),
        *(Succession(old, new, ONE, 0, continued=True) for old, new in continued.items()),
    ]


async def _establish_institutions(connection: Connection, plan: Plan, day: date, *, by: Acting) -> None:
    for place in plan.established:
        if place.subject.kind == "institution":
            content = {**place.content, "valid_during": {"from_": day, "to": None}}
            await institution_operations.register(
                connection, content, actor=by.actor, terms=by.terms, now=by.now, identity=place.subject.id
            )


async def _establish_units(connection: Connection, plan: Plan, day: date) -> set[UUID]:
    places = [place for place in plan.established if place.subject.kind == "unit"]
    await _IDENTIFY.execute(
        connection,
        ids=[place.subject.id for place in places],
        institutions=[place.subject.institution_id for place in places],
    )
    for place in places:
        content = {**place.content, "institution_id": place.subject.institution_id, "parent_id": place.parent_id}
        await _UNIT_ROWS.write(connection, place.subject.id, (timeline.Version(day, None, content),))
    return {place.subject.id for place in places}


async def _rename_units(connection: Connection, plan: Plan, day: date) -> set[UUID]:
    renamed = {subject.id: content for subject, content in plan.renamed if subject.kind == "unit"}
    for identity, content in renamed.items():
        before = await _UNIT_ROWS.read(connection, identity)
        await _UNIT_ROWS.write(connection, identity, timeline.change(before, day, content), before=before)
    return set(renamed)


async def _continue(connection: Connection, plan: Plan, day: date) -> dict[UUID, UUID]:
    """New units for those that go on in other institutions; the new id by the old."""
    if not plan.continued:
        return {}
    roots = plan.continued
    rows = await _BRANCHES.fetch(
        connection,
        ids=[each.unit_id for each in roots],
        institutions=[each.institution_id for each in roots],
        day=day,
    )
    old, receiving = [row["id"] for row in rows], [row["institution_id"] for row in rows]
    new = [new_id() for _ in rows]
    await _IDENTIFY.execute(connection, ids=new, institutions=receiving)
    await _CONTINUE.execute(
        connection,
        old=old,
        new=new,
        institutions=receiving,
        roots=[each.unit_id for each in roots],
        parents=[each.parent_id for each in roots],
        day=day,
    )
    return dict(zip(old, new, strict=True))


async def _change_institutions(connection: Connection, plan: Plan, day: date, decree: str, *, now: datetime) -> None:
    changed: set[UUID] = set()
    for subject, content in plan.renamed:
        if subject.kind == "institution":
            before = await _INSTITUTION_ROWS.read(connection, subject.id)
            former = timeline.version_on(before, day).content["name"]
            await _INSTITUTION_ROWS.write(connection, subject.id, timeline.change(before, day, content), before=before)
            await _FORMER_NAMES.execute(connection, id=subject.id, name=former)
            changed.add(subject.id)
    ended = [subject.id for subject in plan.ended if subject.kind == "institution"]
    if ended:
        heirs = {each.from_id: each.to_id for each in plan.successions["institution"] if each.position == 0}
        listed: Sequence[UUID] = [each for each in ended if each in heirs]
        await _SUPERVISE.execute(
            connection, ended=listed, heirs=[heirs[each] for each in listed], day=day, decree=decree
        )
        for edges in (_CUT_EDGES, _DROP_EDGES):
            changed |= {row["institution_id"] for row in await edges.fetch(connection, ended=ended, day=day)}
        for statement in _END_INSTITUTIONS:
            await statement.execute(connection, ids=ended, day=day)
        changed |= set(ended)
    if changed:
        await institution_facts.record_changes(connection, list(changed), now=now)
