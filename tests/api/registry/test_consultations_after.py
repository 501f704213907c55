"""What was said in the forum, and what became of what was agreed there."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.registry.standards_stage import (
    Agency,
    build_agency,
    consult,
    draft,
    finalise,
    minutes,
    pointers,
    published,
    stipulate,
)
from support.services import ServiceUnderTest
from support.wall_clock import wall_clock


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def session_of(agency: Agency, standard_id: str) -> str:
    found: str = (await agency.call("GET", f"/standards/{standard_id}/consultation")).json()["sessions"][0]["id"]
    return found


async def said(agency: Agency, standard_id: str, *, by: str | None = "officer", **changes: Any) -> Any:
    body = {"body": "Jam buka terlalu pendek.", "element": "service_users", "component": "procedure"} | changes
    return await agency.call("POST", f"/standards/{standard_id}/comments", by=by, json=body)


async def test_what_was_said_in_the_forum_is_a_comment_too(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    session_id = await session_of(agency, standard_id)
    reply = await said(agency, standard_id, session_id=session_id)
    assert reply.status_code == 201, reply.text
    assert (reply.json()["session_id"], reply.json()["element"]) == (session_id, "service_users")
    await agency.call("POST", f"/standards/{standard_id}/comments", by=None, json={"body": "Dari rumah."})
    for forum, count in (("true", 1), ("false", 1)):
        listed = await agency.call("GET", f"/standards/{standard_id}/comments?forum={forum}", by=None)
        assert len(listed.json()["items"]) == count
    await finalise(agency, standard_id)
    # It is written up after the session, when the public's time is over; and it wants its disposition like any other.
    assert (await said(agency, standard_id, session_id=session_id)).status_code == 201
    late = await agency.call("POST", f"/standards/{standard_id}/comments", by="officer", json={"body": "Terlambat."})
    assert (late.status_code, late.json()["code"]) == (409, "comments_closed")
    assert (await agency.act(standard_id, "minutes", minutes(), match=False)).status_code == 201
    refused = await agency.act(standard_id, "stipulation", {})
    codes = [each["code"] for each in refused.json()["errors"]]
    assert codes.count("comment_without_disposition") == 3


async def test_the_forum_is_recorded_by_who_drafts(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    session_id = await session_of(agency, standard_id)
    for by in (None, "internal_auditor"):
        assert (await said(agency, standard_id, by=by, session_id=session_id)).status_code == 403
    unknown = await said(agency, standard_id, session_id=str(uuid4()))
    assert (unknown.status_code, pointers(unknown)) == (422, {"/session_id"})
    assert (await said(agency, standard_id, session_id=session_id, element=None)).status_code == 422
    assert (await said(agency, standard_id)).status_code == 422


async def test_agreements_are_followed_up_long_after(agency: Agency) -> None:
    standard_id = await published(agency)
    path = f"/standards/{standard_id}/minutes"
    [before] = (await agency.call("GET", path, by=None)).json()["agreements"]
    assert (before["state"], before["follow_ups"]) == ("open", [])
    first = {"agreement": 1, "state": "in_progress", "report": "Mobil keliling dipesan."}
    assert (await agency.call("POST", f"{path}/follow-up", by="officer", json=first)).status_code == 201
    last = {"agreement": 1, "state": "done", "report": "Berjalan tiap Sabtu.", "proof": "https://contoh.go.id/foto"}
    done = await agency.call("POST", f"{path}/follow-up", json=last)
    assert done.status_code == 201, done.text
    [after] = (await agency.call("GET", path, by=None)).json()["agreements"]
    assert (after["state"], after["late"]) == ("done", False)
    assert [each["report"] for each in after["follow_ups"]] == ["Mobil keliling dipesan.", "Berjalan tiap Sabtu."]


async def test_an_agreement_is_late_from_local_midnight(agency: Agency) -> None:
    """Half an hour after midnight in Bali it is still the day before in UTC: the reply goes by Bali's day."""
    standard_id = await published(agency)
    path = f"/standards/{standard_id}/minutes"
    [agreed] = (await agency.call("GET", path)).json()["agreements"]
    due = date.fromisoformat(agreed["due_on"])
    report = {"agreement": 1, "state": "in_progress", "report": "Mobil keliling dipesan."}
    with wall_clock(agency.registry) as clock:
        for day, hour, late in ((due, 23, False), (due + timedelta(days=1), 0, True)):
            clock.set(day.day, hour, 30, month=day.month, year=day.year)
            told = await agency.call("POST", f"{path}/follow-up", by="officer", json=report)
            assert [each["late"] for each in told.json()["agreements"]] == [late], told.text
            assert told.json() == (await agency.call("GET", path)).json()


async def test_who_follows_up_and_what(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    path = f"/standards/{standard_id}/minutes/follow-up"
    body = {"agreement": 1, "state": "done", "report": "Selesai."}
    assert (await agency.call("POST", path, json=body)).status_code == 404  # no minutes yet
    await finalise(agency, standard_id)
    await stipulate(agency, standard_id)
    assert pointers(await agency.call("POST", path, json=body | {"agreement": 2})) == {"/agreement"}
    assert pointers(await agency.call("POST", path, json=body | {"state": "forgotten"})) == {"/state"}
    assert (await agency.call("POST", path, by="internal_auditor", json=body)).status_code == 403
    assert (await agency.call("POST", path, by=None, json=body)).status_code == 401
    stranger = await build_agency(agency.registry)
    assert (await stranger.call("POST", path, json=body)).status_code == 404
