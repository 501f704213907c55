"""How cases end and come back: resolution, rating, reopening, appeal, withdrawal."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.filings import Desk
from support.wall_clock import WallClock, wall_clock

ANSWER = "Kartu dicetak pada 5 Maret dan dapat diambil di loket 3."
PROOF = [{"kind": "photo_after", "note": "Foto kartu yang sudah dicetak"}]
FIXED = {"outcome_code": "fixed", "proof": PROOF}


@pytest.fixture
def wall(desk: Desk) -> Iterator[WallClock]:
    with wall_clock(desk.service) as clock:
        yield clock


async def responded(desk: Desk, case_class: str = "non_supervisory", **changes: Any) -> dict[str, Any]:
    """A case whose substantive answer went out: the reply to its filing."""
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": case_class, "category": "population"})
    await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(desk.country.counter)})
    await desk.done(filed["id"], "acceptance", "liaison")
    body = {"kind": "substantive", "body": ANSWER, "proposed_outcome": "fixed"} | changes
    await desk.done(filed["id"], "response", "liaison", body)
    await desk.done(filed["id"], "approval", "head", {"decision": "approved"})
    return filed


async def resolved(desk: Desk) -> dict[str, Any]:
    filed = await responded(desk)
    await desk.done(filed["id"], "resolution", "liaison", FIXED)
    return filed


async def say(desk: Desk, filed: dict[str, Any], action: str, body: dict[str, Any]) -> httpx.Response:
    """What the reporter does, with the tracking token of this moment."""
    caller = await desk.tracking(filed)
    return await desk.service.call("POST", f"/v1/complaints/{filed['id']}/{action}", caller=caller, json=body)


async def test_a_resolution_has_an_outcome_and_its_proof(desk: Desk, wall: WallClock) -> None:
    filed = await responded(desk)
    flawed: list[tuple[dict[str, Any], str]] = [
        ({"outcome_code": "fixed"}, "/proof"),
        ({"outcome_code": "adopted", "proof": PROOF}, "/outcome_code"),
        ({"outcome_code": "fixed", "proof": [{"kind": "poem"}]}, "/proof/0/kind"),
        ({"outcome_code": "compensation_awarded", "proof": PROOF}, "/compensation"),
        ({"outcome_code": "rejected"}, "/explanation"),
    ]
    for body, pointer in flawed:
        refused = await desk.act(filed["id"], "resolution", "liaison", body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    case = await desk.done(filed["id"], "resolution", "liaison", FIXED)
    assert (case["state"], case["outcome_code"]) == ("resolved", "fixed")
    assert case["resolved_at"] is not None
    stages = {duty["stage"]: duty for duty in (await desk.get(filed["id"], "head", "/deadline")).json()["duties"]}
    assert (stages["handling"]["status"], stages["decision"]["status"]) == ("met", "met")
    delivery = stages["decision_delivery"]  # 14 calendar days; the tracking page shows it at once
    assert (delivery["status"], delivery["due_at"]) == ("met", "2026-03-16T15:59:59Z")


async def test_closed_without_action_is_an_honest_outcome(desk: Desk, wall: WallClock) -> None:
    """It needs no proof of what wasn't done, and says why."""
    filed = await responded(desk, proposed_outcome="no_action")
    silent = await desk.act(filed["id"], "resolution", "liaison", {"outcome_code": "no_action"})
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/explanation")
    said = {"outcome_code": "no_action", "explanation": "Pelapor tidak dapat dihubungi dan tempatnya tidak ditemukan."}
    case = await desk.done(filed["id"], "resolution", "liaison", said)
    assert (case["state"], case["outcome_code"]) == ("resolved", "no_action")
    shown = (await desk.track(filed)).json()
    assert said["explanation"] in str(shown)


async def test_no_resolution_without_an_answer_or_with_an_open_commitment(desk: Desk, wall: WallClock) -> None:
    bare = await desk.in_progress()
    assert (await desk.act(bare, "resolution", "liaison", FIXED)).status_code == 409
    promise = {"what": "Loket kedua dibuka", "due_on": "2026-05-01"}
    filed = await responded(desk, proposed_outcome="commitment", commitments=[promise])
    body: dict[str, Any] = {"outcome_code": "commitment"}
    refused = await desk.act(filed["id"], "resolution", "liaison", body)
    assert refused.json()["errors"][0]["code"] == "commitment_open"
    strange = await desk.act(
        filed["id"], "resolution", "liaison", body | {"commitments": [{"number": 7, "state": "done"}]}
    )
    assert strange.json()["errors"][0]["code"] == "unknown_number"
    planned = {"number": 1, "state": "planned", "plan": "Renja 2027"}
    case = await desk.done(filed["id"], "resolution", "liaison", body | {"commitments": [planned]})
    assert case["state"] == "resolved"


async def test_a_rating_changes_while_resolved_and_stays_once_closed(desk: Desk, wall: WallClock) -> None:
    filed = await resolved(desk)
    assert (await say(desk, filed, "rating", {"rating": 6})).status_code == 422
    strange = await say(desk, filed, "rating", {"rating": 2, "reasons": ["boring"]})
    assert strange.json()["errors"][0]["pointer"] == "/reasons/0"
    assert (await say(desk, filed, "rating", {"rating": 2, "reasons": ["slow"]})).status_code == 201
    assert (await say(desk, filed, "rating", {"rating": 4})).json()["rating"] == 4
    assert (await say(desk, filed, "reply", {"satisfied": True})).json()["state"] == "closed"
    again = await say(desk, filed, "rating", {"rating": 5})
    assert (again.status_code, again.json()["code"]) == (409, "already_rated")


async def test_a_closed_case_is_rated_within_thirty_days(desk: Desk, wall: WallClock) -> None:
    filed = await resolved(desk)
    await say(desk, filed, "reply", {"satisfied": True})
    wall.set(2, 10, month=4)
    late = await say(desk, filed, "rating", {"rating": 5})
    assert late.json()["code"] == "window_closed"
    wall.set(1, 8, month=4)
    assert (await say(desk, filed, "rating", {"rating": 5})).status_code == 201


async def test_the_reporter_reopens_in_time_and_twice_at_most(desk: Desk, wall: WallClock) -> None:
    filed = await resolved(desk)
    for _ in range(2):
        back = await say(desk, filed, "reopening", {"reason": "Kartu belum ada."})
        assert back.json()["state"] == "in_progress"
        await desk.done(
            filed["id"], "response", "liaison", {"kind": "substantive", "body": ANSWER, "proposed_outcome": "fixed"}
        )
        await desk.done(filed["id"], "approval", "head", {"decision": "approved"})
        await desk.done(filed["id"], "resolution", "liaison", FIXED)
    third = await say(desk, filed, "reopening", {"reason": "Masih belum."})
    assert third.status_code == 409
    assert "appeal" in third.json()["allowed_actions"]
    other = await resolved(desk)
    wall.set(13)  # the window ended on Thursday 12
    late = await say(desk, other, "reopening", {"reason": "Belum."})
    assert late.json()["code"] == "window_closed"


async def test_an_administrator_reopens_a_closed_case_on_a_ground_only(desk: Desk, wall: WallClock) -> None:
    filed = await resolved(desk)
    await say(desk, filed, "reply", {"satisfied": True})
    bare = await desk.act(filed["id"], "reopening", "admin", {"reason": "Perlu dilihat lagi."})
    assert bare.json()["errors"][0]["pointer"] == "/ground"
    body = {"reason": "Rekomendasi Ombudsman.", "ground": "ombudsman_recommendation"}
    assert (await desk.done(filed["id"], "reopening", "admin", body))["state"] == "in_progress"
    assert (await desk.act(filed["id"], "reopening", "liaison", body)).status_code == 403


async def test_an_appeal_is_decided_by_somebody_who_took_no_part(desk: Desk, wall: WallClock) -> None:
    filed = await resolved(desk)
    received = await say(desk, filed, "appeal", {"reason": "Putusan tidak sesuai bukti."})
    assert received.json()["state"] == "under_appeal"
    decision = {"decision": "dismissed", "reasons": "Bukti cukup."}
    bare = await desk.act(filed["id"], "appeal-decision", "responsible", decision)
    assert bare.json()["errors"][0]["pointer"] == "/next_body"
    case = await desk.done(filed["id"], "appeal-decision", "responsible", decision | {"next_body": "ombudsman"})
    assert (case["state"], case["closure_kind"]) == ("closed", "appeal_upheld")
    again = await say(desk, filed, "appeal", {"reason": "Sekali lagi."})
    assert again.json()["code"] == "appeal_decided"


async def test_an_appeal_granted_brings_the_case_back(desk: Desk, wall: WallClock) -> None:
    filed = await resolved(desk)
    await say(desk, filed, "appeal", {"reason": "Tidak sesuai."})
    assert (await desk.act(filed["id"], "appeal-decision", "head", {"decision": "granted"})).status_code in (403, 422)
    case = await desk.done(
        filed["id"], "appeal-decision", "supervisor", {"decision": "granted", "reasons": "Benar, belum selesai."}
    )
    assert (case["state"], case["outcome_code"], case["resolved_at"]) == ("in_progress", None, None)


async def test_who_handled_it_may_not_decide_the_appeal(desk: Desk, wall: WallClock) -> None:
    filed = await responded(desk)
    body = {"body": "Ditinjau."}
    etag = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}")).headers["etag"]
    noted = await desk.service.call("POST", f"/v1/complaints/{filed['id']}/note", headers={"if-match": etag}, json=body)
    assert noted.status_code == 201
    await desk.done(filed["id"], "resolution", "liaison", FIXED)
    await say(desk, filed, "appeal", {"reason": "Tidak sesuai."})
    etag = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}")).headers["etag"]
    refused = await desk.service.call(
        "POST",
        f"/v1/complaints/{filed['id']}/appeal-decision",
        headers={"if-match": etag},
        json={"decision": "granted", "reasons": "Benar."},
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "took_part_before")


async def test_the_time_for_an_appeal_ends(desk: Desk, wall: WallClock) -> None:
    filed = await resolved(desk)
    await say(desk, filed, "reply", {"satisfied": True})
    wall.set(2, month=4)  # thirty days after 2 March end on 1 April
    late = await say(desk, filed, "appeal", {"reason": "Terlambat."})
    assert late.json()["code"] == "window_closed"
    wall.set(1, month=4)
    assert (await say(desk, filed, "appeal", {"reason": "Tepat waktu."})).json()["state"] == "under_appeal"
    ended = await say(desk, filed, "withdrawal", {})
    assert ended.json()["state"] == "closed"


async def test_a_reporter_withdraws_but_not_from_a_matter_of_supervision(desk: Desk, wall: WallClock) -> None:
    filed = await responded(desk)
    gone = await say(desk, filed, "withdrawal", {"reason": "Sudah selesai."})
    assert gone.json()["state"] == "withdrawn"
    stays = await responded(desk, "supervisory")
    reply = await say(desk, stays, "withdrawal", {})
    assert reply.json()["state"] == "responded"


async def test_silence_on_a_formal_request_is_a_ground_once_the_answer_is_overdue(desk: Desk, wall: WallClock) -> None:
    filed = await desk.file(type="information_request", sub_class="formal_public_information")
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": "public_information"})
    await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(desk.country.secretariat)})
    early = await say(desk, filed, "appeal", {"reason": "Tidak dijawab."})
    assert early.json()["code"] == "answer_not_overdue"
    wall.set(17)  # ten working days ended on Monday 16
    received = await say(desk, filed, "appeal", {"reason": "Tidak dijawab."})
    assert received.json()["state"] == "under_appeal"
    duties = {
        duty["stage"]: duty for duty in (await desk.get(filed["id"], "responsible", "/deadline")).json()["duties"]
    }
    assert duties["answer"]["status"] == "breached"
    assert duties["appeal_decision"]["amount"] == 30


async def test_only_the_reporter_rates_and_strangers_find_nothing(desk: Desk, wall: WallClock) -> None:
    filed = await resolved(desk)
    path = f"/v1/complaints/{filed['id']}/rating"
    body = {"rating": 5}
    assert (await desk.service.call("POST", path, caller=desk.account("liaison"), json=body)).status_code == 403
    assert (await desk.service.call("POST", path, caller=desk.account("other_liaison"), json=body)).status_code == 404
    assert (await desk.service.call("POST", path, caller=desk.service.anonymous(), json=body)).status_code == 404
