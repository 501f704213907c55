"""The list and its filter: the same filter gives the same rows, pages hold each once, neighbours by name stay apart."""

from uuid import uuid4

import pytest

from support.filings import Desk


async def _ids(desk: Desk, query: str) -> list[str]:
    """The ids of all pages under a filter, as the bootstrap client sees them; the count must agree."""
    found: list[str] = []
    address: str | None = f"/v1/complaints?{query}&limit=3&count=exact"
    while address:
        reply = await desk.service.call("GET", address)
        assert reply.status_code == 200, reply.text
        page = reply.json()
        found += [item["id"] for item in page["items"]]
        address = page["next"]
    assert len(found) == page["count"] == len(set(found))
    return found


async def test_pages_hold_every_case_once_in_order(desk: Desk) -> None:
    word = f"langka{uuid4().hex[:8]}"
    filed = [(await desk.file(title=f"Laporan {word} {number}"))["id"] for number in range(7)]
    assert await _ids(desk, f"q={word}") == filed[::-1]
    assert await _ids(desk, f"q={word}&sort=created_at") == filed
    by_due = await _ids(desk, f"q={word}&sort=due_at")
    assert sorted(by_due) == sorted(filed)


async def test_regions_with_one_beginning_stay_apart(desk: Desk) -> None:
    word = f"wilayah{uuid4().hex[:8]}"
    near = (await desk.file(title=word, service_id=None, region_code="51.07.01"))["id"]
    city = (await desk.file(title=word, service_id=None, region_code="51.07"))["id"]
    await desk.file(title=word, service_id=None, region_code="51.08")
    assert set(await _ids(desk, f"q={word}&region=51.07")) == {near, city}


async def test_a_unit_alone_and_with_all_below_it(desk: Desk) -> None:
    word = f"unit{uuid4().hex[:8]}"
    case_id = await desk.assigned(title=word)
    office, counter = desk.country.registry_office, desk.country.counter
    assert await _ids(desk, f"q={word}&unit={counter}") == [case_id]
    assert await _ids(desk, f"q={word}&unit={office}") == []
    assert await _ids(desk, f"q={word}&unit={office}&scope=subtree") == [case_id]
    assert await _ids(desk, f"q={word}&unit={counter}&scope=unit") == [case_id]
    lone = await desk.service.call("GET", "/v1/complaints?scope=subtree")
    assert (lone.status_code, lone.json()["errors"][0]["pointer"]) == (400, "query/scope")


async def test_one_value_is_asked_for_as_several_are(desk: Desk) -> None:
    """A value said once and said twice are asked for by different statements, and a page by one of them goes on by the same."""
    word = f"tunggal{uuid4().hex[:8]}"
    filed = [(await desk.file(title=f"{word} {number}"))["id"] for number in range(4)]
    await desk.file(title=word, type="aspiration")
    for sort in ("created_at", "due_at"):
        once = await _ids(desk, f"q={word}&type=complaint&sort={sort}")
        assert sorted(once) == sorted(filed)
        assert await _ids(desk, f"q={word}&type=complaint&type=complaint&sort={sort}") == once
        assert await _ids(desk, f"q={word}&type=complaint&type=input&sort={sort}") == once


async def test_each_filter_narrows(desk: Desk) -> None:
    word = f"saring{uuid4().hex[:8]}"
    plain = (await desk.file(title=word))["id"]
    wish = (await desk.file(title=word, type="aspiration", channel="sms", category="transport", service_id=None))["id"]
    assert await _ids(desk, f"q={word}&type=aspiration") == [wish]
    assert await _ids(desk, f"q={word}&channel=sms&channel=email") == [wish]
    assert await _ids(desk, f"q={word}&category=population") == [plain]
    assert await _ids(desk, f"q={word}&service={desk.country.identity_card}") == [plain]
    assert await _ids(desk, f"q={word}&institution={desk.country.city}") == [plain]
    assert set(await _ids(desk, f"q={word}&class=unclassified&state=submitted")) == {plain, wish}
    assert set(await _ids(desk, f"q={word}&late=false")) == {plain, wish}
    assert await _ids(desk, f"q={word}&late=true") == []
    assert await _ids(desk, f"q={word}&created_to=2001-01-01T00:00:00Z") == []
    assert set(await _ids(desk, f"q={word}&created_from=2001-01-01T00:00:00Z")) == {plain, wish}
    assert set(await _ids(desk, f"q={word}&due_before=2999-01-01T00:00:00Z")) == {plain, wish}


@pytest.mark.parametrize("question", ["lampu di jalan", "jalanan lampu", "LAMPU"])
async def test_words_are_stemmed_and_small_words_dont_count(desk: Desk, question: str) -> None:
    mark = f"pasar{uuid4().hex[:8]}"
    case_id = (await desk.file(title=f"Lampu jalan mati {mark}"))["id"]
    assert await _ids(desk, f"q={question} {mark}") == [case_id]


async def test_unknown_parameters_and_cursors_of_other_lists(desk: Desk) -> None:
    assert (await desk.service.call("GET", "/v1/complaints?colour=red")).status_code == 400
    assert (await desk.service.call("GET", "/v1/complaints?limit=201")).status_code == 400
    for _ in range(2):
        await desk.file()
    following = (await desk.service.call("GET", "/v1/complaints?limit=1")).json()["next"]
    other = await desk.service.call("GET", following.replace("limit=1", "limit=1&type=input"))
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (400, "query/cursor")


async def test_an_etag_answers_304_until_the_case_changes(desk: Desk) -> None:
    filed = await desk.file()
    path = f"/v1/complaints/{filed['id']}"
    first = await desk.service.call("GET", path)
    held = {"if-none-match": first.headers["etag"]}
    assert (await desk.service.call("GET", path, headers=held)).status_code == 304
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    assert (await desk.service.call("GET", path, headers=held)).status_code == 200


async def test_the_timeline_holds_the_acting_seat_and_hides_it_from_the_reporter(desk: Desk) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": True, "note": "Lengkap."})
    inside = (await desk.get(filed["id"], "admin", "/timeline")).json()["items"][-1]
    assert inside["actor"]["person_id"] == str(desk.country.people["admin"])
    assert inside["actor"]["seat"]["role"] == "institution_admin"
    assert inside["internal"]["note"] == "Lengkap."
    outside = (await desk.track(filed)).json()["timeline"][-1]
    assert (outside["actor"], outside["internal"]) == (None, None)
    assert "Lengkap." not in str(outside)
