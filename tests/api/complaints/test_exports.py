"""Exports: whole, of one moment, told by a manifest, fetched in parts, and nobody else's."""

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.complaints.counting_stage import Stage
from chassis.exports import queries, routes, work
from chassis.http.streams import Pieces
from complaints.service import SERVICE
from devstack.postgres import Cluster
from support.directory import settled_country
from support.filings import Desk
from support.services import ServiceUnderTest, service_under_test

URL = "/v1/exports/complaints"
OFFICES = ("bootstrap", "national", "admin", "auditor", "head", "works_liaison")


@pytest.fixture(scope="module")
async def filled(postgres: Cluster) -> AsyncIterator[Desk]:
    """Some hundred cases."""
    async with service_under_test(postgres, SERVICE) as service:
        country = await settled_country(service)
        stage = Stage(country, 21)
        async with service.connection() as connection:
            await stage.file(connection, 400, datetime.now(UTC))
        yield Desk(service, country)


def caller_of(desk: Desk, office: str) -> dict[str, str]:
    return desk.service.bootstrap() if office == "bootstrap" else desk.account(office)


async def ask(desk: Desk, caller: dict[str, str], **body: Any) -> httpx.Response:
    sent = {"resource": "complaints", "filter": {}, "format": "ndjson"} | body
    return await desk.service.call("POST", URL, caller=caller, json=sent)


async def finished(service: ServiceUnderTest, reply: httpx.Response, caller: dict[str, str]) -> Any:
    """The export after its work."""
    assert reply.status_code == 202, reply.text
    assert reply.json()["state"] == "queued"
    while await service.app.state.export_jobs.run_one():
        pass
    return (await service.call("GET", reply.headers["location"], caller=caller)).json()


async def fetch(service: ServiceUnderTest, export: Any, caller: dict[str, str], **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await service.call("GET", f"{URL}/{export['id']}/content", caller=caller, headers=named)


@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"type": "complaint"},
        {"channel": ["sms", "lapor"], "late": True},
        {"created_from": "2025-06-01T00:00:00+07:00"},
    ],
)
async def test_a_file_holds_the_rows_that_are_counted(filled: Desk, office: str, wanted: dict[str, Any]) -> None:
    """List = count = statistics = export, in both forms, as the manifest says."""
    service, caller = filled.service, caller_of(filled, office)
    query = {name: str(value).lower() if isinstance(value, bool) else value for name, value in wanted.items()}
    listed = await service.call("GET", "/v1/complaints", caller=caller, params=query | {"count": "exact", "limit": 200})
    count = listed.json()["count"]
    if office != "national":  # who has statistics of more than may be listed
        counted = await service.call("GET", "/v1/complaint-statistics", caller=caller, params=query)
        assert counted.json()["total"]["counts"]["filed"] == count
    for form in ("ndjson", "csv"):
        export = await finished(service, await ask(filled, caller, filter=wanted, format=form), caller)
        assert export["state"] == "done"
        manifest = export["manifest"]
        assert manifest["rows"] == export["progress"]["rows"] == count
        content = (await fetch(service, export, caller)).content
        assert len(content) == manifest["bytes"]
        assert hashlib.sha256(content).hexdigest() == manifest["sha256"]
        if form == "ndjson":
            items = [json.loads(line) for line in content.decode().splitlines()]
            assert items[:200] == listed.json()["items"]
        else:
            items = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        assert len(items) == count


async def test_a_download_goes_on_where_it_broke_off(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PIECE_BYTES", 10_000)
    service, caller = filled.service, filled.service.bootstrap()
    export = await finished(service, await ask(filled, caller), caller)
    whole = await fetch(service, export, caller)
    assert whole.status_code == 200
    assert whole.headers["accept-ranges"] == "bytes"
    assert int(whole.headers["content-length"]) == len(whole.content) > 50_000
    tag, size = whole.headers["etag"], len(whole.content)
    for start, end in ((0, 0), (0, 9_999), (9_999, 10_000), (12_345, 45_678), (size - 1, size - 1)):
        part = await fetch(service, export, caller, range=f"bytes={start}-{end}", if_range=tag)
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {start}-{end}/{size}"
        assert part.content == whole.content[start : end + 1]
    rest = await fetch(service, export, caller, range="bytes=30000-")
    assert rest.content == whole.content[30_000:]
    assert (await fetch(service, export, caller, range="bytes=-7")).content == whole.content[-7:]
    other = await fetch(service, export, caller, range="bytes=30000-", if_range='"another"')
    assert (other.status_code, other.content) == (200, whole.content)
    beyond = await fetch(service, export, caller, range=f"bytes={size}-")
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")
    assert beyond.headers["content-range"] == f"bytes */{size}"


async def test_only_what_changed_since(filled: Desk) -> None:
    service, caller = filled.service, filled.service.bootstrap()
    since = datetime.now(UTC)
    case_id = str((await filled.file())["id"])
    export = await finished(service, await ask(filled, caller, since=since.isoformat()), caller)
    lines = (await fetch(service, export, caller)).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [case_id]


async def test_rights_are_those_of_the_moment_of_the_work(filled: Desk) -> None:
    """An office that ended between the request and the work shows nothing any more."""
    service = filled.service
    caller = filled.account("works_liaison")
    reply = await ask(filled, caller)
    async with service.connection() as connection:
        person = filled.country.people["works_liaison"]
        await connection.execute(
            "UPDATE directory_appointments SET valid_during = daterange('2020-01-01', '2020-01-02') WHERE person_id = $1",
            person,
        )
        service.app.state.actors.forget()
        export = await finished(service, reply, caller)
        await connection.execute(
            "UPDATE directory_appointments SET valid_during = daterange('2020-01-01', NULL) WHERE person_id = $1",
            person,
        )
        service.app.state.actors.forget()
    assert export["manifest"]["rows"] == 0


async def test_an_export_is_its_requesters_alone(filled: Desk) -> None:
    service, caller = filled.service, filled.account("admin")
    export = await finished(service, await ask(filled, caller), caller)
    for other in (
        filled.account("head"),
        service.bootstrap(),
        service.integration("complaints:read", filled.country.city),
    ):
        for method, below in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
            assert (await service.call(method, f"{URL}/{export['id']}{below}", caller=other)).status_code == 404
    assert (await service.call("GET", f"{URL}/{uuid4()}", caller=caller)).status_code == 404


async def test_who_may_ask(filled: Desk) -> None:
    assert (await ask(filled, filled.service.anonymous())).status_code == 401
    filing = filled.service.integration("complaints:file", filled.country.city)
    assert (await ask(filled, filing)).status_code == 403
    reading = filled.service.integration("complaints:read", filled.country.city)
    export = await finished(filled.service, await ask(filled, reading), reading)
    rows = [json.loads(line) for line in (await fetch(filled.service, export, reading)).text.splitlines()]
    assert {row["institution_id"] for row in rows} == {str(filled.country.city)}
    assert {row["custody"] for row in rows} == {"ordinary"}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"resource": "people"}, "/resource", "unknown_resource"),
        ({"format": "xls"}, "/format", "literal_error"),
        ({"filter": {"colour": "red"}}, "/filter/colour", "extra_forbidden"),
        ({"filter": {"created_from": "yesterday"}}, "/filter/created_from", "datetime_from_date_parsing"),
        ({"filter": {"institution": ["x"]}}, "/filter/institution/0", "uuid_parsing"),
        ({"filter": {"late": "perhaps"}}, "/filter/late", "bool_parsing"),
        ({"filter": {"limit": 5}}, "/filter/limit", "extra_forbidden"),
        ({"filter": []}, "/filter", "dict_type"),
        ({"since": "2026-01-01"}, "/since", "timezone_aware"),
        ({"colour": "red"}, "/colour", "extra_forbidden"),
    ],
)
async def test_a_body_that_asks_for_nothing_is_refused_by_name(
    filled: Desk, body: dict[str, Any], pointer: str, code: str
) -> None:
    reply = await ask(filled, filled.account("admin"), **body)
    assert reply.status_code == 422, reply.text
    assert [(error["pointer"], error["code"]) for error in reply.json()["errors"]] == [(pointer, code)]


async def test_scope_needs_its_unit(filled: Desk) -> None:
    assert (await ask(filled, filled.account("admin"), filter={"scope": "subtree"})).status_code == 400


async def test_cancelled_before_and_after(filled: Desk) -> None:
    service, caller = filled.service, filled.account("admin")
    waiting = (await ask(filled, caller)).json()
    reply = await service.call("DELETE", f"{URL}/{waiting['id']}", caller=caller)
    assert (reply.status_code, reply.json()["state"]) == (200, "cancelled")
    assert not await service.app.state.export_jobs.run_one()
    done = await finished(service, await ask(filled, caller), caller)
    assert (await service.call("DELETE", f"{URL}/{done['id']}", caller=caller)).json()["state"] == "cancelled"
    gone = await fetch(service, done, caller)
    assert (gone.status_code, gone.json()["code"]) == (409, "export_not_ready")
    async with service.connection() as connection:
        assert not await connection.fetchval("SELECT count(*) FROM export_pieces WHERE export_id = $1", done["id"])


async def test_the_work_stops_when_it_is_cancelled_in_its_midst(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PIECE_BYTES", 1_000)
    service, caller = filled.service, filled.service.bootstrap()
    export = (await ask(filled, caller)).json()
    began = asyncio.Event()
    go_on = asyncio.Event()
    original = work._File.add

    async def add(self: Any, part: bytes) -> None:
        began.set()
        await go_on.wait()
        await original(self, part)

    monkeypatch.setattr(work._File, "add", add)
    working = asyncio.create_task(service.app.state.export_jobs.run_one())
    await began.wait()
    running = (await service.call("GET", f"{URL}/{export['id']}", caller=caller)).json()
    assert running["state"] == "running"
    assert (await service.call("DELETE", f"{URL}/{export['id']}", caller=caller)).status_code == 200
    go_on.set()
    await working
    assert (await service.call("GET", f"{URL}/{export['id']}", caller=caller)).json()["state"] == "cancelled"
    async with service.connection() as connection:
        assert not await connection.fetchval("SELECT count(*) FROM export_pieces WHERE export_id = $1", export["id"])


async def test_a_file_that_lacks_rows_isnt_given_out(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three attempts, then it has failed."""
    service, caller = filled.service, filled.account("admin")
    monkeypatch.setattr("chassis.data.jobs.RETRY_S", 0)
    export = (await ask(filled, caller)).json()
    monkeypatch.setattr(work.ExportWork, "_make", _short)
    while await service.app.state.export_jobs.run_one():
        pass
    shown = (await service.call("GET", f"{URL}/{export['id']}", caller=caller)).json()
    assert (shown["state"], shown["manifest"]) == ("failed", None)
    assert (await fetch(service, shown, caller)).status_code == 409


_make = work.ExportWork._make


async def _short(self: Any, lease: Any, pieces: Pieces, asked: Any, snapshot_at: Any) -> None:
    pieces.total = (pieces.total or 0) + 1
    await _make(self, lease, pieces, asked, snapshot_at)


async def test_one_caller_doesnt_fill_the_queue(filled: Desk) -> None:
    service, caller = filled.service, filled.account("head")
    asked = [await ask(filled, caller) for _ in range(routes.MOST_WAITING)]
    refused = await ask(filled, caller)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    for reply in asked:
        await service.call("DELETE", reply.headers["location"], caller=caller)


async def test_files_are_forgotten_in_time(filled: Desk) -> None:
    service, caller = filled.service, filled.account("admin")
    export = await finished(service, await ask(filled, caller), caller)
    async with service.connection() as connection:
        await queries.PURGE.execute(connection, now=datetime.now(UTC) + routes.KEPT - timedelta(hours=1))
        assert (await fetch(service, export, caller)).status_code == 200
        await queries.PURGE.execute(connection, now=datetime.now(UTC) + routes.KEPT + timedelta(hours=1))
    assert (await fetch(service, export, caller)).status_code == 404


async def test_a_retry_asks_once(filled: Desk) -> None:
    service, caller, key = filled.service, filled.account("admin"), str(uuid4())
    body = {"resource": "complaints", "format": "csv"}
    replies = [await service.call("POST", URL, caller=caller, key=key, json=body) for _ in range(2)]
    assert replies[0].json()["id"] == replies[1].json()["id"]
    assert replies[1].headers["idempotency-replayed"] == "true"
    await service.call("DELETE", replies[0].headers["location"], caller=caller)
