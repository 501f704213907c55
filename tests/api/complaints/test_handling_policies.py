"""How answers are approved and proven, set by institutions and units as versions: rights, resolution, effect on answers."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from support.directory import settled_country
from support.filings import Desk
from support.wall_clock import WallClock, wall_clock

ANSWER = "Kartu dicetak pada 5 Maret dan dapat diambil di loket 3."


@pytest.fixture
async def office(desk: Desk) -> Desk:
    """A country of its own: what is set here binds no other test."""
    return Desk(desk.service, await settled_country(desk.service, region="52.99"))


@pytest.fixture
def wall(office: Desk) -> Iterator[WallClock]:
    with wall_clock(office.service) as clock:
        yield clock


async def put(office: Desk, name: str, *rules: dict[str, Any], **changes: Any) -> httpx.Response:
    body = {
        "institution_id": str(office.country.city),
        "effective_from": "2026-03-02",
        "legal_source": "Perwali 7/2026",
        "rules": list(rules),
    }
    headers = changes.pop("headers", {})
    return await office.service.call(
        "POST", "/v1/handling-policies", caller=office.account(name), headers=headers, json=body | changes
    )


async def accepted(office: Desk, case_class: str) -> str:
    """A case of this class that the counter accepted; its id."""
    filed = await office.file()
    await office.done(filed["id"], "verification", "admin", {"complete": True})
    await office.done(filed["id"], "classification", "admin", {"class": case_class})
    await office.done(filed["id"], "assignment", "admin", {"unit_id": str(office.country.counter)})
    await office.done(filed["id"], "acceptance", "liaison")
    return str(filed["id"])


async def answered(office: Desk, name: str, case_class: str, **changes: Any) -> httpx.Response:
    """What becomes of a substantive answer by this officer."""
    body = {"kind": "substantive", "body": ANSWER, "proposed_outcome": "fixed"} | changes
    return await office.act(await accepted(office, case_class), "response", name, body)


async def test_by_default_light_classes_are_the_heads_own(office: Desk, wall: WallClock) -> None:
    assert (await answered(office, "head", "minor")).json()["state"] == "responded"
    assert (await answered(office, "liaison", "minor")).json()["state"] == "awaiting_approval"
    assert (await answered(office, "head", "non_supervisory")).json()["code"] == "move_not_allowed"


async def test_a_unit_lets_its_liaison_answer_alone_and_another_doesnt(office: Desk, wall: WallClock) -> None:
    country = office.country
    rule = {"class": "minor", "approval": "none"}
    made = await put(office, "admin", rule, unit_id=str(country.registry_office))
    assert made.status_code == 201, made.text
    assert (made.json()["version"], made.json()["legal_source"]) == (1, "Perwali 7/2026")
    # The counter is below the office whose policy it is.
    sent = await answered(office, "liaison", "minor")
    assert sent.json()["state"] == "responded"
    assert (await answered(office, "liaison", "normative")).json()["state"] == "awaiting_approval"
    # A later version takes its place from its day on, and the earlier one stays readable.
    newer = await put(
        office,
        "admin",
        {"class": "minor", "approval": "superior"},
        unit_id=str(country.counter),
        effective_from="2026-03-04",
    )
    assert newer.json()["version"] == 1
    assert (await answered(office, "liaison", "minor")).json()["state"] == "responded"
    wall.set(4)
    assert (await answered(office, "liaison", "minor")).json()["state"] == "awaiting_approval"
    assert (await answered(office, "head", "minor")).json()["code"] == "move_not_allowed"
    held = await office.service.call("GET", made.headers["location"], caller=office.service.anonymous())
    assert held.json()["rules"] == [{"class": "minor", "approval": "none", "evidence": None}]
    assert "immutable" in held.headers["cache-control"]
    listed = await office.service.call(
        "GET", f"/v1/handling-policies?institution={country.city}&count=exact", caller=office.service.anonymous()
    )
    assert listed.json()["count"] == 2


async def test_a_head_is_offered_what_the_policy_in_force_allows(office: Desk, wall: WallClock) -> None:
    """Of any class: what is allowed is said by the same policy that decides of the answer, from its day on."""
    stricter = [{"class": "minor", "approval": "superior"}, {"class": "non_supervisory", "approval": "head"}]
    await put(office, "admin", *stricter, unit_id=str(office.country.registry_office), effective_from="2026-03-04")

    async def offered(case_class: str) -> tuple[bool, int]:
        """Whether the responsible officer is told that he may answer, and what becomes of it."""
        case_id = await accepted(office, case_class)
        seen = (await office.get(case_id, "responsible")).json()
        body = {"kind": "substantive", "body": ANSWER, "proposed_outcome": "fixed"}
        reply = await office.act(case_id, "response", "responsible", body)
        return "response" in seen["allowed_actions"], reply.status_code

    assert [await offered(each) for each in ("minor", "non_supervisory")] == [(True, 201), (False, 409)]
    wall.set(4)
    assert [await offered(each) for each in ("minor", "non_supervisory")] == [(False, 409), (True, 201)]


async def test_matters_of_supervision_are_always_approved_and_proven(office: Desk, wall: WallClock) -> None:
    lax = await put(office, "admin", {"class": "supervisory", "approval": "head", "evidence": []})
    assert lax.status_code == 422
    assert [error["pointer"] for error in lax.json()["errors"]] == ["/rules/0/approval", "/rules/0/evidence"]
    filed = (await answered(office, "liaison", "supervisory", proposed_outcome="not_proven")).json()
    await office.done(filed["id"], "approval", "head", {"decision": "approved"})
    body: dict[str, Any] = {"outcome_code": "not_proven", "proof": "Sudah diperiksa."}
    bare = await office.act(filed["id"], "resolution", "liaison", body)
    assert (bare.status_code, bare.json()["errors"][0]["code"]) == (422, "evidence_missing")
    said = {"kind": "examination_report", "note": "LHP 12"}
    assert (await office.act(filed["id"], "resolution", "liaison", body | {"proof": [said]})).status_code == 422
    strange = body | {"proof": [said | {"attachment_id": str(uuid4())}]}
    refused = await office.act(filed["id"], "resolution", "liaison", strange)
    assert refused.json()["errors"][0] | {"detail": ""} == {
        "pointer": "/proof/0/attachment_id",
        "code": "unknown_attachment",
        "detail": "",
    }
    report = await office.attached(filed["id"], "liaison", kind="examination_report")
    shown = body | {"proof": [said | {"attachment_id": report}]}
    assert (await office.done(filed["id"], "resolution", "liaison", shown))["state"] == "resolved"


async def test_an_institution_asks_for_evidence(office: Desk, wall: WallClock) -> None:
    await put(office, "admin", {"class": "minor", "evidence": ["photo_after", "receipt"]})
    filed = (await answered(office, "head", "minor", proposed_outcome="explained")).json()
    bare = await office.act(filed["id"], "resolution", "liaison", {"outcome_code": "explained"})
    assert bare.json()["errors"][0]["pointer"] == "/proof"
    photo = await office.attached(filed["id"], "liaison", kind="photo_after")
    proof = [{"kind": "photo_after", "attachment_id": photo}]
    body = {"outcome_code": "explained", "proof": proof}
    assert (await office.done(filed["id"], "resolution", "liaison", body))["state"] == "resolved"


async def test_who_may_set_it_and_what_is_refused(office: Desk, wall: WallClock) -> None:
    rule = {"class": "minor", "approval": "none"}
    assert (await put(office, "liaison", rule)).status_code == 403
    assert (await put(office, "other_admin", rule)).status_code == 404
    anybody = await office.service.call("POST", "/v1/handling-policies", caller=office.service.anonymous(), json={})
    assert anybody.status_code in (401, 422)
    assert (await put(office, "responsible", rule)).status_code == 201
    flawed: list[tuple[httpx.Response, str, str]] = [
        (await put(office, "admin", rule, effective_from="2026-03-01"), "/effective_from", "in_the_past"),
        (await put(office, "admin", rule, unit_id=str(office.country.other_unit)), "/unit_id", "unknown_unit"),
        (await put(office, "admin", {"class": "poem"}), "/rules/0/class", "unknown_code"),
        (await put(office, "admin", rule, rule), "/rules/1/class", "named_twice"),
        (await put(office, "admin", {"class": "minor", "evidence": ["poem"]}), "/rules/0/evidence/0", "unknown_code"),
    ]
    for reply, pointer, code in flawed:
        assert reply.status_code == 422, reply.text
        assert (reply.json()["errors"][0]["pointer"], reply.json()["errors"][0]["code"]) == (pointer, code)
    assert (await office.service.call("GET", f"/v1/handling-policies/{uuid4()}")).status_code == 404


async def test_two_at_once_give_two_versions_or_one_is_told(office: Desk, wall: WallClock) -> None:
    rule = {"class": "minor", "approval": "none"}
    both = await asyncio.gather(*(put(office, name, rule) for name in ("admin", "responsible")))
    assert sorted(reply.json()["version"] for reply in both) == [1, 2]
    matched = {"headers": {"if-match": '"2.x"'}}
    replies = await asyncio.gather(*(put(office, name, rule, **matched) for name in ("admin", "responsible")))
    assert sorted(reply.status_code for reply in replies) == [201, 412]
