"""Faults that systems of this kind have had, each tried here: clocks that edits reset, pauses that a new policy forgets, rows at
the seam of two days, secrets in files, neighbours with one beginning, lists that read what they don't show."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.data.statements import Statement
from complaints.policies.loading import put_policy
from complaints.service import SERVICE
from devstack.layout import DATA
from devstack.postgres import Cluster
from support.directory import settled_country
from support.filings import Desk
from support.services import service_under_test
from support.wall_clock import WallClock, wall_clock

LIST, EXPORTS = "/v1/complaints", "/v1/exports/complaints"


@pytest.fixture(scope="module")
async def office(postgres: Cluster) -> AsyncIterator[Desk]:
    """A database of its own: policies change in it."""
    async with service_under_test(postgres, SERVICE) as service:
        yield Desk(service, await settled_country(service))


@pytest.fixture
def wall(office: Desk) -> Iterator[WallClock]:
    with wall_clock(office.service) as clock:
        yield clock


async def duties(office: Desk, case_id: str) -> tuple[str, list[tuple[Any, ...]]]:
    """When the case is due, and each of its duties."""
    explained = (await office.get(case_id, "head", "/deadline")).json()
    told = ("stage", "started_at", "due_at", "status")
    return explained["due_at"], sorted(tuple(each[name] for name in told) for each in explained["duties"])


async def exported(office: Desk, caller: dict[str, str], form: str, **wanted: Any) -> str:
    """The content of an export."""
    body = {"resource": "complaints", "filter": wanted, "format": form}
    asked = await office.service.call("POST", EXPORTS, caller=caller, json=body)
    assert asked.status_code == 202, asked.text
    while await office.service.app.state.export_jobs.run_one():
        pass
    made = (await office.service.call("GET", asked.headers["location"], caller=caller)).json()
    assert made["state"] == "done", made
    return (await office.service.call("GET", f"{EXPORTS}/{made['id']}/content", caller=caller)).text


async def test_no_edit_that_has_nothing_to_do_with_time_moves_a_clock(office: Desk, wall: WallClock) -> None:
    case_id = await office.in_progress()
    before = await duties(office, case_id)
    wall.set(4)
    await office.done(case_id, "note", "liaison", {"body": "Sudah ditelepon."})
    await office.attached(case_id, "liaison")
    question = {"unit_id": str(office.country.works), "question": "Apakah trotoar sudah diperbaiki?"}
    await office.done(case_id, "contributions", "liaison", question)
    held = await office.service.call("GET", f"{LIST}/{case_id}")
    words = await office.service.call(
        "PUT",
        f"{LIST}/{case_id}/public-text",
        caller=office.account("liaison"),
        headers={"if-match": held.headers["etag"]},
        json={"title": "Antrean loket"},
    )
    assert words.status_code == 200, words.text
    same = {"class": "non_supervisory", "category": "transport", "reason": "Kategorinya keliru."}
    await office.done(case_id, "classification", "admin", same)
    assert await duties(office, case_id) == before


async def test_a_pause_outlives_a_change_of_the_policy(office: Desk, wall: WallClock) -> None:
    """The case keeps the version that was in force when it was filed, and so do its pause and what it gave back."""
    case_id = await office.in_progress()
    due_at, _ = await duties(office, case_id)
    question = {"reason": "awaiting_reporter", "question": "Kapan Anda datang ke loket?"}
    filed = await office.file()
    assert filed["due_at"] == "2026-03-05T15:59:59Z"
    wall.set(3)
    await office.done(case_id, "pause", "liaison", question)
    wall.set(4)
    document = json.loads((DATA / "deadlines" / "deadline-policies.json").read_bytes())
    policy = next(each for each in document["policies"] if each["code"] == "sp4n_2025")
    for rule in policy["rules"]:
        rule["pauses"], rule["amount"] = [], 1
    policy["effective_from"] = "2026-03-04"
    async with office.service.app.state.pool.acquire() as connection, connection.transaction():
        await put_policy(connection, policy, now=datetime.now(UTC))
    office.service.app.state.planner.forget()
    wall.set(6)
    await office.done(case_id, "resumption", "liaison")
    again, found = await duties(office, case_id)
    # Friday 27 March, and the three days from Wednesday to Friday that the pause gave back.
    assert {due for stage, _, due, _ in found if stage == "handling"} == {"2026-04-01T15:59:59Z"}
    assert again >= due_at
    newer = await office.file()
    assert newer["due_at"] == "2026-03-09T15:59:59Z"  # filed on Friday 6 under the new version: one working day


async def test_what_arrives_at_the_seam_of_two_days_belongs_to_one(office: Desk, wall: WallClock) -> None:
    word = f"tengahmalam{uuid4().hex[:8]}"
    last = wall.set(9, 23, 59).replace(second=59, microsecond=999_999)
    wall.now = last
    before = (await office.file(title=word))["id"]
    midnight = wall.set(10, 0)
    after = (await office.file(title=word))["id"]
    days = [f"2026-03-{day:02}T00:00:00+08:00" for day in (9, 10, 11)]
    bootstrap = office.service.bootstrap()
    found = []
    for start, end in pairwise(days):
        window = {"created_from": start, "created_to": end, "q": word}
        listed = await office.service.call("GET", LIST, params=window | {"count": "exact"})
        ids = [item["id"] for item in listed.json()["items"]]
        lines = (await exported(office, bootstrap, "ndjson", **window)).splitlines()
        assert [json.loads(line)["id"] for line in lines] == ids
        assert listed.json()["count"] == len(ids)
        found.append(ids)
    assert (found, last < midnight) == ([[before], [after]], True)


async def test_no_file_holds_what_its_reader_may_not_see(office: Desk, wall: WallClock) -> None:
    wall.set(20)
    secret, hidden = f"rahasia{uuid4().hex}", f"terlindung{uuid4().hex}"
    confidential = await office.file(title=secret, confidential=True, service_id=None)
    protected = await office.file(title=hidden, protected=True)
    since = wall.now.isoformat()
    for name in office.country.accounts:
        caller = office.account(name)
        listed = (await office.service.call("GET", LIST, caller=caller, params={"created_from": since})).text
        for form in ("ndjson", "csv"):
            content = await exported(office, caller, form, created_from=since)
            for said in (secret, confidential["id"], hidden, protected["id"]):
                assert (said in content) == (said in listed), (name, form, said)
            knows = name in ("auditor", "head_auditor")
            assert (hidden in content, protected["id"] in content) == (knows, knows), (name, form)
            assert secret not in content or name != "national"


@pytest.mark.parametrize(
    ("code", "found"), [("51.0", set()), ("51", {"51.07", "51.07.01"}), ("51.07", {"51.07", "51.07.01"})]
)
async def test_a_code_finds_what_lies_in_it_not_what_begins_alike(
    office: Desk, wall: WallClock, code: str, found: set[str]
) -> None:
    word = f"awalan{uuid4().hex[:8]}"
    for region in ("51.07", "51.07.01"):
        await office.file(title=word, service_id=None, region_code=region)
    wanted = {"q": word, "region": code}
    listed = (await office.service.call("GET", LIST, params=wanted)).json()["items"]
    assert {item["region_code"] for item in listed} == found
    lines = (await exported(office, office.service.bootstrap(), "ndjson", **wanted)).splitlines()
    assert {json.loads(line)["region_code"] for line in lines} == found


@pytest.mark.parametrize("field", ["filed_by", "account_id", "subject", "actor", "state", "institution_id"])
async def test_nobody_says_in_a_body_who_they_are(office: Desk, wall: WallClock, field: str) -> None:
    """Neither who files nor what the platform decides is taken from the request."""
    filed = {"type": "complaint", "title": "Loket tutup", "body": "Loket tutup sebelum waktunya.", "anonymous": True}
    refused = await office.service.call("POST", LIST, caller=office.service.anonymous(), json=filed | {field: "lain"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{field}")
    case_id = await office.in_progress()
    acted = await office.act(case_id, "note", "liaison", {"body": "Sudah ditelepon.", field: "lain"})
    assert (acted.status_code, acted.json()["errors"][0]["pointer"]) == (422, f"/{field}")


async def test_a_completion_comes_within_its_thirty_days(office: Desk, wall: WallClock) -> None:
    """Nothing scans here: the reporter's time is over by itself."""
    in_time, late = await office.file(), await office.file()
    for case in (in_time, late):
        await office.done(case["id"], "verification", "admin", {"complete": False, "missing": ["tanggal kejadian"]})
    tracking = {case["id"]: await office.tracking(case) for case in (in_time, late)}

    async def complete(case: dict[str, Any]) -> Any:
        path, body = f"{LIST}/{case['id']}/completion", {"body": "Tanggal 10 Februari."}
        return await office.service.call("POST", path, caller=tracking[case["id"]], json=body)

    wall.set(1, 23, month=4)  # the thirtieth day
    tracking = {case["id"]: await office.tracking(case) for case in (in_time, late)}
    assert (await complete(in_time)).json()["state"] == "submitted"
    wall.set(2, 0, 1, month=4)
    assert ((await complete(late)).status_code, (await complete(late)).json()["code"]) == (409, "window_closed")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?sort=due_at",
        "?sort=due_at&institution={city}",
        "?unit={unit}&scope=subtree",
        "?state=submitted",
        "?type=complaint",
    ],
)
async def test_a_list_reads_neither_bodies_nor_the_whole_table(
    office: Desk, wall: WallClock, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _many(office)
    asked: list[tuple[str, list[Any]]] = []
    fetch = Statement.fetch

    async def noted(self: Statement, connection: Any, **values: Any) -> Any:
        asked.append((self.sql, self.bind(values)))
        return await fetch(self, connection, **values)

    monkeypatch.setattr(Statement, "fetch", noted)
    path = LIST + query.format(unit=office.country.counter, city=office.country.city)
    reply = await office.service.call("GET", path, caller=office.account("admin"))
    monkeypatch.undo()
    assert len(reply.json()["items"]) == 50, reply.text
    [(sql, values)] = [(sql, values) for sql, values in asked if "FROM cases" in sql]
    async with office.service.app.state.pool.acquire() as connection:
        [(explained,)] = await connection.fetch(f"EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) {sql}", *values)
    [plan] = explained if isinstance(explained, list) else json.loads(explained)
    nodes = list(_nodes(plan["Plan"]))
    assert "cases.body" not in nodes[0].get("Output", [])
    most = max(nodes, key=lambda node: node["Actual Rows"] * node["Actual Loops"])
    assert most["Actual Rows"] * most["Actual Loops"] < 500, most


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


MANY = """
INSERT INTO cases SELECT copy.* FROM cases c, generate_series(1, 20000) n, jsonb_populate_record(c, jsonb_build_object(
    'id', gen_random_uuid(), 'tracking_code', 'M' || n, 'created_at', c.created_at - n * interval '1 second',
    'due_at', c.due_at + n * interval '1 minute')) copy
WHERE c.id = $1
"""


async def _many(office: Desk) -> None:
    """Twenty thousand cases at the counter, once."""
    async with office.service.connection() as connection:
        if await connection.fetchval("SELECT EXISTS (SELECT FROM cases WHERE tracking_code = 'M1')"):
            return
        held = UUID((await office.file())["id"])
        await connection.execute("UPDATE cases SET unit_id = $2 WHERE id = $1", held, office.country.counter)
        await connection.execute(MANY, held)
        await connection.execute("ANALYZE cases")
