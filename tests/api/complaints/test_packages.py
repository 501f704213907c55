"""The package for the Ombudsman: what is in it for whom, that its manifest is true, and that taking it is logged."""

import hashlib
import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from support.filings import EVIDENCE, Desk

SECRET_NOTE = "Catatan dapur: jangan sampai keluar."
QUESTION = "Apakah blangko tersedia di gudang?"
NAME, PHONE = "Ni Wayan Sari", "+6281234567890"
FORMS = {"json": "application/json", "pdf": "application/pdf", "zip": "application/zip"}


async def full(desk: Desk, **changes: Any) -> dict[str, Any]:
    """A case with all that a case can hold, answered."""
    filed = await desk.file(**changes)
    case_id = filed["id"]
    await desk.done(case_id, "verification", "admin", {"complete": True, "note": SECRET_NOTE})
    await desk.done(case_id, "classification", "admin", {"class": "non_supervisory"})
    await desk.done(case_id, "assignment", "admin", {"unit_id": str(desk.country.counter), "note": SECRET_NOTE})
    await desk.done(case_id, "acceptance", "liaison")
    await desk.done(case_id, "note", "liaison", {"body": SECRET_NOTE})
    await desk.done(case_id, "contributions", "liaison", {"unit_id": str(desk.country.works), "question": QUESTION})
    await desk.attached(case_id, "liaison", kind="photo_after")
    await desk.attached(case_id, "liaison", kind="minutes", internal=True)
    body = {"kind": "substantive", "body": "Kartu dicetak dan dapat diambil di loket 3.", "proposed_outcome": "fixed"}
    await desk.done(case_id, "response", "liaison", body)
    await desk.done(case_id, "approval", "head", {"decision": "approved", "remarks": SECRET_NOTE})
    return filed


async def package(
    desk: Desk, case_id: str, caller: dict[str, str], form: str = "json", query: str = ""
) -> httpx.Response:
    path = f"/v1/complaints/{case_id}/package{query}"
    return await desk.service.call("GET", path, caller=caller, headers={"accept": FORMS[form]})


def opened(reply: httpx.Response) -> zipfile.ZipFile:
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(reply.content))


async def test_the_reporters_zip_holds_the_documents_the_files_and_a_true_manifest(desk: Desk) -> None:
    filed = await full(desk)
    reply = await package(desk, filed["id"], await desk.tracking(filed), "zip")
    archive = opened(reply)
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == [
        "attachments/001-bukti.png",
        "manifest.json",
        "package.json",
        "package.pdf",
        "receipt.pdf",
    ]
    assert archive.read("attachments/001-bukti.png") == EVIDENCE
    assert archive.read("package.pdf").startswith(b"%PDF-")
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["altered"] == []
    listed = {each["name"]: each for each in manifest["files"]}
    assert sorted([*listed, "manifest.json"]) == sorted(archive.namelist())
    for name, each in listed.items():
        content = archive.read(name)
        assert (each["size_bytes"], each["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert reply.headers["cache-control"] == "no-store"
    assert filed["tracking_code"] in reply.headers["content-disposition"]


async def test_the_reporters_package_says_all_that_is_theirs_and_nothing_internal(desk: Desk) -> None:
    filed = await full(desk)
    reply = await package(desk, filed["id"], await desk.tracking(filed))
    content = reply.json()
    assert (content["reporter"]["name"], content["reporter"]["phone"]) == (NAME, PHONE)
    assert content["case"]["body"]
    assert [entry["action"] for entry in content["timeline"]][:2] == ["filing", "verification"]
    assert "handling" in {duty["stage"] for duty in content["deadlines"]["duties"]}
    assert [each["unit_name"] for each in content["contributions"]] == ["Dinas PUPR"]
    assert [each["kind"] for each in content["attachments"]] == ["photo_after"]
    assert len(content["about"]["record"]["chain"]) == 64
    for secret in (SECRET_NOTE, QUESTION, "Pejabat"):
        assert secret not in reply.text
    refused = await package(desk, filed["id"], await desk.tracking(filed), query="?internal=true")
    assert refused.status_code == 403


async def test_officers_take_it_along_with_what_is_internal_only_if_they_say_so(desk: Desk) -> None:
    filed = await full(desk)
    plain = await package(desk, filed["id"], desk.account("admin"))
    assert SECRET_NOTE not in plain.text
    assert QUESTION not in plain.text
    whole = await package(desk, filed["id"], desk.account("admin"), query="?internal=true")
    assert SECRET_NOTE in whole.text
    assert QUESTION in whole.text
    assert {each["kind"] for each in whole.json()["attachments"]} == {"photo_after", "minutes"}
    log = await desk.service.call("GET", f"/v1/complaints/{filed['id']}/access-log", caller=await desk.tracking(filed))
    read = [(each["what"], each["actor"]["role"]) for each in log.json()["items"]]
    assert read.count(("package", "institution_admin")) == 2
    assert ("identity", "institution_admin") in read


@pytest.mark.parametrize("form", FORMS)
async def test_who_may_take_it(desk: Desk, form: str) -> None:
    filed = await full(desk)
    expected = {
        "admin": 200,
        "head": 200,
        "responsible": 200,
        "supervisor": 200,
        "auditor": 200,
        "liaison": 403,
        "officer": 403,
        "works_liaison": 403,  # it only cooperates
        "other_admin": 404,
        "evaluator": 404,
    }
    for name, status in expected.items():
        assert (await package(desk, filed["id"], desk.account(name), form)).status_code == status, name
    assert (await package(desk, filed["id"], desk.service.anonymous(), form)).status_code == 401
    other = await desk.file()
    assert (await package(desk, filed["id"], await desk.tracking(other), form)).status_code == 404
    agency = desk.service.integration("complaints:read", desk.country.city)
    assert (await package(desk, filed["id"], agency, form)).status_code == 403


async def test_other_forms_arent_acceptable(desk: Desk) -> None:
    filed = await desk.file()
    path = f"/v1/complaints/{filed['id']}/package"
    reply = await desk.service.call("GET", path, caller=await desk.tracking(filed), headers={"accept": "text/csv"})
    assert reply.status_code == 406


async def test_supervision_isnt_told_who_reported_nor_anybody_of_an_anonymous_one(desk: Desk) -> None:
    named = await full(desk)
    for name in ("responsible", "supervisor", "auditor"):
        reply = await package(desk, named["id"], desk.account(name))
        assert reply.json()["reporter"] is None
        assert NAME not in reply.text
        assert PHONE not in reply.text
    anonymous = await full(desk, anonymous=True)
    for name in ("admin", "head", "auditor"):
        reply = await package(desk, anonymous["id"], desk.account(name))
        assert reply.json()["reporter"] is None, name
        assert NAME not in reply.text
    own = await package(desk, anonymous["id"], await desk.tracking(anonymous))
    assert own.json()["reporter"]["name"] == NAME


async def test_of_a_protected_case_the_reporter_takes_along_neutral_words(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    await desk.done(filed["id"], "verification", "auditor", {"complete": True, "note": SECRET_NOTE})
    for form in FORMS:
        assert (await package(desk, filed["id"], await desk.tracking(filed), form)).status_code == 200
    reply = await package(desk, filed["id"], await desk.tracking(filed))
    content = reply.json()
    assert (content["custody"], content["contributions"], content["deadlines"]) == ([], [], None)
    assert content["reporter"]["name"] == NAME
    assert {entry["to_state"] for entry in content["timeline"]} <= {"submitted", "in_progress", "closed"}
    for telling in ("protected", "auditor", "supervisory", "Inspektorat", "Kota Contoh"):
        assert telling not in json.dumps(content), telling
    assert (await package(desk, filed["id"], desk.account("admin"))).status_code == 404
    audit = await package(desk, filed["id"], desk.account("auditor"))
    assert audit.json()["reporter"] is None
    assert NAME not in audit.text
    disclosed = {
        "reason": "Saksi perlu dipanggil.",
        "recipients": [{"name": "Tim", "post": "Pemeriksa", "purpose": "Panggilan"}],
    }
    await desk.done(filed["id"], "identity-disclosure", "auditor", disclosed)
    after = await package(desk, filed["id"], desk.account("auditor"))
    assert after.json()["reporter"]["name"] == NAME
    head = await package(desk, filed["id"], desk.account("head_auditor"))
    assert head.json()["reporter"] is None


async def test_a_file_that_was_altered_is_named_in_the_manifest(desk: Desk) -> None:
    filed = await full(desk)
    async with desk.service.connection() as connection:
        await connection.execute(
            """UPDATE file_chunks SET content = set_byte(content, 9, get_byte(content, 9) # 1)
               WHERE file_id IN (SELECT file_id FROM attachments WHERE case_id = $1 AND NOT internal)""",
            filed["id"],
        )
    archive = opened(await package(desk, filed["id"], await desk.tracking(filed), "zip"))
    assert json.loads(archive.read("manifest.json"))["altered"] == ["attachments/001-bukti.png"]
