"""Standards across services: who finds what, which are due for review, and what a version was on an earlier day."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.registry.standards_stage import Agency, add_service, build_agency, draft, published, today
from registry.stipulation.aftercare import move_what_is_due
from support.services import ServiceUnderTest


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def found(agency: Agency, query: str = "", *, by: str | None = "unit_head") -> list[dict[str, Any]]:
    reply = await agency.call("GET", f"/standards?institution={agency.institution_id}{query}", by=by)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def another_service(agency: Agency) -> UUID:
    agency.service_id = uuid4()
    async with agency.registry.connection() as connection:
        await add_service(connection, agency, agency.service_id, f"{agency.code}_{agency.service_id.hex[:6]}")
    return agency.service_id


async def test_a_list_across_services_holds_no_texts(agency: Agency) -> None:
    first = await published(agency)
    await another_service(agency)
    second = await published(agency)
    items = await found(agency, by=None)
    assert [item["id"] for item in items] == [second, first]  # the newest first
    assert "components" not in items[0]
    assert (items[0]["state"], items[0]["in_force"], items[0]["charter_state"]) == (
        "published",
        True,
        "published_electronic",
    )
    assert [item["id"] for item in await found(agency, f"&service={agency.service_id}")] == [second]
    assert [item["id"] for item in await found(agency, "&state=superseded")] == []
    assert len(await found(agency, f"&unit={agency.office_id}")) == 0
    assert len(await found(agency, f"&unit={agency.office_id}&scope=subtree")) == 2


async def test_drafts_are_found_by_their_own_people_alone(agency: Agency) -> None:
    standard_id = await draft(agency)
    stranger = await build_agency(agency.registry)
    for by in ("unit_head", "officer", "responsible_officer", "client"):
        assert [item["id"] for item in await found(agency, by=by)] == [standard_id], by
    assert await found(agency, by=None) == []
    agency.accounts["stranger"] = stranger.accounts["unit_head"]
    assert await found(agency, by="stranger") == []


@pytest.mark.parametrize(
    ("age", "state"),
    # A year after it took effect a review is advised, after three it is due: the anniversary itself counts.
    [(timedelta(days=10), "current"), (timedelta(days=366), "advised"), (timedelta(days=3 * 366), "due")],
)
async def test_reviews_are_advised_and_due(agency: Agency, age: timedelta, state: str) -> None:
    begun = today(agency) - age
    standard_id = await published(agency, begun, decree_date=begun)
    shown = (await agency.call("GET", f"/standards/{standard_id}", by=None)).json()
    assert shown["review_state"] == state
    for asked in ("current", "advised", "due"):
        ids = [item["id"] for item in await found(agency, f"&review={asked}", by=None)]
        assert ids == ([standard_id] if asked == state else []), asked
    before = [item["id"] for item in await found(agency, f"&review_due_before={today(agency)}")]
    assert before == ([standard_id] if state == "due" else [])


async def test_a_confirmed_review_counts_from_its_day(agency: Agency) -> None:
    standard_id = await published(agency, "2022-01-05", decree_date="2022-01-05")
    while await move_what_is_due(agency.registry.app.state.side_pool, now=agency.registry.app.state.clock()):
        pass
    assert [item["id"] for item in await found(agency, "&state=under_review&review=due")] == [standard_id]
    confirmed = await agency.act(standard_id, "confirmation", {"report": "Tidak ada perubahan.", "years": 1})
    assert confirmed.status_code == 200, confirmed.text
    assert (confirmed.json()["reviewed_on"], confirmed.json()["review_state"]) == (str(today(agency)), "current")


async def test_as_of_gives_the_version_that_was_in_force(agency: Agency) -> None:
    first = await published(agency, "2026-01-05")
    second = await published(agency, "2026-03-01")
    for day, standard_id in [
        ("2026-01-04", None),
        ("2026-01-05", first),
        ("2026-02-28", first),
        ("2026-03-01", second),
    ]:
        expected = [] if standard_id is None else [standard_id]
        listed = await agency.call("GET", f"/services/{agency.service_id}/standards?as_of={day}", by=None)
        assert [item["id"] for item in listed.json()["items"]] == expected, day
        assert [item["id"] for item in await found(agency, f"&as_of={day}", by=None)] == expected, day
    now = (await agency.call("GET", f"/standards/{first}", by=None)).json()
    assert (now["state"], now["in_force"]) == ("superseded", False)
    then = (await agency.call("GET", f"/standards/{first}?as_of=2026-02-01", by=None)).json()
    assert (then["state"], then["in_force"]) == ("published", True)


async def offer(agency: Agency, spans: str) -> None:
    async with agency.registry.connection() as connection:
        await connection.execute(
            "UPDATE services SET active_during = CAST(CAST($2 AS text) AS datemultirange) WHERE id = $1",
            agency.service_id,
            spans,
        )


async def test_nothing_is_promised_while_the_service_is_not_offered(agency: Agency) -> None:
    """After its end no version is in force, whatever its decree says; if the service is offered again, so is its promise."""
    standard_id = await published(agency, "2026-01-05")
    await offer(agency, "{[2026-01-20,2026-03-01),[2026-06-01,2026-08-01)}")
    for day, in_force in [
        ("2026-01-04", False),
        ("2026-01-05", True),  # what is promised before it is offered is a promise
        ("2026-02-28", True),
        ("2026-03-01", False),
        ("2026-05-31", False),
        ("2026-06-01", True),
        ("2026-07-31", True),
        ("2026-08-01", False),
        ("2026-11-01", False),
    ]:
        expected = [standard_id] if in_force else []
        for query in (f"as_of={day}", f"in_force_on={day}"):
            listed = await agency.call("GET", f"/services/{agency.service_id}/standards?{query}", by=None)
            assert [item["id"] for item in listed.json()["items"]] == expected, query
        assert [item["id"] for item in await found(agency, f"&as_of={day}", by=None)] == expected, day
        if day >= "2026-01-05":
            then = (await agency.call("GET", f"/standards/{standard_id}?as_of={day}", by=None)).json()
            assert (then["state"], then["in_force"]) == ("published", in_force), day


async def test_what_has_ended_with_its_service_is_not_reviewed_but_revoked(agency: Agency) -> None:
    """Its decree stands until another one revokes it (lifecycle: the service ends)."""
    standard_id = await published(agency, "2022-01-05", decree_date="2022-01-05")
    await offer(agency, "{[2020-01-01,2026-03-01)}")
    while await move_what_is_due(agency.registry.app.state.side_pool, now=agency.registry.app.state.clock()):
        pass
    now = (await agency.call("GET", f"/standards/{standard_id}", by=None)).json()
    assert (now["state"], now["in_force"], now["review_state"]) == ("published", False, None)
    [listed] = await found(agency, "&state=published", by=None)
    assert (listed["in_force"], listed["review_state"]) == (False, None)
    for query in ("review=due", "review=advised", "review=current", f"review_due_before={today(agency)}"):
        assert await found(agency, f"&{query}", by=None) == [], query
    decree = {"decree_number": "SK 2/2026", "decree_date": str(today(agency)), "reason": "Layanan dihentikan."}
    assert (await agency.act(standard_id, "revocation", decree)).json()["state"] == "revoked"


async def test_pages_hold_each_version_once(agency: Agency) -> None:
    ids = set()
    for _ in range(3):
        ids.add(await published(agency))
        await another_service(agency)
    for sort in ("number", "-number", "created_at", "-created_at"):
        seen: list[str] = []
        path: str | None = f"/standards?institution={agency.institution_id}&limit=2&sort={sort}"
        while path:
            page = (await agency.call("GET", path, by=None)).json()
            seen += [item["id"] for item in page["items"]]
            path = page["next"] and page["next"].removeprefix("/v1")
        assert len(seen) == len(set(seen))
        assert set(seen) == ids


async def test_known_at_finds_what_was_recorded(agency: Agency) -> None:
    standard_id = await published(agency)
    async with agency.registry.connection() as connection:
        before = await connection.fetchval("SELECT recorded_at FROM standards WHERE id = $1", UUID(standard_id))
    body = {"decree_number": "1", "decree_date": str(date(2026, 2, 1)), "reason": "Dicabut"}
    assert (await agency.act(standard_id, "revocation", body)).status_code == 200
    stamp = before.isoformat().replace("+00:00", "Z")
    assert [item["state"] for item in await found(agency, f"&known_at={stamp}")] == ["published"]
    assert [item["state"] for item in await found(agency)] == ["revoked"]
