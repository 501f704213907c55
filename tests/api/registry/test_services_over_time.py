"""Where services were on a day: before a reorganisation or a transfer it is the unit of then that answers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.registry.directory_stage import Stage, code, stage
from api.registry.test_reorganisations import BEFORE, DAY, declaration, declared, merge, new, unit
from api.registry.test_reorganisations_withdrawn import DECREE, coming
from directory.zones import national_day
from registry.services import past, searching
from support.services import ServiceUnderTest
from support.wall_clock import wall_clock


@pytest.fixture(autouse=True, params=[past.FEW, 0])
def _few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether few or many services were called otherwise on a day, the answer is the same."""
    monkeypatch.setattr(past, "FEW", request.param)


async def offered(here: Stage, unit_id: str, name: str = "Layanan") -> dict[str, Any]:
    """A service that is offered since 2021."""
    body = {"unit_id": unit_id, "code": code(), "name": name, "kind": "administrative", "legal_basis": ["UU 25/2009"]}
    service = await here.make("services", **body)
    path, headers = f"/services/{service['id']}/activation", {"if-match": "*"}
    reply = await here.call("POST", path, json={"effective_on": "2021-01-01"}, headers=headers)
    assert reply.status_code == 200, reply.text
    return service


async def answering(here: Stage, service: str, query: str) -> tuple[str, list[str]]:
    """The unit that is responsible, and who heads it."""
    found = await here.read(f"/authority?service={service}&{query}")
    heads = [seat["appointment_id"] for held in found["acts"] if held["role"] == "unit_head" for seat in held["seats"]]
    return found["unit"]["id"], heads


async def listed(here: Stage, query: str) -> list[str]:
    found = await here.read(f"/services?{query}&count=exact")
    assert found["count"] == len(found["items"])
    return [item["id"] for item in found["items"]]


async def test_before_a_merger_the_older_unit_answers(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    passport, visa = await offered(here, one["id"], "Paspor"), await offered(here, two["id"], "Visa")
    head = await here.seat("unit_head", unit=one["id"])
    known_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    done = await declared(here, new("gabungan", here), merge({"key": "gabungan"}, unit(one), unit(two)))
    merged = done["established"]["gabungan"]
    assert await answering(here, passport["id"], f"at={BEFORE}") == (one["id"], [head["id"]])
    assert await answering(here, passport["id"], f"at={DAY}") == (merged, [])
    assert await answering(here, passport["id"], f"at={DAY}&known_at={known_at}") == (one["id"], [head["id"]])
    assert (await here.read(f"/services/{passport['id']}?as_of={BEFORE}"))["unit_id"] == one["id"]
    assert (await here.read(f"/services/{passport['id']}?as_of={DAY}"))["unit_id"] == merged
    for day, of, expected in (
        (BEFORE, one["id"], [passport["id"]]),
        (BEFORE, two["id"], [visa["id"]]),
        (BEFORE, merged, []),
        (DAY, one["id"], []),
        (DAY, merged, [passport["id"], visa["id"]]),
    ):
        for scope in ("unit", "subtree"):
            assert await listed(here, f"unit={of}&scope={scope}&as_of={day}") == expected, (day, of)
    # By words, and by a typo, the rows are the same.
    for words in ("paspor", "pasprr"):
        [found] = (await here.read(f"/services?q={words}&institution={here.id}&as_of={BEFORE}"))["items"]
        assert (found["id"], found["unit_id"]) == (passport["id"], one["id"])


async def test_a_code_is_that_of_the_day(registry: ServiceUnderTest) -> None:
    """A service that goes to another institution, where its code is taken, has another one from that day on."""
    here, there = await stage(registry), await stage(registry)
    one, goal = await here.unit("Satu"), await there.unit("Dua")
    service, other = await offered(here, one["id"]), await offered(there, goal["id"])
    await here.change(f"/services/{service['id']}", {"code": other["code"]})
    await declared(here, {"type": "move", "subject": unit(one), "to": {"unit_id": goal["id"]}})
    before, after = [await here.read(f"/services/{service['id']}?as_of={day}") for day in (BEFORE, DAY)]
    assert (before["institution_id"], before["code"]) == (here.id, other["code"])
    assert (after["institution_id"], after["code"]) == (there.id, f"{here.institution['code']}/{other['code']}")
    assert await listed(here, f"institution={here.id}&as_of={BEFORE}") == [service["id"]]
    assert await listed(here, f"institution={here.id}&as_of={DAY}") == []


async def test_a_service_that_another_unit_takes_over(registry: ServiceUnderTest) -> None:
    """From the day on which it is entered; several transfers keep each its time."""
    here = await stage(registry)
    units = [await here.unit(name) for name in ("Satu", "Dua", "Tiga")]
    service = await offered(here, units[0]["id"])
    today = national_day(datetime.now(UTC))
    for each in units[1:]:
        reply = await here.change(f"/services/{service['id']}", {"unit_id": each["id"]})
        assert reply.json()["unit_id"] == each["id"]
    assert (await answering(here, service["id"], f"at={today - timedelta(days=1)}"))[0] == units[0]["id"]
    assert (await answering(here, service["id"], f"at={today}"))[0] == units[2]["id"]
    renamed = await here.change(f"/services/{service['id']}", {"name": "Nama Baru"})
    assert renamed.status_code == 200
    async with registry.connection() as connection:
        kept = await connection.fetchval(
            "SELECT count(*) FROM service_former_places WHERE service_id = $1", service["id"]
        )
    assert kept == 2, "what stays where it is leaves nothing behind"


@pytest.mark.parametrize("most", [0, 1, 2, 3, 9])
async def test_words_of_a_day_are_found_once_however_many_have_them(
    registry: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Some have the word still, others had it under a former name; and either may be more than can be ranked."""
    monkeypatch.setattr(searching, "MOST_RANKED", most)
    here = await stage(registry)
    home, word = await here.unit("Satu"), f"kwp{code()}"
    services = [await offered(here, home["id"], f"{word} {number}") for number in range(4)]
    with wall_clock(registry) as clock:
        clock.set(5)
        for service in services[:3]:
            assert (await here.change(f"/services/{service['id']}", {"name": "Nama lain"})).status_code == 200
    ids = [service["id"] for service in services]
    for place in ("", f"&unit={home['id']}&scope=subtree", f"&institution={here.id}"):
        for order in ("", "&sort=name", "&sort=created_at"):
            path: str | None = f"/services?q={word}&as_of=2026-03-02&limit=3&count=exact{place}{order}"
            seen: list[str] = []
            while path:
                page = await here.read(path)
                assert page["count"] == 4
                seen += [item["id"] for item in page["items"]]
                path = page["next"] and page["next"].removeprefix("/v1")
            assert seen == ids, (place, order)


async def test_what_was_offered_is_told_as_it_was_on_the_day(registry: ServiceUnderTest) -> None:
    """Name, hours, words and state of the day, in the service, in lists and in search; drafts leave nothing behind."""
    here = await stage(registry)
    home = await here.unit("Satu")
    with wall_clock(registry) as clock:
        clock.set(2)
        service = await offered(here, home["id"], "Kartu kuning")
        path, read = f"/services/{service['id']}", {}
        hours = {"monday": [["08:00", "12:00"]]}
        changes: dict[int, dict[str, Any]] = {
            5: {"name": "Kartu pencari kerja", "target_groups": ["citizen"]},
            9: {"opening_hours": hours, "channels": ["counter"]},
        }
        for day, change in changes.items():
            read[day - 1] = await here.read(path)
            clock.set(day)
            for body in (change, {"description": "Pada hari yang sama."}):
                reply = await here.change(path, body)
                assert reply.status_code == 200, reply.text
        read[12] = await here.read(path)
        clock.set(13)
        ended = await here.call("POST", f"{path}/deactivation", json={}, headers={"if-match": "*"})
        assert ended.json()["state"] == "inactive"
        clock.set(20)
        for day, known in read.items():
            seen = {**known, "active_until": "2026-03-13"}  # told since
            as_of = f"as_of=2026-03-{day:02}"
            assert await here.read(f"{path}?{as_of}") == seen
            mine = f"institution={here.id}&state=active&{as_of}"
            assert (await here.read(f"/services?{mine}"))["items"] == [seen]
        assert (await here.call("GET", f"{path}?as_of=2026-03-13")).status_code == 404
        for words, day, expected in (
            ("kuning", 4, [service["id"]]),
            ("kuning", 6, []),
            ("pencari", 4, []),
            ("pencari", 12, [service["id"]]),
        ):
            found = await here.read(f"/services?q={words}&institution={here.id}&as_of=2026-03-{day:02}")
            assert [item["id"] for item in found["items"]] == expected, (words, day)
        body = {"unit_id": home["id"], "code": code(), "name": "Rancangan", "kind": "administrative"}
        draft = await here.make("services", **body)
        assert (await here.change(f"/services/{draft['id']}", {"name": "Rancangan lain"})).status_code == 200
    async with registry.connection() as connection:
        kept = await connection.fetchval(
            "SELECT count(*) FROM service_former_contents WHERE service_id = $1", draft["id"]
        )
    assert kept == 0


async def test_a_declared_merger_answers_from_its_day_on(registry: ServiceUnderTest) -> None:
    """Of a day to come the unit answers that will have the service by then; until it is withdrawn."""
    here, day = await stage(registry), coming()
    one, two = await here.unit("Satu"), await here.unit("Dua")
    passport = await offered(here, one["id"], "Paspor")
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    steps = (new("gabungan", here), merge({"key": "gabungan"}, unit(one), unit(two)))
    done = await here.make("reorganisations", **declaration(*steps, on=day))
    merged = done["established"]["gabungan"]
    eve = date.fromisoformat(str(day)) - timedelta(days=1)
    assert (await answering(here, passport["id"], f"at={eve}"))[0] == one["id"]
    assert (await answering(here, passport["id"], f"at={day}"))[0] == merged
    assert (await answering(here, passport["id"], f"at={day}&known_at={before}"))[0] == one["id"]
    reply = await here.call("POST", f"/reorganisations/{done['id']}/withdrawal", json=DECREE, headers={"if-match": "*"})
    assert reply.status_code in (200, 201), reply.text
    assert (await answering(here, passport["id"], f"at={day}"))[0] == one["id"]
