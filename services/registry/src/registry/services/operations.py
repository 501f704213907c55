"""Entering services into the catalogue, changing, activating and deactivating them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.problems import NotFound
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from directory.zones import national_day
from registry import rights
from registry.institutions.queries import find_local_day
from registry.moments import Moment
from registry.recorded import begin_change
from registry.services import facts, funding, past, places, problems, queries
from registry.services.lists import COLUMNS
from registry.services.tables import services
from registry.terms import Terms
from registry.units import queries as units

TERMS = {
    "kind": "service_kinds",
    "field": "service_fields",
    "funding_route": "service_funding_routes",
    "target_groups": "target_groups",
    "vulnerable_groups": "vulnerable_groups",
    "channels": "service_delivery_channels",
    "life_events": "life_events",
}
_CONTENT = tuple(name for name in COLUMNS if name not in ("id", "institution_id", "state"))
_INSERTED = ("id", "institution_id", "state", "created_at", *_CONTENT)
_INSERT = Statement(insert(services).values({name: bindparam(name, type_=services.c[name].type) for name in _INSERTED}))
_UPDATE = Statement(
    update(services)
    .where(services.c.id == bindparam("service_id", type_=services.c.id.type))
    .values({name: bindparam(f"new_{name}", type_=services.c[name].type) for name in _CONTENT})
)
_ACTIVATE = Statement("""
UPDATE services SET state = 'active', funding_route = CAST(:funding_route AS text),
    active_during = active_during + datemultirange(daterange(CAST(:day AS date), NULL))
WHERE id = CAST(:id AS uuid)""")
# The last time that it is offered ends on the day, whatever end was told before; it stays active until that day has come.
_END = Statement("""
UPDATE services SET state = CASE WHEN CAST(:day AS date) > CAST(:today AS date) THEN 'active' ELSE 'inactive' END,
    active_during = active_during + datemultirange(daterange(last.begins, NULL))
        - datemultirange(daterange(CAST(:day AS date), NULL))
FROM (SELECT max(lower(span)) AS begins FROM services, unnest(active_during) AS span
    WHERE id = CAST(:id AS uuid)) AS last
WHERE id = CAST(:id AS uuid) AND last.begins <= CAST(:day AS date)""")
_UNIT_ENDS = Statement("SELECT ends FROM unit_ends WHERE unit_id = CAST(:id AS uuid)")
_MISSING_REGIONS = Statement("""
SELECT code FROM unnest(CAST(:codes AS text[])) AS code WHERE NOT EXISTS (SELECT FROM regions WHERE regions.code = code.code)
""")


async def enter(
    connection: Connection, content: Mapping[str, Any], *, actor: Actor, terms: Terms, now: datetime
) -> Row:
    """Enter a service as a draft: `content` as of NewService. Records `service.changed`.

    Raises Forbidden, Unprocessable, and by constraint CodeTaken.
    """
    terms.check(content, TERMS)
    institution_id = await _unit(connection, content["unit_id"], actor=actor, now=now)
    await _funding_route(connection, content, institution_id, active=False, now=now)
    await _check_regions(connection, content)
    await _check_places(connection, content, now=now)
    identity = new_id()
    row = {**content, "id": identity, "institution_id": institution_id, "state": "draft", "created_at": now}
    await _INSERT.execute(connection, **row)
    return await _recorded(connection, identity, now=now)


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
    """Change a service: `stated` as of ServicePatch. Records `service.changed`.

    Raises NotFound, Forbidden, StaleVersion, Unprocessable (an active service keeps a legal basis: WithoutLegalBasis).
    """
    await begin_change(connection)
    held = await _locked(connection, identity, actor=actor, now=now, expected=expected)
    today = await find_local_day(connection, held["institution_id"], now=now)
    terms.check(stated, TERMS)
    await _check_regions(connection, stated)
    await _check_places(connection, stated, now=now)
    if stated.get("unit_id", held["unit_id"]) != held["unit_id"]:
        taking_over = await _unit(connection, stated["unit_id"], actor=actor, now=now)
        if taking_over != held["institution_id"]:
            raise problems.unknown_unit()
        if held["state"] == "active":
            await _check_unit_lasts(connection, stated["unit_id"], until=held["active_until"])
        await places.keep(connection, [identity], until=today)
    await past.keep_contents(connection, [identity], until=today)
    new = {name: stated.get(name, held[name]) for name in _CONTENT}
    new["funding_route"] = await _funding_route(
        connection, new, held["institution_id"], active=held["state"] == "active", now=now
    )
    await _UPDATE.execute(connection, service_id=identity, **{f"new_{name}": value for name, value in new.items()})
    return await _recorded(connection, identity, now=now)


async def activate(
    connection: Connection,
    identity: UUID,
    *,
    effective_on: date | None,
    until: date | None,
    actor: Actor,
    now: datetime,
    expected: Expected,
) -> Row:
    """Offer a service from a day on, at the latest today, and as long as its unit lasts. Records `service.changed`.

    A good or a service whose route of funding isn't stated has that of its provider's kind, if that leaves no choice. Of one
    that is offered until a day to come, that end is taken back.

    Raises NotFound, Forbidden, StaleVersion, StateForbids, WithoutLegalBasis, WithoutFundingRoute, Unprocessable.
    """
    await begin_change(connection)
    held = await _locked(connection, identity, actor=actor, now=now, expected=expected)
    if held["state"] == "active" and held["active_until"] is None:
        raise problems.StateForbids(allowed_actions=["deactivation"])
    if not held["legal_basis"]:
        raise problems.without_legal_basis()
    today = await find_local_day(connection, held["institution_id"], now=now)
    day = effective_on or today
    if day > today:
        raise problems.in_the_future()
    if until is not None and until <= today:
        raise problems.over_already()
    await _unit(connection, held["unit_id"], actor=actor, now=now)
    await _check_unit_lasts(connection, held["unit_id"], until=until)
    route = await _funding_route(connection, held, held["institution_id"], active=True, now=now)
    await past.keep_contents(connection, [identity], until=today)
    await _ACTIVATE.execute(connection, id=identity, day=day, funding_route=route)
    if until is not None:
        await _END.execute(connection, id=identity, day=until, today=today)
    return await _recorded(connection, identity, now=now)


async def deactivate(
    connection: Connection,
    identity: UUID,
    *,
    effective_on: date | None,
    actor: Actor,
    now: datetime,
    expected: Expected,
) -> Row:
    """Stop offering a service from a day on; until a day to come it stays active. Records `service.changed`.

    Raises NotFound, Forbidden, StaleVersion, StateForbids, Unprocessable (before its activation, after its unit's end).
    """
    await begin_change(connection)
    held = await _locked(connection, identity, actor=actor, now=now, expected=expected)
    if held["state"] != "active":
        raise problems.StateForbids(allowed_actions=["activation"])
    today = await find_local_day(connection, held["institution_id"], now=now)
    day = effective_on or today
    if day > today:
        await _check_unit_lasts(connection, held["unit_id"], until=day)
    await past.keep_contents(connection, [identity], until=today)
    if not await _END.execute(connection, id=identity, day=day, today=today):
        raise problems.before_activation()
    return await _recorded(connection, identity, now=now)


async def _locked(connection: Connection, identity: UUID, *, actor: Actor, now: datetime, expected: Expected) -> Row:
    held = await queries.find_service(connection, identity, lock=True)
    if held is None:
        raise NotFound
    ancestors = await units.find_ancestor_ids(connection, held["unit_id"], Moment(national_day(now), stated=False))
    rights.require_contributor(actor, held["institution_id"], ancestors)
    expected.check(held["version"])
    return held


async def _unit(connection: Connection, unit_id: UUID, *, actor: Actor, now: datetime) -> UUID:
    """The institution of a unit that is in force and whose services the actor may write."""
    institution_id = await units.find_institution_id(connection, unit_id)
    if institution_id is None:
        raise problems.unknown_unit()
    ancestors = await units.find_ancestor_ids(connection, unit_id, Moment(national_day(now), stated=False))
    rights.require_contributor(actor, institution_id, ancestors)
    if not ancestors:
        raise problems.unit_not_in_force()
    return institution_id


async def _check_unit_lasts(connection: Connection, unit_id: UUID, *, until: date | None) -> None:
    """Nothing is offered at a unit that ends before, unless a reorganisation has told who goes on."""
    ends = await _UNIT_ENDS.fetchval(connection, id=unit_id)
    if ends is not None and (until is None or until > ends):
        raise problems.unit_ends(ends)


async def _funding_route(
    connection: Connection, content: Mapping[str, Any], institution_id: UUID, *, active: bool, now: datetime
) -> str | None:
    """The route of a service with this content. Raises Unprocessable; WithoutFundingRoute if an active one needs it."""
    kind: str = content["kind"]
    route: str | None = content["funding_route"]
    provider = await queries.find_provider_kind(connection, institution_id, on=national_day(now))
    if flaw := funding.flaw_of(kind, route, provider=provider):
        raise problems.not_such_a_route(flaw)
    if not active:
        return route
    route = route or funding.implied(kind, provider=provider)
    if flaw := funding.missing_of(kind, route):
        raise problems.WithoutFundingRoute(errors=[flaw])
    return route


async def _check_regions(connection: Connection, content: Mapping[str, Any]) -> None:
    stated = {f"/region_codes/{index}": code for index, code in enumerate(content.get("region_codes") or ())}
    for index, location in enumerate(content.get("locations") or ()):
        if location.get("region_code"):
            stated[f"/locations/{index}/region_code"] = location["region_code"]
    if not stated:
        return
    rows = await _MISSING_REGIONS.fetch(connection, codes=sorted(set(stated.values())))
    missing = {row["code"] for row in rows}
    if missing:
        raise problems.unknown_regions([pointer for pointer, code in stated.items() if code in missing])


async def _check_places(connection: Connection, content: Mapping[str, Any], *, now: datetime) -> None:
    """Integrated service is given at malls of anybody's (UU 25/2009 art. 9); accountability stays with the provider."""
    stated = content.get("place_ids") or ()
    if not stated:
        return
    malls = await places.find_malls(connection, stated, day=national_day(now))
    if not malls.issuperset(stated):
        raise problems.not_malls([f"/place_ids/{index}" for index, each in enumerate(stated) if each not in malls])


async def _recorded(connection: Connection, identity: UUID, *, now: datetime) -> Row:
    await facts.record_changes(connection, [identity], now=now)
    row = await queries.find_service(connection, identity)
    assert row is not None
    return row
