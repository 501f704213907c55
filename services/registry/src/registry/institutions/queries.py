"""Reading institutions, as of a day and as recorded at an instant."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    FromClause,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Sort, matching, one_of
from directory.world import JAKARTA
from directory.zones import IANA_NAMES
from registry.institutions.tables import (
    institution_aliases,
    institution_aliases_known,
    institution_identities,
    institutions,
    institutions_known,
    supervision,
    supervision_known,
)
from registry.moments import AS_OF, Moment, bounds, held, recorded
from registry.shapes import shown_period

_Q = bindparam("q", type_=Text)
_SHOWN = ("id", "code", "name", "short_name", "kind", "region_code", "time_zone", "aliases", "supervisor_ids")


def _above(table: FromClause, edge: FromClause, *, known: bool) -> CompoundSelect[Any]:
    """Who supervises an institution on the day: as it is registered, and by law the province of Jakarta over its areas."""
    registered = select(edge.c.supervisor_id).where(edge.c.institution_id == table.c.id, held(edge, known=known))
    province = table.alias("province")
    by_law = select(province.c.id).where(
        table.c.region_code.startswith(f"{JAKARTA}."),
        or_(table.c.kind == "regency", table.c.kind == "city"),
        province.c.region_code == JAKARTA,
        province.c.kind == "province",
        held(province, known=known),
    )
    return union(registered.correlate(table), by_law.correlate(table))


def _listed(table: FromClause) -> Select[Any]:
    known = table is institutions_known
    alias, edge = (institution_aliases_known, supervision_known) if known else (institution_aliases, supervision)
    aliases = select(func.array_agg(aggregate_order_by(alias.c.alias, alias.c.alias)))
    above = _above(table, edge, known=known).subquery("above")
    supervisors = select(func.array_agg(aggregate_order_by(above.c.supervisor_id, above.c.supervisor_id)))
    return select(
        table.c.id,
        institution_identities.c.code,
        institution_identities.c.version,
        *(table.c[name] for name in ("name", "short_name", "kind", "region_code", "time_zone")),
        aliases.where(alias.c.institution_id == table.c.id, recorded(alias) if known else true())
        .scalar_subquery()
        .label("aliases"),
        supervisors.scalar_subquery().label("supervisor_ids"),
        *bounds(table),
    ).join_from(table, institution_identities, institution_identities.c.id == table.c.id)


def _filters(table: FromClause) -> Filters:
    def named() -> Any:
        known = table is institutions_known
        alias = institution_aliases_known if known else institution_aliases
        by_alias = select(alias.c.institution_id).where(
            alias.c.alias.op("%>")(_Q), recorded(alias) if known else true()
        )
        return or_(
            table.c.name.op("%>")(_Q),
            table.c.short_name.op("%>")(_Q),
            institution_identities.c.code == func.lower(_Q),
            table.c.id.in_(by_alias),
        )

    return Filters(
        parameters=[
            matching("q", named, "A name, short name or alias; typos are forgiven"),
            one_of("kind", table.c.kind, str, "Kind, see the vocabulary institution_kinds"),
            one_of("region", table.c.region_code, str, "Code of the region that it governs"),
            one_of("code", institution_identities.c.code, str, "Codes"),
        ],
        sorts={
            "name": Sort((table.c.name, table.c.id), (str, UUID)),
            "code": Sort((institution_identities.c.code,), (str,)),
        },
        default_sort="name",
    )


FILTERS = _filters(institutions)
_KNOWN_FILTERS = _filters(institutions_known)
_LISTED, _KNOWN_LISTED = _listed(institutions), _listed(institutions_known)
_ID = bindparam("id", type_=Uuid)


def _one(table: FromClause, source: Select[Any], *, known: bool) -> tuple[Statement, Statement]:
    """The version on a day; and the one to show when no day is stated: today's, else the one nearest before or after."""
    mine = source.where(table.c.id == _ID)
    nearest = mine.where(recorded(table)) if known else mine
    today_first = table.c.valid_during.op("@>")(AS_OF).desc(), func.lower(table.c.valid_during).desc()
    return Statement(mine.where(held(table, known=known))), Statement(nearest.order_by(*today_first).limit(1))


_ONE = _one(institutions, _LISTED, known=False)
_KNOWN_ONE = _one(institutions_known, _KNOWN_LISTED, known=True)
_MISSING = Statement(
    select(func.unnest(bindparam("ids", type_=ARRAY(Uuid)), type_=Uuid).label("id")).except_(
        select(institution_identities.c.id).where(
            institution_identities.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
        )
    )
)


def local_day_of(institution_id: ColumnElement[Any], instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """The day on which an instant falls where an institution is."""
    zone = case(IANA_NAMES, value=institutions.c.time_zone)
    return (
        select(cast(func.timezone(zone, instant), Date))
        .where(institutions.c.id == institution_id)
        .order_by(func.lower(institutions.c.valid_during).desc())
        .limit(1)
        .scalar_subquery()
    )


_LOCAL_DAY = Statement(select(local_day_of(_ID, bindparam("now", type_=DateTime(timezone=True)))))


async def find_local_day(connection: Connection, identity: UUID, *, now: datetime) -> date:
    """Today where an institution that exists is."""
    day: date = await _LOCAL_DAY.fetchval(connection, id=identity, now=now)
    return day


async def find_institutions(connection: Connection, chosen: Chosen, moment: Moment) -> Listed:
    """A page of institutions in force at a moment."""
    known = moment.known_at is not None
    filters, table, source = (
        (_KNOWN_FILTERS, institutions_known, _KNOWN_LISTED) if known else (FILTERS, institutions, _LISTED)
    )
    reach = ("known" if known else "current", held(table, known=known), moment.values)
    return await filters.page(connection, chosen, source, reach=reach)


async def find_institution(connection: Connection, identity: UUID, moment: Moment) -> Row | None:
    """An institution at a moment; without a stated day also one that isn't in force today."""
    on_day, nearest = _KNOWN_ONE if moment.known_at else _ONE
    return await (on_day if moment.stated else nearest).fetchrow(connection, id=identity, **moment.values)


async def find_missing(connection: Connection, ids: Collection[UUID]) -> list[UUID]:
    """Those of the ids that aren't institutions."""
    return [row["id"] for row in await _MISSING.fetch(connection, ids=list(ids))]


def shown(row: Row) -> dict[str, Any]:
    """A row as it is sent."""
    content = {name: row[name] for name in _SHOWN}
    content["aliases"], content["supervisor_ids"] = row["aliases"] or [], row["supervisor_ids"] or []
    return {**content, "valid_during": shown_period(row)}
