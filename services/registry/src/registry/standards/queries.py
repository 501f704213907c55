"""Reading standards. Each row comes with its service's unit and institution, and the local day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from directory.zones import DEFAULT_ZONE, IANA_NAMES
from registry.institutions.tables import institutions
from registry.moments import EVERYTHING, Cut, by_then
from registry.services.tables import services
from registry.standards.lifecycle import IN_FORCE, state_as_of, state_on
from registry.standards.tables import standard_moves, standard_settings, standard_settings_versions, standards
from registry.units.tables import unit_ancestors

_AT = bindparam("at", type_=DateTime(timezone=True))
_ID = bindparam("id", type_=Uuid)


def local_day(zone: Any) -> Any:
    """The day in a zone at `at`, which the statement binds."""
    return cast(func.timezone(zone, _AT), Date)


def _ancestors(unit_id: Any, day: Any) -> Any:
    """The unit and all units above it on the day, as an array."""
    above = select(unit_ancestors.c.ancestor_id).where(
        unit_ancestors.c.unit_id == unit_id, unit_ancestors.c.valid_during.op("@>")(day)
    )
    return func.array(above.scalar_subquery())


def _placed(source: Any) -> Any:
    """A version with where its service is now: `institution_id` and `unit_id` are the service's, not what the row remembers."""
    today = local_day(source.c.time_zone)
    columns = [column for column in source.c if column.name not in ("institution_id", "in_force_during", "replaced_at")]
    return select(
        *columns,
        services.c.institution_id,
        services.c.unit_id,
        services.c.code.label("service_code"),
        services.c.name.label("service_name"),
        services.c.active_during.label("offered"),
        today.label("today"),
        _ancestors(services.c.unit_id, today).label("ancestors"),
    ).select_from(source.join(services, services.c.id == source.c.service_id))


standards_known = Table(
    "standards_known",
    MetaData(),
    *(Column(column.name, column.type) for column in standards.c if column.name != "in_force_during"),
    Column("replaced_at", DateTime(timezone=True)),
)
"""Every version as it was ever known; current rows are replaced at infinity."""
_views = MetaData()
pending_changes = Table(
    "pending_changes",
    _views,
    Column("standard_id", Uuid),
    Column("component", Text),
    Column("pointer", Text),
    Column("discussed", JSONB),
)
"""What dispositions, as they stand now, have accepted and the text discussed last doesn't follow: a view of what the rooms
above answer. `discussed`: the component as it was then."""
_discussed_texts = Table(
    "discussed_texts", _views, Column("standard_id", Uuid), Column("round", Integer), Column("components", JSONB)
)

_PLACED = _placed(standards)
_ONE = Statement(_PLACED.where(standards.c.id == _ID))
_LOCKED = Statement(_PLACED.where(standards.c.id == _ID).with_for_update(of=standards))
_SHARED = Statement(_PLACED.where(standards.c.id == _ID).with_for_update(read=True, of=standards))
_KNOWN_AT = bindparam("known_at", type_=DateTime(timezone=True))
_KNOWN = Statement(
    _placed(standards_known).where(
        standards_known.c.id == _ID,
        standards_known.c.recorded_at <= _KNOWN_AT,
        standards_known.c.replaced_at > _KNOWN_AT,
    )
)
_DISCUSSED = Statement(
    select(_discussed_texts.c.components)
    .where(_discussed_texts.c.standard_id == _ID)
    .order_by(_discussed_texts.c.round.desc())
    .limit(1)
)
_PENDING = Statement(
    select(pending_changes.c.pointer, pending_changes.c.component, pending_changes.c.discussed)
    .where(pending_changes.c.standard_id == _ID)
    .order_by(pending_changes.c.pointer)
)
_ZONE_OF_SERVICE = (
    select(case(*((institutions.c.time_zone == code, name) for code, name in IANA_NAMES.items()), else_=DEFAULT_ZONE))
    .where(institutions.c.id == services.c.institution_id)
    .order_by(func.lower(institutions.c.valid_during).desc())
    .limit(1)
    .scalar_subquery()
)
_SERVICE_TODAY = local_day(_ZONE_OF_SERVICE)
_SERVICE = Statement(
    select(
        services.c.id,
        services.c.institution_id,
        services.c.unit_id,
        services.c.code,
        _ZONE_OF_SERVICE.label("time_zone"),
        _SERVICE_TODAY.label("today"),
        _ancestors(services.c.unit_id, _SERVICE_TODAY).label("ancestors"),
    ).where(services.c.id == _ID)
)
_NEXT_VERSION = Statement(
    select(func.coalesce(func.max(standards.c.version), 0) + 1).where(standards.c.service_id == _ID)
)
_LATEST_PUBLISHED = Statement(
    select(standards.c.id)
    .where(standards.c.service_id == _ID, or_(*(standards.c.state == state for state in sorted(IN_FORCE))))
    .order_by(standards.c.effective_on.desc())
    .limit(1)
)
_SETTINGS = Statement(select(standard_settings).where(standard_settings.c.institution_id == _ID))
_VERSIONS = standard_settings_versions.c
_FORMER_SETTINGS = Statement(
    select(standard_settings_versions)
    .where(_VERSIONS.institution_id == _ID, by_then(_VERSIONS.changed_at))
    .order_by(_VERSIONS.version.desc())
    .limit(1)
)
_MOVES = Statement(
    select(standard_moves)
    .where(standard_moves.c.standard_id == _ID, by_then(standard_moves.c.at))
    .order_by(standard_moves.c.id)
)
_MOVED = Statement("""
SELECT DISTINCT ON (moves.standard_id) moves.standard_id, moves.state_after
FROM standard_moves AS moves JOIN standards ON standards.id = moves.standard_id
WHERE moves.standard_id = ANY(CAST(:ids AS uuid[]))
    AND CAST(moves.at AT TIME ZONE standards.time_zone AS date) <= CAST(:day AS date)
    AND (CAST(:known_at AS timestamptz) IS NULL OR moves.at <= CAST(:known_at AS timestamptz))
ORDER BY moves.standard_id, moves.id DESC""")


_PLACES_THEN = Statement("""
SELECT asked.service_id, coalesce(former.institution_id, services.institution_id) AS institution_id,
    coalesce(former.unit_id, services.unit_id) AS unit_id
FROM unnest(CAST(:ids AS uuid[])) AS asked (service_id) JOIN services ON services.id = asked.service_id
LEFT JOIN LATERAL (
    SELECT institution_id, unit_id FROM service_former_places AS place
    WHERE place.service_id = services.id
        AND (place.until > CAST(:day AS date) OR place.recorded_at > CAST(:known_at AS timestamptz))
    ORDER BY place.id LIMIT 1) AS former ON true""")


async def find_service(connection: Connection, service_id: UUID, *, at: datetime) -> Row | None:
    """A service's place: institution_id, unit_id, code, time_zone (IANA), today, ancestors."""
    return await _SERVICE.fetchrow(connection, id=service_id, at=at)


async def find_standard(
    connection: Connection,
    standard_id: UUID,
    *,
    at: datetime,
    lock: Literal["update", "share"] | None = None,
    known_at: datetime | None = None,
    on: date | None = None,
) -> Row | None:
    """A version with its place; `lock` holds its row (shared: it can't move meanwhile), `known_at` reads what was recorded then.

    `on`: as of that day instead of today.
    """
    if known_at is not None:
        row = await _KNOWN.fetchrow(connection, id=standard_id, at=at, known_at=known_at)
    else:
        statement = _ONE if lock is None else _LOCKED if lock == "update" else _SHARED
        row = await statement.fetchrow(connection, id=standard_id, at=at)
    if row is None:
        return None
    if on is None:
        found = by_the_day(row)
        return found if known_at is None else (await placed(connection, [found], row["today"], known_at=known_at))[0]
    as_it_was = await as_of(connection, [row], on, known_at=known_at)
    return as_it_was[0] if as_it_was else None


async def find_discussed(connection: Connection, standard_id: UUID) -> dict[str, Any]:
    """The components of a version as its last round of consultation discusses them."""
    found: dict[str, Any] = await _DISCUSSED.fetchval(connection, id=standard_id)
    return found


async def find_pending(connection: Connection, standard_id: UUID) -> list[Row]:
    """What is accepted and not yet in the text that was discussed last: pointer, component, discussed (the component then)."""
    return await _PENDING.fetch(connection, id=standard_id)


async def find_stored(connection: Connection, standard_id: UUID, *, at: datetime) -> Row | None:
    """A version with its place and the state as it is recorded, whatever the day."""
    return await _ONE.fetchrow(connection, id=standard_id, at=at)


def by_the_day(row: Row) -> Row:
    """The row with the state that is true today, recorded so yet or not."""
    return {**row, "state": state_on(row["state"], row["effective_to"], row["today"])}


async def as_of(
    connection: Connection, rows: Sequence[Row], day: date, *, known_at: datetime | None = None
) -> list[Row]:
    """The rows as of a day that a reader names, where they were then, without those that weren't there yet."""
    moves = await _MOVED.fetch(connection, ids=[row["id"] for row in rows], day=day, known_at=known_at)
    moved = {move["standard_id"]: move["state_after"] for move in moves}
    found: list[Row] = []
    for row in rows:
        dates = row["effective_on"], row["effective_to"]
        state = state_as_of(row["state"], *dates, day, moved=moved.get(row["id"]))
        if state is not None:
            found.append({**row, "state": state, "today": day})
    return await placed(connection, found, day, known_at=known_at)


async def placed(
    connection: Connection, rows: Sequence[Row], day: date, *, known_at: datetime | None = None
) -> list[Row]:
    """The rows with their `place`: the service's institution_id and unit_id on a day, as it was recorded at `known_at` (None: by now).

    Beside it they keep where the service is now: by that it is decided who reads what.
    """
    ids = [row["service_id"] for row in rows]
    found = await _PLACES_THEN.fetch(connection, ids=ids, day=day, known_at=known_at)
    places = {place["service_id"]: {name: place[name] for name in ("institution_id", "unit_id")} for place in found}
    return [{**row, "place": places[row["service_id"]]} for row in rows]


async def next_version(connection: Connection, service_id: UUID) -> int:
    """The number that the service's next version gets."""
    found: int = await _NEXT_VERSION.fetchval(connection, id=service_id)
    return found


async def find_latest_published(connection: Connection, service_id: UUID) -> UUID | None:
    """The version of the service that is in force, or the one that will be."""
    found: UUID | None = await _LATEST_PUBLISHED.fetchval(connection, id=service_id)
    return found


async def find_moves(connection: Connection, standard_id: UUID, *, cut: Cut = EVERYTHING) -> list[Row]:
    """What was done with a version up to a cut, oldest first."""
    return await _MOVES.fetch(connection, id=standard_id, until=cut.ends)


async def find_settings(connection: Connection, institution_id: UUID, *, cut: Cut = EVERYTHING) -> Row | None:
    """The institution's own settings for standards at a cut, if it had made any."""
    if cut.ends is None:
        return await _SETTINGS.fetchrow(connection, id=institution_id)
    return await _FORMER_SETTINGS.fetchrow(connection, id=institution_id, until=cut.ends)
