"""Aspirations and input from complaints: kept by reference, offered to the next draft, settled by it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.registry.standards_stage import (
    Agency,
    a_draft,
    build_agency,
    consult,
    decree,
    draft,
    finalise,
    minutes,
    pointers,
    published,
    stipulate,
)
from chassis.data.events import Event
from chassis.data.transactions import begin
from registry.offers.following import ComplaintsOffers
from support.services import ServiceUnderTest

FILED = datetime(2026, 3, 1, 2, tzinfo=UTC)
CHANGE = {"component": "requirements", "summary": "Surat pengantar tidak diminta lagi."}


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def said(agency: Agency, case_id: UUID | None = None, *, sequence: int = 1, **changes: Any) -> str:
    """An event of complaints about the agency's service, as its feed carries it; the case's id."""
    data = {
        "id": str(case_id or uuid4()),
        "type": "aspiration",
        "class": "aspiration",
        "state": "closed",
        "institution_id": str(agency.institution_id),
        "unit_id": str(agency.unit_id),
        "service_id": str(agency.service_id),
        "category": "civil_registration",
        "region_code": "51.71",
        "channel": "web",
        "filed_at": FILED.isoformat(),
        "due_at": None,
        "resolved_at": None,
        "closed_at": None,
        "late": False,
        "rating": None,
        "visibility_class": "public",
    } | changes
    event = Event("s", 1, "case.classified", f"complaints/{data['id']}", sequence, "public", None, data, FILED)
    async with begin(agency.registry.app.state.pool) as connection:
        await ComplaintsOffers().apply(connection, event)
    return str(data["id"])


async def offered(agency: Agency, standard_id: str, query: str = "") -> list[dict[str, Any]]:
    reply = await agency.call("GET", f"/standards/{standard_id}/offers{query}", by="officer")
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def settle(agency: Agency, standard_id: str, case_id: str, body: Any, *, by: str = "officer") -> Any:
    path = f"/standards/{standard_id}/offers/{case_id}/disposition"
    return await agency.call("POST", path, by=by, json=body)


async def test_what_names_the_service_is_offered_by_reference(agency: Agency) -> None:
    aspiration, proposal = await said(agency), await said(agency, type="input", channel="lapor")
    await said(agency, type="complaint")
    await said(agency, type="information_request")
    await said(agency, service_id=str(uuid4()))
    await said(agency, service_id=None)
    await said(agency, state="withdrawn")
    standard_id = await draft(agency)
    items = await offered(agency, standard_id)
    assert {item["case_id"] for item in items} == {aspiration, proposal}
    assert set(items[0]) == {
        "case_id", "type", "case_state", "category", "region_code", "channel", "filed_at",
        "disposition", "reason", "change", "target_on", "disposed_at",
    }  # fmt: skip
    assert [item["case_id"] for item in await offered(agency, standard_id, "?type=input")] == [proposal]


async def test_events_apply_by_their_sequence(agency: Agency) -> None:
    case_id, standard_id = uuid4(), await draft(agency)
    await said(agency, case_id, sequence=2, state="assigned")
    await said(agency, case_id, sequence=1, state="received")
    assert [item["case_state"] for item in await offered(agency, standard_id)] == ["assigned"]
    # Triage made a complaint of it, then it was found to be one of input after all.
    await said(agency, case_id, sequence=3, type="complaint")
    assert await offered(agency, standard_id) == []
    await said(agency, case_id, sequence=2, state="assigned")
    assert await offered(agency, standard_id) == []
    await said(agency, case_id, sequence=4, type="input")
    assert [item["type"] for item in await offered(agency, standard_id)] == ["input"]


async def test_a_case_that_becomes_protected_is_offered_no_more(agency: Agency) -> None:
    case_id, standard_id = uuid4(), await draft(agency)
    await said(agency, case_id)
    assert await offered(agency, standard_id)
    await said(agency, case_id, sequence=2, service_id=None, unit_id=None, category=None, visibility_class="protected")
    assert await offered(agency, standard_id) == []


async def test_a_copy_read_anew_is_the_same(agency: Agency) -> None:
    kept, gone, standard_id = uuid4(), uuid4(), await draft(agency)
    await said(agency, kept)
    await said(agency, gone)
    copy = ComplaintsOffers()
    async with agency.registry.connection() as connection, connection.transaction():
        await copy.reset(connection)
    await said(agency, kept)
    async with agency.registry.connection() as connection, connection.transaction():
        await copy.sweep(connection)
    assert [item["case_id"] for item in await offered(agency, standard_id)] == [str(kept)]


async def test_a_disposition_says_what_became_of_it(agency: Agency) -> None:
    case_id, standard_id = await said(agency), await draft(agency)
    bare = await settle(agency, standard_id, case_id, {"disposition": "rejected"})
    assert (bare.status_code, pointers(bare)) == (422, {"/reason"})
    reply = await settle(agency, standard_id, case_id, {"disposition": "accepted", "change": CHANGE})
    assert reply.status_code == 200, reply.text
    assert (reply.json()["disposition"], reply.json()["change"]) == ("accepted", CHANGE)
    assert [item["disposition"] for item in await offered(agency, standard_id, "?disposed=true")] == ["accepted"]
    assert await offered(agency, standard_id, "?disposed=false") == []
    stale = await agency.call(
        "POST",
        f"/standards/{standard_id}/offers/{case_id}/disposition",
        by="officer",
        json={"disposition": "rejected", "reason": "x"},
        headers={"if-match": '"0.x"'},
    )
    assert stale.status_code == 412
    unknown = await settle(agency, standard_id, str(uuid4()), {"disposition": "rejected", "reason": "x"})
    assert unknown.status_code == 404


async def test_a_tied_change_opens_its_component_while_finalising(agency: Agency) -> None:
    case_id, standard_id = await said(agency), await draft(agency)
    await consult(agency, standard_id)
    await finalise(agency, standard_id)
    held = await agency.call("GET", f"/standards/{standard_id}")
    assert held.json()["changeable_components"] == []
    assert (
        await settle(agency, standard_id, case_id, {"disposition": "accepted", "change": CHANGE})
    ).status_code == 200
    held = await agency.call("GET", f"/standards/{standard_id}")
    assert held.json()["changeable_components"] == ["requirements"]


async def test_what_is_accepted_of_an_offer_is_in_the_text(agency: Agency) -> None:
    """Of one that was accepted while drafting, the text differs from the promise in force; later, from what was discussed."""
    await published(agency)
    early, late = await said(agency), await said(agency)
    standard_id = await draft(agency)
    assert (await settle(agency, standard_id, early, {"disposition": "accepted", "change": CHANGE})).status_code == 200
    await consult(agency, standard_id)
    await finalise(agency, standard_id)
    faster = {"component": "completion_time", "summary": "Dipercepat"}
    assert (await settle(agency, standard_id, late, {"disposition": "accepted", "change": faster})).status_code == 200
    await agency.act(standard_id, "minutes", minutes(), match=False)
    refused = await agency.act(standard_id, "stipulation", decree())
    assert (refused.status_code, pointers(refused)) == (422, {f"/offers/{early}", f"/offers/{late}"})
    assert {each["code"] for each in refused.json()["errors"]} == {"accepted_change_missing"}
    assert "requirements" in refused.text
    components = {"requirements": ["KTP lama"], "completion_time": {"amount": 3}}
    path = f"/standards/{standard_id}"
    changed = await agency.call("PATCH", path, json={"components": components}, headers={"if-match": "*"})
    assert changed.status_code == 200, changed.text
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200


async def test_what_the_draft_says_of_an_offer_already_need_not_change_again(agency: Agency) -> None:
    await published(agency)
    case_id = await said(agency)
    components = a_draft()["components"] | {"requirements": ["KTP lama"]}
    standard_id = await draft(agency, components=components)
    body = {"disposition": "accepted", "change": CHANGE}
    assert (await settle(agency, standard_id, case_id, body)).status_code == 200
    await consult(agency, standard_id)
    await finalise(agency, standard_id)
    assert (await agency.call("GET", f"/standards/{standard_id}")).json()["changeable_components"] == []
    await stipulate(agency, standard_id)


async def test_what_one_version_settled_isnt_offered_to_the_next(agency: Agency) -> None:
    settled, deferred, waiting = await said(agency), await said(agency), await said(agency)
    first = await published(agency)
    # The first version never looked at them, so they wait; the second settles one and puts one off.
    assert await offered(agency, first) == []
    second = await draft(agency)
    assert (
        await settle(agency, second, settled, {"disposition": "answered", "reason": "Sudah ada."})
    ).status_code == 200
    later = {"disposition": "deferred", "target_on": "2027-01-01"}
    assert (await settle(agency, second, deferred, later)).status_code == 200
    assert (await agency.act(second, "abandonment", {"reason": "Ditunda"})).status_code == 200
    third = await draft(agency)
    assert {item["case_id"] for item in await offered(agency, third)} == {settled, deferred, waiting}
    assert (
        await settle(agency, third, settled, {"disposition": "answered", "reason": "Sudah ada."})
    ).status_code == 200
    closed = await settle(agency, first, waiting, {"disposition": "answered", "reason": "x"})
    assert (closed.status_code, closed.json()["code"]) == (409, "move_not_allowed")


async def test_only_those_who_draft_see_and_settle(agency: Agency) -> None:
    case_id, standard_id = await said(agency), await published(agency)
    path = f"/standards/{standard_id}/offers"
    assert (await agency.call("GET", path, by=None)).status_code == 401
    drafted = await draft(agency)
    assert (await agency.call("GET", f"/standards/{drafted}/offers", by=None)).status_code == 404
    stranger = await build_agency(agency.registry)
    assert (await stranger.call("GET", f"/standards/{drafted}/offers")).status_code == 404
    body = {"disposition": "answered", "reason": "Sudah ada."}
    assert (await settle(stranger, drafted, case_id, body, by="unit_head")).status_code == 404
    assert (await settle(agency, drafted, case_id, body, by="internal_auditor")).status_code == 403
    nobody = await agency.call("POST", f"/standards/{drafted}/offers/{case_id}/disposition", by=None, json=body)
    assert nobody.status_code == 401
