"""Tracking: by code and PIN, the same answer for a wrong one, and what the reporter may and may not read."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from complaints.cases import tokens
from complaints.reporters.codes import check_character
from support.filings import Desk


async def test_code_and_pin_show_the_case_with_its_timeline(desk: Desk) -> None:
    filed = await desk.file()
    typed = {
        "tracking_code": filed["tracking_code"].lower().replace("-", " "),
        "access_pin": filed["access_pin"].lower(),
    }
    reply = await desk.service.call("POST", "/v1/tracking", caller=desk.service.anonymous(), json=typed)
    assert reply.status_code == 200
    tracked = reply.json()
    assert tracked["id"] == filed["id"]
    assert tracked["status"] == "Menunggu verifikasi"
    assert [entry["action"] for entry in tracked["timeline"]] == ["filing"]
    assert tracked["next_deadline"]["due_at"] == filed["due_at"]
    assert reply.headers["cache-control"] == "no-store"
    assert "withdrawal" in tracked["allowed_actions"]


async def test_wrong_codes_and_wrong_pins_get_one_answer(desk: Desk) -> None:
    filed = await desk.file()
    plain = filed["tracking_code"].replace("-", "")[3:14]
    other = ("0" if plain[0] != "0" else "1") + plain[1:]
    unknown = "PRM" + other + check_character(other)
    answers = []
    for code, pin in [
        (filed["tracking_code"], "ZZZZZZ"),
        (unknown, filed["access_pin"]),
        ("bukan kode", "bukan pin"),
        (filed["tracking_code"], "é" * 6),
    ]:
        reply = await desk.service.call(
            "POST", "/v1/tracking", caller=desk.service.anonymous(), json={"tracking_code": code, "access_pin": pin}
        )
        problem = reply.json()
        problem.pop("request_id")
        answers.append((reply.status_code, problem))
    assert answers[0][0] == 404
    assert all(answer == answers[0] for answer in answers)


async def test_the_token_opens_its_own_case_and_no_other(desk: Desk) -> None:
    filed, other = await desk.file(), await desk.file()
    reporter = await desk.tracking(filed)
    own = await desk.service.call("GET", f"/v1/complaints/{filed['id']}", caller=reporter)
    assert own.status_code == 200
    assert own.json()["tracking_code"] == filed["tracking_code"]
    assert own.json()["proposed_unit_id"] is None
    assert (await desk.service.call("GET", f"/v1/complaints/{other['id']}", caller=reporter)).status_code == 404
    listed = (await desk.service.call("GET", "/v1/complaints", caller=reporter)).json()["items"]
    assert [item["id"] for item in listed] == [filed["id"]]


async def test_an_altered_or_old_token_is_refused(desk: Desk) -> None:
    filed = await desk.file()
    reporter = await desk.tracking(filed)
    token = reporter["tracking-token"]
    altered = token[:20] + ("A" if token[20] != "A" else "B") + token[21:]
    key = desk.service.app.state.case_keys.token
    old = tokens.mint(key, UUID(filed["id"]), datetime.now(UTC) - timedelta(days=1, seconds=1))
    for bad in (altered, token[:-4], old, ""):
        reply = await desk.service.call(
            "GET",
            f"/v1/complaints/{filed['id']}",
            caller=desk.service.anonymous(),
            headers={"tracking-token": bad},
        )
        assert (reply.status_code, reply.json()["code"]) == (401, "tracking_token_refused"), bad


async def test_a_protected_case_shows_its_reporter_neutral_words_only(desk: Desk) -> None:
    filed = await desk.file(protected=True, sub_class="bribery")
    tracked = (await desk.track(filed)).json()
    assert (tracked["state"], tracked["status"]) == ("submitted", "Diterima")
    await desk.done(filed["id"], "verification", "auditor", {"complete": True})
    await desk.done(filed["id"], "assignment", "auditor", {"unit_id": str(desk.country.inspectorate)})
    tracked = (await desk.track(filed)).json()
    assert (tracked["state"], tracked["status"]) == ("in_progress", "Sedang diperiksa")
    assert tracked["next_deadline"] is None
    shown = tracked["complaint"]
    for name in ("custody", "class", "sub_class", "unit_id", "unit_name", "institution_name", "due_at"):
        assert shown[name] is None, name
    assert "nspektorat" not in str(tracked)
    assert len(tracked["timeline"]) == 2
    reporter = await desk.tracking(filed)
    custody = await desk.service.call("GET", f"/v1/complaints/{filed['id']}/custody", caller=reporter)
    assert custody.status_code == 404


async def test_contacts_are_sealed_and_shown_to_those_who_must_answer(desk: Desk) -> None:
    case_id = await desk.in_progress()
    identity = (await desk.get(case_id, "liaison", "/reporter")).json()
    assert identity["phone"] == "+6281234567890"
    assert identity["email"] == "sari@contoh.id"
    assert (await desk.get(case_id, "evaluator", "/reporter")).status_code == 404
    assert (await desk.get(case_id, "responsible", "/reporter")).status_code == 403
    log = (await desk.get(case_id, "admin", "/access-log")).json()["items"]
    assert [entry["what"] for entry in log] == ["identity"]
    async with desk.service.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM reporters WHERE case_id = $1", UUID(case_id))
    assert b"Sari" not in bytes(row["sealed"])
    assert row["phone_index"] is not None


async def test_the_identity_of_an_anonymous_reporter_is_withheld(desk: Desk) -> None:
    case_id = await desk.in_progress(anonymous=True)
    reply = await desk.get(case_id, "liaison", "/reporter")
    assert (reply.status_code, reply.json()["code"]) == (403, "identity_withheld")


async def test_the_reporter_sees_who_read_a_confidential_case_without_names(desk: Desk) -> None:
    filed = await desk.file(confidential=True)
    assert (await desk.get(filed["id"], "admin")).status_code == 200
    reporter = await desk.tracking(filed)
    log = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}/access-log", caller=reporter)).json()["items"]
    assert [(entry["what"], entry["actor"]) for entry in log] == [("detail", {"role": "institution_admin"})]


async def test_a_signed_in_citizen_sees_own_cases(desk: Desk) -> None:
    citizen = desk.service.account("warga-sari")
    filed = await desk.file(citizen)
    assert (await desk.service.call("GET", f"/v1/complaints/{filed['id']}", caller=citizen)).status_code == 200
    other = desk.service.account("warga-lain")
    assert (await desk.service.call("GET", f"/v1/complaints/{filed['id']}", caller=other)).status_code == 404
    async with desk.service.connection() as connection:
        stored = await connection.fetchval("SELECT filed_by FROM cases WHERE id = $1", UUID(filed["id"]))
        actor = await connection.fetchval("SELECT actor FROM case_history WHERE case_id = $1", UUID(filed["id"]))
    assert b"warga-sari" not in bytes(stored)
    assert "warga-sari" not in str(actor)
