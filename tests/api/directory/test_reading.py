"""Seats, reach, worlds and calendars as read from the copy."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import Uuid, column, select, values

from api.directory.facts import appointment, calendar, institution, number, person, service, unit
from chassis.data.events import Event
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from directory.copy import NoCalendar, find_actor, find_ancestors, find_calendar, find_seats, load_world
from directory.follower import apply
from directory.reach import NOTHING, Reach, reach_by_scope, reach_of
from directory.resolver import resolve
from directory.roles import Actor, reaches

NOON = datetime(2025, 6, 2, 5, tzinfo=UTC)
DAY = date(2025, 6, 2)

FACTS = [
    institution("ministry", kind="ministry"),
    institution("province", kind="province", region_code="51", supervisors=("ministry",)),
    institution("city", region_code="51.71", supervisors=("province",), time_zone="wita"),
    institution("jakarta", kind="province", region_code="31"),
    institution("south", region_code="31.74"),
    institution("hospital", kind="public_service_agency", region_code="31.74"),
    unit("agency", (None, "2020-01-01", None)),
    unit("division", ("agency", "2020-01-01", None)),
    unit("section", ("division", "2020-01-01", "2025-06-02"), ("other", "2025-06-02", None)),
    unit("other", (None, "2020-01-01", None)),
    person("Ayu", account="a1", client="c1"),
    person("Mayor", account="a2"),
    person("Governor", account="a3"),
    person("Minister", account="a4"),
    person("DKJ", account="a5"),
    person("Admin", account="a6"),
    person("Idle", account="a7"),
    appointment("Ayu", "officer", at="division"),
    appointment("Ayu", "liaison", at="agency", until="2025-06-03"),
    appointment("Mayor", "supervisor"),
    appointment("Governor", "supervisor", of="province"),
    appointment("Minister", "supervisor", of="ministry"),
    appointment("DKJ", "supervisor", of="jakarta"),
    appointment("Admin", "national_admin", of="ministry"),
    service("ktp", "section"),
]


@pytest.fixture
async def copy(connection: Connection) -> Connection:
    await take(connection, FACTS)
    return connection


async def take(connection: Connection, events: Iterable[Event]) -> None:
    for each in events:
        await apply(connection, each)


async def test_seats_of_a_caller(copy: Connection) -> None:
    for kind, caller in (("account", "a1"), ("client", "c1")):
        found = await find_seats(copy, kind, caller, NOON)  # type: ignore[arg-type]  # a pair of literals
        assert found.person_id == number("Ayu")
        assert {(seat.role, seat.unit_id) for seat in found.seats} == {
            ("officer", number("division")),
            ("liaison", number("agency")),
        }
    assert await find_seats(copy, "account", "a7", NOON) == (number("Idle"), ())
    assert await find_seats(copy, "account", "unknown", NOON) == (None, ())
    assert await find_seats(copy, "anonymous", "a1", NOON) == (None, ())


async def test_a_seat_ends_with_the_local_day(copy: Connection) -> None:
    """The liaison's last day is 2 June in Makassar (UTC+8): 16:00 UTC is 3 June there, though not yet in Jakarta."""
    last = await find_seats(copy, "account", "a1", datetime(2025, 6, 2, 15, 59, tzinfo=UTC))
    over = await find_seats(copy, "account", "a1", datetime(2025, 6, 2, 16, 0, tzinfo=UTC))
    assert {seat.role for seat in last.seats} == {"officer", "liaison"}
    assert {seat.role for seat in over.seats} == {"officer"}


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("a1", set()),
        ("a2", set()),
        ("a3", {"city"}),
        ("a4", {"province", "city"}),  # at any distance
        ("a5", {"south"}),  # an administrative city without an edge; the hospital there has its own supervisor
    ],
)
async def test_supervised(copy: Connection, account: str, expected: set[str]) -> None:
    actor = await find_actor(copy, "account", account, NOON)
    assert actor.supervised == {number(name) for name in expected}


PLACES = [
    (of, at)
    for of, at in (
        ("city", "agency"),
        ("city", "division"),
        ("city", "section"),
        ("city", "other"),
        ("city", None),
        ("province", None),
        ("south", None),
        ("hospital", None),
        (None, None),
    )
]
ROLES = ("officer", "liaison", "supervisor", "national_admin", "institution_admin")


async def seen(connection: Connection, reach: Reach) -> set[tuple[UUID | None, UUID | None]]:
    """Which of the places a query shows."""
    rows = values(column("institution_id", Uuid), column("unit_id", Uuid), name="places").data(
        [(number(of) if of else None, number(at) if at else None) for of, at in PLACES]
    )
    statement = Statement(select(rows).where(reach.predicate(rows.c.institution_id, rows.c.unit_id)))
    found = await statement.fetch(connection, **reach.values(DAY))
    return {(row["institution_id"], row["unit_id"]) for row in found}


@pytest.mark.parametrize("account", ["a1", "a2", "a3", "a4", "a5", "a6", "a7"])
async def test_the_query_shows_what_the_rule_allows(copy: Connection, account: str) -> None:
    """`reach_of` in SQL and `reaches` in Python are one rule, for every caller, role and place."""
    actor = await find_actor(copy, "account", account, NOON)
    for role in ROLES:
        allowed = set()
        for of, at in PLACES:
            line = await find_ancestors(copy, number(at), DAY) if at else ()
            if reaches(actor, role, number(of) if of else None, line):
                allowed.add((number(of) if of else None, number(at) if at else None))
        assert await seen(copy, reach_of(actor, role)) == allowed, role


async def test_a_unit_reaches_what_is_below_it_today(copy: Connection) -> None:
    """The section moved away from the division on 2 June."""
    ayu = await find_actor(copy, "account", "a1", NOON)
    assert await seen(copy, reach_of(ayu, "officer")) == {(number("city"), number("division"))}
    assert await find_ancestors(copy, number("section"), date(2025, 6, 1)) == (
        number("section"),
        number("division"),
        number("agency"),
    )


async def test_clients_see_by_scope(copy: Connection) -> None:
    bound = Actor(kind="client", id="x", scopes=frozenset({"complaints:read"}), institution_id=number("city"))
    bootstrap = Actor(kind="client", id="b", scopes=frozenset({"complaints:read"}), unbound=True)
    assert {of for of, _ in await seen(copy, reach_by_scope(bound, "complaints:read"))} == {number("city")}
    assert await seen(copy, reach_by_scope(bound, "complaints:act")) == set()
    assert len(await seen(copy, reach_by_scope(bootstrap, "complaints:read"))) == len(PLACES)
    assert len(await seen(copy, reach_of(bootstrap, "officer"))) == len(PLACES)
    assert not NOTHING
    assert not reach_of(bound, "officer")


async def test_a_small_world_answers_like_the_whole(copy: Connection) -> None:
    """What is loaded for one question suffices for it."""
    by_service = resolve(await load_world(copy, DAY, service_ids=[number("ktp")]), day=DAY, service_id=number("ktp"))
    assert by_service.institution is not None
    assert by_service.responsible_unit is not None
    assert (by_service.institution.code, by_service.responsible_unit.name) == ("city", "section 2025-06-02")
    assert [[seat.person_name for seat in held.seats] for held in by_service.supervises] == [
        ["Mayor"],
        ["Governor"],
        ["Minister"],
    ]
    day_before = date(2025, 6, 1)
    earlier = resolve(
        await load_world(copy, day_before, unit_ids=[number("section")]), day=day_before, unit_id=number("section")
    )
    assert [[seat.person_name for seat in held.seats] for held in earlier.acts] == [["Ayu"], ["Ayu"], []]
    by_region = resolve(await load_world(copy, DAY, region_codes=["31.74.07"]), day=DAY, region_code="31.74.07")
    assert by_region.institution is not None
    assert by_region.institution.code == "jakarta"
    area = resolve(
        await load_world(copy, DAY, institution_ids=[number("south")]), day=DAY, institution_id=number("south")
    )
    assert [[seat.person_name for seat in held.seats] for held in area.supervises] == [["DKJ"]]


async def test_calendars_in_layers(connection: Connection) -> None:
    with pytest.raises(NoCalendar):
        await find_calendar(connection, region_code=None, time_zone="wib")
    await take(
        connection,
        [
            calendar("national", {"2025-06-06": "national_holiday"}, worked=True),
            calendar("bali", {"2025-06-05": "local_holiday"}, region_code="51"),
            calendar("denpasar", {"2025-06-04": "local_holiday"}, region_code="51.71"),
            calendar("java", {"2025-06-03": "local_holiday"}, region_code="32"),
            calendar("clinic", {"2025-06-03": "closed_by_emergency"}),
        ],
    )
    plain = await find_calendar(connection, region_code="51.71.01", time_zone="wita")
    assert plain.code == "national+bali+denpasar"
    assert plain.zone_name == "Asia/Makassar"
    # Tuesday 3 June is worked; Wednesday to Friday are the three holidays; the next is Monday 9 June
    assert plain.add_working_days(date(2025, 6, 3), 1) == date(2025, 6, 9)
    own = await find_calendar(connection, region_code="51.71", time_zone="wita", own_code="clinic")
    assert own.mark(date(2025, 6, 3)).kind == "closed_by_emergency"
    assert await find_calendar(connection, region_code="51.71.01", time_zone="wita") is plain  # built once
    await apply(connection, calendar("bali", {}, region_code="51", version=2))
    changed = await find_calendar(connection, region_code="51.71.01", time_zone="wita")
    assert changed.is_working_day(date(2025, 6, 5))
