"""The receipt as a document: for whom it names the complainant, what it never holds, and that nothing keeps it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chassis.documents.compositor import compose
from chassis.documents.wording import Labels
from chassis.http.vocabularies import read_vocabularies
from complaints.intake.receipt_document import receipt_document
from devstack.layout import DATA
from support.filings import Desk

PDF = {"accept": "application/pdf"}
LABELS = Labels(read_vocabularies(Path(DATA), ("directory", "complaints")))


async def test_the_reporter_gets_the_receipt_as_pdf(desk: Desk) -> None:
    filed = await desk.file()
    reporter = await desk.tracking(filed)
    path = f"/v1/complaints/{filed['id']}/receipt"
    reply = await desk.service.call("GET", path, caller=reporter, headers=PDF)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.content.startswith(b"%PDF-")
    assert reply.headers["cache-control"] == "no-store"
    assert filed["tracking_code"] in reply.headers["content-disposition"]
    received = datetime.fromisoformat(filed["received_at"]).astimezone(UTC)
    assert f"D:{received:%Y%m%d%H%M%S}".encode() in reply.content
    assert not desk.service.app.state.printing.press._shelf._documents
    plain = await desk.service.call("GET", path, caller=reporter)
    assert plain.headers["content-type"] == "application/json"
    none = await desk.service.call("GET", path, caller=reporter, headers={"accept": "image/png"})
    assert none.status_code == 406


async def test_nobody_gets_it_who_may_not_know_of_the_case(desk: Desk) -> None:
    filed = await desk.file()
    path = f"/v1/complaints/{filed['id']}/receipt"
    stranger = await desk.tracking(await desk.file())
    assert (await desk.service.call("GET", path, caller=stranger, headers=PDF)).status_code == 404
    nobody = await desk.service.call("GET", path, caller=desk.service.anonymous(), headers=PDF)
    assert nobody.status_code == 401


async def test_an_officers_copy_is_another_document_than_the_reporters(desk: Desk) -> None:
    filed = await desk.file()
    path = f"/v1/complaints/{filed['id']}/receipt"
    own = await desk.service.call("GET", path, caller=await desk.tracking(filed), headers=PDF)
    officers = await desk.service.call("GET", path, caller=desk.account("admin"), headers=PDF)
    assert officers.status_code == 200
    assert officers.headers["etag"] != own.headers["etag"]


async def test_a_protected_case_has_a_neutral_receipt(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    path = f"/v1/complaints/{filed['id']}/receipt"
    reply = await desk.service.call("GET", path, caller=await desk.tracking(filed), headers=PDF)
    assert reply.status_code == 200


def receipt(**changes: Any) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "tracking_code": "PRM-79SV-R4YR-1FPK",
        "received_at": datetime(2026, 11, 24, 6, 54, tzinfo=UTC),
        "time_zone": "Asia/Makassar",
        "place": "Kota Contoh",
        "channel": "walk_in",
        "type": "complaint",
        "summary": '#read("/etc/passwd") $x$ *tebal*',
        "reporter": {"name": "Ni Wayan Sari", "phone": "+6281234567890", "email": None, "address": "Jl. Kamboja 7"},
        "received_by": {"kind": "officer", "name": "I Made Petugas"},
        "due_at": None,
        "legal_basis": "UU 25/2009 art. 44(1)-(2)",
    } | changes


def test_it_holds_what_art_44_asks_for() -> None:
    content = receipt_document(receipt(), [], labels=LABELS, language="id").content
    facts = dict(content["facts"])
    assert facts["Pelapor"] == ["Nama: Ni Wayan Sari", "Alamat: Jl. Kamboja 7", "Telepon: +6281234567890"]
    assert facts["Uraian singkat"] == ['#read("/etc/passwd") $x$ *tebal*']
    assert facts["Diterima di"] == ["Kota Contoh"]
    # 06:54 UTC is 14:54 in Denpasar.
    assert facts["Waktu diterima"] == ["24 November 2026 pukul 14.54 WITA"]
    assert facts["Diterima oleh"] == ["I Made Petugas"]
    assert (content["signature"], content["signer"]) == ("Petugas penerima", "I Made Petugas")


def test_what_came_by_itself_is_signed_by_nobody() -> None:
    electronic = receipt(received_by={"kind": "system", "name": None}, channel="website")
    content = receipt_document(electronic, [], labels=LABELS, language="en").content
    assert dict(content["facts"])["Received by"] == ["The complaint system, electronically"]
    assert content["signature"] is None


@pytest.mark.parametrize(
    "changes", [{"reporter": None}, {"reporter": None, "summary": None, "place": None, "tracking_code": None}]
)
def test_what_its_reader_may_not_know_is_not_in_it(changes: dict[str, Any]) -> None:
    document = receipt_document(receipt(**changes), [], labels=LABELS, language="id")
    told = document.job.decode()
    for field in ("Ni Wayan Sari", "+6281234567890", "Jl. Kamboja 7"):
        assert field not in told
    if "summary" in changes:
        assert "passwd" not in told
        assert "Kota Contoh" not in told
    assert compose(document.job) == compose(document.job)
