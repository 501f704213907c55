"""What officers write for themselves reaches no reporter: every reply that a reporter can get is looked through, none forgotten."""

import re
from typing import Any

from chassis.http.app import api_routes
from support.filings import Desk

MARK = "RAHASIA-DAPUR"
SCHEMES = {"application/json", "application/pdf"}


async def told_in_every_place(desk: Desk) -> dict[str, Any]:
    """A case whose every internal field holds the mark."""
    country = desk.country
    filed = await desk.file()
    case_id = filed["id"]
    await desk.done(case_id, "verification", "admin", {"complete": True, "note": MARK})
    await desk.done(case_id, "classification", "admin", {"class": "non_supervisory"})
    await desk.done(case_id, "assignment", "admin", {"unit_id": str(country.works), "note": MARK})
    refusal = {"reason": "other_unit", "explanation": MARK, "proposed_unit_id": str(country.counter)}
    await desk.done(case_id, "refusal", "works_liaison", refusal)
    await desk.done(case_id, "assignment", "admin", {"note": MARK})
    await desk.done(case_id, "acceptance", "liaison", {"note": MARK})
    await desk.done(case_id, "note", "liaison", {"body": MARK})
    await desk.done(case_id, "pause", "liaison", {"reason": "awaiting_budget", "note": MARK})
    await desk.done(case_id, "resumption", "liaison", {"note": MARK})
    asked = {"unit_id": str(country.works), "question": MARK}
    first = await desk.done(case_id, "contributions", "liaison", asked)
    await desk.done(case_id, f"contributions/{first['id']}/answer", "works_liaison", {"body": MARK})
    second = await desk.done(case_id, "contributions", "liaison", asked)
    declined = {"reason": "other_unit", "explanation": MARK}
    await desk.done(case_id, f"contributions/{second['id']}/refusal", "works_liaison", declined)
    third = await desk.done(case_id, "contributions", "liaison", asked)
    await desk.done(case_id, f"contributions/{third['id']}/withdrawal", "liaison", {"reason": MARK})
    await desk.attached(case_id, "liaison", internal=True)
    answer = {"kind": "substantive", "body": f"Kartu {MARK} dicetak dan dapat diambil.", "proposed_outcome": "fixed"}
    await desk.done(case_id, "response", "liaison", answer)  # it waits for approval, and is returned
    await desk.done(case_id, "approval", "head", {"decision": "returned", "remarks": MARK})
    return filed


async def test_no_reply_to_a_reporter_holds_what_is_internal(desk: Desk) -> None:
    filed = await told_in_every_place(desk)
    officers = (await desk.get(filed["id"], "admin", "/timeline")).text
    assert officers.count(MARK) >= 14, "the marks stand in the history, for officers"
    reporter = await desk.tracking(filed)
    looked: set[str] = set()
    for route in api_routes(desk.service.app):
        if "GET" not in (route.methods or ()) or "{case_id}" not in route.path:
            continue
        path = route.path.replace("{case_id}", filed["id"])
        if "{" in path:
            continue  # a single file: asked for below
        for accept in SCHEMES:
            reply = await desk.service.call("GET", path, caller=reporter, headers={"accept": accept})
            assert MARK not in reply.text, path
        looked.add(re.sub(r".*/", "", route.path))
    assert {"timeline", "custody", "contributions", "notices", "package", "deadline", "attachments"} <= looked
    assert MARK not in (await desk.track(filed)).text
    listed = await desk.service.call("GET", "/v1/complaints?limit=200", caller=reporter)
    assert MARK not in listed.text
    for item in (await desk.get(filed["id"], "admin", "/attachments")).json()["items"]:
        path = f"/v1/complaints/{filed['id']}/attachments/{item['id']}"
        assert (await desk.service.call("GET", path, caller=reporter)).status_code == 404
    said = await desk.service.call(
        "POST", f"/v1/complaints/{filed['id']}/reply", caller=reporter, json={"body": "Apakah ada kabar?"}
    )
    assert said.status_code == 201
    assert MARK not in said.text


async def test_facts_tell_nothing_that_was_written(desk: Desk) -> None:
    filed = await told_in_every_place(desk)
    await desk.service.sequenced()
    async with desk.service.connection() as connection:
        facts = await connection.fetch(
            "SELECT data::text AS data FROM events WHERE subject = $1", f"complaints/{filed['id']}"
        )
    assert len(facts) > 15
    assert not [fact for fact in facts if MARK in fact["data"]]
