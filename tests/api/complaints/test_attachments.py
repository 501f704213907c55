"""Uploads and attachments: taken by anybody, checked, bound to one case, given to those who may read the case."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from complaints.attachments import scanning
from complaints.attachments.scanners import BuiltIn, Clamd, InTurn, ScannerAway, Verdict
from support import files
from support.filings import Desk

PLACED = files.jpeg()


def now() -> datetime:
    return datetime.now(UTC)


async def upload(
    desk: Desk, content: bytes = PLACED, *, caller: dict[str, str] | None = None, name: str = "foto.jpg"
) -> httpx.Response:
    return await desk.service.call(
        "POST",
        "/v1/uploads",
        caller=caller if caller is not None else desk.service.anonymous(),
        key=None,
        headers={"content-disposition": f'attachment; filename="{name}"', "content-type": "application/octet-stream"},
        content=content,
    )


async def scan(desk: Desk, scanner: Any = None) -> None:
    """Look at every file that waits."""
    while await scanning.scan_next(desk.service.app.state.side_pool, scanner or BuiltIn(), now()):
        pass


async def files_at(desk: Desk, case_id: str, caller: dict[str, str]) -> list[dict[str, Any]]:
    reply = await desk.service.call("GET", f"/v1/complaints/{case_id}/attachments", caller=caller)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def filed_with(desk: Desk, content: bytes = PLACED, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    taken = (await upload(desk, content)).json()
    return await desk.file(attachment_ids=[taken["id"]], **changes), taken


async def get_file(desk: Desk, case_id: str, caller: dict[str, str], **headers: str) -> httpx.Response:
    (item,) = await files_at(desk, case_id, caller)
    path = f"/v1/complaints/{case_id}/attachments/{item['id']}"
    return await desk.service.call("GET", path, caller=caller, headers=headers)


async def test_an_upload_is_kept_without_its_place_until_a_case_has_it(desk: Desk) -> None:
    reply = await upload(desk)
    taken = reply.json()
    assert reply.status_code == 201
    assert (taken["state"], taken["media_type"], taken["cleaned"]) == ("quarantined", "image/jpeg", True)
    waits = datetime.fromisoformat(taken["expires_at"]) - datetime.fromisoformat(taken["created_at"])
    assert waits == timedelta(hours=24)

    filed = await desk.file(attachment_ids=[taken["id"]])
    await scan(desk)
    given = await get_file(desk, filed["id"], await desk.tracking(filed))
    assert given.status_code == 200
    assert files.PLACE not in given.content
    assert hashlib.sha256(given.content).hexdigest() == taken["sha256"]
    assert given.headers["content-disposition"].startswith('attachment; filename="foto.jpg"')
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["content-type"] == "image/jpeg"
    assert "sandbox" in given.headers["content-security-policy"]


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"MZ", b"", b"GIF89a"])
async def test_types_that_arent_taken(desk: Desk, content: bytes) -> None:
    reply = await upload(desk, content)
    assert (reply.status_code, reply.json()["code"]) == (422, "file_type_refused")


async def test_a_damaged_picture_and_one_too_large(desk: Desk) -> None:
    assert (await upload(desk, PLACED[:40])).json()["code"] == "file_damaged"
    large = await upload(desk, files.png() + bytes(desk.service.app.state.settings.upload_max_bytes))
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")


async def test_only_who_uploaded_asks_about_it_or_takes_it_back(desk: Desk) -> None:
    taken = (await upload(desk)).json()
    path, nobody = f"/v1/uploads/{taken['id']}", desk.service.anonymous()
    bearer = {**nobody, "upload-token": taken["upload_token"]}
    assert (await desk.service.call("GET", path, caller=nobody)).status_code == 404
    assert (await desk.service.call("GET", path, caller={**nobody, "upload-token": "x"})).status_code == 404
    assert (await desk.service.call("GET", path, caller=bearer)).json()["state"] == "quarantined"
    assert (await desk.service.call("DELETE", path, caller=bearer)).status_code == 204
    assert (await desk.service.call("GET", path, caller=bearer)).status_code == 404
    account = desk.service.account("citizen-1")
    own = (await upload(desk, caller=account)).json()
    assert (await desk.service.call("GET", f"/v1/uploads/{own['id']}", caller=account)).status_code == 200


async def test_an_upload_belongs_to_one_case_and_to_its_account(desk: Desk) -> None:
    _, taken = await filed_with(desk)
    body = {"type": "input", "title": "Lagi", "body": "Berkas yang sama.", "anonymous": True}
    again = await desk.service.call(
        "POST", "/v1/complaints", caller=desk.service.anonymous(), json=body | {"attachment_ids": [taken["id"]]}
    )
    assert again.status_code == 422
    assert again.json()["errors"][0]["pointer"] == "/attachment_ids/0"
    owned = (await upload(desk, caller=desk.service.account("citizen-2"))).json()
    other = await desk.service.call(
        "POST", "/v1/complaints", caller=desk.service.anonymous(), json=body | {"attachment_ids": [owned["id"]]}
    )
    assert other.status_code == 422
    bearer = {**desk.service.anonymous(), "upload-token": taken["upload_token"]}
    kept = await desk.service.call("DELETE", f"/v1/uploads/{taken['id']}", caller=bearer)
    assert kept.json()["code"] == "already_attached"


async def test_a_filing_with_files_is_repeated_by_its_key_without_a_second_case(desk: Desk) -> None:
    taken = (await upload(desk)).json()
    body = {
        "type": "input",
        "title": "Taman",
        "body": "Tambah bangku.",
        "anonymous": True,
        "attachment_ids": [taken["id"]],
    }
    key = "018f0000-0000-7000-8000-00000000ab01"
    replies = [
        await desk.service.call("POST", "/v1/complaints", caller=desk.service.anonymous(), key=key, json=body)
        for _ in range(2)
    ]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].json() == replies[1].json()


async def test_two_filings_at_once_never_share_an_upload(desk: Desk) -> None:
    taken = (await upload(desk)).json()
    body = {"type": "input", "title": "Bersama", "body": "Pada saat yang sama.", "anonymous": True}
    calls = [
        desk.service.call(
            "POST", "/v1/complaints", caller=desk.service.anonymous(), json=body | {"attachment_ids": [taken["id"]]}
        )
        for _ in range(4)
    ]
    statuses = sorted(reply.status_code for reply in await asyncio.gather(*calls))
    assert statuses[0] == 201
    assert set(statuses[1:]) <= {409, 422}


async def test_nothing_is_given_before_it_was_checked(desk: Desk) -> None:
    filed, _ = await filed_with(desk)
    reply = await get_file(desk, filed["id"], await desk.tracking(filed))
    assert (reply.status_code, reply.json()["code"], reply.json()["state"]) == (
        409,
        "attachment_not_released",
        "quarantined",
    )
    await scan(desk)


async def test_a_document_with_a_program_is_rejected_and_emptied(desk: Desk) -> None:
    filed, taken = await filed_with(desk, files.pdf(b"<< /S /JavaScript /JS (x) >>"))
    await scan(desk)
    caller = await desk.tracking(filed)
    (item,) = await files_at(desk, filed["id"], caller)
    assert (item["state"], item["verdict"]) == ("rejected", "active_content")
    assert (await get_file(desk, filed["id"], caller)).status_code == 409
    async with desk.service.connection() as connection:
        assert not await connection.fetchval("SELECT count(*) FROM file_chunks WHERE file_id = $1", taken["id"])


async def test_a_flipped_byte_is_never_given_out(desk: Desk) -> None:
    filed, taken = await filed_with(desk)
    await scan(desk)
    async with desk.service.connection() as connection:
        await connection.execute(
            "UPDATE file_chunks SET content = set_byte(content, 30, 255 - get_byte(content, 30)) WHERE file_id = $1",
            taken["id"],
        )
    reply = await get_file(desk, filed["id"], await desk.tracking(filed))
    assert (reply.status_code, reply.json()["code"]) == (500, "attachment_altered")


async def test_parts_of_a_file_and_files_that_are_held(desk: Desk) -> None:
    filed, _ = await filed_with(desk, files.pdf())
    await scan(desk)
    caller = await desk.tracking(filed)
    whole = await get_file(desk, filed["id"], caller)
    part = await get_file(desk, filed["id"], caller, range="bytes=2-5")
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    assert part.headers["content-range"] == f"bytes 2-5/{len(whole.content)}"
    assert (await get_file(desk, filed["id"], caller, range="bytes=99999-")).status_code == 416
    other = await get_file(desk, filed["id"], caller, range="bytes=2-5", **{"if-range": '"other"'})
    assert (other.status_code, other.content) == (200, whole.content)
    assert (await get_file(desk, filed["id"], caller, **{"if-none-match": whole.headers["etag"]})).status_code == 304


async def test_who_may_not_know_of_the_case_finds_no_files(desk: Desk) -> None:
    filed, _ = await filed_with(desk)
    await scan(desk)
    case_id = filed["id"]
    (item,) = await files_at(desk, case_id, desk.account("admin"))
    for caller in (desk.account("other_admin"), desk.account("works_liaison"), desk.service.account("citizen-9")):
        for path in ("attachments", f"attachments/{item['id']}"):
            assert (
                await desk.service.call("GET", f"/v1/complaints/{case_id}/{path}", caller=caller)
            ).status_code == 404
    nobody = await desk.service.call("GET", f"/v1/complaints/{case_id}/attachments", caller=desk.service.anonymous())
    assert nobody.status_code == 401
    other = await desk.file()
    stray = f"/v1/complaints/{other['id']}/attachments/{item['id']}"
    assert (await desk.service.call("GET", stray, caller=desk.account("admin"))).status_code == 404


async def test_a_tracking_token_adds_a_file_to_its_case_at_once(desk: Desk) -> None:
    filed = await desk.file()
    caller = await desk.tracking(filed)
    taken = (await upload(desk, caller=caller)).json()
    assert taken["expires_at"] is None
    (item,) = await files_at(desk, filed["id"], caller)
    assert (item["id"], item["origin"], item["added_by"]) == (taken["attachment_id"], "reporter", None)
    entries = (await desk.get(filed["id"], "admin", "/timeline")).json()["items"]
    assert entries[-1]["action"] == "attachment"
    assert entries[-1]["public"]["attachment_ids"] == [taken["attachment_id"]]


async def test_officers_add_proof_and_keep_internal_files_to_themselves(desk: Desk) -> None:
    filed = await desk.file()
    case_id, liaison, admin = filed["id"], desk.account("liaison"), desk.account("admin")
    shown, hidden = [(await upload(desk, files.pdf(), caller=admin)).json()["id"] for _ in range(2)]
    path = f"/v1/complaints/{case_id}/attachments"
    bad = await desk.service.call("POST", path, caller=admin, json={"upload_ids": [shown], "kind": "no_such_kind"})
    assert bad.status_code == 422
    done = await desk.service.call("POST", path, caller=admin, json={"upload_ids": [shown], "kind": "official_letter"})
    assert done.status_code == 201, done.text
    assert done.json()["items"][0]["kind"] == "official_letter"
    await desk.service.call("POST", path, caller=admin, json={"upload_ids": [hidden], "internal": True})
    assert len(await files_at(desk, case_id, admin)) == 2
    (only,) = await files_at(desk, case_id, await desk.tracking(filed))
    assert not only["internal"]
    foreign = await desk.service.call("POST", path, caller=liaison, json={"upload_ids": [shown]})
    assert foreign.status_code == 404, "the liaison's unit doesn't hold the case yet"


async def test_nobody_adds_to_a_case_that_ended(desk: Desk) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "archival", "admin", {"reason": "spam", "explanation": "Bukan laporan."})
    reply = await upload(desk, caller=await desk.tracking(filed))
    assert (reply.status_code, reply.json()["code"]) == (409, "move_not_allowed")


async def test_the_reporter_completes_with_a_file(desk: Desk) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": False, "missing": ["foto"]})
    caller, taken = await desk.tracking(filed), (await upload(desk)).json()
    body = {"body": "Fotonya.", "attachment_ids": [taken["id"]]}
    done = await desk.service.call("POST", f"/v1/complaints/{filed['id']}/completion", caller=caller, json=body)
    assert done.status_code == 201, done.text
    assert len(await files_at(desk, filed["id"], caller)) == 1


async def test_of_a_protected_case_the_reporter_is_given_their_own_files_alone(desk: Desk) -> None:
    filed, _ = await filed_with(desk, protected=True)
    auditor = desk.account("auditor")
    report = (await upload(desk, files.pdf(), caller=auditor)).json()["id"]
    path = f"/v1/complaints/{filed['id']}/attachments"
    assert (await desk.service.call("POST", path, caller=auditor, json={"upload_ids": [report]})).status_code == 201
    assert len(await files_at(desk, filed["id"], auditor)) == 2
    (own,) = await files_at(desk, filed["id"], await desk.tracking(filed))
    assert own["origin"] == "reporter"
    log = await desk.service.call("GET", f"/v1/complaints/{filed['id']}/access-log", caller=auditor)
    assert {entry["what"] for entry in log.json()["items"]} >= {"attachments"}


async def test_uploads_that_no_case_wanted_are_removed_after_their_day(desk: Desk) -> None:
    taken = (await upload(desk)).json()
    _, wanted = await filed_with(desk)
    await scan(desk)
    pool = desk.service.app.state.side_pool
    await scanning.purge(pool, now() + timedelta(hours=25))
    async with desk.service.connection() as connection:
        left = await connection.fetchval(
            "SELECT array_agg(id::text) FROM files WHERE id = ANY($1)", [taken["id"], wanted["id"]]
        )
        assert left == [wanted["id"]]
        assert not await connection.fetchval("SELECT count(*) FROM file_chunks WHERE file_id = $1", taken["id"])


@asynccontextmanager
async def clamd(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A daemon that takes one stream a connection and says `answer`."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4)):
            content += await reader.readexactly(length)
        received.append(content)
        writer.write(answer + b"\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", received
    finally:
        server.close()
        await server.wait_closed()


async def test_clamav_is_given_the_whole_file_and_believed() -> None:
    content = bytes(200_000)
    async with clamd(b"stream: OK") as (address, received):
        assert await Clamd(address).scan(content, "application/pdf") == Verdict("clean")
        assert received == [content]
    async with clamd(b"stream: Win.Test.EICAR_HDB-1 FOUND") as (address, _):
        assert await Clamd(address).scan(b"x", "application/pdf") == Verdict("infected", "malware")
    async with clamd(b"INSTREAM size limit exceeded. ERROR") as (address, _):
        with pytest.raises(ScannerAway):
            await Clamd(address).scan(b"x", "application/pdf")
    with pytest.raises(ScannerAway):
        await Clamd("127.0.0.1:1").scan(b"x", "application/pdf")


async def test_while_the_scanner_is_away_files_stay_in_quarantine(desk: Desk) -> None:
    await scan(desk)
    filed, taken = await filed_with(desk)
    pool, away = desk.service.app.state.side_pool, InTurn([BuiltIn(), Clamd("127.0.0.1:1")])
    assert await scanning.scan_next(pool, away, now())
    async with desk.service.connection() as connection:
        row = await connection.fetchrow("SELECT state, attempts, scan_at FROM files WHERE id = $1", taken["id"])
        assert (row["state"], row["attempts"]) == ("quarantined", 1)
        assert row["scan_at"] > now()
    while await scanning.scan_next(pool, BuiltIn(), now() + timedelta(minutes=10)):
        pass
    assert (await get_file(desk, filed["id"], await desk.tracking(filed))).status_code == 200
