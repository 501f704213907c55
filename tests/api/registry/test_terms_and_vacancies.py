"""How long acting holders may stay, extensions by decree, and which seats and posts are vacant on a day."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.registry.directory_stage import SINCE, Stage, flaws, stage
from directory.zones import national_day
from support.services import ServiceUnderTest
from support.wall_clock import wall_clock

TODAY = national_day(datetime.now(UTC))


def ago(days: int) -> str:
    return str(TODAY - timedelta(days=days))


async def warned(here: Stage, seat: dict[str, Any], query: str = "") -> list[str]:
    return [each["code"] for each in (await here.read(f"/appointments/{seat['id']}{query}"))["warnings"]]


async def extend(here: Stage, seat: dict[str, Any], until: str, **options: Any) -> httpx.Response:
    path = f"/appointments/{seat['id']}"
    tag = (await here.call("GET", path)).headers["etag"]
    body = {"valid_to": until, "decree_number": "SK 2/2026", "decree_date": "2026-01-02"}
    return await here.call("POST", f"{path}/extension", json=body, headers={"if-match": tag}, **options)


@pytest.mark.parametrize(
    ("acting", "begun", "ends", "expected"),
    [
        # A Plt serves three months (agencies' rules after the circular of BKN), a Plh thirty days.
        ("plt", 20, 70, []),
        ("plt", 100, None, ["acting_without_end", "acting_limit_reached"]),
        ("plt", 80, 8, ["acting_limit_near"]),
        # A fortnight and a day before its end nothing is told yet of that.
        ("plh", 10, 15, ["no_holder_to_stand_beside"]),
        ("plh", 40, 10, ["acting_too_long", "acting_limit_reached", "no_holder_to_stand_beside"]),
        ("definitive", 2000, None, []),
    ],
)
async def test_who_reads_an_appointment_sees_its_limit(
    registry: ServiceUnderTest, acting: str, begun: int, ends: int | None, expected: list[str]
) -> None:
    here = await stage(registry)
    unit = await here.unit("Dinas")
    period = {"from": ago(begun), "to": None if ends is None else ago(-ends)}
    seat = await here.seat("unit_head", unit=unit["id"], acting=acting, valid_during=period)
    assert await warned(here, seat) == expected
    listed = (await here.read(f"/appointments?unit={unit['id']}"))["items"]
    assert [each["code"] for each in listed[0]["warnings"]] == expected


async def test_a_file_tells_what_the_list_does(registry: ServiceUnderTest) -> None:
    """Each column, the warnings too, in the caller's language."""
    here = await stage(registry)
    unit = await here.unit("Dinas")
    await here.seat("unit_head", unit=unit["id"], acting="plt", valid_during={"from": ago(200), "to": ago(-10)})
    await here.seat("officer", unit=unit["id"], decree_date="2020-01-02")
    path = f"/appointments?unit={unit['id']}"
    for language in ("id", "en"):
        headers = {"accept-language": language}
        items = (await here.read(path, headers=headers))["items"]
        assert [bool(item["warnings"]) for item in items] == [True, False]
        lines = (await here.call("GET", path, headers=headers | {"accept": "application/x-ndjson"})).text.splitlines()
        assert [json.loads(line) for line in lines] == items
        table = (await here.call("GET", path, headers=headers | {"accept": "text/csv"})).text
        rows = list(csv.DictReader(io.StringIO(table)))
        for row, item in zip(rows, items, strict=True):
            period = item.pop("valid_during")
            flat = item | {f"valid_during.{name}": value for name, value in period.items()}
            assert row.keys() == flat.keys()
            for name, value in flat.items():
                told = json.loads(row[name]) if isinstance(value, list) else row[name] or None
                assert told == value, name


async def test_the_limit_is_that_of_the_day_asked_for(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Dinas")
    period = {"from": "2025-01-01", "to": "2025-04-01"}
    seat = await here.seat("unit_head", unit=unit["id"], acting="plt", valid_during=period)
    assert await warned(here, seat, "?as_of=2025-03-17") == []
    assert await warned(here, seat, "?as_of=2025-03-18") == ["acting_limit_near"]
    assert await warned(here, seat, "?as_of=2025-04-01") == []


async def test_an_extension_has_its_decree_and_keeps_the_former_end(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Dinas")
    period = {"from": "2026-01-01", "to": "2026-04-01"}
    seat = await here.seat("unit_head", unit=unit["id"], acting="plt", valid_during=period)
    known_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    first = await extend(here, seat, "2026-07-01")
    assert first.status_code == 200, first.text
    assert (first.json()["valid_during"]["to"], first.json()["warnings"]) == ("2026-07-01", [])
    assert first.json()["extensions"] == [
        {
            "decree_number": "SK 2/2026",
            "decree_date": "2026-01-02",
            "valid_to_before": "2026-04-01",
            "valid_to": "2026-07-01",
        }
    ]
    assert first.json()["decree_number"] == "SK 1/2020"
    second = await extend(here, seat, "2026-10-01")
    assert [each["code"] for each in second.json()["warnings"]] == ["acting_too_long", "extended_too_often"]
    then = await here.read(f"/appointments/{seat['id']}?known_at={known_at}")
    assert (then["valid_during"]["to"], then["extensions"]) == ("2026-04-01", [])
    assert (await here.events(f"appointments/{seat['id']}"))[-1]["data"]["valid_to"] == "2026-10-01"


async def test_terms_that_follow_one_another_are_one(registry: ServiceUnderTest) -> None:
    """A new decree for the same person at the same seat extends: three months of a Plt, extended once (corrections 15)."""
    here = await stage(registry)
    unit, person = await here.unit("Dinas"), await here.person()

    async def acts(begins: str, ends: str, acting: str = "plt", who: str = person["id"]) -> list[str]:
        period = {"from": begins, "to": ends}
        seat = await here.seat("unit_head", unit=unit["id"], person=who, acting=acting, valid_during=period)
        return [each["code"] for each in seat["warnings"]]

    assert await acts("2024-01-01", "2024-04-01") == []
    assert await acts("2024-04-01", "2024-07-01") == []
    for begins, ends in (("2024-07-01", "2024-10-01"), ("2024-10-01", "2024-12-31")):
        assert await acts(begins, ends) == ["acting_too_long", "extended_too_often"]
    # After a break, and by another person, it is a term of its own.
    assert await acts("2025-02-01", "2025-05-01") == []
    assert await acts("2025-05-01", "2025-08-01", who=(await here.person())["id"]) == []
    await here.seat("unit_head", unit=unit["id"], valid_during={"from": "2025-09-01"})
    assert await acts("2025-10-01", "2025-10-20", "plh") == []
    assert await acts("2025-10-20", "2025-11-10", "plh") == ["acting_too_long", "extended_too_often"]


async def test_the_limit_of_terms_that_follow_one_another_is_that_of_all(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit, person = await here.unit("Dinas"), await here.person()
    for begins, ends in (("2025-01-01", "2025-04-01"), ("2025-04-01", "2025-08-01")):
        period = {"from": begins, "to": ends}
        seat = await here.seat("unit_head", unit=unit["id"], person=person["id"], acting="plt", valid_during=period)
    assert await warned(here, seat, "?as_of=2025-03-25") == ["acting_too_long"]  # it hasn't begun
    assert await warned(here, seat, "?as_of=2025-06-16") == ["acting_too_long"]
    assert await warned(here, seat, "?as_of=2025-06-17") == ["acting_too_long", "acting_limit_near"]
    assert await warned(here, seat, "?as_of=2025-07-01") == ["acting_too_long", "acting_limit_reached"]


async def test_what_cannot_be_extended(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Dinas")
    seat = await here.seat("unit_head", unit=unit["id"], valid_during={"from": "2025-01-01", "to": "2026-01-01"})
    for until in ("2026-01-01", "2025-06-01"):
        assert flaws(await extend(here, seat, until)) == [("/valid_to", "not_longer")]
    await here.seat("unit_head", unit=unit["id"], valid_during={"from": "2026-02-01"})
    taken = await extend(here, seat, "2026-03-01")
    assert (taken.status_code, taken.json()["code"]) == (409, "seat_taken")
    assert (await extend(here, seat, "2026-02-01")).status_code == 200
    endless = await here.seat("officer", unit=unit["id"])
    assert flaws(await extend(here, endless, "2030-01-01")) == [("/valid_to", "not_longer")]
    other = await stage(registry)
    assert (await extend(here, seat, "2026-02-01", caller=other.client())).status_code == 403
    assert (await extend(here, seat, "2026-02-01", caller=registry.anonymous())).status_code == 401


async def vacant(here: Stage, query: str = "") -> set[tuple[str, str, bool]]:
    items = (await here.read(f"/vacancies?institution={here.id}{query}"))["items"]
    return {(each["name"], each["role"], each["stood_in"]) for each in items}


async def test_vacancies_are_visible(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    ministry = here.institution["name"]
    top = await here.unit("Sekretariat", kind="secretariat")
    below = await here.unit("Bagian", top["id"])
    post = await here.make("posts", unit_id=below["id"], name="Loket", role="officer", needed=2)
    everything = {
        (ministry, "supervisor", False),
        (ministry, "responsible_officer", False),
        ("Sekretariat", "unit_head", False),
        ("Bagian", "unit_head", False),
        ("Loket", "officer", False),
    }
    assert await vacant(here) == everything
    await here.seat("supervisor")
    await here.seat("unit_head", unit=top["id"], valid_during={"from": "2020-01-01", "to": ago(1)})
    await here.seat("unit_head", unit=below["id"], acting="plh", valid_during={"from": ago(3), "to": ago(-5)})
    await here.seat("officer", unit=below["id"], post_id=post["id"])
    assert await vacant(here) == {
        (ministry, "responsible_officer", False),
        ("Sekretariat", "unit_head", False),
        ("Bagian", "unit_head", True),  # a Plh stands beside a seat, and doesn't fill it
        ("Loket", "officer", False),
    }
    assert ("Sekretariat", "unit_head", False) not in await vacant(here, f"&as_of={ago(2)}")
    assert await vacant(here, "&role=unit_head&kind=seat") == {
        ("Sekretariat", "unit_head", False),
        ("Bagian", "unit_head", True),
    }
    assert await vacant(here, f"&unit={top['id']}&scope=subtree&kind=post") == {("Loket", "officer", False)}
    [lacking] = (await here.read(f"/vacancies?institution={here.id}&kind=post"))["items"]
    assert (lacking["needed"], lacking["filled"], lacking["post_id"]) == (2, 1, post["id"])
    assert (await here.read(f"/vacancies?institution={here.id}&count=exact"))["count"] == 4
    page = await here.read(f"/vacancies?institution={here.id}&limit=3")
    rest = await here.read(page["next"].removeprefix("/v1"))
    assert [each["name"] for each in page["items"] + rest["items"]] == sorted(
        ["Bagian", "Loket", "Sekretariat", ministry]
    )


async def test_today_is_that_of_the_place_that_is_asked_for(registry: ServiceUnderTest) -> None:
    """In Jayapura the new head is in office two hours before it is that day in Jakarta. Of both, the nation's day counts."""
    places = [await stage(registry, time_zone=zone) for zone in ("wit", "wib")]
    units = [(await here.unit("Dinas"))["id"] for here in places]
    for here, unit in zip(places, units, strict=True):
        await here.seat("unit_head", unit=unit, valid_during={"from": "2026-03-21"})
    here = places[0]

    async def headless(query: str) -> list[str]:
        found = await here.read(f"/vacancies?role=unit_head&{query}")
        return [each["unit_id"] for each in found["items"]]

    with wall_clock(registry) as clock:
        clock.set(20, 23, 30)  # in Bali
        assert await headless(f"institution={places[0].id}") == await headless(f"unit={units[0]}") == []
        assert await headless(f"unit={units[0]}&as_of=2026-03-20") == [units[0]]
        assert await headless(f"institution={places[1].id}") == await headless(f"unit={units[1]}") == [units[1]]
        both = "&".join(f"unit={unit}" for unit in units)
        assert sorted(await headless(both)) == sorted(units)
        clock.set(21, 1, 30)
        assert await headless(both) == []


async def test_nobody_is_wanted_where_a_unit_has_ended(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Sementara")
    await here.make("posts", unit_id=unit["id"], name="Loket", role="officer", valid_during=SINCE)
    await here.make("posts", institution_id=here.id, name="Auditor", role="internal_auditor", valid_during=SINCE)
    ended = await here.change(f"/units/{unit['id']}", {"valid_during": {"to": ago(1)}})
    assert ended.status_code == 200, ended.text
    assert {name for name, *_ in await vacant(here, "&kind=post")} == {"Auditor"}
    assert {name for name, *_ in await vacant(here, f"&kind=post&as_of={ago(2)}")} == {"Auditor", "Loket"}


async def test_no_pembina_is_missing_where_the_governor_is(registry: ServiceUnderTest) -> None:
    """The administrative cities of DK Jakarta have no mayor with a seat of their own."""
    here = await stage(registry, kind="city", region_code="31.71")
    assert {role for _, role, _ in await vacant(here)} == {"responsible_officer"}
    autonomous = await stage(registry, kind="city", region_code="33.74")
    assert {role for _, role, _ in await vacant(autonomous)} == {"supervisor", "responsible_officer"}
