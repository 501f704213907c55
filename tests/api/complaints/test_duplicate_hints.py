"""Hints at duplicates while filing: public cases alone, by words that nobody can be found by, and no word of theirs."""

from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from complaints.intake import hints
from support.directory import settled_country
from support.filings import Desk
from support.services import ServiceUnderTest

PATH = "/v1/complaints/duplicate-hints"
_FREE = count(2)
POTHOLE = {"title": "Jalan berlubang", "body": "Jembatan retak, aspal berlubang, trotoar amblas di depan pasar."}


@pytest.fixture
async def city(complaints: ServiceUnderTest) -> Desk:
    """A city in a region of its own for each test."""
    return Desk(complaints, await settled_country(complaints, f"53.{next(_FREE):02}"))


async def ask(desk: Desk, **changes: Any) -> list[dict[str, Any]]:
    body = {**POTHOLE, "region_code": desk.country.region} | changes
    reply = await desk.service.call("POST", PATH, caller=desk.service.anonymous(), key=None, json=body)
    assert reply.status_code == 200, reply.text
    assert reply.headers["cache-control"] == "no-store"
    assert reply.json()["complete"] is True
    found: list[dict[str, Any]] = reply.json()["items"]
    return found


async def told(desk: Desk, *, verified: bool = True, **changes: Any) -> str:
    filed = await desk.file(**{**POTHOLE, "region_code": f"{desk.country.region}.01", "category": None} | changes)
    if verified:
        await desk.done(filed["id"], "verification", "admin", {"complete": True})
    return str(filed["id"])


async def test_a_public_case_like_it_is_hinted_at_without_a_word_of_it(city: Desk) -> None:
    case_id = await told(city, location={"lat": -8.67, "lon": 115.21, "address": "Jalan Rahasia 1"})
    [hint] = await ask(city)
    assert hint["id"] == case_id
    assert (hint["state"], hint["region_code"]) == ("verified", city.country.region)
    assert set(hint) == {
        "id", "likeness", "type", "state", "category", "region_code", "unit_id", "unit_name", "received_on",
    }  # fmt: skip
    assert "Rahasia" not in str(hint)
    assert hint["likeness"] > 0.8
    other = await ask(city, body="Gorong-gorong dan selokan mampet, aspal amblas", title="Banjir")
    assert not other or other[0]["likeness"] < hint["likeness"]


async def test_what_isnt_public_is_never_hinted_at(city: Desk) -> None:
    await told(city, verified=False)  # nobody has looked at it yet
    await told(city, confidential=True)
    await city.file(**POTHOLE, protected=True, region_code=f"{city.country.region}.01")
    assert await ask(city) == []


async def test_a_case_elsewhere_or_of_other_words_isnt_hinted_at(city: Desk) -> None:
    await told(city)
    assert await ask(city, region_code="51.03") == []
    assert await ask(city, title="", body="Obat di puskesmas kosong dan dokter tidak ada.") == []
    assert await ask(city, title="", body="zzz qqq") == []


async def test_nobody_is_found_by_a_name_or_a_number(city: Desk) -> None:
    name = f"wulandari{''.join(filter(str.isalpha, uuid4().hex))}"[:20]
    await told(city, title="Jalan", body=f"Kata Ibu {name}, NIK 5171010101900001, jalan rusak.")
    assert await ask(city, title="", body=f"{name} 5171010101900001") == []


async def test_place_and_time_make_it_likelier(city: Desk) -> None:
    here = {"lat": -8.67, "lon": 115.21}
    near = await told(city, location=here, occurred_on="2026-01-02")
    far = await told(city, location={"lat": -8.5, "lon": 115.0}, occurred_on="2026-01-02")
    found = await ask(city, location=here, occurred_on="2026-01-02")
    assert [hint["id"] for hint in found] == [near, far]
    assert found[0]["likeness"] > found[1]["likeness"]


async def test_at_most_five(city: Desk) -> None:
    for _ in range(6):
        await told(city)
    assert len(await ask(city)) == 5


async def test_a_search_that_takes_too_long_is_left(city: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = hints.Statement(
        "SELECT pg_sleep(5), :question, CAST(:since AS timestamptz), CAST(:most AS integer), :region"
    )
    monkeypatch.setattr(hints, "_NEARBY", slow)
    monkeypatch.setattr(hints, "_TIME_LIMIT", "SET LOCAL statement_timeout = '20ms'")
    reply = await city.service.call(
        "POST", PATH, caller=city.service.anonymous(), key=None, json={**POTHOLE, "region_code": "53"}
    )
    assert (reply.status_code, reply.json()) == (200, {"items": [], "complete": False})


async def test_bad_questions(city: Desk) -> None:
    call, anybody = city.service.call, city.service.anonymous()
    for body, pointer in (
        ({}, "/body"),
        ({"body": "x", "region_code": "51.9"}, "/region_code"),
        ({"body": "x", "reporter": {}}, "/reporter"),
        ({"body": "x", "location": {"lat": 91, "lon": 0}}, "/location/lat"),
    ):
        reply = await call("POST", PATH, caller=anybody, key=None, json=body)
        assert reply.status_code == 422
        assert pointer in [flaw["pointer"] for flaw in reply.json()["errors"]]
    assert (await city.service.client.post(PATH, json={"body": "x"})).status_code == 401
