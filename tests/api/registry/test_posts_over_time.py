"""Posts exist from a day to a day, at one place at a time: what a day of the past or to come shows of them, and of what is vacant."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.registry.directory_stage import SINCE, Stage, flaws, stage
from api.registry.test_reorganisations import declared, merge, new, unit
from directory.zones import DEFAULT_ZONE, local_day
from support.services import ServiceUnderTest
from support.wall_clock import wall_clock

TODAY = local_day(datetime.now(UTC), DEFAULT_ZONE)
PERIOD = {"from": "2021-03-01", "to": "2022-03-01"}


async def post(here: Stage, unit_id: str, **more: Any) -> dict[str, Any]:
    return await here.make("posts", **{"unit_id": unit_id, "name": "Loket", "role": "officer", **more})


async def end(here: Stage, identity: str, day: str, **options: Any) -> httpx.Response:
    path = f"/posts/{identity}"
    tag = (await here.call("GET", path)).headers["etag"]
    return await here.call("POST", f"{path}/ending", json={"valid_to": day}, headers={"if-match": tag}, **options)


async def vacant(here: Stage, day: str) -> list[str]:
    """The units whose posts lack people on a day."""
    items = (await here.read(f"/vacancies?institution={here.id}&kind=post&as_of={day}"))["items"]
    return [each["unit_id"] for each in items]


async def listed(here: Stage, day: str) -> list[str]:
    """The units of the posts that exist on a day."""
    items = (await here.read(f"/posts?institution={here.id}&as_of={day}"))["items"]
    return [each["unit_id"] for each in items]


@pytest.mark.parametrize(
    ("day", "exists"),
    [
        ("2021-02-28", False),
        ("2021-03-01", True),  # its first day
        ("2022-02-28", True),
        ("2022-03-01", False),  # the first day without it
    ],
)
async def test_nothing_is_vacant_before_a_post_and_after_it(registry: ServiceUnderTest, day: str, exists: bool) -> None:
    here = await stage(registry)
    place = (await here.unit("Dinas"))["id"]
    made = await post(here, place, valid_during=PERIOD)
    assert made["valid_during"] == PERIOD
    expected = [place] if exists else []
    assert (await listed(here, day), await vacant(here, day)) == (expected, expected)
    assert (await here.call("GET", f"/posts/{made['id']}?as_of={day}")).status_code == (200 if exists else 404)
    # Without a day it is found whenever it exists: its address was told when it was made.
    assert (await here.read(f"/posts/{made['id']}"))["valid_during"] == PERIOD


@pytest.mark.parametrize(
    ("zone", "day"),
    # 23:30 on Monday 2 March 2026 in the west is 0:30 on Tuesday in the middle and 1:30 in the east.
    [("wib", "2026-03-02"), ("wita", "2026-03-03"), ("wit", "2026-03-03")],
)
async def test_a_post_begins_today_where_its_institution_is(registry: ServiceUnderTest, zone: str, day: str) -> None:
    here = await stage(registry, time_zone=zone)
    place = (await here.unit("Dinas"))["id"]
    with wall_clock(registry) as clock:
        clock.set(3, 0, 30, month=3, year=2026)  # in Bali
        made = await post(here, place)
    assert made["valid_during"] == {"from": day, "to": None}


async def test_a_list_without_a_day_is_of_today_where_each_post_is(registry: ServiceUnderTest) -> None:
    """0:30 on 3 March in Bali and 23:30 on 2 March in Jakarta: a post that begins on the 3rd exists in one of them."""
    posts = {}
    for zone in ("wib", "wita"):
        here = await stage(registry, time_zone=zone)
        made = await post(here, (await here.unit("Dinas"))["id"], valid_during={"from": "2026-03-03"})
        posts[zone] = (here, made)
    with wall_clock(registry) as clock:
        clock.set(3, 0, 30, month=3, year=2026)  # in Bali
        for zone, exists in (("wib", False), ("wita", True)):
            here, made = posts[zone]
            items = (await here.read(f"/posts?institution={here.id}&count=exact"))["items"]
            assert [each["id"] for each in items] == ([made["id"]] if exists else [])
            assert len(await listed(here, "2026-03-02")) == 0 < len(await listed(here, "2026-03-03"))


async def test_a_post_is_put_right_so_that_its_history_can_be_entered(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    place = (await here.unit("Dinas"))["id"]
    made = await post(here, place)
    old = {"from": "2020-06-01", "to": "2022-03-01"}
    body = {"person_id": (await here.person("Made Rai"))["id"], "unit_id": place, "role": "officer"}
    body |= {"decree_number": "SK 1", "post_id": made["id"], "valid_during": old}
    assert flaws(await here.call("POST", "/appointments", json=body)) == [("/post_id", "outside_post")]
    path = f"/posts/{made['id']}"
    changed = await here.change(path, {"valid_during": {"from": "2020-01-01"}, "needed": 3, "name": "Loket Depan"})
    assert changed.status_code == 200, changed.text
    shown = {name: changed.json()[name] for name in ("name", "needed", "valid_during")}
    assert shown == {"name": "Loket Depan", "needed": 3, "valid_during": {"from": "2020-01-01", "to": None}}
    assert (await here.call("POST", "/appointments", json=body)).status_code == 201
    assert (await here.read(f"{path}?as_of=2021-01-01"))["filled"] == 1
    # It doesn't begin after, nor end before, who holds it leaves.
    for period in ({"from": "2022-03-01"}, {"to": "2022-02-28"}):
        refused = await here.change(path, {"valid_during": period})
        assert (refused.status_code, refused.json()["code"]) == (409, "still_in_use")
        assert refused.json()["standing"][0]["first"][0]["name"] == "Made Rai"
    assert (await here.change(path, {"valid_during": {"from": "2022-02-28", "to": "2022-03-01"}})).status_code == 200
    assert flaws(await here.change(path, {"valid_during": {"to": "2021-01-01"}})) == [
        ("/valid_during", "period_backwards")
    ]
    whenever = await here.change(path, {"valid_during": {"from": None, "to": None}})
    assert whenever.json()["valid_during"] == {"from": None, "to": None}


async def test_who_may_put_a_post_right(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    made = await post(here, (await here.unit("Dinas"))["id"], valid_during=SINCE)
    path, body = f"/posts/{made['id']}", {"needed": 2}
    for caller, status in [(registry.anonymous(), 401), (other.client(), 403), (here.client(), 200)]:
        assert (await here.change(path, body, caller=caller)).status_code == status
    assert (await here.call("PATCH", path, json=body)).status_code == 428
    assert (await here.call("PATCH", path, json=body, headers={"if-match": '"1"'})).status_code == 412
    assert flaws(await here.change(path, {"needed": 0}))[0][0] == "/needed"


async def test_a_post_that_came_from_elsewhere_begins_on_that_day(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    gone, kept = (await here.unit("Lama"))["id"], (await here.unit("Tetap"))["id"]
    made = await post(here, gone, valid_during=SINCE)
    await declared(here, merge({"unit_id": kept}, {"unit_id": gone}), on="2023-07-01")
    refused = await here.change(f"/posts/{made['id']}", {"valid_during": {"from": "2021-01-01"}})
    assert (refused.status_code, flaws(refused)) == (422, [("/valid_during/from", "elsewhere_before")])
    assert (await here.change(f"/posts/{made['id']}", {"needed": 2})).status_code == 200


async def test_seats_that_follow_a_declared_merger_can_be_put_right_before_its_day(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    gone, heir = await here.unit("Lama"), await here.unit("Baru")
    made = await post(here, gone["id"], valid_during=SINCE)
    ends = {**SINCE, "to": str(TODAY + timedelta(days=400))}
    await here.seat("officer", unit=gone["id"], post_id=made["id"], valid_during=ends)
    day = TODAY + timedelta(days=30)
    await declared(here, merge(unit(heir), unit(gone)), on=str(day))
    [follows] = (await here.read(f"/appointments?unit={heir['id']}&as_of={day}"))["items"]
    path = f"/appointments/{follows['id']}"
    corrected = await here.change(path, {"decree_number": "SK 9/2026"})
    assert corrected.status_code == 200, corrected.text
    tag, longer = corrected.headers["etag"], str(TODAY + timedelta(days=500))
    decree = {"valid_to": longer, "decree_number": "SK 10/2026"}
    extended = await here.call("POST", f"{path}/extension", json=decree, headers={"if-match": tag})
    assert (extended.status_code, extended.json()["valid_during"]["to"]) == (200, longer)
    another = await post(here, gone["id"], name="Lain", valid_during=SINCE)
    assert flaws(await here.change(path, {"post_id": another["id"]})) == [("/post_id", "unknown_post")]


async def test_posts_of_before_exist_since_whenever(registry: ServiceUnderTest) -> None:
    """What the release before writes: nobody has said since when."""
    here = await stage(registry)
    place = (await here.unit("Dinas"))["id"]
    async with registry.connection() as connection:
        identity = await connection.fetchval(
            "INSERT INTO posts (id, institution_id, unit_id, name, role, needed, version, created_at)"
            " VALUES (uuidv7(), $1, $2, 'Loket', 'officer', 1, 1, now()) RETURNING id",
            here.id,
            place,
        )
    assert await listed(here, "1999-01-01") == [place]
    assert (await here.read(f"/posts/{identity}"))["valid_during"] == {"from": None, "to": None}
    ended = await end(here, str(identity), "2021-01-01")
    assert ended.json()["valid_during"] == {"from": None, "to": "2021-01-01"}
    assert (await vacant(here, "2020-12-31"), await vacant(here, "2021-01-01")) == ([place], [])


async def test_a_post_ends_once_nobody_holds_it(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    place = (await here.unit("Dinas"))["id"]
    made = await post(here, place, valid_during=SINCE)
    person = await here.person("Made Rai")
    seat = await here.seat(
        "officer", unit=place, person=person["id"], post_id=made["id"], valid_during={**SINCE, "to": "2024-01-01"}
    )
    held = await end(here, made["id"], "2023-12-31")
    assert (held.status_code, held.json()["code"]) == (409, "still_in_use")
    first = [{"id": seat["id"], "name": "Made Rai"}]
    assert held.json()["standing"] == [{"kind": "appointment", "count": 1, "first": first}]
    assert (await here.read(f"/posts/{made['id']}"))["valid_during"]["to"] is None
    # On the day on which the holder is out of office already, it may end.
    done = await end(here, made["id"], "2024-01-01")
    assert (done.status_code, done.json()["valid_during"]) == (200, {"from": "2020-01-01", "to": "2024-01-01"})
    assert (await vacant(here, "2024-01-01"), await listed(here, "2023-12-31")) == ([], [place])
    assert (await end(here, made["id"], "2023-06-01")).status_code == 409  # still held then
    again = await end(here, made["id"], "2024-01-01")
    assert (again.status_code, again.json()["code"]) == (409, "already_ended")


async def test_who_was_cancelled_holds_nothing(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    place = (await here.unit("Dinas"))["id"]
    made = await post(here, place, valid_during=SINCE)
    seat = await here.seat("officer", unit=place, post_id=made["id"])
    cancelled = await here.change(f"/appointments/{seat['id']}/ending", {"valid_to": "2020-01-01"}, method="POST")
    assert cancelled.json()["state"] == "cancelled"
    assert (await end(here, made["id"], "2021-01-01")).status_code == 200


async def test_nobody_holds_a_post_longer_than_it_lasts(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    place = (await here.unit("Dinas"))["id"]
    made = await post(here, place, valid_during=PERIOD)
    person = await here.person()
    body = {"person_id": person["id"], "unit_id": place, "role": "officer", "decree_number": "SK 1"}

    async def appoint(begins: str, ends: str | None) -> httpx.Response:
        days = {"from": begins, "to": ends}
        return await here.call("POST", "/appointments", json={**body, "post_id": made["id"], "valid_during": days})

    for begins, ends in [("2021-04-01", None), ("2021-04-01", "2022-03-02"), ("2022-03-01", None)]:
        assert flaws(await appoint(begins, ends)) == [("/post_id", "outside_post")]
    assert flaws(await appoint("2020-01-01", "2021-03-01")) == [("/post_id", "outside_post")]  # over before it begins
    # Who fills it may have sat there before the post was established.
    seat = await appoint("2020-06-01", "2022-03-01")
    assert seat.status_code == 201, seat.text
    corrected = await here.change(f"/appointments/{seat.json()['id']}", {"valid_during": {"to": None}})
    assert flaws(corrected) == [("/post_id", "outside_post")]


async def test_an_empty_period_is_refused_by_its_name(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    place = (await here.unit("Dinas"))["id"]
    body = {"unit_id": place, "name": "Loket", "role": "officer"}
    for period in (
        {"from": "2021-01-01", "to": "2021-01-01"},
        {"from": "2021-01-02", "to": "2021-01-01"},
        {"to": "2020-01-01"},
    ):
        reply = await here.call("POST", "/posts", json={**body, "valid_during": period})
        assert (reply.status_code, flaws(reply)) == (422, [("/valid_during", "period_backwards")])
    made = await post(here, place, valid_during=SINCE)
    for day in ("2020-01-01", "2019-12-31"):
        reply = await end(here, made["id"], day)
        assert (reply.status_code, flaws(reply)) == (422, [("/valid_to", "period_backwards")])
    assert flaws(await end(here, made["id"], "kemarin"))[0][0] == "/valid_to"


async def test_who_may_end_a_post(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    made = await post(here, (await here.unit("Dinas"))["id"], valid_during=SINCE)
    path, body = f"/posts/{made['id']}/ending", {"valid_to": "2021-01-01"}
    for caller, status in [
        (registry.anonymous(), 401),
        (registry.account("nobody"), 403),
        (other.client(), 403),
        (here.client("registry:read"), 403),
        (here.client(), 200),
    ]:
        assert (await end(here, made["id"], "2021-01-01", caller=caller)).status_code == status
    assert (await here.call("POST", path, json=body)).status_code == 428
    assert (await here.call("POST", path, json=body, headers={"if-match": '"1"'})).status_code == 412
    unknown = await here.call("POST", f"/posts/{here.id}/ending", json=body, headers={"if-match": '"1"'})
    assert unknown.status_code == 404


async def test_after_a_merger_a_past_day_shows_the_post_where_it_was(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    gone, kept = (await here.unit("Lama"))["id"], (await here.unit("Tetap"))["id"]
    lasting = await post(here, gone, name="Abadi", valid_during=SINCE)
    ended = await post(here, gone, name="Berakhir", valid_during=PERIOD)
    seat = await here.seat("officer", unit=gone, post_id=lasting["id"])
    await declared(here, merge({"unit_id": kept}, {"unit_id": gone}), on="2023-07-01")
    before = await here.read(f"/posts/{lasting['id']}?as_of=2023-06-30")
    after = await here.read(f"/posts/{lasting['id']}?as_of=2023-07-01")
    assert (before["unit_id"], before["valid_during"]) == (gone, {"from": "2020-01-01", "to": "2023-07-01"})
    assert (after["unit_id"], after["valid_during"]) == (kept, {"from": "2023-07-01", "to": None})
    # Who held it goes on at the successor, by an appointment of its own.
    assert (before["filled"], after["filled"]) == (1, 1)
    assert await listed(here, "2023-06-30") == [gone]
    assert await listed(here, "2021-06-01") == [gone, gone]
    # What had ended by then stays where it was.
    assert await here.read(f"/posts/{ended['id']}") == {**ended, "filled": 0}
    subtree = await here.read(f"/posts?unit={gone}&as_of={TODAY}")
    assert subtree["items"] == []
    again = await here.change(f"/appointments/{seat['id']}", {"decree_number": "SK 9/2020"})
    assert again.status_code == 200, again.text  # what was at the old unit can still be put right


async def test_after_a_merger_it_is_vacant_where_it_is(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    made = await post(here, one["id"], valid_during=SINCE)
    later = await post(here, one["id"], name="Nanti", valid_during={"from": str(TODAY + timedelta(days=30))})
    done = await declared(here, new("n", here), merge({"key": "n"}, unit(one), unit(two)), on="2023-07-01")
    heir = done["established"]["n"]
    assert await vacant(here, "2023-06-30") == [one["id"]]
    assert await vacant(here, "2023-07-01") == [heir]
    third = await here.unit("Tiga")
    await declared(here, merge(unit(third), {"unit_id": heir}), on="2024-07-01")
    days = ("2019-12-31", "2023-06-30", "2024-06-30", "2024-07-01")
    assert [await vacant(here, day) for day in days] == [[], [one["id"]], [heir], [third["id"]]]
    # A post of a day to come hasn't been anywhere else: it will begin at the successor.
    moved = await here.read(f"/posts/{later['id']}")
    assert (moved["unit_id"], moved["valid_during"]) == (third["id"], later["valid_during"])
    refused = await end(here, made["id"], "2024-01-01")
    assert flaws(refused) == [("/valid_to", "period_backwards")]
