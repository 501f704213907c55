"""Several units on one case: what the coordinator asks, the unit's clock and answer, and how little the unit may read."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from complaints.cooperation.reminding import remind
from support.filings import Desk
from support.wall_clock import WallClock, wall_clock

QUESTION = "Apakah trotoar di depan loket sudah diperbaiki?"
ANSWER = "Sudah, pekerjaan selesai pada 27 Februari."


@pytest.fixture
def wall(desk: Desk) -> Iterator[WallClock]:
    with wall_clock(desk.service) as clock:
        yield clock


async def asked(desk: Desk, case_id: str, **changes: Any) -> dict[str, Any]:
    """What the counter asks of the works department."""
    body = {"unit_id": str(desk.country.works), "question": QUESTION} | changes
    return await desk.done(case_id, "contributions", "liaison", body)


def below(contribution: dict[str, Any], action: str) -> str:
    return f"contributions/{contribution['id']}/{action}"


async def flaw(reply: httpx.Response) -> tuple[int, str, str]:
    error = reply.json()["errors"][0]
    return reply.status_code, error["pointer"], error["code"]


async def test_a_unit_is_asked_with_a_clock_and_answers_the_coordinator(desk: Desk, wall: WallClock) -> None:
    filed = await desk.file()
    case_id = filed["id"]
    await desk.done(case_id, "verification", "admin", {"complete": True})
    await desk.done(case_id, "classification", "admin", {"class": "non_supervisory"})
    await desk.done(case_id, "assignment", "admin", {})
    await desk.done(case_id, "acceptance", "liaison")
    due_before = (await desk.get(case_id, "admin")).json()["due_at"]
    contribution = await asked(desk, case_id)
    # Three working days from Monday 2 March end on Thursday 5 March, at midnight in Bali.
    assert contribution["clock"]["due_at"] == "2026-03-05T15:59:59Z"
    assert (contribution["state"], contribution["unit_name"]) == ("asked", "Dinas PUPR")
    assert (await desk.get(case_id, "admin")).json()["due_at"] == due_before
    answered = await desk.done(case_id, below(contribution, "answer"), "works_liaison", {"body": ANSWER})
    assert (answered["state"], answered["answer"]) == ("answered", ANSWER)
    held = (await desk.get(case_id, "liaison", "/contributions")).json()["items"]
    assert [(each["state"], each["answer"]) for each in held] == [("answered", ANSWER)]
    # The reporter learns which unit takes part, and that it answered; what it said only from the coordinator.
    reporter = await desk.tracking(filed)
    shown = await desk.service.call("GET", f"/v1/complaints/{case_id}/contributions", caller=reporter)
    [seen] = shown.json()["items"]
    assert (seen["unit_name"], seen["state"], seen["answer"], seen["question"]) == (
        "Dinas PUPR",
        "answered",
        None,
        None,
    )
    tracked = (await desk.track(filed)).json()
    assert tracked["complaint"]["cooperating_units"] == [{"id": str(desk.country.works), "name": "Dinas PUPR"}]
    assert ANSWER not in shown.text
    assert QUESTION not in (await desk.track(filed)).text
    assert tracked["timeline"][-1]["public"] == {
        "unit_id": str(desk.country.works),
        "unit_name": "Dinas PUPR",
        "state": "answered",
    }
    refused = await desk.act(case_id, "response", "works_liaison", {"kind": "interim", "body": ANSWER})
    assert refused.status_code == 403  # the reporter is answered by the coordinator alone


async def test_the_cooperating_unit_reads_the_matter_and_nothing_else(desk: Desk) -> None:
    case_id = await desk.in_progress(loss_amount_idr=750_000)
    assert (await desk.get(case_id, "works_liaison")).status_code == 404
    contribution = await asked(desk, case_id)
    for name in ("works_liaison", "works_head"):
        case = (await desk.get(case_id, name)).json()
        assert case["body"]
        for hidden in ("tracking_code", "loss_amount_idr", "due_at", "rating", "proposed_outcome"):
            assert case[hidden] is None, hidden
        assert case["allowed_actions"] == []
        for path in ("/timeline", "/custody", "/receipt", "/reporter", "/notices", "/deadline", "/access-log"):
            assert (await desk.get(case_id, name, path)).status_code == 403, path
        assert (await desk.get(case_id, name, "/attachments")).json()["items"] == []
        listed = await desk.service.call("GET", "/v1/complaints?limit=200", caller=desk.account(name))
        assert case_id in {item["id"] for item in listed.json()["items"]}
    for name in ("works_liaison", "works_head"):
        assert (await desk.act(case_id, "note", name, {"body": "Bukan urusan kami."})).status_code == 403
    other = await desk.service.call(
        "GET", f"/v1/complaints/{case_id}/contributions", caller=desk.account("other_liaison")
    )
    assert other.status_code == 404
    # Once it has declined, the case doesn't exist for it any more.
    reason = {"reason": "not_our_authority", "explanation": "Trotoar itu milik provinsi."}
    await desk.done(case_id, below(contribution, "refusal"), "works_head", reason)
    assert (await desk.get(case_id, "works_liaison")).status_code == 404
    assert (await desk.get(case_id, "liaison")).json()["cooperating_units"] == []


async def test_who_may_ask_and_whom(desk: Desk) -> None:
    case_id = await desk.in_progress()
    country = desk.country
    body = {"unit_id": str(country.works), "question": QUESTION}
    assert (await desk.act(case_id, "contributions", "works_liaison", body)).status_code == 404
    assert (await desk.act(case_id, "contributions", "responsible", body)).status_code == 403
    assert (await desk.act(case_id, "contributions", "evaluator", body)).status_code == 403
    path = f"/v1/complaints/{case_id}/contributions"
    assert (await desk.service.call("POST", path, caller=desk.service.anonymous(), json=body)).status_code == 401
    bare = await desk.service.call("POST", path, caller=desk.account("liaison"), json=body)
    assert bare.status_code == 428
    flawed = {
        str(uuid4()): "unknown_unit",
        str(country.counter): "same_unit",
        str(country.other_unit): "out_of_reach",
    }
    for unit_id, code in flawed.items():
        refused = await desk.act(case_id, "contributions", "liaison", body | {"unit_id": unit_id})
        assert await flaw(refused) == (422, "/unit_id", code)
    strange = await desk.act(case_id, "contributions", "liaison", body | {"attachment_ids": [str(uuid4())]})
    assert await flaw(strange) == (422, "/attachment_ids/0", "unknown_attachment")
    await asked(desk, case_id)
    again = await desk.act(case_id, "contributions", "head", body)
    assert (again.status_code, again.json()["code"]) == (409, "already_asked")
    early = await desk.assigned()
    assert (await desk.act(early, "contributions", "liaison", body)).json()["code"] == "move_not_allowed"


async def test_only_the_unit_that_was_asked_answers_and_once(desk: Desk) -> None:
    case_id = await desk.in_progress()
    contribution = await asked(desk, case_id)
    answer = {"body": ANSWER}
    assert (await desk.act(case_id, below(contribution, "answer"), "liaison", answer)).status_code == 403
    assert (await desk.act(case_id, below(contribution, "answer"), "other_liaison", answer)).status_code == 404
    assert (await desk.act(case_id, f"contributions/{uuid4()}/answer", "works_liaison", answer)).status_code == 404
    unknown = {"reason": "bored", "explanation": "-"}
    refused = await desk.act(case_id, below(contribution, "refusal"), "works_liaison", unknown)
    assert await flaw(refused) == (422, "/reason", "unknown_code")
    # Two officers of the unit at once, both having seen the same version: one is taken.
    etag = (await desk.service.call("GET", f"/v1/complaints/{case_id}")).headers["etag"]
    replies = await asyncio.gather(
        *(
            desk.service.call(
                "POST",
                f"/v1/complaints/{case_id}/{below(contribution, 'answer')}",
                caller=desk.account(name),
                headers={"if-match": etag},
                json={"body": f"{ANSWER} {name}"},
            )
            for name in ("works_liaison", "works_head")
        )
    )
    assert sorted(reply.status_code for reply in replies) == [201, 412]
    late = await desk.act(case_id, below(contribution, "answer"), "works_head", answer)
    assert (late.status_code, late.json()["code"]) == (409, "contribution_ended")
    withdrawn = await desk.act(case_id, below(contribution, "withdrawal"), "liaison", {"reason": "Cukup."})
    assert withdrawn.json()["code"] == "contribution_ended"


async def test_a_unit_that_was_asked_by_mistake_is_let_go(desk: Desk) -> None:
    case_id = await desk.in_progress()
    contribution = await asked(desk, case_id)
    gone = await desk.done(case_id, below(contribution, "withdrawal"), "head", {"reason": "Salah unit."})
    assert gone["state"] == "withdrawn"
    assert (await desk.get(case_id, "works_liaison")).status_code == 404


async def test_what_is_overdue_is_told_to_the_units_head_once(desk: Desk, wall: WallClock) -> None:
    case_id = await desk.in_progress()
    await asked(desk, case_id)
    pool = desk.service.app.state.pool
    await remind(pool, wall.set(5, 23))
    assert not [each for each in await _history(desk, case_id) if each["internal"].get("state") == "overdue"]
    for _ in range(2):
        await remind(pool, wall.set(6, 0, 1))
    [told] = [each for each in await _history(desk, case_id) if each["internal"].get("state") == "overdue"]
    assert told["internal"]["unit_id"] == str(desk.country.works)
    [item] = (await desk.get(case_id, "liaison", "/contributions")).json()["items"]
    assert item["clock"]["overdue"] is True


async def _history(desk: Desk, case_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await desk.get(case_id, "admin", "/timeline")).json()["items"]
    return items


async def test_a_protected_case_is_shown_to_no_other_unit(desk: Desk) -> None:
    case_id = await desk.in_progress()
    await asked(desk, case_id)
    taken = {"trigger": "discovered", "reason": "Ada pungutan."}
    protected = await desk.act(case_id, "protection", "admin", taken)
    assert protected.status_code == 201, protected.text
    assert (await desk.get(case_id, "works_liaison")).status_code == 404
    body = {"unit_id": str(desk.country.works), "question": QUESTION}
    refused = await desk.act(case_id, "contributions", "auditor", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_for_protected_case")


async def test_an_arbiter_has_other_units_consulted(desk: Desk) -> None:
    case_id = await desk.assigned()
    country = desk.country
    back = {"reason": "other_unit", "explanation": "Jalan.", "proposed_unit_id": str(country.works)}
    await desk.done(case_id, "refusal", "liaison", back)
    await desk.done(case_id, "assignment", "admin", {})
    await desk.done(case_id, "refusal", "works_liaison", back | {"proposed_unit_id": str(country.counter)})
    decision = {"unit_id": str(country.counter), "reason": "Loket memimpin, PUPR memberi data trotoar."}
    strange = decision | {"consulted_unit_ids": [str(country.counter)]}
    refused = await desk.act(case_id, "arbitration", "responsible", strange)
    assert await flaw(refused) == (422, "/consulted_unit_ids/0", "same_unit")
    case = await desk.done(
        case_id, "arbitration", "responsible", decision | {"consulted_unit_ids": [str(country.works)]}
    )
    assert [each["name"] for each in case["cooperating_units"]] == ["Dinas PUPR"]
    [item] = (await desk.get(case_id, "works_liaison", "/contributions")).json()["items"]
    assert (item["state"], item["question"]) == ("asked", decision["reason"])


async def test_a_transfer_ends_the_cooperation_of_the_units_left_behind(desk: Desk) -> None:
    case_id = await desk.in_progress()
    await asked(desk, case_id)
    body = {"institution_id": str(desk.country.other_city), "reason": "Wilayah lain.", "consent": "Surat 7/2026"}
    await desk.done(case_id, "transfer", "admin", body)
    assert (await desk.get(case_id, "works_liaison")).status_code == 404
    [item] = (await desk.get(case_id, "other_admin", "/contributions")).json()["items"]
    assert item["state"] == "withdrawn"


async def test_files_are_read_by_the_unit_only_if_they_were_shared(desk: Desk) -> None:
    case_id = await desk.in_progress()
    kept, given = await desk.attached(case_id, "liaison"), await desk.attached(case_id, "liaison")
    await asked(desk, case_id, attachment_ids=[given])
    listed = (await desk.get(case_id, "works_liaison", "/attachments")).json()["items"]
    assert [item["id"] for item in listed] == [given]
    assert (await desk.get(case_id, "works_liaison", f"/attachments/{given}")).status_code == 200
    assert (await desk.get(case_id, "works_liaison", f"/attachments/{kept}")).status_code == 404


async def test_the_units_own_files_are_the_coordinators_not_the_reporters(desk: Desk) -> None:
    filed = await desk.file()
    case_id = filed["id"]
    await desk.done(case_id, "verification", "admin", {"complete": True})
    await desk.done(case_id, "classification", "admin", {"class": "minor"})
    await desk.done(case_id, "assignment", "admin", {})
    await desk.done(case_id, "acceptance", "liaison")
    contribution = await asked(desk, case_id)
    upload = await desk.uploaded("works_liaison")
    body = {"body": ANSWER, "upload_ids": [upload]}
    await desk.done(case_id, below(contribution, "answer"), "works_liaison", body)
    [mine] = (await desk.get(case_id, "works_liaison", "/attachments")).json()["items"]
    assert mine["internal"] is True
    reporter = await desk.tracking(filed)
    shown = await desk.service.call("GET", f"/v1/complaints/{case_id}/attachments", caller=reporter)
    assert shown.json()["items"] == []
