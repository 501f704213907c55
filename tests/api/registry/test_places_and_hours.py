"""Where services are given together, when they are open, and which functions a unit has."""

from typing import Any

import pytest

from api.registry.directory_stage import Stage, code, flaws, stage
from api.registry.test_services import enter
from support.services import ServiceUnderTest

WEEK = {"monday": [["08:00", "12:00"], ["13:00", "15:00"]], "saturday": [["08:00", "11:00"]]}
# 2026-02-14 is a Saturday, the 16th a Monday before the Chinese New Year (SKB: collective leave), the 17th that holiday.
SPAN = "from=2026-02-14&to=2026-02-18"


async def days(here: Stage, service: dict[str, Any], span: str = SPAN) -> list[tuple[str, str, int]]:
    found = await here.read(f"/services/{service['id']}/opening-hours?{span}")
    return [(each["date"], each["kind"], len(each["blocks"])) for each in found["items"]]


async def test_a_public_service_mall_gathers_services_of_many(registry: ServiceUnderTest) -> None:
    city, ministry = await stage(registry), await stage(registry)
    mall = await city.unit("MPP", kind="public_service_mall")
    counter, office = await city.unit("Dukcapil"), await ministry.unit("Imigrasi")
    one = await enter(city, counter["id"], name="Akta", place_ids=[mall["id"]])
    two = await enter(ministry, office["id"], name="Paspor")
    given = await ministry.change(f"/services/{two['id']}", {"place_ids": [mall["id"]]})
    assert given.status_code == 200, given.text
    listed = await city.read(f"/services?place={mall['id']}")
    assert [each["name"] for each in listed["items"]] == ["Akta", "Paspor"]
    assert {each["institution_id"] for each in listed["items"]} == {city.id, ministry.id}  # each answers for its own
    assert (await city.read(f"/services/{one['id']}"))["place_ids"] == [mall["id"]]
    malls = await city.read(f"/units?institution={city.id}&kind=public_service_mall")
    assert [each["id"] for each in malls["items"]] == [mall["id"]]
    body = {"unit_id": counter["id"], "code": code(), "name": "N", "kind": "administrative"}
    reply = await city.call("POST", "/services", json={**body, "place_ids": [mall["id"], counter["id"]]})
    assert flaws(reply) == [("/place_ids/1", "not_a_public_service_mall")]


async def test_holidays_close_unless_the_service_says_otherwise(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = (await here.unit("U"))["id"]
    ordinary = await enter(here, unit, opening_hours=WEEK)
    found = await days(here, ordinary)
    assert (found[0], found[1][2]) == (("2026-02-14", "weekend", 1), 0)
    assert [blocks for _, _, blocks in found[2:]] == [0, 0]
    assert found[3][1] == "national_holiday"
    emergency = await enter(here, unit, opening_hours=WEEK, open_on_holidays=True)
    assert (await days(here, emergency))[2][2] == 2


async def test_a_day_of_its_own_stands_over_the_calendar(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    special = [
        {"date": "2026-02-17", "blocks": [["09:00", "10:00"]], "note": "Posko Imlek"},
        {"date": "2026-02-14", "blocks": [], "note": None},
    ]
    service = await enter(here, (await here.unit("U"))["id"], opening_hours=WEEK, special_hours=special)
    found = await days(here, service)
    assert (found[3], found[0]) == (("2026-02-17", "special", 1), ("2026-02-14", "special", 0))
    told = await here.read(f"/services/{service['id']}/opening-hours?{SPAN}")
    assert (told["items"][3]["note"], told["time_zone"]) == ("Posko Imlek", "Asia/Jakarta")


async def test_a_regional_holiday_closes_what_is_given_there(registry: ServiceUnderTest) -> None:
    here = await stage(registry, kind="regency", region_code="64.02")
    service = await enter(here, (await here.unit("U"))["id"], opening_hours=WEEK)
    monday = "from=2026-02-09&to=2026-02-10"
    assert await days(here, service, monday) == [("2026-02-09", "working_day", 2)]
    day = {"date": "2026-02-09", "kind": "local_holiday", "name_id": "Hari jadi", "name_en": "Anniversary"}
    layer = {
        "name": {"id": "K", "en": "C"}, "time_zone": "Asia/Makassar", "region_code": "64.02", "working_blocks": {},
        "days": [day], "source": "SK 1/2026",
    }  # fmt: skip
    assert (await here.call("PUT", f"/calendars/{code()}", json=layer)).status_code == 200
    assert await days(here, service, monday) == [("2026-02-09", "local_holiday", 0)]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"special_hours": [{"date": "2026-01-01", "blocks": [["10:00", "09:00"]]}]}, "/special_hours/0"),
        ({"special_hours": [{"date": "2026-01-01", "blocks": []}] * 2}, "/special_hours"),
        ({"special_hours": [{"date": "never", "blocks": []}]}, "/special_hours/0/date"),
    ],
)
async def test_hours_that_make_no_sense(registry: ServiceUnderTest, body: Any, pointer: str) -> None:
    here = await stage(registry)
    unit = (await here.unit("U"))["id"]
    content = {"unit_id": unit, "code": code(), "name": "N", "kind": "administrative", **body}
    reply = await here.call("POST", "/services", json=content)
    assert (reply.status_code, flaws(reply)[0][0]) == (422, pointer)


async def test_units_are_found_by_the_functions_that_they_have_or_lack(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    six = [
        "service_delivery", "complaint_management", "information_management", "internal_supervision", "public_outreach",
        "consultation_service",
    ]  # fmt: skip
    await here.unit("Lengkap", functions=six)
    await here.unit("Kurang", functions=six[:2])

    async def names(query: str) -> list[str]:
        return [each["name"] for each in (await here.read(f"/units?institution={here.id}&{query}"))["items"]]

    assert await names("function=complaint_management") == ["Kurang", "Lengkap"]
    assert await names("function=complaint_management&function=public_outreach") == ["Lengkap"]
    assert await names("&".join(f"lacks_function={each}" for each in six)) == ["Kurang"]


async def test_an_institutions_own_day_closes_its_services_alone(registry: ServiceUnderTest) -> None:
    """Its own calendar is that of its code, as the other services count by it too."""
    here, other = await stage(registry), await stage(registry)
    mine, theirs = [await enter(each, (await each.unit("U"))["id"], opening_hours=WEEK) for each in (here, other)]
    day = {"date": "2026-02-09", "kind": "local_holiday", "name_id": "Hari jadi", "name_en": "Anniversary"}
    own = {
        "name": {"id": "K", "en": "C"}, "time_zone": "Asia/Jakarta", "working_blocks": {"monday": [["08:00", "15:00"]]}, "days": [day],
        "source": "SK 1/2026",
    }  # fmt: skip
    put = await here.call("PUT", f"/calendars/{here.institution['code']}", json=own)
    assert put.status_code == 200, put.text
    monday = "from=2026-02-09&to=2026-02-10"
    assert await days(here, mine, monday) == [("2026-02-09", "local_holiday", 0)]
    assert await days(other, theirs, monday) == [("2026-02-09", "working_day", 2)]
