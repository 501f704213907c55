"""Registering and changing institutions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Text, Uuid, all_, bindparam, delete, func, insert, select, text, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.problems import NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from directory.zones import national_day
from registry import rights, timeline
from registry.institutions import facts, problems, queries, standing
from registry.institutions.tables import institution_aliases, institution_identities, institutions, supervision
from registry.moments import Moment
from registry.recorded import DatedRows, announce, begin_change
from registry.regions.tables import regions
from registry.terms import Terms

TERMS = {"kind": "institution_kinds"}
_OF_THE_PLATFORM = frozenset({"kind", "region_code", "supervisor_ids", "valid_during"})
_CONTENT = ("name", "short_name", "kind", "region_code", "time_zone")
_ROWS = DatedRows(institutions)

_ID, _DAY = bindparam("id", type_=Uuid), bindparam("day", type_=Date)
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_IDENTIFY = Statement(insert(institution_identities).values(id=_ID, code=bindparam("code", type_=Text)))
_LOCK = Statement(select(institution_identities.c.version).where(institution_identities.c.id == _ID).with_for_update())
_ZONE = Statement(select(regions.c.time_zone).where(regions.c.code == bindparam("code", type_=Text)))
_FORGET_ALIASES = Statement(
    delete(institution_aliases).where(
        institution_aliases.c.institution_id == _ID,
        institution_aliases.c.alias != all_(bindparam("aliases", type_=ARRAY(Text))),
    )
)
_ADD_ALIASES = Statement("""
    INSERT INTO institution_aliases (institution_id, alias, kind)
    SELECT CAST(:id AS uuid), alias, 'alias' FROM unnest(CAST(:aliases AS text[])) AS alias ON CONFLICT DO NOTHING""")
_E = supervision.c
_GONE = (
    _E.institution_id == _ID,
    _E.supervisor_id != all_(_IDS),
    func.coalesce(func.upper(_E.valid_during), text("'infinity'")) > _DAY,
)
_REMOVE_EDGES = Statement(delete(supervision).where(*_GONE, func.lower(_E.valid_during) >= _DAY))
_CUT_EDGES = Statement(
    update(supervision)
    .where(*_GONE, func.lower(_E.valid_during) < _DAY)
    .values(valid_during=func.daterange(func.lower(_E.valid_during), _DAY))
)
# Nobody supervises, or is supervised, before it exists or after it has ended.
_ADD_EDGES = Statement("""
    INSERT INTO supervision (institution_id, supervisor_id, valid_during)
    SELECT CAST(:id AS uuid), above.id, above.life * daterange(CAST(:day AS date), CAST(:ends AS date))
    FROM (SELECT id, range_merge(range_agg(valid_during)) AS life FROM institutions
          WHERE id = ANY(CAST(:ids AS uuid[])) GROUP BY id) AS above
    WHERE above.life && daterange(CAST(:day AS date), CAST(:ends AS date))
    AND NOT EXISTS (SELECT FROM supervision WHERE institution_id = CAST(:id AS uuid) AND supervisor_id = above.id
                    AND valid_during && daterange(CAST(:day AS date), CAST(:ends AS date)))""")
_OVER = Statement("""
    SELECT id FROM institutions WHERE id = ANY(CAST(:ids AS uuid[]))
    GROUP BY id HAVING upper(range_agg(valid_during)) <= CAST(:day AS date)""")
_OF_BOTH = "CAST(:id AS uuid) IN (institution_id, supervisor_id)"
_LIFE = "daterange(CAST(:begins AS date), CAST(:ends AS date))"
_DROP_OUTSIDE = Statement(
    f"DELETE FROM supervision WHERE {_OF_BOTH} AND NOT valid_during && {_LIFE} RETURNING institution_id"  # noqa: S608 - ours
)
_CUT_OUTSIDE = Statement(f"""
    UPDATE supervision SET valid_during = valid_during * {_LIFE}
    WHERE {_OF_BOTH} AND NOT valid_during <@ {_LIFE} RETURNING institution_id""")  # noqa: S608 - ours
_IN_CIRCLE = Statement("""
    WITH RECURSIVE upward AS (
        SELECT supervisor_id, valid_during FROM supervision WHERE institution_id = CAST(:id AS uuid)
        UNION SELECT edge.supervisor_id, edge.valid_during * upward.valid_during
        FROM upward JOIN supervision AS edge ON edge.institution_id = upward.supervisor_id
        WHERE edge.valid_during && upward.valid_during AND upward.supervisor_id <> CAST(:id AS uuid)
    )
    SELECT EXISTS (SELECT FROM upward WHERE supervisor_id = CAST(:id AS uuid))""")


async def register(
    connection: Connection,
    content: Mapping[str, Any],
    *,
    actor: Actor,
    terms: Terms,
    now: datetime,
    identity: UUID | None = None,
) -> Row:
    """Register an institution: `content` as of NewInstitution, under `identity` if one was chosen. Records `institution.changed`.

    Raises Forbidden, Unprocessable, CodeTaken (by its constraint).
    """
    rights.require_national(actor)
    terms.check(content, TERMS)
    await begin_change(connection)
    identity = identity or new_id()
    begins, ends = content["valid_during"]["from_"] or national_day(now), content["valid_during"]["to"]
    if ends is not None and ends <= begins:
        raise problems.empty_period()
    zone = content["time_zone"] or await _ZONE.fetchval(connection, code=content["region_code"]) or "wib"
    kept = {**{name: content[name] for name in _CONTENT}, "time_zone": zone}
    await _IDENTIFY.execute(connection, id=identity, code=content["code"])
    await _ROWS.write(connection, identity, [timeline.Version(begins, ends, kept)])
    await _put_aliases(connection, identity, content["aliases"])
    await _put_supervisors(connection, identity, content["supervisor_ids"], day=begins, ends=ends)
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
    """Change an institution from a day on, or correct it: `stated` as of InstitutionPatch. Records `institution.changed`.

    Raises NotFound, Forbidden, StaleVersion, Unprocessable, NotInForce, StillInUse if anything goes on past its end.
    """
    await begin_change(connection)
    version = await _LOCK.fetchval(connection, id=identity)
    if version is None:
        raise NotFound
    rights.require_manager(actor, identity)
    if _OF_THE_PLATFORM & stated.keys():
        rights.require_national(actor)
    expected.check(version)
    terms.check(stated, TERMS)
    day = stated.get("effective_on") or national_day(now)
    before = await _ROWS.read(connection, identity)
    after = _changed(before, stated, day)
    await standing.check_institution(connection, identity, before, after)
    await _ROWS.write(connection, identity, after, before=before)
    if "aliases" in stated:
        await _put_aliases(connection, identity, stated["aliases"])
    if "supervisor_ids" in stated:
        await _put_supervisors(connection, identity, stated["supervisor_ids"], day=day, ends=after[-1].ends)
    if "valid_during" in stated:
        await _fit_supervision(connection, identity, after, now=now)
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
        raise problems.not_in_force() from None
    except timeline.EmptyPeriod:
        raise problems.empty_period() from None
    return after


async def _put_aliases(connection: Connection, identity: UUID, aliases: Sequence[str]) -> None:
    await _FORGET_ALIASES.execute(connection, id=identity, aliases=list(aliases))
    await _ADD_ALIASES.execute(connection, id=identity, aliases=list(aliases))


async def _put_supervisors(
    connection: Connection, identity: UUID, ids: Sequence[UUID], *, day: date, ends: date | None
) -> None:
    missing = set(await queries.find_missing(connection, ids))
    if missing:
        raise problems.unknown_supervisors([index for index, each in enumerate(ids) if each in missing])
    over = {row["id"] for row in await _OVER.fetch(connection, ids=list(ids), day=day)}
    if over:
        raise problems.ended_supervisors([index for index, each in enumerate(ids) if each in over])
    await _REMOVE_EDGES.execute(connection, id=identity, ids=list(ids), day=day)
    await _CUT_EDGES.execute(connection, id=identity, ids=list(ids), day=day)
    await _ADD_EDGES.execute(connection, id=identity, ids=list(ids), day=day, ends=ends)
    if await _IN_CIRCLE.fetchval(connection, id=identity):
        raise problems.supervision_in_circle()


async def _fit_supervision(connection: Connection, identity: UUID, lived: timeline.Timeline, *, now: datetime) -> None:
    life = {"begins": lived[0].begins, "ends": lived[-1].ends}
    touched: set[UUID] = set()
    for statement in (_DROP_OUTSIDE, _CUT_OUTSIDE):
        touched |= {row["institution_id"] for row in await statement.fetch(connection, id=identity, **life)}
    await facts.record_changes(connection, sorted(touched - {identity}), now=now)


async def _recorded(connection: Connection, identity: UUID, *, now: datetime, day: date) -> Row:
    await facts.record_changes(connection, [identity], now=now)
    await announce(connection)
    row = await queries.find_institution(connection, identity, Moment(day, stated=False))
    assert row is not None
    return row
