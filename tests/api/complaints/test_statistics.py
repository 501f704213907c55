"""Statistics against a reckoning in plain Python, the list and the count, whatever the roll-ups have come to meanwhile."""

import random
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.complaints.counting_stage import (
    CATEGORIES,
    CHANNELS,
    JAKARTA,
    REGIONS,
    SINCE,
    SPAN,
    STATES,
    Stage,
    group_of,
    inside,
)
from complaints.service import SERVICE
from complaints.statistics import counting
from complaints.statistics.comparing import find_differences
from devstack.postgres import Cluster
from support.directory import Country, settled_country
from support.filings import Desk
from support.services import ServiceUnderTest, service_under_test

URL = "/v1/complaint-statistics"
GROUPS = (
    "type", "class", "state", "category", "channel", "institution", "unit", "service", "province", "regency", "source",
    "day", "month", "year",
)  # fmt: skip


@pytest.fixture(scope="module")
async def counted(postgres: Cluster) -> AsyncIterator[tuple[ServiceUnderTest, Country]]:
    """A service of its own, whose every case these tests wrote."""
    async with service_under_test(postgres, SERVICE) as service:
        yield service, await settled_country(service)


async def keep(service: ServiceUnderTest, *, most: int = 37, batches: int = 1_000) -> None:
    """Keep the roll-ups, in small batches, so far or to the end."""
    async with service.connection() as connection:
        for _ in range(batches):
            if not await counting.count_batch(connection, most=most):
                return


async def differences(service: ServiceUnderTest) -> dict[str, int]:
    async with service.connection() as connection:
        return await find_differences(connection)


def _instant(chance: random.Random) -> datetime:
    """Sometimes a day's beginning in Jakarta, sometimes in Makassar, sometimes any instant."""
    at = SINCE + chance.random() * SPAN
    kind = chance.randrange(4)
    if kind == 0:
        return at
    midnight = at.astimezone(JAKARTA).replace(hour=0, minute=0, second=0, microsecond=0)
    if kind == 1:
        return midnight - timedelta(hours=1)
    return midnight if kind == 2 else midnight.replace(day=1)


Filter = dict[str, Any]
Row = Mapping[str, Any]


def _filter(chance: random.Random, country: Country, now: datetime) -> tuple[Filter, Callable[[Row], bool]]:
    """A random filter, and the same as a condition in Python."""
    places: dict[str, list[Any]] = {
        "institution": [country.city, country.other_city],
        "unit": [country.counter, country.works, country.other_unit],
        "service": [country.identity_card],
    }
    choices: dict[str, list[Any]] = {
        "type": ["complaint", "aspiration", "information_request"],
        "class": ["unclassified", "minor", "information"],
        "state": list(STATES),
        "category": [each for each in CATEGORIES if each],
        "channel": list(CHANNELS),
        **places,
    }
    asked: Filter = {}
    tests: list[Callable[[Row], bool]] = []

    def one_of(name: str) -> None:
        values = chance.sample(choices[name], chance.randint(1, min(2, len(choices[name]))))
        asked[name] = [str(value) for value in values]
        tests.append(lambda row: group_of(row, name) in values)

    for name in chance.sample(sorted(choices), chance.choice((0, 1, 1, 2))):
        one_of(name)
    if chance.random() < 0.5:
        asked["created_from"] = start = _instant(chance)
        tests.append(lambda row: row["created_at"] >= start)
    if chance.random() < 0.5:
        asked["created_to"] = end = _instant(chance)
        tests.append(lambda row: row["created_at"] < end)
    if chance.random() < 0.3:
        asked["region"] = region = chance.choice([each for each in REGIONS if each])
        tests.append(lambda row: inside(row["region_code"], region))
    if "unit" not in asked and chance.random() < 0.2:
        asked |= {"unit": [str(country.registry_office)], "scope": "subtree"}
        tests.append(lambda row: row["unit_id"] in (country.registry_office, country.counter))
    if chance.random() < 0.15:
        asked["late"] = late = chance.random() < 0.5
        tests.append(lambda row: (row["late"] or (row["due_at"] is not None and row["due_at"] < now)) == late)
    if chance.random() < 0.1:
        asked["merged"] = merged = chance.random() < 0.5
        tests.append(lambda row: (row["parent_id"] is not None) == merged)
    if chance.random() < 0.1:
        asked["q"] = "lampu"
        tests.append(lambda row: "lampu" in row["title"])
    sent = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asked.items()}
    return sent, lambda row: all(test(row) for test in tests)


def _seen(country: Country, name: str, texts: bool) -> Callable[[Row], bool]:
    """Whose cases an office counts (case-lifecycle §8)."""
    subtree = (country.registry_office, country.counter)

    def seen(row: Row) -> bool:
        protected = row["custody"] == "protected"
        match name:
            case "bootstrap":
                return True
            case "national" | "ombudsman":
                return not protected and not texts
            case "admin" | "evaluator":
                return not protected and row["institution_id"] == country.city
            case "auditor":
                return bool(row["institution_id"] == country.city)
            case "head":
                return not protected and row["unit_id"] in subtree
            case "works_liaison":
                return not protected and row["unit_id"] == country.works
            case "information_officer":
                requested = row["type"] == "information_request"
                return not protected and requested and row["institution_id"] == country.city
        raise AssertionError(name)

    return seen


OFFICES = (
    "bootstrap",
    "national",
    "ombudsman",
    "admin",
    "evaluator",
    "auditor",
    "head",
    "works_liaison",
    "information_officer",
)
LISTING = ("bootstrap", "admin", "auditor", "head", "works_liaison", "information_officer")
"""Those who list exactly what they count."""


@pytest.mark.parametrize("seed", range(3))
async def test_figures_are_those_of_the_rows(counted: tuple[ServiceUnderTest, Country], seed: int) -> None:
    """At every state of the roll-ups: none, some, all; after changes that are sequenced, and that aren't yet."""
    service, country = counted
    async with service.connection() as connection:
        await connection.execute("TRUNCATE cases, case_tallies, case_counts, case_spreads, events, outbox CASCADE")
        await connection.execute("UPDATE feed_head SET position = 0")
        await connection.execute("UPDATE counting SET position = 0")
    chance = random.Random(1_000 + seed)
    stage = Stage(country, seed)
    callers = {name: service.account(country.accounts[name]) for name in OFFICES if name != "bootstrap"}
    callers["bootstrap"] = service.bootstrap()
    for step in range(4):
        async with service.connection() as connection:
            now = datetime.now(UTC)
            await stage.file(connection, 60, now)
            await stage.change(connection, 25, now)
            await stage.settle_silently(connection, 3)
            if step % 2:
                await service.sequenced()
                await keep(service, batches=chance.choice((0, 1, 3)))
                await stage.change(connection, 10, now)
        for _ in range(8):
            await _compare(service, stage, chance, callers)
    await service.sequenced()
    await keep(service)
    assert await differences(service) == {"cases": 0, "counts": 0, "spreads": 0}
    for _ in range(8):
        await _compare(service, stage, chance, callers)


def _anything(_row: Row) -> bool:
    return True


async def _compare(
    service: ServiceUnderTest, stage: Stage, chance: random.Random, callers: Mapping[str, dict[str, str]]
) -> None:
    now = datetime.now(UTC)
    asked, fits = _filter(chance, stage.country, now)
    office = chance.choice(OFFICES)
    # What an office reads no text of it doesn't search: confidential ones and all of the Ombudsman's.
    if "q" in asked and office in ("national", "ombudsman", "evaluator"):
        del asked["q"]
        asked, fits = {}, _anything
    groups = chance.sample(GROUPS, chance.choice((0, 1, 1, 2, 3)))
    details = chance.random() < 0.5
    query = asked | {"group_by": groups, "include": ["duties", "days", "ratings", "outcomes"] if details else []}
    reply = await service.call("GET", URL, caller=callers[office], params=query)
    assert reply.status_code == 200, reply.text
    body = reply.json()
    seen = _seen(stage.country, office, "q" in asked)
    rows = [row for row in stage.rows.values() if seen(row) and fits(row)]
    by_group: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        by_group.setdefault(tuple(group_of(row, name) for name in groups), []).append(row)
    found = {tuple(item["group"][name] for name in groups): item for item in body["items"]}
    expected = {tuple(None if value is None else str(value) for value in key): kept for key, kept in by_group.items()}
    assert found.keys() == expected.keys(), (office, asked, groups)
    for key, kept in expected.items():
        assert found[key]["counts"] == stage.reckon(kept, now), (office, asked, groups, key)
        if details:
            for name, value in stage.reckon_details(kept).items():
                assert found[key][name] == value, (office, asked, groups, key, name)
    assert body["total"]["counts"] == stage.reckon(rows, now), (office, asked, groups)
    if office in LISTING:
        listed = await service.call(
            "GET", "/v1/complaints", caller=callers[office], params=asked | {"count": "exact", "limit": 1}
        )
        assert listed.json()["count"] == len(rows), (office, asked)


async def test_cases_that_were_there_before_are_counted_from_their_rows(
    counted: tuple[ServiceUnderTest, Country],
) -> None:
    """Counting anew, with changes in its midst, ends where counting one by one would."""
    service, country = counted
    stage = Stage(country, 77)
    chance = random.Random(78)
    callers = {name: service.account(country.accounts[name]) for name in OFFICES if name != "bootstrap"}
    callers["bootstrap"] = service.bootstrap()
    async with service.connection() as connection:
        await connection.execute("TRUNCATE cases, events, outbox CASCADE")
        now = datetime.now(UTC)
        await stage.file(connection, 120, now)
        async with connection.transaction():
            await counting.forget(connection)
        await counting.count_batch(connection, most=50)
        await service.sequenced()
        await stage.change(connection, 30, now)
        await _compare(service, stage, chance, callers)
        await stage.file(connection, 20, now)
        await service.sequenced()
    await keep(service)
    assert await differences(service) == {"cases": 0, "counts": 0, "spreads": 0}
    for _ in range(10):
        await _compare(service, stage, chance, callers)


async def test_who_may_ask(desk: Desk) -> None:
    service = desk.service
    assert (await service.call("GET", URL, caller=service.anonymous())).status_code == 401
    assert (await service.call("GET", URL, caller=service.account("somebody"))).status_code == 403
    filing = service.integration("complaints:file", desk.country.city)
    assert (await service.call("GET", URL, caller=filing)).status_code == 403
    for scope in ("reports:read", "complaints:read", "complaints:act"):
        reply = await service.call(
            "GET", f"{URL}?group_by=institution", caller=service.integration(scope, desk.country.city)
        )
        assert reply.status_code == 200
        assert {item["group"]["institution"] for item in reply.json()["items"]} <= {str(desk.country.city)}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("group_by=colour", "query/group_by"),
        ("group_by=type&group_by=type", "query/group_by"),
        ("group_by=type&group_by=class&group_by=state&group_by=unit", "query/group_by"),
        ("include=everything", "query/include"),
        ("source=elsewhere", "query/source"),
        ("limit=5", "query/limit"),
        ("cursor=x", "query/cursor"),
        ("scope=subtree", "query/scope"),
        ("created_from=yesterday", "query/created_from"),
    ],
)
async def test_what_is_no_question_is_refused_by_name(desk: Desk, query: str, code: str) -> None:
    reply = await desk.service.call("GET", f"{URL}?{query}", caller=desk.account("admin"))
    assert reply.status_code == 400
    assert any(error["pointer"].startswith(code) for error in reply.json()["errors"]), reply.text


async def test_a_protected_case_is_in_nobody_elses_figures(desk: Desk) -> None:
    """Before and after a protected case is filed, whoever may not know of it reads the same."""
    names = ("admin", "liaison", "head", "responsible", "supervisor", "national", "evaluator", "ombudsman")
    query = f"{URL}?group_by=type&group_by=channel&include=days&include=duties"

    async def read(name: str) -> Any:
        return (await desk.service.call("GET", query, caller=desk.account(name))).json()

    before = {name: await read(name) for name in names}
    audited = (await read("auditor"))["total"]["counts"]["filed"]
    await desk.file(protected=True)
    assert {name: await read(name) for name in names} == before
    assert (await read("auditor"))["total"]["counts"]["filed"] == audited + 1


async def test_heads_are_told_the_protected_total_of_a_whole_year_from_five_on(
    counted: tuple[ServiceUnderTest, Country],
) -> None:
    service, country = counted
    desk = Desk(service, country)
    async with service.connection() as connection:
        await connection.execute("TRUNCATE cases, events, outbox CASCADE")
    year = datetime.now(JAKARTA).year
    span = {"created_from": f"{year}-01-01T00:00:00+07:00", "created_to": f"{year + 1}-01-01T00:00:00+07:00"}

    async def told(name: str, **query: Any) -> Any:
        reply = await service.call("GET", URL, caller=desk.account(name), params=query)
        return reply.json()["protected"]

    assert await told("responsible", **span) == {"filed": 0, "suppressed": False}
    for expected in [(None, True)] * 4 + [(5, False), (6, False)]:
        await desk.file(protected=True)
        for name in ("responsible", "supervisor"):
            assert await told(name, **span) == {"filed": expected[0], "suppressed": expected[1]}
    assert await told("admin", **span) is None
    assert await told("national", **span) is None
    assert await told("responsible") is None
    assert await told("responsible", **span, type="complaint") is None
    later = span | {"created_from": f"{year}-01-02T00:00:00+07:00"}
    assert await told("responsible", **later) is None


async def test_a_case_becomes_late_by_the_passing_of_time_alone(counted: tuple[ServiceUnderTest, Country]) -> None:
    """No fact tells that a date has passed; the figures say it at once, and the roll-ups when they are next kept."""
    service, country = counted
    desk = Desk(service, country)
    async with service.connection() as connection:
        await connection.execute("TRUNCATE cases, events, outbox CASCADE")
        await connection.execute("TRUNCATE case_tallies, case_counts, case_spreads")
    filed = await desk.file()
    await service.sequenced()
    await keep(service)

    async def late() -> int:
        reply = await service.call("GET", URL, caller=desk.account("admin"))
        number: int = reply.json()["total"]["counts"]["late"]
        return number

    assert await late() == 0
    async with service.connection() as connection:
        for table in ("cases", "case_tallies"):
            await connection.execute(
                f"UPDATE {table} SET due_at = now() - interval '1 minute' WHERE id = $1", filed["id"]
            )
    assert await late() == 1
    await keep(service)
    assert await late() == 1
    assert await differences(service) == {"cases": 0, "counts": 0, "spreads": 0}
