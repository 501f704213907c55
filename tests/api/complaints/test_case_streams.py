"""Cases as streams: the list's rows and items for whoever asks, whatever stands in their titles."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from api.complaints.counting_stage import Stage
from chassis.http import streams
from complaints.service import SERVICE
from devstack.postgres import Cluster
from support.directory import settled_country
from support.filings import Desk
from support.services import ServiceUnderTest, service_under_test

CSV, NDJSON = "text/csv", "application/x-ndjson"
TITLES = (
    '=HYPERLINK("http://x","klik")', "+62 keluhan", "-1", "@admin", "\tawal", 'tanda "kutip"', "dua\nbaris", "koma, titik; koma",
    "garis \\ miring \\n", "ékspresi 🌋 ＝1", "\\.", "{}", "'", "NULL", " spasi ",
)  # fmt: skip
QUERIES = (
    "",
    "sort=due_at",
    "sort=-due_at&type=complaint",
    "q=lampu",
    "late=true",
    "merged=false&channel=sms&channel=lapor",
)
OFFICES = ("bootstrap", "national", "admin", "auditor", "head", "works_liaison", "information_officer", "ombudsman")


@pytest.fixture(scope="module")
async def filled(postgres: Cluster) -> AsyncIterator[Desk]:
    """Some hundred cases, of which some have titles that are hard on a format."""
    async with service_under_test(postgres, SERVICE) as service:
        country = await settled_country(service)
        stage = Stage(country, 11)
        async with service.connection() as connection:
            await stage.file(connection, 330, datetime.now(UTC))
            for id_, title in zip(list(stage.rows)[:60], TITLES * 4, strict=False):
                await connection.execute("UPDATE cases SET title = $2 WHERE id = $1", id_, title)
            await connection.execute(
                "UPDATE cases SET received_at = date_trunc('second', received_at) WHERE rating = 1"
            )
        yield Desk(service, country)


def caller_of(desk: Desk, office: str) -> dict[str, str]:
    return desk.service.bootstrap() if office == "bootstrap" else desk.account(office)


async def every_item(service: ServiceUnderTest, caller: dict[str, str], query: str) -> list[Any]:
    found: list[Any] = []
    following: str | None = f"/v1/complaints?limit=200&{query}"
    while following is not None:
        page = (await service.call("GET", following, caller=caller)).json()
        found += page["items"]
        following = page["next"]
    return found


async def every_public_item(service: ServiceUnderTest) -> list[Any]:
    found: list[Any] = []
    following: str | None = "/v1/public/complaints?limit=200"
    while following is not None:
        page = (await service.call("GET", following, caller=service.anonymous())).json()
        found += page["items"]
        following = page["next"]
    return found


@pytest.mark.parametrize("office", OFFICES)
async def test_a_stream_says_what_the_list_says(filled: Desk, office: str) -> None:
    caller = caller_of(filled, office)
    for query in QUERIES:
        items = await every_item(filled.service, caller, query)
        path = f"/v1/complaints?count=exact&{query}"
        lined = await filled.service.call("GET", path, caller=caller, headers={"accept": NDJSON})
        assert lined.status_code == 200, lined.text
        assert [json.loads(line) for line in lined.text.split("\n")[:-1]] == items, query
        assert int(lined.headers["row-count"]) == len(items)
        tabled = await filled.service.call("GET", path, caller=caller, headers={"accept": CSV})
        rows = list(csv.DictReader(io.StringIO(tabled.text, newline="")))
        assert [row["id"] for row in rows] == [item["id"] for item in items], query
        for row, item in zip(rows, items, strict=True):
            assert row == {name: cell(value) for name, value in item.items()}


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\n", "\r", "＝") else text


async def test_nobody_streams_what_they_may_not_list(filled: Desk) -> None:
    service = filled.service
    anonymous = await service.call("GET", "/v1/complaints", caller=service.anonymous(), headers={"accept": CSV})
    assert anonymous.status_code == 401
    stranger = await service.call("GET", "/v1/complaints", caller=service.account("nobody"), headers={"accept": NDJSON})
    assert (stranger.status_code, stranger.text) == (200, "")


async def test_public_cases_are_streamed_as_they_are_listed(filled: Desk) -> None:
    service = filled.service
    listed = await every_public_item(service)
    lined = await service.call("GET", "/v1/public/complaints", caller=service.anonymous(), headers={"accept": NDJSON})
    assert [json.loads(line) for line in lined.text.splitlines()] == listed
    assert listed
    assert lined.headers["cache-control"].startswith("public")


async def test_a_stream_is_of_one_moment(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is filed while it is read isn't in it, and what is changed is in it as it was."""
    service = filled.service
    monkeypatch.setattr(streams, "PAGE", 50)
    changed = False
    before = await every_public_item(service)
    async with service.connection() as other:
        find = streams.Stream._run

        async def run(self: Any, send: Any) -> None:
            async def sending(message: Any) -> None:
                nonlocal changed
                await send(message)
                if message["type"] == "http.response.body" and not changed:
                    changed = True
                    await other.execute("UPDATE cases SET category = 'health', file_complete_at = now()")

            await find(self, sending)

        monkeypatch.setattr(streams.Stream, "_run", run)
        lined = await service.call(
            "GET", "/v1/public/complaints", caller=service.anonymous(), headers={"accept": NDJSON}
        )
    assert changed
    assert [json.loads(line) for line in lined.text.splitlines()] == before
