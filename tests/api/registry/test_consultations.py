"""Discussing a draft with society: opening, sessions, comments by anybody, dispositions, minutes, the public test."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.registry.standards_stage import (
    EXAMPLES,
    FORUM,
    Agency,
    build_agency,
    consult,
    decree,
    draft,
    facts,
    finalise,
    minutes,
    opening,
    pointers,
    today,
)
from support.services import ServiceUnderTest


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def comment(agency: Agency, standard_id: str, **body: Any) -> Any:
    return await agency.call(
        "POST", f"/standards/{standard_id}/comments", by=None, json={"body": "Terlalu lama"} | body
    )


async def test_a_consultation_opens_with_six_components_and_society(agency: Agency) -> None:
    components = EXAMPLES["ktp_el_new"]["standard"]["components"]
    lacking = {code: value for code, value in components.items() if code not in ("fee", "product", "legal_basis")}
    standard_id = await draft(agency, components=lacking)
    only_provider = opening(participants=[{"element": "provider", "name": "Ni Made Sari"}])
    refused = await agency.act(standard_id, "consultation", only_provider)
    assert refused.status_code == 422
    # Legal basis is an internal component: it may still be missing here.
    assert pointers(refused) == {"/components/fee", "/components/product", "/participants"}
    assert (await agency.act(standard_id, "consultation", opening(), by="officer")).status_code == 403
    body = {"components": {code: components[code] for code in ("fee", "product")}}
    await agency.call("PATCH", f"/standards/{standard_id}", json=body, headers={"if-match": "*"})
    opened = await agency.act(standard_id, "consultation", opening())
    assert opened.status_code == 201
    assert opened.json()["elements"] == [
        {"element": "provider", "invited": 1, "attended": 0},
        {"element": "related_institutions", "invited": 1, "attended": 0},
        {"element": "service_users", "invited": 1, "attended": 0},
    ]
    again = await agency.act(standard_id, "consultation", opening())
    assert (again.status_code, again.json()["code"]) == (409, "move_not_allowed")
    assert again.json()["allowed_actions"] == ["consultation", "public_test", "finalisation", "abandonment"]


async def test_an_action_needs_the_version_it_acts_on(agency: Agency) -> None:
    standard_id = await draft(agency)
    assert (await agency.act(standard_id, "consultation", opening(), match=False)).status_code == 428
    path = f"/standards/{standard_id}/consultation"
    stale = await agency.call("POST", path, json=opening(), headers={"if-match": '"99.x"'})
    assert stale.status_code == 412


async def test_nobody_is_named_in_public_or_in_the_feed(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    shown = (await agency.call("GET", f"/standards/{standard_id}/consultation", by=None)).json()
    assert (shown["participants"], shown["team"], shown["sessions"][0]["attendance"]) == (None, None, None)
    assert {"element": "service_users", "invited": 1, "attended": 1} in shown["elements"]
    (opened,) = await facts(agency, f"consultations/{shown['id']}")
    assert (opened["type"], opened["visibility"]) == ("consultation.opened", "public")
    assert opened["data"]["standard_id"] == standard_id
    assert "Wayan" not in str(opened["data"])
    assert (await agency.call("GET", f"/standards/{standard_id}", by=None)).status_code == 200


async def test_a_session_names_who_came_and_was_held(agency: Agency) -> None:
    standard_id = await draft(agency)
    await agency.act(standard_id, "consultation", opening())
    body = {"held_on": str(today(agency) + timedelta(days=1)), "summary": "Besok", "attendance": [str(uuid4())]}
    refused = await agency.act(standard_id, "consultation/sessions", body, by="officer")
    assert (refused.status_code, pointers(refused)) == (422, {"/held_on", "/attendance/0"})
    more = {"participants": [{"element": "mass_media", "name": "Bali Post"}]}
    assert (await agency.act(standard_id, "consultation/participants", more, by="officer")).status_code == 201


async def test_anybody_comments_while_the_draft_is_open(agency: Agency) -> None:
    standard_id = await draft(agency)
    assert (await comment(agency, standard_id)).status_code == 404
    await consult(agency, standard_id)
    made = await comment(
        agency, standard_id, component="completion_time", contact={"name": "Putu", "email": "putu@example.id"}
    )
    assert made.status_code == 201
    assert made.json()["contact"] is None
    general = await comment(agency, standard_id)
    assert general.json()["component"] is None
    wrong = await comment(agency, standard_id, component="price")
    assert (wrong.status_code, pointers(wrong)) == (422, {"/component"})
    listed = (await agency.call("GET", f"/standards/{standard_id}/comments", by=None)).json()["items"]
    assert [item["id"] for item in listed] == [made.json()["id"], general.json()["id"]]
    assert all(item["contact"] is None for item in listed)
    path = f"/standards/{standard_id}/comments?component=completion_time&count=exact"
    inside = (await agency.call("GET", path, by="officer")).json()
    assert inside["count"] == 1
    assert inside["items"][0]["contact"] == {"name": "Putu", "email": "putu@example.id"}
    await finalise(agency, standard_id)
    # Being finalised is no longer public: the draft and its comments are the unit's again.
    assert (await comment(agency, standard_id)).status_code == 404
    closed = await agency.call("POST", f"/standards/{standard_id}/comments", by="officer", json={"body": "Terlambat"})
    assert (closed.status_code, closed.json()["code"]) == (409, "comments_closed")


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({"disposition": "accepted"}, {"/change"}),
        ({"disposition": "accepted_partly"}, {"/change", "/reason"}),
        ({"disposition": "rejected"}, {"/reason"}),
        ({"disposition": "deferred"}, {"/target_on"}),
        ({"disposition": "out_of_scope"}, {"/reason"}),
        ({"disposition": "answered"}, {"/reason"}),
    ],
)
async def test_a_disposition_says_what_it_must(agency: Agency, body: dict[str, Any], missing: set[str]) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    made = (await comment(agency, standard_id, component="fee")).json()["id"]
    refused = await agency.act(standard_id, f"comments/{made}/disposition", body, match=False)
    assert (refused.status_code, pointers(refused)) == (422, missing)
    whole = {"reason": "Sudah dijelaskan", "target_on": str(today(agency)), **body}
    if "/change" in missing:
        whole["change"] = {"component": "fee", "summary": "Gratis"}
    done = await agency.act(standard_id, f"comments/{made}/disposition", whole, by="officer", match=False)
    assert (done.status_code, done.json()["disposition"]) == (200, body["disposition"])


async def test_only_the_unit_answers_comments(agency: Agency, registry: ServiceUnderTest) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    made = (await comment(agency, standard_id)).json()["id"]
    body = {"disposition": "answered", "reason": "Terima kasih"}
    path = f"/standards/{standard_id}/comments/{made}/disposition"
    assert (await agency.call("POST", path, by=None, json=body)).status_code == 401
    assert (await agency.call("POST", path, by="supervisor", json=body)).status_code == 403
    other = await build_agency(registry)
    assert (await other.call("POST", path, json=body)).status_code == 403
    strange = f"/standards/{standard_id}/comments/{uuid4()}/disposition"
    assert (await agency.call("POST", strange, json=body)).status_code == 404


async def test_while_finalising_only_named_components_change(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    made = (await comment(agency, standard_id, component="completion_time")).json()["id"]
    tied = {"component": "completion_time", "summary": "Dipercepat"}
    await agency.act(
        standard_id, f"comments/{made}/disposition", {"disposition": "accepted", "change": tied}, match=False
    )
    await finalise(agency, standard_id)
    path = f"/standards/{standard_id}"
    beyond = {"components": {"completion_time": {"amount": 3}, "fee": {"basis": "Lain"}}}
    refused = await agency.call("PATCH", path, json=beyond, headers={"if-match": "*"})
    assert (refused.status_code, pointers(refused)) == (422, {"/components/fee"})
    changed = await agency.call(
        "PATCH", path, json={"components": {"completion_time": {"amount": 3}}}, headers={"if-match": "*"}
    )
    assert (changed.status_code, changed.json()["changeable_components"]) == (200, ["completion_time"])
    assert changed.json()["components"]["completion_time"]["amount"] == 3


async def test_the_public_test_ends_before_finalisation(agency: Agency) -> None:
    standard_id = await draft(agency)
    await agency.act(standard_id, "consultation", opening())
    closes_at = datetime.now(UTC) + timedelta(hours=1)
    early = await agency.act(standard_id, "public-test", {"closes_at": closes_at.isoformat()})
    assert pointers(early) == {"/consultation/sessions"}  # nobody has met yet
    participants = (await agency.call("GET", f"/standards/{standard_id}/consultation")).json()["participants"]
    session = {
        "held_on": str(today(agency)),
        "summary": "Dibahas",
        "attendance": [found["id"] for found in participants],
    }
    await agency.act(standard_id, "consultation/sessions", session)
    past = await agency.act(standard_id, "public-test", {"closes_at": "2026-01-01T00:00:00Z"})
    assert (past.status_code, pointers(past)) == (422, {"/closes_at"})
    unskipped = await agency.act(standard_id, "finalisation")
    assert (unskipped.status_code, pointers(unskipped)) == (422, {"/public_test"})
    opened = await agency.act(standard_id, "public-test", {"closes_at": closes_at.isoformat()})
    assert (opened.status_code, opened.json()["state"]) == (200, "public_test")
    assert (await comment(agency, standard_id)).status_code == 201
    running = await agency.act(standard_id, "finalisation")
    assert (running.status_code, running.json()["errors"][0]["code"]) == (422, "comment_period_open")
    async with agency.registry.connection() as connection:
        await connection.execute(
            "UPDATE consultations SET public_test_closes_at = now() - interval '1 second' WHERE standard_id = $1",
            standard_id,
        )
    late = await comment(agency, standard_id)
    assert (late.status_code, late.json()["code"]) == (409, "comments_closed")
    assert (await agency.act(standard_id, "finalisation")).json()["state"] == "finalising"


async def test_the_last_day_of_a_public_test_ends_at_local_midnight(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    last = today(agency) + timedelta(days=7)
    assert (await agency.act(standard_id, "public-test", {"closes_on": str(last)})).status_code == 200
    shown = (await agency.call("GET", f"/standards/{standard_id}/consultation")).json()
    # Midnight in WITA (UTC+8) after the last day is 16:00 UTC of that day.
    assert shown["public_test_closes_at"] == f"{last}T16:00:00Z"
    both = {"closes_on": str(last), "closes_at": "2030-01-01T00:00:00Z"}
    assert (await agency.act(standard_id, "public-test", both)).status_code == 422


async def test_a_return_begins_a_new_round(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    await finalise(agency, standard_id)
    assert (await agency.act(standard_id, "return", {"reason": "Ubah biaya"}, by="officer")).status_code == 403
    reply = await agency.act(standard_id, "return", {"reason": "Ubah biaya"}, by="responsible_officer")
    assert (reply.status_code, reply.json()["state"]) == (200, "in_consultation")
    shown = (await agency.call("GET", f"/standards/{standard_id}/consultation")).json()
    assert (shown["round"], shown["sessions"]) == (2, [])
    assert len(shown["participants"]) == 3
    unheld = await agency.act(standard_id, "finalisation")
    assert pointers(unheld) == {"/consultation/sessions"}


async def test_minutes_are_of_a_forum_that_was_held(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    tomorrow = str(today(agency) + timedelta(days=1))
    provider, society = minutes()["signers"]
    body = minutes() | {"held_on": tomorrow, "signers": [provider, society | {"signed_on": tomorrow}]}
    refused = await agency.act(standard_id, "minutes", body, match=False)
    assert refused.status_code == 422
    assert {(each["pointer"], each["code"]) for each in refused.json()["errors"]} == {
        ("/held_on", "in_the_future"),
        ("/signers/0/signed_on", "before_session"),
        ("/signers/1/signed_on", "in_the_future"),
    }
    assert (await agency.call("GET", f"/standards/{standard_id}/minutes")).status_code == 404


async def test_minutes_are_signed_by_elements_that_came(agency: Agency) -> None:
    standard_id = await draft(agency)
    opened = await agency.act(standard_id, "consultation", opening())
    nobody_met = await agency.act(standard_id, "minutes", minutes(), match=False)
    assert (nobody_met.status_code, pointers(nobody_met)) == (422, {"/consultation/sessions"})
    came = [found["id"] for found in opened.json()["participants"] if found["element"] == "service_users"]
    session = {"held_on": FORUM, "summary": "Dibahas", "attendance": came}
    assert (await agency.act(standard_id, "consultation/sessions", session)).status_code == 201
    # A related institution was invited and stayed away; the media weren't invited. The provider holds the forum.
    elements = ("provider", "related_institutions", "mass_media", "service_users")
    refused = await agency.act(standard_id, "minutes", minutes(elements), match=False)
    assert (refused.status_code, pointers(refused)) == (422, {"/signers/1/element", "/signers/2/element"})
    assert (await agency.act(standard_id, "minutes", minutes(), match=False)).status_code == 201


async def test_minutes_name_nobody_in_public(agency: Agency) -> None:
    standard_id = await draft(agency)
    assert (await agency.act(standard_id, "minutes", minutes(), match=False)).status_code == 409
    await consult(agency, standard_id)
    assert (await agency.call("GET", f"/standards/{standard_id}/minutes")).status_code == 404
    made = await agency.act(standard_id, "minutes", minutes(), by="officer", match=False)
    assert made.status_code == 201
    public = (await agency.call("GET", f"/standards/{standard_id}/minutes", by=None)).json()
    assert public["signers"][0] == {"element": "provider", "signed_on": "2026-01-02"}
    assert public["agreements"][0]["owner"] == "Kepala Bidang"
    inside = (await agency.call("GET", f"/standards/{standard_id}/minutes")).json()
    assert inside["signers"][0]["name"] == "Wakil provider"


async def test_an_unanswered_comment_bars_the_decree(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    made = (await comment(agency, standard_id)).json()["id"]
    await agency.act(standard_id, "minutes", minutes(), match=False)
    await finalise(agency, standard_id)
    refused = await agency.act(standard_id, "stipulation", decree())
    assert (refused.status_code, pointers(refused)) == (422, {f"/comments/{made}"})
    body = {"disposition": "answered", "reason": "Terima kasih"}
    await agency.act(standard_id, f"comments/{made}/disposition", body, match=False)
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200
