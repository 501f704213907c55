"""Claims for compensation (UU 25/2009 art. 42(3), 50(3)-(4)): who claims, who decides, amount, last day, payment, history."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.filings import Desk
from support.wall_clock import WallClock, wall_clock

CLAIM = {"amount_idr": 750_000, "grounds": "Tiket kereta hangus karena KTP terlambat."}
AWARD = {"decision": "awarded", "amount_idr": 500_000, "pay_by": "2026-04-30", "reasons": "Keterlambatan terbukti."}


@pytest.fixture(autouse=True)
def wall(desk: Desk) -> Iterator[WallClock]:
    with wall_clock(desk.service) as clock:
        yield clock


async def in_progress(desk: Desk, **changes: Any) -> dict[str, Any]:
    filed = await desk.file(**changes)
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": "non_supervisory"})
    await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(desk.country.counter)})
    await desk.done(filed["id"], "acceptance", "liaison")
    return filed


async def claim(desk: Desk, filed: dict[str, Any], **changes: Any) -> httpx.Response:
    path = f"/v1/complaints/{filed['id']}/compensation"
    return await desk.service.call("POST", path, caller=await desk.tracking(filed), json=CLAIM | changes)


async def claimed(desk: Desk) -> dict[str, Any]:
    filed = await in_progress(desk)
    assert (await claim(desk, filed)).status_code == 201
    return filed


async def answered(desk: Desk, filed: dict[str, Any], outcome: str) -> None:
    body = {
        "kind": "substantive",
        "body": "Kartu dicetak dan kerugian Anda dihitung ulang.",
        "proposed_outcome": outcome,
    }
    await desk.done(filed["id"], "response", "liaison", body)
    await desk.done(filed["id"], "approval", "head", {"decision": "approved"})


async def test_a_claim_is_decided_paid_and_told_step_by_step(desk: Desk, wall: WallClock) -> None:
    filed = await in_progress(desk)
    made = await claim(desk, filed)
    assert (made.status_code, made.json()["state"]) == (201, "claimed"), made.text
    again = await claim(desk, filed, amount_idr=700_000)  # nothing is decided yet
    assert (again.json()["id"], again.json()["claimed_amount_idr"]) == (made.json()["id"], 700_000)
    decided = await desk.done(
        filed["id"], "compensation-decision", "head", AWARD | {"budget_source": "DPA Dukcapil 2026"}
    )
    assert (decided["state"], decided["awarded_amount_idr"], decided["pay_by"]) == ("awarded", 500_000, "2026-04-30")
    wall.set(20, month=4)
    paid = {"amount_idr": 500_000, "paid_on": "2026-04-17", "reference": "SP2D 0123/2026"}
    done = await desk.done(filed["id"], "compensation-payment", "admin", paid)
    assert (done["state"], done["paid_on"], done["overdue"]) == ("paid", "2026-04-17", False)
    seen = await desk.service.call(
        "GET", f"/v1/complaints/{filed['id']}/compensation", caller=await desk.tracking(filed)
    )
    assert [step["state"] for step in seen.json()["history"]] == ["claimed", "claimed", "awarded", "paid"]
    assert "DPA" not in str(seen.json()["history"])
    told = (await desk.track(filed)).json()["timeline"]
    assert [entry["public"]["state"] for entry in told if entry["action"] == "compensation"][-1] == "paid"


async def test_who_may_claim_and_for_what(desk: Desk) -> None:
    filed = await in_progress(desk)
    path = f"/v1/complaints/{filed['id']}/compensation"
    for name, status in (("liaison", 403), ("admin", 403), ("other_liaison", 404)):
        assert (await desk.service.call("POST", path, caller=desk.account(name), json=CLAIM)).status_code == status
    assert (await desk.service.call("POST", path, caller=desk.service.anonymous(), json=CLAIM)).status_code == 404
    assert (await claim(desk, filed, amount_idr=0)).json()["errors"][0]["pointer"] == "/amount_idr"
    unnamed = await desk.file(anonymous=True, reporter=None)
    assert (await claim(desk, unnamed)).json()["code"] == "not_claimable"
    question = await desk.file(type="information_request", sub_class="service_information")
    assert (await claim(desk, question)).json()["code"] == "not_claimable"
    none = await desk.service.call("GET", path, caller=await desk.tracking(filed))
    assert none.status_code == 404


async def test_a_decision_states_amount_and_day_or_why_not(desk: Desk) -> None:
    filed = await claimed(desk)
    bare = {"decision": "awarded", "reasons": "Terbukti."}
    flawed: list[tuple[dict[str, Any], str]] = [
        (bare, "/amount_idr"),
        (bare | {"amount_idr": 1_000}, "/pay_by"),
        (bare | {"amount_idr": 1_000, "pay_by": "2026-03-01"}, "/pay_by"),
        ({"decision": "rejected", "reasons": "Tidak terbukti.", "amount_idr": 1_000}, "/amount_idr"),
        ({"decision": "rejected"}, "/reasons"),
    ]
    for body, pointer in flawed:
        refused = await desk.act(filed["id"], "compensation-decision", "head", body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    for name, status in (("liaison", 403), ("works_head", 404), ("evaluator", 403)):
        assert (await desk.act(filed["id"], "compensation-decision", name, AWARD)).status_code == status
    rejected = await desk.done(
        filed["id"], "compensation-decision", "responsible", {"decision": "rejected", "reasons": "Tidak."}
    )
    assert (rejected["state"], rejected["pay_by"]) == ("rejected", None)
    assert (await claim(desk, filed)).json()["code"] == "claim_decided"
    assert (await desk.act(filed["id"], "compensation-decision", "head", AWARD)).json()["code"] == "claim_decided"
    unclaimed = await in_progress(desk)
    assert (await desk.act(unclaimed["id"], "compensation-decision", "head", AWARD)).json()["code"] == "nothing_claimed"


async def test_two_deciders_at_once(desk: Desk) -> None:
    filed = await claimed(desk)
    etag = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}")).headers["etag"]
    replies = await asyncio.gather(
        *(
            desk.service.call(
                "POST",
                f"/v1/complaints/{filed['id']}/compensation-decision",
                caller=desk.account(name),
                headers={"if-match": etag},
                json=AWARD,
            )
            for name in ("head", "responsible")
        )
    )
    assert sorted(reply.status_code for reply in replies) == [201, 412]


async def test_a_payment_is_of_the_whole_award_on_a_day_that_can_be(desk: Desk) -> None:
    filed = await claimed(desk)
    body = {"amount_idr": 500_000, "paid_on": "2026-03-02", "reference": "SP2D 1"}
    early = await desk.act(filed["id"], "compensation-payment", "admin", body)
    assert early.json()["code"] == "nothing_claimed"
    await desk.done(filed["id"], "compensation-decision", "head", AWARD)
    for change, pointer in (
        ({"amount_idr": 400_000}, "/amount_idr"),
        ({"paid_on": "2026-03-03"}, "/paid_on"),
        ({"paid_on": "2026-03-01"}, "/paid_on"),
    ):
        refused = await desk.act(filed["id"], "compensation-payment", "admin", body | change)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await desk.act(filed["id"], "compensation-payment", "officer", body)).status_code == 403


async def test_a_case_isnt_resolved_over_an_undecided_claim(desk: Desk) -> None:
    filed = await claimed(desk)
    await answered(desk, filed, "fixed")
    proof = [{"kind": "photo_after", "note": "Kartu"}]
    refused = await desk.act(filed["id"], "resolution", "liaison", {"outcome_code": "fixed", "proof": proof})
    assert refused.json()["errors"][0] | {"detail": ""} == {
        "pointer": "/compensation",
        "code": "claim_undecided",
        "detail": "",
    }
    await desk.done(
        filed["id"], "compensation-decision", "head", {"decision": "rejected", "reasons": "Tidak terbukti."}
    )
    assert (await desk.done(filed["id"], "resolution", "liaison", {"outcome_code": "fixed", "proof": proof}))[
        "state"
    ] == "resolved"


async def test_a_resolution_may_be_the_award_and_is_paid_after_the_closing(desk: Desk, wall: WallClock) -> None:
    filed = await claimed(desk)
    await answered(desk, filed, "compensation_awarded")
    award = {"amount_idr": 600_000, "pay_by": "2026-04-30"}
    proof = [{"kind": "decree", "note": "SK 12/2026"}]
    body = {"outcome_code": "compensation_awarded", "proof": proof, "compensation": award}
    await desk.done(filed["id"], "resolution", "liaison", body)
    path = f"/v1/complaints/{filed['id']}/reply"
    closed = await desk.service.call("POST", path, caller=await desk.tracking(filed), json={"satisfied": True})
    assert closed.json()["state"] == "closed"
    wall.set(1, month=5)
    listed = await desk.service.call(
        "GET", "/v1/compensation-claims?state=awarded&limit=200", caller=desk.account("responsible")
    )
    [owed] = [item for item in listed.json()["items"] if item["case_id"] == filed["id"]]
    assert (owed["awarded_amount_idr"], owed["overdue"]) == (600_000, True)
    paid = {"amount_idr": 600_000, "paid_on": "2026-05-01", "reference": "SP2D 9"}
    assert (await desk.done(filed["id"], "compensation-payment", "admin", paid))["state"] == "paid"


async def test_what_an_institution_owes_is_for_those_who_budget_or_watch(desk: Desk) -> None:
    filed = await claimed(desk)
    for name in ("admin", "responsible", "supervisor"):
        reply = await desk.service.call(
            "GET", "/v1/compensation-claims?limit=200&count=exact", caller=desk.account(name)
        )
        assert filed["id"] in {item["case_id"] for item in reply.json()["items"]}, name
        assert reply.json()["count"] >= 1
    other = await desk.service.call("GET", "/v1/compensation-claims", caller=desk.account("other_admin"))
    assert other.json()["items"] == []
    assert (
        await desk.service.call("GET", "/v1/compensation-claims", caller=desk.account("liaison"))
    ).status_code == 403
    assert (
        await desk.service.call("GET", "/v1/compensation-claims", caller=desk.service.anonymous())
    ).status_code == 401
