"""Merging and splitting: one matter in several cases, several matters in one."""

from typing import Any

import pytest

from support import files
from support.filings import Desk


async def verified(desk: Desk, **changes: Any) -> dict[str, Any]:
    filed = await desk.file(**changes)
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    return filed


async def merged(desk: Desk, child: dict[str, Any], parent_id: str) -> dict[str, Any]:
    return await desk.done(child["id"], "merge", "admin", {"parent_id": parent_id, "reason": "Lampu yang sama."})


def split_body(*matters: dict[str, Any]) -> dict[str, Any]:
    first = {"title": "KTP belum jadi", "body": "Tetap di sini."}
    return {
        "reason": "Dua pokok.",
        "matters": [first, *(matters or ({"title": "Parkir liar", "body": "Di depan loket."},))],
    }


async def test_a_merged_case_follows_its_parent_and_keeps_its_own_code(desk: Desk) -> None:
    parent_id = await desk.in_progress()
    child = await verified(desk)
    after = await merged(desk, child, parent_id)
    assert (after["state"], after["parent_id"], after["due_at"]) == ("merged", parent_id, None)

    await desk.done(parent_id, "response", "liaison", {"kind": "first", "body": "Sedang kami periksa di loket."})
    tracked = (await desk.track(child)).json()
    assert tracked["state"] == "merged"
    assert tracked["status"].startswith("Digabung dengan laporan serupa: Sedang diproses")
    shown = [(entry["action"], entry["of_parent"]) for entry in tracked["timeline"]]
    assert ("merge", False) in shown
    assert ("response", True) in shown
    told = next(entry for entry in tracked["timeline"] if entry["of_parent"])
    assert (told["actor"], told["internal"]) == (None, None)
    entries = (await desk.get(parent_id, "admin", "/timeline")).json()["items"]
    assert any(entry["internal"] and entry["internal"].get("joined_case_id") == child["id"] for entry in entries)


async def test_what_the_parents_reporter_writes_is_nobody_elses(desk: Desk) -> None:
    parent = await desk.file()
    child = await verified(desk)
    await merged(desk, child, parent["id"])
    caller = await desk.tracking(parent)
    await desk.service.call(
        "POST", f"/v1/complaints/{parent['id']}/reply", caller=caller, json={"body": "Rumah saya nomor 7."}
    )
    assert "nomor 7" not in (await desk.track(child)).text


async def test_counts_are_of_cases_and_of_matters(desk: Desk) -> None:
    parent = await desk.file(region_code="51.71.03.1005")
    children = [await verified(desk, region_code="51.71.03.1005") for _ in range(2)]
    for child in children:
        await merged(desk, child, parent["id"])
    path = "/v1/complaints?region=51.71.03.1005&count=exact&limit=1"
    counts = [
        (await desk.service.call("GET", path + more)).json()["count"] for more in ("", "&merged=false", "&merged=true")
    ]
    assert counts == [3, 1, 2]
    joined = await desk.service.call("GET", f"/v1/complaints?parent={parent['id']}")
    assert {item["id"] for item in joined.json()["items"]} == {child["id"] for child in children}


async def test_a_merge_follows_further_merges(desk: Desk) -> None:
    last_id = await desk.in_progress()
    middle, first = await verified(desk), await verified(desk)
    await merged(desk, first, middle["id"])
    await merged(desk, middle, last_id)
    await desk.done(last_id, "response", "liaison", {"kind": "first", "body": "Sedang kami periksa di loket."})
    assert any(entry["of_parent"] for entry in (await desk.track(first)).json()["timeline"])


async def test_refused_merges(desk: Desk) -> None:
    child, open_case, done = await verified(desk), await desk.file(), await desk.file()
    protected, confidential = await desk.file(protected=True), await desk.file(confidential=True)
    await desk.done(done["id"], "archival", "admin", {"reason": "spam", "explanation": "Bukan laporan."})

    async def tried(parent_id: str, name: str = "admin") -> tuple[int, str]:
        reply = await desk.act(child["id"], "merge", name, {"parent_id": parent_id, "reason": "Sama."})
        return reply.status_code, reply.json()["code"]

    assert await tried(child["id"]) == (422, "invalid")
    assert await tried("018f0000-0000-7000-8000-000000000001") == (422, "invalid")
    assert await tried(done["id"]) == (409, "parent_not_open")
    assert await tried(confidential["id"]) == (409, "paths_differ")
    assert await tried(protected["id"]) == (422, "invalid"), "the administrator doesn't know of it"
    assert await tried(open_case["id"], "auditor") == (403, "forbidden")
    assert (await tried(open_case["id"], "other_admin"))[0] == 404
    await merged(desk, child, open_case["id"])
    assert await tried(open_case["id"]) == (409, "move_not_allowed")


async def test_a_merge_can_be_undone_and_is_rated_when_its_matter_is_done(desk: Desk) -> None:
    parent_id = await desk.in_progress()
    child = await verified(desk)
    await merged(desk, child, parent_id)
    caller = await desk.tracking(child)
    rated = await desk.service.call("POST", f"/v1/complaints/{child['id']}/rating", caller=caller, json={"rating": 5})
    assert rated.status_code == 409
    back = await desk.service.call(
        "POST", f"/v1/complaints/{child['id']}/reopening", caller=caller, json={"reason": "Bukan hal yang sama."}
    )
    assert back.status_code == 201, back.text
    assert (back.json()["state"], back.json()["parent_id"]) == ("verified", None)
    assert not any(entry["of_parent"] for entry in (await desk.track(child)).json()["timeline"])


async def test_a_split_makes_cases_with_the_same_start_and_their_own_codes(desk: Desk) -> None:
    upload = await desk.service.call(
        "POST", "/v1/uploads", caller=desk.service.anonymous(), key=None, content=files.pdf()
    )
    filed = await verified(desk, attachment_ids=[upload.json()["id"]])
    before = (await desk.get(filed["id"], "admin")).json()
    after = await desk.done(filed["id"], "split", "admin", split_body())
    (part_id,) = after["part_ids"]
    assert (after["state"], after["title"]) == (before["state"], before["title"])

    part = (await desk.get(part_id, "admin")).json()
    assert (part["state"], part["title"], part["type"]) == ("verified", "Parkir liar", "complaint")
    for name in ("received_at", "file_complete_at", "institution_id", "legal_clock"):
        assert part[name] == before[name], name
    duties = (await desk.get(part_id, "admin", "/deadline")).json()
    whole = (await desk.get(filed["id"], "admin", "/deadline")).json()
    stages = {duty["stage"]: duty["due_at"] for duty in duties["duties"]}
    assert {"handling", "decision"} <= stages.keys()
    assert "verification" not in stages
    assert stages["decision"] == next(duty["due_at"] for duty in whole["duties"] if duty["stage"] == "decision")
    for case_id in (filed["id"], part_id):
        items = (await desk.get(case_id, "admin", "/attachments")).json()["items"]
        assert len(items) == 1

    caller = await desk.tracking(filed)
    mine = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}/parts", caller=caller)).json()["items"]
    assert [item["id"] for item in mine] == [part_id]
    tracked = await desk.track(mine[0])
    assert tracked.status_code == 200
    identity = await desk.service.call("GET", f"/v1/complaints/{part_id}/reporter", caller=await desk.tracking(mine[0]))
    assert identity.json()["name"] == "Ni Wayan Sari"
    seen = (await desk.get(filed["id"], "admin", "/parts")).json()["items"]
    assert seen == [{"id": part_id, "tracking_code": None, "access_pin": None}]


async def test_a_part_of_an_incomplete_case_waits_for_verification(desk: Desk) -> None:
    filed = await desk.file()
    after = await desk.done(filed["id"], "split", "admin", split_body())
    part = (await desk.get(after["part_ids"][0], "admin")).json()
    assert (part["state"], part["file_complete_at"]) == ("submitted", None)
    duties = (await desk.get(part["id"], "admin", "/deadline")).json()["duties"]
    assert "verification" in {duty["stage"] for duty in duties}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"reason": "x", "matters": [{"title": "Satu saja", "body": "x"}]}, "/matters"),
        (split_body({"title": "Parkir", "body": "x", "category": "none_such"}), "/matters/1/category"),
        (split_body({"title": "Parkir", "body": "x", "protected": True}), "/matters/1/protected"),
    ],
)
async def test_refused_splits(desk: Desk, body: dict[str, Any], pointer: str) -> None:
    filed = await verified(desk)
    reply = await desk.act(filed["id"], "split", "admin", body)
    assert reply.status_code == 422
    assert [flaw["pointer"] for flaw in reply.json()["errors"]] == [pointer]


async def test_the_harmless_part_of_a_protected_case_tells_nothing_of_it(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    body = split_body(
        {"title": "Parkir liar", "body": "Di depan loket.", "protected": False},
        {"title": "Ancaman", "body": "Diancam."},
    )
    done = await desk.act(filed["id"], "split", "auditor", body)
    assert done.status_code == 201, done.text
    harmless, secret = done.json()["part_ids"]
    ordinary = (await desk.get(harmless, "admin")).json()
    assert (ordinary["custody"], ordinary["class"]) == ("ordinary", "unclassified")
    for below in ("", "/timeline", "/parts", "/custody"):
        text = (await desk.get(harmless, "admin", below)).text
        assert filed["id"] not in text
        assert secret not in text
        assert "internal_auditor" not in text
    assert (await desk.get(secret, "admin")).status_code == 404
    assert (await desk.get(secret, "auditor")).json()["class"] == "supervisory"
