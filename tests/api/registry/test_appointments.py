"""Appointments: one holder to a seat, acting holders, who appoints whom, endings, corrections, and what was known."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.registry.directory_stage import SINCE, Stage, code, flaws, stage
from directory.zones import national_day
from support.services import ServiceUnderTest


async def appoint(here: Stage, **more: Any) -> httpx.Response:
    body = {
        "person_id": (await here.person())["id"],
        "institution_id": here.id,
        "role": "supervisor",
        "decree_number": "Keppres 1/2024",
        "valid_during": {"from": "2024-01-01"},
    }
    body |= more
    return await here.call("POST", "/appointments", json={name: value for name, value in body.items() if value})


def warned(reply: httpx.Response) -> list[str]:
    assert reply.status_code in (200, 201), reply.text
    return [warning["code"] for warning in reply.json()["warnings"]]


async def test_a_seat_has_one_holder(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    holder = await here.person("I Wayan Arta")
    first = await appoint(here, person_id=holder["id"], valid_during={"from": "2020-01-01", "to": "2025-01-01"})
    second = await appoint(here, valid_during={"from": "2024-12-31"})
    assert (second.status_code, second.json()["code"]) == (409, "seat_taken")
    assert second.json()["holder"] == {
        "appointment_id": first.json()["id"],
        "person_name": "I Wayan Arta",
        "valid_during": {"from": "2020-01-01", "to": "2025-01-01"},
    }
    assert "I Wayan Arta" in second.json()["detail"]
    assert (await appoint(here, valid_during={"from": "2025-01-01"})).status_code == 201


async def test_of_two_at_once_one_gets_the_seat(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    people = [(await here.person())["id"] for _ in range(5)]
    replies = await asyncio.gather(*(appoint(here, person_id=person) for person in people))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409]
    assert all("holder" in reply.json() for reply in replies if reply.status_code == 409)


async def test_a_plt_fills_the_seat_and_a_plh_stands_beside(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    month = {"from": "2026-03-01", "to": "2026-03-15"}
    assert warned(await appoint(here, acting="plh", valid_during=month)) == ["no_holder_to_stand_beside"]
    await appoint(here, valid_during={"from": "2024-01-01"})
    next_month = {"from": "2026-04-01", "to": "2026-04-15"}
    assert warned(await appoint(here, acting="plh", valid_during=next_month)) == []
    assert (await appoint(here, acting="plt", valid_during=month)).status_code == 409
    assert (await appoint(here, acting="pj", valid_during=month)).status_code == 409


@pytest.mark.parametrize(
    ("acting", "until", "codes"),
    [
        ("plt", "2026-04-01", []),
        ("plt", "2026-04-02", ["acting_too_long"]),
        ("pj", None, []),
        ("plt", None, ["acting_without_end"]),
    ],
)
async def test_limits_are_told(registry: ServiceUnderTest, acting: str, until: str | None, codes: list[str]) -> None:
    here = await stage(registry)
    assert warned(await appoint(here, acting=acting, valid_during={"from": "2026-01-01", "to": until})) == codes


async def test_each_unit_has_one_head_and_many_officers(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    await here.seat("unit_head", unit=one["id"])
    await here.seat("unit_head", unit=two["id"])
    again = await appoint(here, institution_id=None, unit_id=one["id"], role="unit_head")
    assert again.status_code == 409
    for _ in range(2):
        await here.seat("officer", unit=one["id"])
        await here.seat("liaison", unit=one["id"])
    found = await here.read(f"/appointments?unit={one['id']}&count=exact")
    assert found["count"] == 5


async def test_the_responsible_officer_heads_the_secretariat_or_is_appointed_by_the_pembina(
    registry: ServiceUnderTest,
) -> None:
    here = await stage(registry)
    secretariat = await here.unit("Sekretariat Jenderal", kind="secretariat")
    pembina = (await here.seat("supervisor", valid_during={"from": "2024-10-21"}))["id"]
    secretary = await here.person("Sekretaris Jenderal")
    await here.seat("unit_head", unit=secretariat["id"], person=secretary["id"])

    async def responsible(**more: Any) -> httpx.Response:
        made = await appoint(here, role="responsible_officer", **{"valid_during": {"from": "2025-01-01"}, **more})
        if made.status_code == 201:  # taken back, so that the next may try
            tag = {"if-match": made.headers["etag"]}
            path = f"/appointments/{made.json()['id']}/ending"
            ending = await here.call("POST", path, json={"valid_to": "2010-01-01"}, headers=tag)
            assert ending.json()["state"] == "cancelled"
        return made

    assert warned(await responsible(person_id=secretary["id"])) == []
    assert warned(await responsible(appointed_by=pembina)) == ["not_head_of_secretariat"]
    # Both the Pembina and the head of the secretariat are on record: somebody else is appointed by the one who can be named.
    assert flaws(await responsible()) == [("/appointed_by", "appointment_unfounded")]
    # While the secretariat's seat is vacant, too, and on a day from which no Pembina is on record.
    for begins in ("2019-01-01", "2023-01-01"):
        assert flaws(await responsible(valid_during={"from": begins})) == [("/appointed_by", "appointment_unfounded")]
    # Of what is over by now that can't be told: the registry may not reach back so far.
    for begins, warning in (("2019-01-01", "foundation_unknown"), ("2023-01-01", "appointment_unfounded")):
        past = {"from": begins, "to": "2024-01-01"}
        assert warned(await responsible(valid_during=past)) == [warning]
    beside = await responsible(acting="plh")  # who stands beside the holder is no holder
    assert "appointment_unfounded" in warned(beside)
    early = await responsible(appointed_by=pembina, valid_during={"from": "2024-01-01"})
    assert (early.status_code, flaws(early)) == (422, [("/appointed_by", "not_the_supervisor")])
    # He held the seat when he signed, whenever it begins; without a date of the decree its first day counts.
    signed = {"appointed_by": pembina, "decree_date": "2024-10-22"}
    await here.change(f"/appointments/{pembina}/ending", {"valid_to": "2024-12-31"}, method="POST")
    assert warned(await responsible(**signed)) == ["not_head_of_secretariat"]
    late = await responsible(**signed | {"decree_date": "2024-10-20"})
    assert flaws(late) == [("/appointed_by", "not_the_supervisor")]
    other = await responsible(appointed_by=secretary["id"])
    assert flaws(other) == [("/appointed_by", "not_the_supervisor")]
    beside = (await here.seat("supervisor", acting="plh"))["id"]  # who stands beside the Pembina doesn't hold the seat
    assert flaws(await responsible(appointed_by=beside)) == [("/appointed_by", "not_the_supervisor")]
    assert flaws(await responsible(appointed_by=here.id)) == [("/appointed_by", "unknown_appointer")]


async def test_what_an_appointment_rests_on_is_told_by_what_is_on_record_by_now(registry: ServiceUnderTest) -> None:
    """Who was registered before the Sekda is neither warned of for ever nor held back from being put right."""
    here = await stage(registry)
    pembina = await here.seat("supervisor")
    since = {"from": "2025-01-01", "to": "2027-01-01"}
    seat = (await appoint(here, role="responsible_officer", valid_during=since)).json()
    path = f"/appointments/{seat['id']}"

    async def told(query: str = "") -> list[str]:
        warnings = (await here.read(path + query))["warnings"]
        [listed] = (await here.read(f"/appointments?institution={here.id}&role=responsible_officer"))["items"]
        assert query or listed["warnings"] == warnings
        return [each["code"] for each in warnings]

    # Of an institution that is being set up no secretariat is on record.
    assert [each["code"] for each in seat["warnings"]] == await told() == ["foundation_unknown"]
    secretariat = await here.unit("Sekretariat Daerah", kind="secretariat")
    assert await told() == ["foundation_unknown"]
    known_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    other = await here.seat("unit_head", unit=secretariat["id"])
    # Now somebody else is known to be the head: it stays as it was registered, and is told of.
    assert await told() == ["appointment_unfounded"]
    assert await told(f"?known_at={known_at}") == ["foundation_unknown"]
    # It can be put right and extended, as long as nothing is said anew of what it rests on.
    for body in ({"decree_number": "SK 9/2025"}, {"valid_during": {"to": "2026-12-31"}}, {"decree_date": None}):
        reply = await here.change(path, body)
        assert (reply.status_code, warned(reply)) == (200, ["appointment_unfounded"]), reply.text
    tag = (await here.call("GET", path)).headers["etag"]
    decree = {"valid_to": "2028-01-01", "decree_number": "SK 10/2026"}
    extended = await here.call("POST", f"{path}/extension", json=decree, headers={"if-match": tag})
    assert (extended.status_code, warned(extended)) == (200, ["appointment_unfounded"])
    for body in ({"decree_date": "2025-01-01"}, {"valid_during": {"from": "2025-02-01"}}, {"acting": "plt"}):
        refused = await here.change(path, body)
        assert (refused.status_code, flaws(refused)) == (422, [("/appointed_by", "appointment_unfounded")])
    assert (await here.read(path))["acting"] == "definitive"  # nothing of what was refused is kept
    founded = await here.change(path, {"appointed_by": pembina["id"]})
    assert (founded.status_code, warned(founded)) == (200, ["not_head_of_secretariat"])
    await here.change(path, {"appointed_by": None})  # refused: it would say anew that nobody appointed
    assert await told() == ["not_head_of_secretariat"]
    # The record of the Sekda was wrong: it was this person.
    await here.change(f"/appointments/{other['id']}/ending", {"valid_to": "2020-01-01"}, method="POST")
    assert await told() == []
    await here.seat("unit_head", unit=secretariat["id"], person=seat["person_id"])
    assert await told() == []


async def test_who_stands_beside_is_told_of_until_the_holder_is_on_record(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    today = national_day(datetime.now(UTC))
    week = {"from": str(today - timedelta(days=4)), "to": str(today + timedelta(days=20))}
    seat = (await appoint(here, acting="plh", valid_during=week)).json()
    assert [each["code"] for each in seat["warnings"]] == ["no_holder_to_stand_beside"]
    await here.seat("supervisor")
    assert (await here.read(f"/appointments/{seat['id']}"))["warnings"] == []


async def test_what_is_wrong_is_named(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    unit = await here.unit("Satu")
    foreign = await other.unit("Lain")

    async def refused(**more: Any) -> list[tuple[str, str]]:
        reply = await appoint(here, **more)
        assert reply.status_code == 422, reply.text
        return flaws(reply)

    assert await refused(decree_number=None) == [("/decree_number", "missing")]
    assert await refused(institution_id=None) == [("/unit_id", "missing")]
    assert await refused(unit_id=unit["id"]) == [("/unit_id", "role_of_institution")]
    assert await refused(role="unit_head") == [("/unit_id", "role_of_unit")]
    assert await refused(role="officer", unit_id=foreign["id"]) == [("/unit_id", "unit_of_another_institution")]
    assert await refused(role="king", acting="regent") == [("/role", "unknown_term"), ("/acting", "unknown_term")]
    assert await refused(person_id=here.id) == [("/person_id", "unknown_person")]
    assert await refused(post_id=here.id) == [("/post_id", "unknown_post")]
    assert await refused(institution_id=unit["id"]) == [("/institution_id", "unknown_institution")]
    assert await refused(valid_during={"from": "1990-01-01"}) == [("/valid_during", "outside_place")]


async def test_an_appointment_ends_once(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    seat = await here.seat("supervisor", valid_during={"from": "2020-01-01", "to": "2026-01-01"})
    path = f"/appointments/{seat['id']}"
    bare = await here.call("POST", f"{path}/ending", json={"valid_to": "2025-01-01"})
    assert bare.status_code == 428
    ended = await here.change(f"{path}/ending", {"valid_to": "2025-01-01", "reason": "pensiun"}, method="POST")
    assert (ended.json()["state"], ended.json()["valid_during"]["to"]) == ("ended", "2025-01-01")
    again = await here.change(f"{path}/ending", {"valid_to": "2025-06-01"}, method="POST")
    assert (again.status_code, again.json()["code"]) == (409, "already_ended")
    told = (await here.events(f"appointments/{seat['id']}"))[-1]
    assert (told["sequence"], told["data"]["state"], told["data"]["valid_to"]) == (2, "ended", "2025-01-01")
    assert "pensiun" not in str(told["data"])


async def test_a_cancelled_appointment_frees_its_seat(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    seat = await here.seat("supervisor", valid_during={"from": "2099-01-01"})
    assert (await here.read(f"/appointments/{seat['id']}"))["state"] == "scheduled"
    gone = await here.change(f"/appointments/{seat['id']}/ending", {"valid_to": "2098-01-01"}, method="POST")
    assert gone.json()["state"] == "cancelled"
    assert (await appoint(here, valid_during={"from": "2099-01-01"})).status_code == 201
    corrected = await here.change(f"/appointments/{seat['id']}", {"decree_number": "SK 2"})
    assert corrected.status_code == 409
    listed = await here.read(f"/appointments?institution={here.id}&as_of=2099-06-01&count=exact")
    assert listed["count"] == 1
    listed = await here.read(f"/appointments?institution={here.id}&history=true&count=exact")
    assert listed["count"] == 2


async def test_a_correction_keeps_what_was_believed(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    seat = await here.seat("supervisor", valid_during={"from": "2024-02-01"})
    path = f"/appointments/{seat['id']}"
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    right = await here.change(path, {"valid_during": {"from": "2024-01-01"}, "decree_number": "Keppres 2/2024"})
    assert right.status_code == 200, right.text
    assert (await here.read(path))["valid_during"]["from"] == "2024-01-01"
    assert (await here.read(f"{path}?known_at={before}"))["decree_number"] == "SK 1/2020"
    on_day = f"/appointments?institution={here.id}&as_of=2024-01-15"
    assert len((await here.read(on_day))["items"]) == 1
    assert (await here.read(f"{on_day}&known_at={before}"))["items"] == []


async def test_a_correction_takes_no_seat_that_is_held(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await here.seat("supervisor", valid_during={"from": "2020-01-01", "to": "2024-01-01"})
    later = await here.seat("supervisor", valid_during={"from": "2024-01-01"})
    reply = await here.change(f"/appointments/{later['id']}", {"valid_during": {"from": "2023-12-31"}})
    assert reply.status_code == 409


async def test_lists_by_person_role_and_subtree(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    top = await here.unit("Atas")
    below = await here.unit("Bawah", top["id"])
    person = await here.person()
    await here.seat("unit_head", unit=below["id"], person=person["id"])
    await here.seat("officer", unit=below["id"], person=person["id"])
    for query, count in [
        (f"person={person['id']}", 2),
        (f"person={person['id']}&role=officer", 1),
        (f"unit={top['id']}", 0),
        (f"unit={top['id']}&scope=subtree", 2),
        (f"unit={top['id']}&scope=subtree&history=true", 2),
        (f"unit={top['id']}&scope=subtree&known_at=2099-01-01T00:00:00Z", 2),
    ]:
        assert (await here.read(f"/appointments?{query}&count=exact"))["count"] == count, query


async def test_who_may_appoint(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    person = await here.person()
    body = {"person_id": person["id"], "institution_id": here.id, "role": "institution_admin", "decree_number": "SK 1"}
    for caller, status in [
        (registry.anonymous(), 401),
        (registry.account("nobody"), 403),
        (other.client(), 403),
        (here.client("registry:read"), 403),
        (here.client(), 201),
    ]:
        assert (await here.call("POST", "/appointments", json=body, caller=caller)).status_code == status
    national = {**body, "role": "national_admin"}
    assert (await here.call("POST", "/appointments", json=national, caller=here.client())).status_code == 403


async def test_posts_count_who_fills_them(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Loket")
    post = await here.make(
        "posts", unit_id=unit["id"], name="Petugas loket", role="officer", needed=3, valid_during=SINCE
    )
    await here.seat("officer", unit=unit["id"], post_id=post["id"])
    assert (await here.read(f"/posts/{post['id']}"))["filled"] == 1
    listed = await here.read(f"/posts?unit={unit['id']}&as_of=2020-01-01")
    assert [(item["needed"], item["filled"]) for item in listed["items"]] == [(3, 1)]
    elsewhere = await appoint(here, role="institution_admin", post_id=post["id"])
    assert flaws(elsewhere) == [("/post_id", "unknown_post")]


async def test_nobody_appoints_oneself(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    account_id = f"account-{code()}"
    person = await here.person(account_id=account_id)
    seat = await here.seat("institution_admin", person=person["id"], valid_during={**SINCE, "to": "2099-01-01"})
    caller = registry.account(account_id)
    body = {"person_id": person["id"], "decree_number": "SK 1/2026", "institution_id": here.id}

    async def refused(reply: httpx.Response) -> None:
        assert (reply.status_code, reply.json()["code"]) == (403, "own_appointment"), reply.text

    for role in ("responsible_officer", "supervisor", "officer", "institution_admin"):
        await refused(await here.call("POST", "/appointments", json=body | {"role": role}, caller=caller))
    path = f"/appointments/{seat['id']}"
    await refused(await here.change(path, {"valid_during": {"to": None}}, caller=caller))
    tag = {"if-match": (await here.call("GET", path)).headers["etag"]}
    longer = {"valid_to": "2100-01-01", "decree_number": "SK 2/2026"}
    await refused(await here.call("POST", f"{path}/extension", json=longer, headers=tag, caller=caller))
    other = body | {"person_id": (await here.person())["id"], "role": "officer"}
    assert (await here.call("POST", "/appointments", json=other, caller=caller)).status_code == 201
    # Whoever leaves may say so.
    left = await here.change(f"{path}/ending", {"valid_to": "2098-01-01"}, method="POST", caller=caller)
    assert left.status_code == 200, left.text


async def test_a_person_counts_once_at_a_post_and_in_its_role(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Loket")
    post = await here.make("posts", unit_id=unit["id"], name="Petugas", role="officer", needed=2, valid_during=SINCE)
    person = await here.person()
    for begins in ("2020-01-01", "2021-01-01"):
        await here.seat(
            "officer", unit=unit["id"], person=person["id"], post_id=post["id"], valid_during={"from": begins}
        )
    assert (await here.read(f"/posts/{post['id']}"))["filled"] == 1
    [lacking] = (await here.read(f"/vacancies?unit={unit['id']}&kind=post"))["items"]
    assert (lacking["needed"], lacking["filled"]) == (2, 1)
    at_unit = {"institution_id": None, "unit_id": unit["id"]}
    other = await appoint(here, **at_unit, role="liaison", post_id=post["id"])
    assert (other.status_code, flaws(other)) == (422, [("/post_id", "post_of_another_role")])
    liaison = await here.seat("liaison", unit=unit["id"])
    moved = await here.change(f"/appointments/{liaison['id']}", {"post_id": post["id"]})
    assert (moved.status_code, flaws(moved)) == (422, [("/post_id", "post_of_another_role")])


async def test_nobody_is_at_a_seat_twice_at_once(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    holder, beside = await here.person(), await here.person()
    await appoint(here, person_id=holder["id"])
    month = {"from": "2026-03-01", "to": "2026-03-15"}
    assert warned(await appoint(here, person_id=beside["id"], acting="plh", valid_during=month)) == []
    for person in (holder, beside):
        again = await appoint(here, person_id=person["id"], acting="plh", valid_during=month)
        assert (again.status_code, again.json()["code"]) == (409, "seat_taken")
    later = {"from": "2026-03-15", "to": "2026-03-20"}
    assert "several_stand_beside" not in warned(
        await appoint(here, person_id=beside["id"], acting="plh", valid_during=later)
    )
    assert warned(await appoint(here, acting="plh", valid_during=month)) == ["several_stand_beside"]


async def test_a_decree_of_a_day_to_come_is_told_of(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    assert warned(await appoint(here, decree_date="2999-01-01")) == ["decree_in_the_future"]
    today = str(national_day(datetime.now(UTC)))
    assert warned(await appoint(here, role="officer", decree_date=today)) == []
