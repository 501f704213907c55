"""Neither a unit nor an institution is ended under what stands on it: the refusal counts it, names it, and says the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.registry.directory_stage import Stage, code, flaws, stage
from api.registry.standards_stage import Agency, build_agency, draft, published, today
from api.registry.test_reorganisations import declared, merge, unit
from directory.calendars import WEEKDAYS
from directory.zones import national_day
from registry.services.ending import end_what_is_due
from support.services import ServiceUnderTest
from support.wall_clock import wall_clock


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def end(agency: Agency, path: str, *, days: int = 0) -> Any:
    body = {"valid_during": {"to": str(today(agency) + timedelta(days=days))}}
    return await agency.registry.call("PATCH", f"/v1{path}", json=body, headers={"if-match": "*"})


async def end_appointments(agency: Agency, unit_id: Any) -> None:
    async with agency.registry.connection() as connection:
        await connection.execute("UPDATE appointments SET cancelled = true WHERE unit_id = $1", unit_id)


async def deactivate(agency: Agency) -> None:
    async with agency.registry.connection() as connection:
        await connection.execute("UPDATE services SET state = 'inactive' WHERE id = $1", agency.service_id)


def told(reply: Any) -> dict[str, tuple[int, list[str]]]:
    """What a refusal says stands there: how many of each kind, and the first names."""
    assert (reply.status_code, reply.json()["code"]) == (409, "still_in_use"), reply.text
    return {each["kind"]: (each["count"], [one["name"] for one in each["first"]]) for each in reply.json()["standing"]}


async def test_a_unit_is_not_ended_under_what_stands_on_it(agency: Agency) -> None:
    standard_id = await draft(agency)
    number = (await agency.call("GET", f"/standards/{standard_id}")).json()["number"]
    path = f"/units/{agency.unit_id}"
    refused = await end(agency, path)
    assert told(refused) == {
        "appointment": (3, ["officer", "plh", "unit_head"]),
        "service": (1, [agency.code]),
        "standard": (1, [number]),
    }
    assert "reorganisasi" in refused.json()["detail"]
    await end_appointments(agency, agency.unit_id)
    assert told(await end(agency, path)).keys() == {"service", "standard"}
    await agency.act(standard_id, "abandonment", {"reason": "Layanan dihentikan"})
    assert told(await end(agency, path)).keys() == {"service"}
    await deactivate(agency)
    ended = await end(agency, path)
    assert ended.status_code == 200, ended.text


async def test_a_unit_is_not_ended_under_its_children(agency: Agency) -> None:
    assert told(await end(agency, f"/units/{agency.office_id}"))["unit"] == (1, ["Bidang"])


async def test_a_standard_that_is_in_force_keeps_its_unit(agency: Agency) -> None:
    await published(agency)
    await end_appointments(agency, agency.unit_id)
    await deactivate(agency)
    assert told(await end(agency, f"/units/{agency.unit_id}", days=30)).keys() == {"standard"}


async def test_an_institution_is_not_ended_under_what_stands_on_it(agency: Agency) -> None:
    refused = await end(agency, f"/institutions/{agency.institution_id}")
    assert told(refused) == {
        "appointment": (7, ["internal_auditor", "officer", "plh"]),
        "service": (1, [agency.code]),
        "unit": (2, ["Bidang", "Dinas"]),
    }


async def test_what_ends_by_then_stands_in_no_way(agency: Agency) -> None:
    async with agency.registry.connection() as connection:
        await connection.execute(
            "UPDATE appointments SET valid_during = daterange('2020-01-01', $2) WHERE unit_id = $1",
            agency.unit_id,
            today(agency),
        )
    assert told(await end(agency, f"/units/{agency.unit_id}")).keys() == {"service"}
    assert told(await end(agency, f"/units/{agency.unit_id}", days=-1)).keys() == {"appointment", "service"}


TODAY = national_day(datetime.now(UTC))


def ahead(days: int) -> str:
    return str(TODAY + timedelta(days=days))


async def entered(here: Stage, unit_id: str) -> dict[str, Any]:
    """A service that isn't offered yet."""
    body = {"unit_id": unit_id, "code": code(), "name": "Layanan", "kind": "administrative"}
    return await here.make("services", **body, legal_basis=["UU 25/2009"])


async def act(here: Stage, service: dict[str, Any], action: str, **body: str) -> Any:
    path = f"/services/{service['id']}/{action}"
    return await here.call("POST", path, json=body, headers={"if-match": "*"})


async def end_unit(here: Stage, unit_id: str, day: str) -> Any:
    return await here.change(f"/units/{unit_id}", {"valid_during": {"to": day}})


async def test_a_unit_ends_on_a_day_by_which_its_services_have_ended(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    place = (await here.unit("Sementara"))["id"]
    service = await entered(here, place)
    assert (await act(here, service, "activation")).json()["active_until"] is None
    assert told(await end_unit(here, place, ahead(30))) == {"service": (1, ["Layanan"])}
    announced = await act(here, service, "deactivation", effective_on=ahead(30))
    assert (announced.json()["state"], announced.json()["active_until"]) == ("active", ahead(30))
    assert told(await end_unit(here, place, ahead(29))) == {"service": (1, ["Layanan"])}
    assert (await end_unit(here, place, ahead(30))).status_code == 200
    institution = await here.change(f"/institutions/{here.id}", {"valid_during": {"to": ahead(30)}})
    assert institution.status_code == 200, institution.text
    # It is offered up to that day, and can't be offered for longer.
    assert (await here.call("GET", f"/services/{service['id']}?as_of={ahead(29)}")).status_code == 200
    assert (await here.call("GET", f"/services/{service['id']}?as_of={ahead(30)}")).status_code == 404
    for later in (
        await act(here, service, "activation"),
        await act(here, service, "deactivation", effective_on=ahead(31)),
    ):
        assert (later.status_code, flaws(later)) == (422, [("/unit_id", "unit_ends")])
        assert ahead(30) in later.json()["errors"][0]["detail"]


async def test_a_promise_in_force_is_kept_as_long_as_its_service(agency: Agency) -> None:
    """Its revocation has no day to come: until its service's last day it is what is promised."""
    await published(agency)
    await end_appointments(agency, agency.unit_id)
    async with agency.registry.connection() as connection:
        await connection.execute(
            "UPDATE services SET active_during = '{[2020-01-01,)}' WHERE id = $1", agency.service_id
        )
    path = f"/services/{agency.service_id}/deactivation"
    day = str(today(agency) + timedelta(days=30))
    reply = await agency.registry.call("POST", f"/v1{path}", json={"effective_on": day}, headers={"if-match": "*"})
    assert reply.status_code == 200, reply.text
    assert told(await end(agency, f"/units/{agency.unit_id}", days=29)).keys() == {"service", "standard"}
    assert (await end(agency, f"/units/{agency.unit_id}", days=30)).status_code == 200


async def test_nothing_is_offered_at_a_unit_that_has_ended_or_will(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    gone, ending, other = [(await here.unit(name))["id"] for name in ("Lama", "Sementara", "Tetap")]
    past, soon, moved = await entered(here, gone), await entered(here, ending), await entered(here, other)
    assert (await act(here, moved, "activation")).status_code == 200
    for place, day in ((gone, ahead(-1)), (ending, ahead(30))):
        assert (await end_unit(here, place, day)).status_code == 200
    refused = await act(here, past, "activation")
    assert (refused.status_code, flaws(refused)) == (422, [("/unit_id", "not_in_force")])
    for body in ({}, {"active_until": ahead(31)}):
        refused = await act(here, soon, "activation", **body)
        assert (refused.status_code, flaws(refused)) == (422, [("/unit_id", "unit_ends")])
    over = await act(here, soon, "activation", active_until=str(TODAY))
    assert (over.status_code, flaws(over)) == (422, [("/active_until", "not_in_the_future")])
    taken_over = await here.change(f"/services/{moved['id']}", {"unit_id": ending})
    assert (taken_over.status_code, flaws(taken_over)) == (422, [("/unit_id", "unit_ends")])
    until = await act(here, soon, "activation", active_until=ahead(30))
    assert (until.json()["state"], until.json()["active_until"]) == ("active", ahead(30))


async def test_what_a_reorganisation_takes_further_has_no_end(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    gone, heir = await here.unit("Lama"), await here.unit("Baru")
    service = await entered(here, gone["id"])
    await declared(here, merge(unit(heir), unit(gone)), on=ahead(30))
    assert (await here.read(f"/units/{gone['id']}"))["valid_during"]["to"] == ahead(30)
    assert (await act(here, service, "activation")).json()["active_until"] is None


async def test_a_unit_does_not_begin_after_what_stands_there(registry: ServiceUnderTest) -> None:
    """Who corrects since when it is, is told what was there before: units below, people in office, services, ended ones too."""
    here = await stage(registry)
    unit_id, other = (await here.unit("Dinas"))["id"], (await here.unit("Lain"))["id"]

    async def begin(day: str) -> Any:
        body = {"valid_during": {"from": day}}
        return await here.call("PATCH", f"/units/{unit_id}", json=body, headers={"if-match": "*"})

    child = await here.unit("Bagian", unit_id, valid_during={"from": "2021-01-01"})
    head = await here.seat("unit_head", unit=unit_id, valid_during={"from": "2022-01-01"})
    ended, moved = await entered(here, unit_id), await entered(here, unit_id)
    for service, day in ((ended, "2023-01-01"), (moved, "2024-01-01")):
        assert (await act(here, service, "activation", effective_on=day)).status_code == 200
    assert (await act(here, ended, "deactivation", effective_on="2023-06-01")).status_code == 200
    await here.change(f"/services/{moved['id']}", {"unit_id": other})
    draft = await entered(here, unit_id)
    assert draft["state"] == "draft"

    refused = await begin("2025-01-01")
    assert told(refused) == {
        "unit": (1, ["Bagian"]),
        "appointment": (1, ["Ni Luh Sari"]),
        "service": (2, sorted([ended["name"], moved["name"]])),
    }
    assert flaws(refused) == [("/valid_during/from", "still_in_use")]
    assert "Bagian" in refused.json()["detail"]
    assert told(await begin("2023-01-02")).keys() == {"unit", "appointment", "service"}
    assert told(await begin("2023-01-01")).keys() == {"unit", "appointment"}
    assert told(await begin("2021-01-02")).keys() == {"unit"}
    for path in (f"/units/{child['id']}", f"/appointments/{head['id']}"):
        body = {"valid_during": {"from": "2022-06-01"}}
        changed = await here.call("PATCH", path, json=body, headers={"if-match": "*"})
        assert changed.status_code == 200, changed.text
    assert (await begin("2022-06-01")).status_code == 200
    assert (await here.read(f"/units/{unit_id}"))["valid_during"]["from"] == "2022-06-01"
    assert (await begin("2019-01-01")).status_code == 200


async def test_an_institution_does_not_begin_after_what_stands_there(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await here.unit("Dinas")
    await here.seat("supervisor", valid_during={"from": "2021-01-01"})
    for day, expected in (("2021-01-02", {"unit", "appointment"}), ("2020-01-02", {"unit"})):
        body = {"valid_during": {"from": day}}
        refused = await here.call("PATCH", f"/institutions/{here.id}", json=body, headers={"if-match": "*"})
        assert told(refused).keys() == expected
        assert flaws(refused) == [("/valid_during/from", "still_in_use")]
    body = {"valid_during": {"from": "2020-01-01"}}
    begun = await here.call("PATCH", f"/institutions/{here.id}", json=body, headers={"if-match": "*"})
    assert begun.status_code == 200, begun.text


async def test_on_its_last_day_a_service_becomes_inactive_by_itself(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    service = await entered(here, (await here.unit("Dinas"))["id"])
    await act(here, service, "activation")
    assert (await act(here, service, "deactivation", effective_on=ahead(30))).status_code == 200
    # The end may be told otherwise, and taken back.
    assert (await act(here, service, "deactivation", effective_on=ahead(40))).json()["active_until"] == ahead(40)
    assert (await act(here, service, "activation")).json()["active_until"] is None
    again = await act(here, service, "activation")
    assert (again.status_code, again.json()["allowed_actions"]) == (409, ["deactivation"])
    await act(here, service, "deactivation", effective_on=ahead(2))
    pool, now = registry.app.state.side_pool, datetime.now(UTC)
    await end_what_is_due(pool, now=now + timedelta(days=1))
    assert (await here.read(f"/services/{service['id']}"))["state"] == "active"
    assert await end_what_is_due(pool, now=now + timedelta(days=2)) == 1
    assert await end_what_is_due(pool, now=now + timedelta(days=2)) == 0
    hours = {name: [["08:00", "12:00"]] for name in WEEKDAYS}
    await here.change(f"/services/{service['id']}", {"opening_hours": hours, "open_on_holidays": True})
    span = f"from={ahead(1)}&to={ahead(4)}"
    days = (await here.read(f"/services/{service['id']}/opening-hours?{span}"))["items"]
    assert [bool(each["blocks"]) for each in days] == [True, False, False]
    then = (await here.read(f"/services?institution={here.id}&state=active&as_of={ahead(1)}"))["items"]
    assert [(each["id"], each["state"]) for each in then] == [(service["id"], "active")]
    assert (await here.read(f"/services?institution={here.id}&as_of={ahead(2)}"))["items"] == []
    ended = await here.read(f"/services/{service['id']}")
    assert (ended["state"], ended["active_until"]) == ("inactive", ahead(2))
    assert (await here.events(f"services/{service['id']}"))[-1]["data"]["state"] == "inactive"


async def test_a_service_ends_when_the_day_begins_where_its_institution_is(registry: ServiceUnderTest) -> None:
    """At midnight in Jayapura, Makassar and Jakarta, one hour after the other; and what is ended today is ended on that day."""
    places = {zone: await stage(registry, time_zone=zone) for zone in ("wit", "wita", "wib")}
    services: dict[str, dict[str, Any]] = {}
    with wall_clock(registry) as clock:
        clock.set(2)
        for zone, here in places.items():
            services[zone] = await entered(here, (await here.unit("Dinas"))["id"])
            reply = await act(here, services[zone], "activation", active_until="2026-03-21")
            assert reply.status_code == 200, reply.text
        # The clock is that of Bali: an hour behind Jayapura, an hour ahead of Jakarta.
        nowhere: set[str] = set()
        for day, hour, inactive in ((20, 22, nowhere), (20, 23, {"wit"}), (21, 0, {"wit", "wita"}), (21, 1, {*places})):
            now = clock.set(day, hour, 30)
            await end_what_is_due(registry.app.state.side_pool, now=now)
            states = {
                zone: (await here.read(f"/services/{services[zone]['id']}"))["state"] for zone, here in places.items()
            }
            assert {zone for zone, state in states.items() if state == "inactive"} == inactive
        for zone, here in places.items():
            then = await here.read(f"/services?institution={here.id}&as_of=2026-03-20")
            assert [each["id"] for each in then["items"]] == [services[zone]["id"]]
            assert (await here.read(f"/services?institution={here.id}&as_of=2026-03-21"))["items"] == []
        clock.set(22, 23, 30)
        for zone, until in (("wit", "2026-03-23"), ("wita", "2026-03-22"), ("wib", "2026-03-22")):
            reply = await act(places[zone], services[zone], "activation", effective_on="2026-03-21")
            assert reply.status_code == 200, reply.text
            ended = (await act(places[zone], services[zone], "deactivation")).json()
            assert (ended["state"], ended["active_until"]) == ("inactive", until)
