"""Reorganisations over the API: what follows, on which day, what stays, who may, and what is refused with its step."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from api.registry.directory_stage import Stage, code, flaws, stage, until
from chassis.data.sequencer import sequence_batch
from directory.zones import national_day
from registry.reorganisations.following import effect_what_is_due
from registry.standards.operations import By
from registry.stipulation.aftercare import SYSTEM
from support.services import ServiceUnderTest

DAY = "2025-07-01"
BEFORE = "2025-06-30"
Body = dict[str, Any]


def declaration(*steps: Body, on: date | str = DAY) -> Body:
    return {
        "title": "Penataan perangkat daerah",
        "effective_on": str(on),
        "decree_number": "Perda 5/2025",
        "decree_date": "2025-06-01",
        "steps": list(steps),
    }


def unit(found: Mapping[str, Any]) -> Body:
    return {"unit_id": found["id"]}


def new(key: str, here: Stage, *, parent: Body | None = None) -> Body:
    body = {"institution": {"institution_id": here.id}, "code": code(), "name": f"Dinas {key}", "kind": "department"}
    return {"type": "establish", "key": key, "unit": body | {"parent": parent}}


def merge(into: Body, *subjects: Body) -> Body:
    return {"type": "merge", "subjects": list(subjects), "into": into}


async def declared(here: Stage, *steps: Body, on: date | str = DAY) -> Body:
    return await here.make("reorganisations", **declaration(*steps, on=on))


async def refused(here: Stage, *steps: Body) -> httpx.Response:
    return await here.call("POST", "/reorganisations", json=declaration(*steps))


async def service(here: Stage, unit_id: str, name: str = "Layanan") -> Body:
    body = {"unit_id": unit_id, "code": code(), "name": name, "kind": "administrative", "legal_basis": ["UU 25/2009"]}
    return await here.make("services", **body)


async def names(here: Stage, path: str) -> list[str]:
    return [item["name"] for item in (await here.read(path))["items"]]


async def test_a_merger_takes_units_services_and_officers_along(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    below = await here.unit("Seksi", one["id"])
    offered = await service(here, one["id"])
    head, officer = [await here.seat(role, unit=one["id"]) for role in ("unit_head", "officer")]
    both = await here.seat("officer", unit=two["id"], person=officer["person_id"])
    done = await declared(here, new("gabungan", here), merge({"key": "gabungan"}, unit(one), unit(two)))
    merged = done["established"]["gabungan"]
    assert done["state"] == "effected"
    assert await here.read(f"/reorganisations/{done['id']}") == done
    assert await names(here, f"/units/{below['id']}/ancestors?as_of={BEFORE}") == ["Satu"]
    assert await names(here, f"/units/{below['id']}/ancestors?as_of={DAY}") == ["Dinas gabungan"]
    assert (await here.read(f"/units/{one['id']}"))["valid_during"] == {"from": "2020-01-01", "to": DAY}
    assert (await here.call("GET", f"/units/{one['id']}?as_of={DAY}")).status_code == 404
    assert (await here.read(f"/services/{offered['id']}"))["unit_id"] == merged
    seats = await here.read(f"/appointments?unit={merged}&as_of={DAY}")
    assert [(seat["person_id"], seat["role"], seat["decree_number"]) for seat in seats["items"]] == [
        (officer["person_id"], "officer", "Perda 5/2025")
    ]
    follows = done["consequences"]
    assert [seat["id"] for seat in follows["seats_ending"]] == [head["id"]]
    assert {seat["id"] for seat in follows["appointments_following"]} == {officer["id"], both["id"]}
    assert [(each["id"], each["to_unit_id"]) for each in follows["services"]] == [(offered["id"], merged)]
    assert follows["counts"]["places"] == 4
    ended = await here.read(f"/appointments/{head['id']}")
    assert ended["valid_during"]["to"] == DAY
    told = (await here.events(f"reorganisations/{done['id']}"))[-1]
    assert told["type"] == "reorganisation.effected"
    assert {(each["from_unit"], each["to_unit"], each["share"]) for each in told["data"]["successions"]} == {
        (one["id"], merged, "1"),
        (two["id"], merged, "1"),
    }
    assert (await here.events(f"units/{one['id']}"))[-1]["data"]["versions"][-1]["valid_to"] == DAY
    assert (await here.events(f"services/{offered['id']}"))[-1]["data"]["unit_id"] == merged


async def test_a_split_divides_as_allotted_and_totals_agree(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    old = await here.unit("Lama")
    left, right = await here.unit("Kiri", old["id"]), await here.unit("Kanan", old["id"])
    mine, rest = await service(here, old["id"], "Dipilih"), await service(here, old["id"], "Sisanya")
    small = {"to": {"key": "kecil"}, "share": "1/3", "unit_ids": [left["id"]], "service_ids": [mine["id"]]}
    large = {"to": {"key": "besar"}, "share": "2/3"}
    split = {"type": "split", "subject": unit(old), "into": [small, large]}
    done = await declared(here, new("kecil", here), new("besar", here), split)
    ids = done["established"]
    for child, key in ((left, "kecil"), (right, "besar")):
        assert (await here.read(f"/units/{child['id']}?as_of={DAY}"))["parent_id"] == ids[key]
    for offered, key in ((mine, "kecil"), (rest, "besar")):
        assert (await here.read(f"/services/{offered['id']}"))["unit_id"] == ids[key]
    lineage = await here.read(f"/units/{old['id']}/lineage")
    assert [(each["to_id"], each["share"], each["depth"]) for each in lineage["successors"]] == [
        (ids["besar"], "2/3", 1),
        (ids["kecil"], "1/3", 1),
    ]
    assert {each["id"]: each["share"] for each in lineage["allocation"]} == {ids["besar"]: "2/3", ids["kecil"]: "1/3"}
    back = await here.read(f"/units/{ids['kecil']}/lineage")
    assert [(each["from_id"], each["from_name"]) for each in back["predecessors"]] == [(old["id"], "Lama")]
    before = await here.read(f"/units/{old['id']}/lineage?as_of={BEFORE}")
    assert [(each["id"], each["share"]) for each in before["allocation"]] == [(old["id"], "1")]


async def test_lineage_goes_on_through_several_reorganisations(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    first = await here.unit("Pertama")
    halves = [{"to": {"key": key}, "share": "0.5"} for key in "ab"]
    split = {"type": "split", "subject": unit(first), "into": halves}
    one = (await declared(here, new("a", here), new("b", here), split, on="2022-01-01"))["established"]
    last = (await declared(here, new("c", here), merge({"key": "c"}, {"unit_id": one["a"]}, {"unit_id": one["b"]})))[
        "established"
    ]["c"]
    forth = await here.read(f"/units/{first['id']}/lineage")
    assert [each["depth"] for each in forth["successors"]] == [1, 1, 2, 2]
    assert [(each["id"], each["share"]) for each in forth["allocation"]] == [(last, "1")]
    back = await here.read(f"/units/{last}/lineage")
    assert {each["from_id"] for each in back["predecessors"]} == {first["id"], one["a"], one["b"]}


async def test_who_stays_keeps_what_isnt_allotted(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    old = await here.unit("Tetap")
    offered = await service(here, old["id"])
    head = await here.seat("unit_head", unit=old["id"])
    into = [{"to": unit(old), "share": "0.7"}, {"to": {"key": "baru"}, "share": "0.3", "service_ids": [offered["id"]]}]
    done = await declared(here, new("baru", here), {"type": "split", "subject": unit(old), "into": into})
    assert (await here.read(f"/units/{old['id']}?as_of={DAY}"))["valid_during"]["to"] is None
    assert (await here.read(f"/services/{offered['id']}"))["unit_id"] == done["established"]["baru"]
    assert (await here.read(f"/appointments/{head['id']}"))["valid_during"]["to"] is None


async def test_names_and_places_change_from_the_day_on(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    below = await here.unit("Bawah", one["id"])
    await declared(
        here,
        {"type": "rename", "subject": unit(one), "name": "Satu Baru"},
        {"type": "move", "subject": unit(below), "to": unit(two)},
        {"type": "rename", "subject": unit(below), "name": "Bawah Baru"},
    )
    assert (await here.read(f"/units/{one['id']}?as_of={BEFORE}"))["name"] == "Satu"
    assert (await here.read(f"/units/{one['id']}?as_of={DAY}"))["name"] == "Satu Baru"
    moved = await here.read(f"/units/{below['id']}?as_of={DAY}")
    assert (moved["parent_id"], moved["name"]) == (two["id"], "Bawah Baru")
    assert await names(here, f"/units/{two['id']}/descendants?as_of={DAY}") == ["Bawah Baru"]
    assert await names(here, f"/units/{one['id']}/descendants?as_of={BEFORE}") == ["Bawah"]


async def test_a_unit_goes_on_in_another_institution_with_all_that_is_its_own(registry: ServiceUnderTest) -> None:
    here, there = await stage(registry), await stage(registry)
    top = await here.unit("Ditjen", code="DJ")
    leaf = await here.unit("Seksi", top["id"], code="S1")
    await there.unit("Yang lama", code="DJ")
    offered = await service(here, leaf["id"])
    head = await here.seat("unit_head", unit=leaf["id"])
    done = await declared(here, {"type": "move", "subject": unit(top), "to": {"institution_id": there.id}})
    [new_leaf] = [each["to_id"] for each in (await here.read(f"/units/{leaf['id']}/lineage"))["successors"]]
    line = await here.read(f"/units/{new_leaf}/ancestors?as_of={DAY}")
    assert [(each["name"], each["institution_id"]) for each in line["items"]] == [("Ditjen", there.id)]
    assert line["items"][0]["code"] == f"{here.institution['code']}/DJ"  # the code was taken there
    assert (await here.read(f"/units/{new_leaf}?as_of={DAY}"))["code"] == "S1"
    assert (await here.call("GET", f"/units/{top['id']}?as_of={DAY}")).status_code == 404
    found = await here.read(f"/services/{offered['id']}")
    assert (found["unit_id"], found["institution_id"]) == (new_leaf, there.id)
    seats = (await here.read(f"/appointments?unit={new_leaf}&as_of={DAY}"))["items"]
    assert [(seat["person_id"], seat["role"]) for seat in seats] == [(head["person_id"], "unit_head")]
    assert {place["change"] for place in done["consequences"]["places"]} == {"continued"}


async def test_a_later_day_is_recorded_now_and_takes_effect_then(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    today = national_day(datetime.now(UTC))
    day = today + timedelta(days=40)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    offered = await service(here, one["id"])
    officer = await here.seat("officer", unit=one["id"])
    done = await declared(here, merge(unit(two), unit(one)), on=day)
    assert (done["state"], done["effected_at"]) == ("declared", None)
    assert (await here.read(f"/units/{one['id']}"))["valid_during"]["to"] == str(day)
    assert (await here.read(f"/services/{offered['id']}"))["unit_id"] == one["id"]
    assert [fact["type"] for fact in await here.events(f"reorganisations/{done['id']}")] == ["reorganisation.declared"]
    assert [each["id"] for each in done["consequences"]["services"]] == [offered["id"]]
    coming = await here.read(f"/appointments?unit={two['id']}&as_of={day}")
    assert [seat["person_id"] for seat in coming["items"]] == [officer["person_id"]]
    by = By(actor=SYSTEM, now=datetime.now(UTC))
    pool = registry.app.state.side_pool
    await effect_what_is_due(pool, day=day - timedelta(days=1), by=by)
    assert (await here.read(f"/services/{offered['id']}"))["unit_id"] == one["id"]
    assert await effect_what_is_due(pool, day=day, by=by) == 1
    assert await effect_what_is_due(pool, day=day, by=by) == 0
    assert (await here.read(f"/services/{offered['id']}"))["unit_id"] == two["id"]
    assert (await here.read(f"/reorganisations/{done['id']}"))["state"] == "effected"
    facts = await here.events(f"reorganisations/{done['id']}")
    assert [(fact["type"], fact["sequence"]) for fact in facts] == [
        ("reorganisation.declared", 1),
        ("reorganisation.effected", 2),
    ]


async def test_a_preview_tells_the_same_and_writes_nothing(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    await service(here, one["id"])
    await here.seat("unit_head", unit=one["id"])
    body = declaration(new("n", here), merge({"key": "n"}, unit(one), unit(two)))
    async with registry.connection() as connection:
        while await sequence_batch(connection):
            pass
        before = await connection.fetchval("SELECT position FROM feed_head")
    seen = await here.call("POST", "/reorganisations/preview", json=body)
    assert seen.status_code == 200, seen.text
    assert (await here.read(f"/units/{one['id']}"))["valid_during"]["to"] is None
    async with registry.connection() as connection:
        while await sequence_batch(connection):
            pass
        assert await connection.fetchval("SELECT position FROM feed_head") == before
        assert not await connection.fetchval(
            "SELECT count(*) FROM reorganisations WHERE $1::uuid = ANY(institution_ids)", here.id
        )
    done = await here.make("reorganisations", **body)

    def plain(told: Body) -> Body:
        written: Body = json.loads(json.dumps(told["consequences"]).replace(told["established"]["n"], "n"))
        return written

    assert plain(seen.json()) == plain(done)


async def test_refusals_name_their_steps_all_at_once(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua", code="DUA")
    strange = new("x", here)
    strange["unit"] |= {"kind": "castle", "code": "DUA", "region_code": "99"}
    steps = (
        strange,
        merge({"key": "y"}, unit(one)),
        {"type": "move", "subject": {"unit_id": str(uuid4())}, "to": unit(two)},
    )
    reply = await refused(here, *steps)
    assert (reply.status_code, reply.json()["code"]) == (422, "not_feasible")
    assert set(flaws(reply)) == {
        ("/steps/0/unit/kind", "unknown_term"),
        ("/steps/0/unit/code", "code_taken"),
        ("/steps/0/unit/region_code", "unknown_region"),
        ("/steps/1/into", "unknown_key"),
        ("/steps/2/subject", "unknown_unit"),
    }
    preview = await here.call("POST", "/reorganisations/preview", json=declaration(*steps))
    assert (preview.status_code, flaws(preview)) == (422, flaws(reply))
    shares = {"to": unit(two), "share": "0.9"}
    reply = await refused(here, {"type": "dissolve", "subject": unit(one), "successors": [shares]})
    assert flaws(reply) == [("/steps/0/successors", "shares_sum")]
    nothing = {**shares, "share": "zero"}
    reply = await refused(here, {"type": "dissolve", "subject": unit(one), "successors": [nothing]})
    assert flaws(reply) == [("/steps/0/successors/0/share", "share")]


async def test_what_is_empty_is_dissolved_without_successors(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    empty, full = await here.unit("Kosong"), await here.unit("Isi")
    await service(here, full["id"])
    reply = await refused(here, {"type": "dissolve", "subject": unit(full)})
    assert flaws(reply) == [("/steps/0", "successor_needed")]
    await declared(here, {"type": "dissolve", "subject": unit(empty)})
    assert (await here.call("GET", f"/units/{empty['id']}?as_of={DAY}")).status_code == 404


async def test_nothing_ends_that_a_later_reorganisation_counts_on(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two, three = [await here.unit(name) for name in ("Satu", "Dua", "Tiga")]
    await declared(here, merge(unit(two), unit(one)), on="2026-01-01")
    for subject in (one, two):
        reply = await refused(here, merge(unit(three), unit(subject)))
        assert ("/steps/0/subjects/0", "reorganised_later") in flaws(reply)


async def test_what_was_known_before_the_declaration_stays_readable(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    known_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    await declared(here, merge(unit(two), unit(one)))
    then = await here.read(f"/units/{one['id']}?as_of={DAY}&known_at={known_at}")
    assert then["valid_during"]["to"] is None


async def test_managers_decide_within_their_institution_the_platform_beyond(registry: ServiceUnderTest) -> None:
    here, there = await stage(registry), await stage(registry)
    one, two, far = await here.unit("Satu"), await here.unit("Dua"), await there.unit("Jauh")
    admin = await here.account("institution_admin")
    officer = await here.account("officer", unit=one["id"])
    within, beyond = declaration(merge(unit(two), unit(one))), declaration(merge(unit(far), unit(one)))

    async def post(body: Body, caller: dict[str, str], path: str = "/reorganisations/preview") -> httpx.Response:
        return await here.call("POST", path, json=body, caller=caller)

    assert (await post(within, registry.anonymous())).status_code == 401
    assert (await post(within, officer)).status_code == 403
    assert (await post(within, there.client())).status_code == 403
    assert (await post(beyond, here.client())).status_code == 403
    await until(200, lambda: post(within, admin))
    assert (await post(within, here.client(), "/reorganisations")).status_code == 201


async def test_a_retry_is_answered_with_what_was_done(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    body, key = declaration(merge(unit(two), unit(one))), str(uuid4())
    first, second = [await here.call("POST", "/reorganisations", json=body, key=key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"


async def test_reorganisations_are_listed_by_institution_and_day(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one = await here.unit("Satu")
    days = ("2023-01-01", "2024-01-01", "2025-01-01")
    renamed = [await declared(here, {"type": "rename", "subject": unit(one), "name": day}, on=day) for day in days]
    made = [each["id"] for each in renamed]
    everything = await here.read(f"/reorganisations?institution={here.id}&count=exact")
    assert [item["id"] for item in everything["items"]] == made[::-1]
    page = await here.read(f"/reorganisations?institution={here.id}&limit=2&sort=effective_on")
    rest = await here.read(page["next"].removeprefix("/v1"))
    assert [item["id"] for item in page["items"] + rest["items"]] == made
    window = f"/reorganisations?institution={here.id}&effective_from=2023-06-01&effective_to=2025-01-01&state=effected"
    assert [item["id"] for item in (await here.read(window))["items"]] == [made[1]]
    assert (await here.read(f"/reorganisations?institution={here.id}&state=declared"))["items"] == []
    assert (await here.call("GET", f"/reorganisations/{uuid4()}")).status_code == 404
    assert (await here.call("GET", f"/units/{uuid4()}/lineage")).status_code == 404


async def test_how_reorganisations_stood_on_a_day(registry: ServiceUnderTest) -> None:
    """From the day of its decree on there is one, from its own day on it is effected; before the decree there is none."""
    here = await stage(registry)
    one = await here.unit("Satu")
    made = await declared(here, {"type": "rename", "subject": unit(one), "name": "Baru"})
    # The decree is of 1 June 2025, its day 1 July.
    stood = {"2025-05-31": None, "2025-06-01": "declared", BEFORE: "declared", DAY: "effected"}
    for day, state in stood.items():
        single = await here.call("GET", f"/reorganisations/{made['id']}?as_of={day}")
        listed = (await here.read(f"/reorganisations?institution={here.id}&as_of={day}"))["items"]
        if state is None:
            assert (single.status_code, listed) == (404, [])
            continue
        assert (single.json()["state"], [item["state"] for item in listed]) == (state, [state]), day
        assert (single.json()["effected_at"] is None) == (state == "declared")
        same = await here.read(f"/reorganisations?institution={here.id}&as_of={day}&state={state}&count=exact")
        other = "effected" if state == "declared" else "declared"
        none = await here.read(f"/reorganisations?institution={here.id}&as_of={day}&state={other}&count=exact")
        assert (same["count"], none["count"]) == (1, 0)


async def test_what_a_reorganisation_ended_isnt_revived_by_hand(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two, spare = [await here.unit(name) for name in ("Satu", "Dua", "Tiga")]
    done = await declared(here, merge(unit(two), unit(one)))
    dissolved = await declared(here, {"type": "dissolve", "subject": unit(spare)})
    for ended, by in ((one, done), (spare, dissolved)):
        path = f"/units/{ended['id']}"
        revived = await here.change(path, {"valid_during": {"to": None}}, seen_on=BEFORE)
        assert (revived.status_code, revived.json()["code"]) == (409, "set_by_reorganisation")
        assert revived.json()["reorganisation_id"] == by["id"]
        assert (await here.call("GET", f"{path}?as_of={DAY}")).status_code == 404
    renamed = await here.change(
        f"/units/{one['id']}",
        {"name": "Pertama", "effective_on": BEFORE},
        seen_on=BEFORE,
    )
    assert renamed.status_code == 200  # what it was called isn't the reorganisation's


async def test_a_successor_is_there_on_the_day_on_which_it_succeeds(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    merged = (await declared(here, new("baru", here), merge({"key": "baru"}, unit(one), unit(two))))["established"][
        "baru"
    ]
    later = await here.change(f"/units/{merged}", {"valid_during": {"from": "2025-08-01"}})
    assert (later.status_code, flaws(later)) == (409, [("/valid_during", "set_by_reorganisation")])
    old, heir = await here.unit("Lama"), await here.unit("Penerus")
    tomorrow = national_day(datetime.now(UTC)) + timedelta(days=20)
    await declared(here, merge(unit(heir), unit(old)), on=tomorrow)
    for path, ends in ((f"/units/{heir['id']}", tomorrow), (f"/units/{old['id']}", None)):
        reply = await here.change(path, {"valid_during": {"to": None if ends is None else str(ends)}})
        assert (reply.status_code, reply.json()["code"]) == (409, "set_by_reorganisation")


async def test_an_institution_that_was_merged_isnt_revived_either(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    done = await declared(here, merge({"institution_id": other.id}, {"institution_id": here.id}))
    path = f"/institutions/{here.id}"
    revived = await here.change(path, {"valid_during": {"to": None}}, seen_on=BEFORE)
    assert (revived.status_code, revived.json()["reorganisation_id"]) == (409, done["id"])


async def test_a_name_outlasts_what_was_decided_of_the_place_before(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    above, moving = await here.unit("Atas"), await here.unit("Lama")
    move = {"parent_id": above["id"], "effective_on": "2025-09-01"}
    assert (await here.change(f"/units/{moving['id']}", move)).status_code == 200
    await declared(here, {"type": "rename", "subject": unit(moving), "name": "Baru"}, on=DAY)
    for day, name, parent in ((BEFORE, "Lama", None), (DAY, "Baru", None), ("2025-09-01", "Baru", above["id"])):
        found = await here.read(f"/units/{moving['id']}?as_of={day}")
        assert (found["name"], found["parent_id"]) == (name, parent)
