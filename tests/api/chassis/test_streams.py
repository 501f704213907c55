"""Lists as streams: the rows of the list, at one moment, in bounded memory, safe to open, and never short without a sign."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.http import cells, streams
from chassis.http.models import Shape
from chassis.http.pages import write_cursor
from devstack.postgres import Cluster
from registry.service import SERVICE
from support.services import ServiceUnderTest, service_under_test

CSV, NDJSON = "text/csv", "application/x-ndjson"
LISTS = ("institutions", "units", "services", "appointments")


@pytest.fixture(scope="module")
async def filled(postgres: Cluster) -> AsyncIterator[ServiceUnderTest]:
    """A registry with an institution, more units than a stream's page holds, people in posts and a service."""
    async with service_under_test(postgres, SERVICE) as service:
        held = await service.call("GET", "/v1/institutions?code=pemda-51.71")
        city = held.json()["items"][0]["id"]
        async with service.connection() as connection, connection.transaction():
            ids = [uuid4() for _ in range(2_300)]
            await connection.executemany(
                "INSERT INTO unit_identities (id, institution_id, version) VALUES ($1, $2, 1)",
                [(id_, city) for id_ in ids],
            )
            await connection.executemany(
                """INSERT INTO units (id, institution_id, code, name, kind, functions, valid_during)
                   VALUES ($1, $2, $3, $4, 'section', '{}', daterange('2020-01-01', NULL))""",
                [(id_, city, f"stream-{n}", f"=Loket {n % 7}") for n, id_ in enumerate(ids)],
            )
        person = await service.call(
            "POST", "/v1/people", json={"name": "-2+3 Made", "employee_number": "198001012005011001"}
        )
        assert person.status_code == 201, person.text
        body = {"person_id": person.json()["id"], "unit_id": str(ids[0]), "role": "officer", "decree_number": "1/2026"}
        appointed = await service.call("POST", "/v1/appointments", json=body)
        assert appointed.status_code == 201, appointed.text
        counter = await service.call(
            "POST", "/v1/units", json={"institution_id": city, "code": "loket", "name": "Loket", "kind": "section"}
        )
        assert counter.status_code == 201, counter.text
        entered = await service.call(
            "POST",
            "/v1/services",
            json={
                "unit_id": counter.json()["id"],
                "code": "ktp",
                "name": "@KTP",
                "kind": "administrative",
            },
        )
        assert entered.status_code == 201, entered.text
        yield service


async def every_item(service: ServiceUnderTest, path: str) -> list[Any]:
    """All pages of a list."""
    found: list[Any] = []
    following: str | None = f"{path}{'&' if '?' in path else '?'}limit=200"
    while following is not None:
        page = (await service.call("GET", following)).json()
        found += page["items"]
        following = page["next"]
    return found


async def stream(service: ServiceUnderTest, path: str, form: str, status: int = 200) -> httpx.Response:
    reply = await service.call("GET", path, headers={"accept": form})
    assert reply.status_code == status, reply.text
    return reply


def flattened(item: dict[str, Any]) -> dict[str, str]:
    """An item as the cells of its line."""
    found: dict[str, str] = {}
    for name, value in item.items():
        if isinstance(value, dict) and name == "valid_during":
            found |= {f"{name}.{below}": "" if each is None else str(each) for below, each in value.items()}
        elif isinstance(value, str):
            found[name] = f"'{value}" if value[:1] in "=+-@" and value else value
        elif value is None:
            found[name] = ""
        else:
            found[name] = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return found


@pytest.mark.parametrize("path", [f"/v1/{name}" for name in LISTS] + ["/v1/units?sort=-code", "/v1/units?q=loket"])
async def test_a_stream_holds_the_rows_of_the_list_in_its_order(filled: ServiceUnderTest, path: str) -> None:
    items = await every_item(filled, path)
    assert items
    lined = await stream(filled, path, NDJSON)
    assert lined.headers["content-type"] == NDJSON
    assert [json.loads(line) for line in lined.text.splitlines()] == items
    tabled = await stream(filled, path, CSV)
    assert tabled.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    rows = list(csv.DictReader(io.StringIO(tabled.text)))
    expected = [flattened(item) for item in items]
    assert [{name: row[name] for name in want} for row, want in zip(rows, expected, strict=True)] == expected


async def test_a_list_of_nothing_is_a_header_alone(filled: ServiceUnderTest) -> None:
    assert (await stream(filled, "/v1/units?code=none", NDJSON)).text == ""
    assert (await stream(filled, "/v1/units?code=none", CSV)).text.startswith("id,institution_id,")


async def test_the_number_of_rows_is_told_beforehand_on_request(filled: ServiceUnderTest) -> None:
    reply = await stream(filled, "/v1/units?count=exact&q=loket", NDJSON)
    assert int(reply.headers["row-count"]) == len(reply.text.splitlines()) == 2_301
    assert "row-count" not in (await stream(filled, "/v1/units", NDJSON)).headers


@pytest.mark.parametrize(("accept", "kind"), [
    ("*/*", "application/json"), ("text/html, */*;q=0.1", "application/json"), ("text/csv, application/json;q=0.5", CSV),
    ("application/x-ndjson;q=0.2, text/csv;q=0.1", NDJSON),
])  # fmt: skip
async def test_accept_chooses(filled: ServiceUnderTest, accept: str, kind: str) -> None:
    reply = await stream(filled, "/v1/institutions?code=pemda-51.71", accept)
    assert reply.headers["content-type"].startswith(kind)


async def test_head_of_a_stream_makes_no_rows(filled: ServiceUnderTest) -> None:
    head = await filled.call("HEAD", "/v1/units?count=exact", headers={"accept": NDJSON})
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", NDJSON)
    assert int(head.headers["row-count"]) > 2_300
    # A stream isn't kept by anybody; what may be kept says by which headers it was chosen.
    assert head.headers["cache-control"] == "private, no-store"
    kept = await filled.call("HEAD", "/v1/units", headers={"accept": "application/json"})
    assert set(kept.headers["vary"].split(", ")) == {"Accept", "Accept-Language"}
    assert filled.app.state.streams == 0


async def test_what_isnt_offered_is_refused(filled: ServiceUnderTest) -> None:
    await stream(filled, "/v1/units", "image/png", 406)
    reply = await stream(filled, f"/v1/units?limit=5&cursor={write_cursor('', [])}", CSV, 400)
    assert {error["pointer"] for error in reply.json()["errors"]} == {"query/limit", "query/cursor"}
    assert (await stream(filled, "/v1/units?colour=red", CSV, 400)).json()["code"] == "bad_request"


async def test_streams_give_way_when_too_many_run(filled: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_AT_ONCE", 0)
    reply = await stream(filled, "/v1/units", CSV, 503)
    assert reply.headers["retry-after"]
    assert reply.json()["code"] == "unavailable"


async def send_all(filled: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch, fail_after: int) -> list[dict[str, Any]]:
    """The ASGI messages of a stream whose reading fails, or whose caller leaves, after so many pieces."""
    sent: list[dict[str, Any]] = []
    left = fail_after
    original = streams.cells.lines

    def failing(*arguments: Any) -> bytes:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError("the disk")
        return original(*arguments)

    monkeypatch.setattr(streams.cells, "lines", failing)

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.sleep(3600)

    with pytest.raises(ConnectionAbortedError):
        await filled.app(scope_of(filled), receive, send)
    return sent


def scope_of(filled: ServiceUnderTest) -> dict[str, Any]:
    """A request for all units as CSV."""
    headers = [(name.encode(), value.encode()) for name, value in {**filled.anonymous(), "accept": CSV}.items()]
    return {
        "type": "http", "method": "GET", "path": "/v1/units", "raw_path": b"/v1/units", "query_string": b"",
        "headers": headers, "scheme": "http", "server": ("service", 80), "client": ("127.0.0.1", 1), "http_version": "1.1",
        "asgi": {"version": "3.0"}, "root_path": "", "state": {},
    }  # fmt: skip


async def test_a_stream_that_breaks_off_never_ends_in_order(
    filled: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is cut: the last chunk, which would say that this was all, isn't sent."""
    sent = await send_all(filled, monkeypatch, 1)
    assert sent[0]["type"] == "http.response.start"
    assert sent[0]["status"] == 200
    bodies = [message for message in sent if message["type"] == "http.response.body"]
    assert len(bodies) == 2
    assert all(message["more_body"] for message in bodies)
    assert filled.app.state.streams == 0


async def test_a_caller_who_leaves_ends_the_stream(filled: ServiceUnderTest) -> None:
    """Nobody reads on for whoever has gone, and what was sent doesn't look whole."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    await filled.app(scope_of(filled), receive, send)
    assert not [message for message in sent if message["type"] == "http.response.body" and not message["more_body"]]
    assert filled.app.state.streams == 0


class Below(Shape):
    to: str | None


class Line(Shape):
    name: str
    below: Below | None
    many: list[str]
    number: int | None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start: str) -> None:
    line = cells.lines([{"name": f"{start}1+1", "below": None, "many": [], "number": -5}], cells.columns_of(Line))
    row = next(csv.reader(io.StringIO(line.decode(), newline="")))
    assert row == [f"'{start}1+1", "", "[]", "-5"]


def test_cells_are_what_was_said() -> None:
    said = {
        "name": 'Ibu "Sari", Br. Ubung\nDenpasar',
        "below": {"to": "2026-01-01"},
        "many": ["=a", "b"],
        "number": None,
    }
    columns = cells.columns_of(Line)
    assert columns == ["name", "below.to", "many", "number"]
    text = (cells.header(columns) + cells.lines([said], columns)).decode()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [columns, [said["name"], "2026-01-01", '["=a","b"]', ""]]
    assert text.endswith("\r\n")
