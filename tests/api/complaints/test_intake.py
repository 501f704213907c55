"""Filing: open to everybody, everything wrong told at once, one effect a key, no wrong door."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.ops.identifiers import new_id
from complaints.cases import chain
from complaints.intake.expectation import Expectations
from complaints.intake.routing import route_pending
from support.directory import service, settle
from support.filings import Desk, complaint


async def test_anybody_files_and_is_told_what_to_keep(desk: Desk) -> None:
    reply = await desk.service.call(
        "POST", "/v1/complaints", caller=desk.service.anonymous(), json=complaint(desk.country)
    )
    assert reply.status_code == 201
    filed = reply.json()
    assert filed["state"] == "submitted"
    assert filed["tracking_code"].startswith("PRM-")
    assert filed["due_at"] is not None
    assert reply.headers["location"] == f"/v1/complaints/{filed['id']}"
    case = (await desk.get(filed["id"], "admin")).json()
    assert case["institution_id"] == str(desk.country.city)
    assert case["proposed_unit_id"] == str(desk.country.counter)
    assert case["unit_id"] is None
    assert case["routing"] == "done"


async def test_a_retry_with_the_key_gives_the_same_reply_with_its_pin(desk: Desk) -> None:
    key, body = str(uuid4()), complaint(desk.country)
    caller = desk.service.anonymous()
    first = await desk.service.call("POST", "/v1/complaints", caller=caller, key=key, json=body)
    again = await desk.service.call("POST", "/v1/complaints", caller=caller, key=key, json=body)
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.json() == first.json()
    other = await desk.service.call("POST", "/v1/complaints", caller=caller, key=key, json=body | {"title": "Lain"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    async with desk.service.connection() as connection:
        stored = await connection.fetchval("SELECT reply FROM idempotency_keys WHERE key = $1", key)
    assert first.json()["access_pin"].encode() not in bytes(stored)


async def test_twenty_at_once_with_one_key_make_one_case(desk: Desk) -> None:
    key, body = str(uuid4()), complaint(desk.country, title=f"Serentak {uuid4()}")
    caller = desk.service.anonymous()
    replies = await asyncio.gather(
        *(desk.service.call("POST", "/v1/complaints", caller=caller, key=key, json=body) for _ in range(20))
    )
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["id"] for reply in replies}) == 1
    async with desk.service.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM cases WHERE title = $1", body["title"]) == 1


async def test_without_a_token_no_key_is_needed(desk: Desk) -> None:
    caller, body = desk.service.anonymous(), complaint(desk.country)
    replies = [await desk.service.call("POST", "/v1/complaints", caller=caller, key=None, json=body) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].json()["id"] != replies[1].json()["id"]
    malformed = await desk.service.call("POST", "/v1/complaints", caller=caller, key="bukan-uuid", json=body)
    assert malformed.status_code == 400


async def test_everything_wrong_is_told_at_once(desk: Desk) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    body = complaint(
        desk.country,
        category="tidak_ada",
        channel="merpati",
        occurred_on=str(tomorrow),
        sub_class="service_information",
        reporter={"phone": "12", "email": "bukan", "national_id": "1"},
    )
    reply = await desk.service.call("POST", "/v1/complaints", caller=desk.service.anonymous(), json=body)
    assert reply.status_code == 422
    pointers = {error["pointer"] for error in reply.json()["errors"]}
    assert pointers == {
        "/category",
        "/channel",
        "/occurred_on",
        "/sub_class",
        "/reporter/name",
        "/reporter/phone",
        "/reporter/email",
        "/reporter/national_id",
    }


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"reporter": {"name": "Sari"}}, "/reporter/phone"),
        ({"reporter": None}, "/reporter/name"),
        ({"type": "information_request", "sub_class": "formal_public_information", "anonymous": True}, "/anonymous"),
        ({"id": str(uuid4())}, "/id"),
        ({"location": {"lat": -8.6}}, "/location"),
        ({"colour": "red"}, "/colour"),
        ({"region_code": "5171"}, "/region_code"),
        ({"region_code": "99.99"}, "/region_code"),  # of the right form, and nowhere
        ({"region_code": "51.71.01.1999"}, "/region_code"),
        ({"title": ""}, "/title"),
    ],
)
async def test_what_is_refused(desk: Desk, changes: dict[str, Any], pointer: str) -> None:
    reply = await desk.service.call(
        "POST", "/v1/complaints", caller=desk.service.anonymous(), json=complaint(desk.country, **changes)
    )
    assert reply.status_code == 422
    assert pointer in {error["pointer"] for error in reply.json()["errors"]}


async def test_an_anonymous_reporter_needs_no_name(desk: Desk) -> None:
    filed = await desk.file(anonymous=True, reporter=None)
    case = (await desk.get(filed["id"], "admin")).json()
    assert case["anonymous"] is True
    assert (case["legal_clock"], case["legal_clock_reason"]) == (False, "anonymous")


async def test_an_offline_client_brings_its_own_id_once(desk: Desk) -> None:
    own = str(new_id())
    filed = await desk.file(id=own)
    assert filed["id"] == own
    again = await desk.service.call(
        "POST", "/v1/complaints", caller=desk.service.anonymous(), json=complaint(desk.country, id=own)
    )
    assert (again.status_code, again.json()["code"]) == (409, "already_filed")


async def test_an_unknown_service_is_taken_and_waits_for_its_place(desk: Desk) -> None:
    filed = await desk.file(service_id=str(uuid4()), region_code="51.07.01")
    case = (await desk.get(filed["id"], "admin")).json()
    assert case["routing"] == "pending"
    assert case["institution_id"] == str(desk.country.city)


async def test_without_service_and_unit_it_goes_by_region_else_to_the_national_administrator(desk: Desk) -> None:
    placed = await desk.file(service_id=None, region_code="51.07")
    assert (await desk.get(placed["id"], "admin")).json()["institution_id"] == str(desk.country.city)
    nowhere = await desk.file(service_id=None)
    assert (await desk.get(nowhere["id"], "admin")).status_code == 404
    assert (await desk.get(nowhere["id"], "national")).json()["institution_id"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"ethics_values": ["refuses_bribes"]},
        {"sub_class": "bribery"},
        {"protected": True},
        {"reporter": {"name": "Made", "phone": "081234567890", "kind": "employee"}},
        {"accused_role": "unit_head"},
    ],
)
async def test_triggers_of_the_protected_path(desk: Desk, changes: dict[str, Any]) -> None:
    filed = await desk.file(**changes)
    assert (await desk.get(filed["id"], "admin")).status_code == 404
    case = (await desk.get(filed["id"], "auditor")).json()
    assert (case["custody"], case["class"]) == ("protected", "supervisory")


async def test_words_alone_dont_protect(desk: Desk) -> None:
    filed = await desk.file(title="Suap dan pungli", body="Petugas minta suap.")
    assert (await desk.get(filed["id"], "admin")).json()["custody"] == "ordinary"


async def test_a_client_needs_the_scope_and_a_key(desk: Desk) -> None:
    body = complaint(desk.country)
    without = await desk.service.call(
        "POST", "/v1/complaints", caller=desk.service.integration("complaints:read"), json=body
    )
    assert without.status_code == 403
    client = desk.service.integration("complaints:file")
    keyless = await desk.service.call("POST", "/v1/complaints", caller=client, key=None, json=body)
    assert keyless.status_code == 400
    filed = await desk.service.call("POST", "/v1/complaints", caller=client, json=body)
    assert filed.status_code == 201
    own = await desk.service.call("GET", f"/v1/complaints/{filed.json()['id']}", caller=client)
    assert own.status_code == 200
    other = desk.service.integration("complaints:file")
    assert (await desk.service.call("GET", f"/v1/complaints/{filed.json()['id']}", caller=other)).status_code == 404


async def test_the_first_event_holds_nothing_of_the_reporter(desk: Desk) -> None:
    filed = await desk.file()
    async with desk.service.connection() as connection:
        event = await connection.fetchrow(
            "SELECT * FROM outbox WHERE subject = $1 UNION ALL SELECT 0, type, subject, sequence, visibility, "
            "institution_id, data, occurred_at FROM events WHERE subject = $1",
            f"complaints/{filed['id']}",
        )
        history = await connection.fetch("SELECT * FROM case_history WHERE case_id = $1", UUID(filed["id"]))
        held = await connection.fetch("SELECT * FROM custody_intervals WHERE case_id = $1", UUID(filed["id"]))
        duties = await connection.fetch("SELECT stage FROM deadline_duties WHERE case_id = $1", UUID(filed["id"]))
    assert (event["type"], event["sequence"], event["visibility"]) == ("case.filed", 1, "public")
    assert "Sari" not in str(event["data"])
    assert "KTP" not in str(event["data"])
    assert "tracking" not in str(event["data"])
    assert chain.first_broken((row["sequence"], row["canonical"], row["chain"]) for row in history) is None
    assert [(row["institution_id"], row["to_at"]) for row in held] == [(desk.country.city, None)]
    assert {row["stage"] for row in duties} >= {"verification", "completeness_notice"}


async def test_a_protected_case_is_told_to_the_platform_alone(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    async with desk.service.connection() as connection:
        event = await connection.fetchrow(
            "SELECT visibility, data FROM outbox WHERE subject = $1", f"complaints/{filed['id']}"
        )
    assert event["visibility"] == "internal"
    assert event["data"]["service_id"] is None
    assert event["data"]["category"] is None


async def test_an_officer_files_for_somebody_at_the_counter(desk: Desk) -> None:
    filed = await desk.file(desk.account("liaison"), channel="walk_in")
    receipt = (await desk.get(filed["id"], "admin", "/receipt")).json()
    assert receipt["received_by"]["kind"] == "officer"
    assert receipt["received_by"]["name"].startswith("Pejabat liaison")
    # The officer isn't the reporter: the case isn't in the officer's reach until it is assigned.
    assert (await desk.get(filed["id"], "liaison")).status_code == 404


async def test_the_receipt_of_art_44(desk: Desk) -> None:
    filed = await desk.file()
    reporter = await desk.tracking(filed)
    receipt = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}/receipt", caller=reporter)).json()
    assert receipt["reporter"]["name"] == "Ni Wayan Sari"
    assert receipt["summary"] == "KTP belum jadi"
    assert receipt["place"] == "Kota Contoh"
    assert receipt["time_zone"] == "Asia/Makassar"
    secret = await desk.file(protected=True)
    neutral = (
        await desk.service.call("GET", f"/v1/complaints/{secret['id']}/receipt", caller=await desk.tracking(secret))
    ).json()
    assert (neutral["summary"], neutral["place"]) == (None, None)


async def test_a_waiting_case_is_placed_when_the_registrys_facts_arrive(desk: Desk) -> None:
    late = uuid4()
    filed = await desk.file(service_id=str(late))
    assert (await desk.get(filed["id"], "national")).json()["routing"] == "pending"
    await settle(desk.service, [service(late, desk.country.city, desk.country.works, "IMB")])
    state = desk.service.app.state
    await route_pending(state.pool, state.router, datetime.now(UTC))
    case = (await desk.get(filed["id"], "admin")).json()
    assert case["routing"] == "done"
    assert case["proposed_unit_id"] == str(desk.country.works)
    tracked = (await desk.track(filed)).json()
    assert [entry["action"] for entry in tracked["timeline"]] == ["filing"]


async def test_the_reporter_is_told_how_long_it_took_others(desk: Desk) -> None:
    popular = uuid4()
    await settle(desk.service, [service(popular, desk.country.city, desk.country.works, "Izin")])
    days = [2, 4, 6, 8, 10]
    for number in days:
        earlier = await desk.file(service_id=str(popular))
        assert earlier["expected"] is None  # fewer than five tell nothing
        async with desk.service.connection() as connection:
            await connection.execute(
                "UPDATE cases SET received_at = now() - make_interval(days => $2), resolved_at = now() WHERE id = $1",
                UUID(earlier["id"]),
                number,
            )
    desk.service.app.state.expectations = Expectations(desk.service.app.state.pool)
    filed = await desk.file(service_id=str(popular))
    # Five cases of 2, 4, 6, 8 and 10 days: the median is 6; nine tenths lie at 8 + 0.6 × 2 by linear interpolation.
    assert filed["expected"] == {"p50_days": 6.0, "p90_days": 9.2}
