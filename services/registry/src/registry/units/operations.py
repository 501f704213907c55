"""Establishing, changing and ending units. The tree's closure follows each change of place or period."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, func, insert, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.problems import NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.closure import rebuild_closure
from directory.roles import Actor
from directory.zones import national_day
from registry import rights, timeline
from registry.institutions import problems as institution_problems
from registry.institutions import standing
from registry.institutions.tables import institutions
from registry.moments import Moment
from registry.recorded import DatedRows, announce, begin_change
from registry.terms import Terms
from registry.units import facts, problems, queries
from registry.units.tables import unit_ancestors, unit_identities, units

TERMS = {"kind": "unit_kinds", "functions": "service_unit_functions"}
_CONTENT = ("parent_id", "code", "name", "short_name", "kind", "region_code", "functions")
_ROWS = DatedRows(units)

_ID, _INSTITUTION = bindparam("id", type_=Uuid), bindparam("institution_id", type_=Uuid)
_IDENTIFY = Statement(insert(unit_identities).values(id=_ID, institution_id=_INSTITUTION))
_LOCK = Statement(
    select(unit_identities.c.version, unit_identities.c.institution_id)
    .where(unit_identities.c.id == _ID)
    .with_for_update()
)
_REBUILD = Statement(rebuild_closure(units, unit_ancestors))
_DAYS = func.daterange(bindparam("begins", type_=Date), bindparam("ends", type_=Date))
_COVERS = Statement(
    select(func.range_agg(units.c.valid_during).op("@>")(_DAYS)).where(
        units.c.id == _ID, units.c.institution_id == _INSTITUTION
    )
)
_INSTITUTION_COVERS = Statement(
    select(func.range_agg(institutions.c.valid_during).op("@>")(_DAYS)).where(institutions.c.id == _ID)
)
_LIES_BELOW = Statement(
    select(unit_ancestors.c.unit_id).where(
        unit_ancestors.c.unit_id == bindparam("parent_id", type_=Uuid),
        unit_ancestors.c.ancestor_id == _ID,
        unit_ancestors.c.valid_during.op("&&")(_DAYS),
    )
)


async def establish(
    connection: Connection, content: Mapping[str, Any], *, actor: Actor, terms: Terms, now: datetime
) -> Row:
    """Establish a unit: `content` as of NewUnit. Records `unit.changed`.

    Raises Forbidden, Unprocessable (also OutsideParent), and by constraint CodeTaken.
    """
    institution_id = content["institution_id"]
    rights.require_manager(actor, institution_id)
    terms.check(content, TERMS)
    await begin_change(connection)
    begins, ends = content["valid_during"]["from_"] or national_day(now), content["valid_during"]["to"]
    if ends is not None and ends <= begins:
        raise institution_problems.empty_period()
    version = timeline.Version(
        begins, ends, {"institution_id": institution_id, **{name: content[name] for name in _CONTENT}}
    )
    identity = new_id()
    await _check_place(connection, identity, institution_id, (version,))
    await _IDENTIFY.execute(connection, id=identity, institution_id=institution_id)
    await _ROWS.write(connection, identity, (version,))
    return await _recorded(connection, identity, now=now, day=begins)


async def change(
    connection: Connection,
    identity: UUID,
    stated: Mapping[str, Any],
    *,
    actor: Actor,
    terms: Terms,
    now: datetime,
    expected: Expected,
) -> Row:
    """Change a unit from a day on, correct it, move it or end it: `stated` as of UnitPatch. Records `unit.changed`.

    Raises NotFound, Forbidden, StaleVersion, Unprocessable (also NotInForce, OutsideParent, UnitInCircle) and StillInUse if
    anything goes on past its end, or (at the commit) before its beginning.
    """
    await begin_change(connection)
    held = await _LOCK.fetchrow(connection, id=identity)
    if held is None:
        raise NotFound
    rights.require_manager(actor, held["institution_id"])
    expected.check(held["version"])
    terms.check(stated, TERMS)
    day = stated.get("effective_on") or national_day(now)
    before = await _ROWS.read(connection, identity)
    after = _changed(before, stated, day)
    await _check_place(
        connection, identity, held["institution_id"], tuple(version for version in after if version not in before)
    )
    await standing.check_unit(connection, identity, before, after)
    await _ROWS.write(connection, identity, after, before=before)
    return await _recorded(connection, identity, now=now, day=day)


def _changed(before: timeline.Timeline, stated: Mapping[str, Any], day: date) -> timeline.Timeline:
    content = {name: stated[name] for name in _CONTENT if name in stated}
    after = before
    try:
        if content:
            alter = timeline.change if stated.get("effective_on") else timeline.correct
            after = alter(before, day, content)
        if "valid_during" in stated:
            period = stated["valid_during"]
            begins = period["from_"] if period.get("from_") else after[0].begins
            after = timeline.span(after, begins, period.get("to", after[-1].ends))
    except timeline.NotInForce:
        raise institution_problems.not_in_force() from None
    except timeline.EmptyPeriod:
        raise institution_problems.empty_period() from None
    return after


async def _check_place(
    connection: Connection, identity: UUID, institution_id: UUID, versions: timeline.Timeline
) -> None:
    """The versions lie within institution and parent, and in no circle. Keys hold the first two at the commit anyway."""
    for version in versions:
        days = {"begins": version.begins, "ends": version.ends}
        covered = await _INSTITUTION_COVERS.fetchval(connection, id=institution_id, **days)
        if covered is None:
            raise problems.unknown_institution()
        if not covered:
            raise problems.outside_institution()
        parent_id = version.content["parent_id"]
        if parent_id is None:
            continue
        if parent_id == identity or await _LIES_BELOW.fetchrow(connection, id=identity, parent_id=parent_id, **days):
            raise problems.circle()
        covered = await _COVERS.fetchval(connection, id=parent_id, institution_id=institution_id, **days)
        if covered is None:
            raise problems.unknown_parent()
        if not covered:
            raise problems.outside_parent()


async def _recorded(connection: Connection, identity: UUID, *, now: datetime, day: date) -> Row:
    await _REBUILD.execute(connection, unit_ids=[identity])
    await facts.record_changes(connection, [identity], now=now)
    await announce(connection)
    row = await queries.find_unit(connection, identity, Moment(day, stated=False))
    assert row is not None
    return row
