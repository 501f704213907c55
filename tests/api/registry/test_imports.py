"""Imports of units: dry run, all or nothing, what differs, rights, cancelling, a worker's death."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from api.registry.directory_stage import Stage, code, stage
from api.registry.imports_stage import CSV, XLSX, counts, ended, found, run, send, workbook, written
from support.services import ServiceUnderTest

TREE = [
    {"code": "01", "name": "Sekretariat", "kind": "secretariat", "parent_code": "", "valid_from": "2020-01-01"},
    {"code": "01.1", "name": "Bagian Umum", "kind": "section", "parent_code": "01", "valid_from": "2021-01-01"},
    {"code": "01.1.1", "name": "Loket", "kind": "section", "parent_code": "01.1", "valid_from": "2022-01-01"},
]


async def names(here: Stage, path: str) -> list[str]:
    return [item["name"] for item in (await here.read(path))["items"]]


async def test_a_tree_comes_in_with_its_parents_and_facts(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    done = await run(here, "units", list(reversed(TREE)))
    assert (done["state"], counts(done), done["progress"]["share"]) == ("done", (3, 0, 0), 1.0)
    counter = (await here.read(f"/units?institution={here.id}&code=01.1.1"))["items"][0]
    assert counter["valid_during"] == {"from": "2022-01-01", "to": None}
    assert await names(here, f"/units/{counter['id']}/ancestors") == ["Bagian Umum", "Sekretariat"]
    top = (await here.read(f"/units?institution={here.id}&code=01"))["items"][0]
    assert await names(here, f"/units/{top['id']}/descendants") == ["Bagian Umum", "Loket"]
    assert await names(here, f"/units/{top['id']}/descendants?as_of=2021-12-31") == ["Bagian Umum"]
    (fact,) = await here.events(f"units/{counter['id']}")
    assert (fact["type"], fact["sequence"], fact["data"]["versions"][0]["code"]) == ("unit.changed", 1, "01.1.1")


async def test_a_dry_run_writes_nothing(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    done = await run(here, "units", TREE, query="&dry_run=true")
    assert (done["state"], done["dry_run"], counts(done)) == ("done", True, (3, 0, 0))
    assert await names(here, f"/units?institution={here.id}") == []
    async with registry.connection() as connection:
        left = await connection.fetchval("SELECT count(*) FROM import_files") + await connection.fetchval(
            "SELECT count(*) FROM import_rows"
        )
    assert left == 0


async def test_one_wrong_row_and_nothing_is_written(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    rows = [
        *TREE,
        {"code": "02", "name": "", "kind": "bureau"},
        {"code": "03", "name": "Tiga", "kind": "palace", "parent_code": "99"},
        {"code": "01", "name": "Lagi", "kind": "bureau"},
        {"code": "04", "name": "Empat", "kind": "bureau", "valid_from": "2024-02-30"},
        {"code": "05", "name": "Lima", "kind": "bureau", "parent_code": "01", "valid_from": "2019-12-31"},
        {"code": "06", "name": "Enam", "kind": "bureau", "valid_from": "1999-12-31"},
        {"code": "07", "name": "Tujuh", "kind": "bureau", "region_code": "99"},
        {"code": "08", "name": "Delapan", "kind": "bureau", "valid_from": "2024-01-02", "valid_to": "2024-01-02"},
    ]
    done = await run(here, "units", rows)
    assert done["state"] == "failed"
    assert found(done) == [
        (5, "name", "missing"),
        (6, "kind", "unknown_term"),
        (6, "parent_code", "unknown_unit"),
        (7, "code", "duplicate"),
        (8, "valid_from", "date_from_datetime_parsing"),
        (9, "parent_code", "outside_parent"),
        (10, "valid_from", "outside_institution"),
        (11, "region_code", "unknown_region"),
        (12, None, "period_backwards"),
    ]
    detail = done["result"]["errors"][0]["detail"]
    assert detail == {"id": "Wajib diisi.", "en": "This is required."}
    assert (done["result"]["rows"], done["result"]["error_count"]) == (11, 9)
    assert await names(here, f"/units?institution={here.id}") == []


async def test_a_row_is_told_of_all_that_is_wrong_with_it_at_once(registry: ServiceUnderTest) -> None:
    """What it names and can't be found, beside what can't be read; and what others name of it is there."""
    here = await stage(registry)
    wrong = {
        "code": "02",
        "name": "",
        "kind": "palace",
        "parent_code": "99",
        "region_code": "99",
        "valid_from": "2020-13-01",
    }
    unnamed = {"code": "03", "name": "", "kind": "bureau"}
    under_it = {"code": "03.1", "name": "Bagian", "kind": "section", "parent_code": "03"}
    uncoded = {"name": "Tanpa kode", "kind": "palace", "parent_code": "99"}  # which it is isn't known: no more is told
    done = await run(here, "units", [wrong, unnamed, under_it, uncoded])
    assert found(done) == [
        (2, "kind", "unknown_term"),
        (2, "name", "missing"),
        (2, "parent_code", "unknown_unit"),
        (2, "region_code", "unknown_region"),
        (2, "valid_from", "date_from_datetime_parsing"),
        (3, "name", "missing"),
        (5, "code", "missing"),
    ]


async def test_the_same_file_again_changes_nothing_and_another_what_differs(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await run(here, "units", TREE)
    assert counts(await run(here, "units", TREE)) == (0, 0, 3)
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    moved = [{"code": "01.1.1", "name": "Loket Utama", "kind": "section", "parent_code": "01"}]
    assert counts(await run(here, "units", moved)) == (0, 1, 0)
    counter = (await here.read(f"/units?institution={here.id}&code=01.1.1"))["items"][0]
    assert (counter["name"], counter["valid_during"]["from"]) == ("Loket Utama", "2022-01-01")
    assert await names(here, f"/units/{counter['id']}/ancestors") == ["Sekretariat"]
    assert (await here.read(f"/units/{counter['id']}?known_at={before}"))["name"] == "Loket"
    renamed = [{"code": "01.1.1", "name": "Loket Baru", "kind": "section"}]
    assert counts(await run(here, "units", renamed, query="&effective_on=2025-01-01")) == (0, 1, 0)
    assert (await here.read(f"/units/{counter['id']}?as_of=2024-12-31"))["name"] == "Loket Utama"
    assert (await here.read(f"/units/{counter['id']}?as_of=2025-01-01"))["name"] == "Loket Baru"
    assert [fact["sequence"] for fact in await here.events(f"units/{counter['id']}")] == [1, 2, 3]


async def test_circles_and_what_goes_on_below_are_found(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await run(here, "units", TREE)
    circle = [
        {"code": "01", "name": "Sekretariat", "kind": "secretariat", "parent_code": "01.1.1"},
        {"code": "90", "name": "A", "kind": "bureau", "parent_code": "91"},
        {"code": "91", "name": "B", "kind": "bureau", "parent_code": "90"},
    ]
    done = await run(here, "units", circle, query="&dry_run=true")
    assert done["state"] == "failed"
    assert [each for each in found(done) if each[2] == "circle"] == [
        (2, "parent_code", "circle"),
        (3, "parent_code", "circle"),
        (4, "parent_code", "circle"),
    ]
    ending = [{"code": "01.1", "name": "Bagian Umum", "kind": "section", "valid_to": "2025-01-01"}]
    done = await run(here, "units", ending)
    assert found(done) == [(2, "valid_to", "still_in_use")]


async def test_a_unit_does_not_begin_after_what_stands_there(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await run(here, "units", TREE)
    counter = (await here.read(f"/units?institution={here.id}&code=01.1.1"))["items"][0]
    person = await here.person("Ni Luh Sari")
    await here.seat("unit_head", unit=counter["id"], person=person["id"], valid_during={"from": "2023-01-01"})
    later = [{"code": "01.1.1", "name": "Loket", "kind": "section", "valid_from": "2024-01-01"}]
    done = await run(here, "units", later)
    assert (done["state"], found(done)) == ("failed", [(2, "valid_from", "still_in_use")])
    assert "Ni Luh Sari" in str(done["result"]["errors"])
    assert (await here.read(f"/units/{counter['id']}"))["valid_during"]["from"] != "2024-01-01"
    above = [{"code": "01.1", "name": "Bagian Umum", "kind": "section", "valid_from": "2024-01-01"}]
    assert found(await run(here, "units", above)) == [(2, "valid_from", "still_in_use")]
    row = {name: here.institution[name] for name in ("code", "name", "kind")}
    done = await run(here, "institutions", [{**row, "valid_from": "2024-01-01"}], query="&dry_run=true")
    assert (done["state"], found(done)) == ("failed", [(2, "valid_from", "still_in_use")])
    assert "Sekretariat" in str(done["result"]["errors"])


async def test_a_unit_is_not_ended_under_who_is_in_office_there(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await run(here, "units", TREE)
    counter = (await here.read(f"/units?institution={here.id}&code=01.1.1"))["items"][0]
    person = await here.person("Ni Luh Sari")
    await here.seat("unit_head", unit=counter["id"], person=person["id"], valid_during={"from": "2023-01-01"})
    ending = [{"code": "01.1.1", "name": "Loket", "kind": "section", "valid_to": "2025-01-01"}]
    done = await run(here, "units", ending, query="&dry_run=true")
    assert (done["state"], found(done)) == ("failed", [(2, "valid_to", "still_in_use")])
    assert "Ni Luh Sari" in str(done["result"]["errors"])


async def test_an_institution_is_not_ended_under_what_stands_there(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await run(here, "units", TREE)
    row = {name: here.institution[name] for name in ("code", "name", "kind")}
    for query in ("&dry_run=true", ""):
        done = await run(here, "institutions", [{**row, "valid_to": "2030-01-01"}], query=query)
        assert (done["state"], found(done)) == ("failed", [(2, "valid_to", "still_in_use")])
    assert "Sekretariat" in str(done["result"]["errors"])
    empty = (await stage(registry)).institution
    row = {name: empty[name] for name in ("code", "name", "kind")}
    assert (await run(here, "institutions", [{**row, "valid_to": "2030-01-01"}]))["state"] == "done"


async def test_a_workbook_is_read_as_text(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    content = workbook(
        [
            ["code", "name", "kind", "valid_from", "valid_to"],
            ["0101", "=1+1", "bureau", date(2020, 1, 1), None],
            [],
            [202, "@SUM(A1)", "bureau", "2020-01-01", "2030-01-01"],
        ]
    )
    done = await ended(here, await send(here, "units", content, headers=XLSX))
    assert (done["state"], found(done)) == ("failed", [(2, "name", "formula")])
    content = workbook([["code", "name", "kind"], [202, "@SUM(A1)", "bureau"], ["203", "+62 kantor", "bureau"]])
    assert (await ended(here, await send(here, "units", content, headers=XLSX)))["state"] == "done"
    assert await names(here, f"/units?institution={here.id}&sort=code") == ["@SUM(A1)", "+62 kantor"]


async def test_a_file_that_cannot_be_read_says_why(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    cases = [
        (b"code,name\n01,\xff", CSV, "encoding"),
        (b"code,name,colour\n01,A,red\n", CSV, "unknown_columns"),
        (b"code,name\n01,A\n", CSV, "missing_columns"),
        (b"code,name,kind\n", CSV, "empty"),
        (b'code,name,kind\n01,"A,bureau\n', CSV, "quoting"),
        (b"PK not a workbook", XLSX, "not_xlsx"),
    ]
    for content, headers, expected in cases:
        done = await ended(here, await send(here, "units", content, headers=headers))
        assert (done["state"], found(done)) == ("failed", [(None, None, expected)]), expected


async def test_separators_and_a_byte_order_mark(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    content = b"\xef\xbb\xbf" + written(
        [
            {
                "code": "1",
                "name": "Tata Usaha; Umum",
                "kind": "bureau",
                "functions": "consultation_service | internal_supervision",
            }
        ],
        separator=";",
    )
    assert counts(await ended(here, await send(here, "units", content))) == (1, 0, 0)
    (made,) = (await here.read(f"/units?institution={here.id}"))["items"]
    assert (made["name"], made["functions"]) == ("Tata Usaha; Umum", ["consultation_service", "internal_supervision"])


async def test_who_may_import(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    file = written(TREE)
    assert (await send(here, "units", file, caller=registry.anonymous())).status_code == 401
    head = await here.account("unit_head", unit=(await here.unit("Atas"))["id"])
    assert (await send(here, "units", file, caller=head)).status_code == 403
    assert (await send(here, "units", file, caller=here.client("registry:read"))).status_code == 403
    assert (await send(here, "units", file, caller=other.client())).status_code == 403
    assert (await send(here, "institutions", file, caller=here.client())).status_code == 403
    reply = await send(here, "units", file, caller=here.client(), query=f"&institution={here.id}")
    assert reply.status_code == 202
    path = reply.headers["location"].removeprefix("/v1")
    assert (await here.call("GET", path, caller=other.client())).status_code == 404
    assert (await here.call("GET", path, caller=here.client())).status_code == 200
    assert (await here.call("DELETE", path, caller=other.client())).status_code == 404
    foreign = [{**TREE[0], "institution_code": other.institution["code"]}]
    done = await ended(here, await send(here, "units", written(foreign), caller=here.client()))
    assert found(done) == [(2, "institution_code", "forbidden_institution")]


async def test_what_is_asked_is_checked_at_once(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    json = await send(here, "units", b"{}", headers={"content-type": "application/json"})
    assert (json.status_code, json.json()["code"]) == (415, "not_a_spreadsheet")
    assert (await send(here, "palaces", b"x")).status_code == 400
    assert (await send(here, "units", b"")).status_code == 422
    assert (await send(here, "units", b"x", query=f"&institution={uuid4()}")).status_code == 422
    assert (await send(here, "units", b"x" * (32 * 1024 * 1024 + 1))).status_code == 413
    assert (await here.call("GET", f"/imports/registry/{uuid4()}")).status_code == 404


async def test_a_retry_makes_one_import(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    first = await send(here, "units", written(TREE), key="one-import")
    again = await send(here, "units", written(TREE), key="one-import")
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert counts(await ended(here, first)) == (3, 0, 0)


async def test_cancelling_before_the_work(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    reply = await send(here, "units", written(TREE))
    path = reply.headers["location"].removeprefix("/v1")
    cancelled = await here.call("DELETE", path)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert not await registry.app.state.jobs.run_one()
    assert await names(here, f"/units?institution={here.id}") == []
    late = await here.call("DELETE", path)
    assert (late.status_code, late.json()["code"]) == (409, "already_finished")


async def test_what_a_dead_worker_left_is_taken_up_again(registry: ServiceUnderTest) -> None:
    """The dead one had read the file; its lease is over."""
    here = await stage(registry)
    reply = await send(here, "units", written(TREE))
    async with registry.connection() as connection:
        await connection.execute(
            "UPDATE jobs SET worker = $2, attempts = 1, leased_until = $3 WHERE subject = $1",
            reply.json()["id"],
            uuid4(),
            datetime.now(UTC) + timedelta(minutes=1),
        )
        assert not await registry.app.state.jobs.run_one(), "its lease holds still"
        await connection.execute("UPDATE jobs SET leased_until = now() WHERE subject = $1", reply.json()["id"])
    assert counts(await ended(here, reply)) == (3, 0, 0)


async def test_work_that_kills_its_workers_is_given_up(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    reply = await send(here, "units", written(TREE))
    async with registry.connection() as connection:
        await connection.execute("UPDATE jobs SET attempts = 3 WHERE subject = $1", reply.json()["id"])
    done = await ended(here, reply)
    assert (done["state"], found(done)) == ("failed", [(None, None, "worker_failed")])
    assert await names(here, f"/units?institution={here.id}") == []


async def test_institutions_by_the_platform(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = code(), code()
    rows = [
        {"code": one, "name": "Badan Satu", "kind": "ministry", "supervisor_codes": f"{two}|{here.institution['code']}",
         "aliases": "BS|Basa", "valid_from": "2001-01-01"},
        {"code": two, "name": "Badan Dua", "kind": "ministry", "supervisor_codes": "", "aliases": "", "valid_from": "2001-01-01"},
    ]  # fmt: skip
    assert counts(await run(here, "institutions", rows)) == (2, 0, 0)
    made = (await here.read(f"/institutions?code={one}"))["items"][0]
    assert (made["aliases"], len(made["supervisor_ids"])) == (["BS", "Basa"], 2)
    assert counts(await run(here, "institutions", rows)) == (0, 0, 2)
    assert counts(await run(here, "institutions", [{**rows[0], "name": "Badan Kesatu"}])) == (0, 1, 0)
    done = await run(here, "institutions", [{**rows[0], "supervisor_codes": "nobody-at-all"}])
    assert found(done) == [(2, "supervisor_codes", "unknown_institution")]


async def test_who_supervises_in_a_circle_is_told_at_the_rows_that_close_it(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    top, middle, low, other = (code() for _ in range(4))

    def row(own: str, *supervisors: str) -> dict[str, Any]:
        return {"code": own, "name": f"Badan {own}", "kind": "ministry", "supervisor_codes": "|".join(supervisors),
                "valid_from": "2001-01-01"}  # fmt: skip

    held = [row(top), row(middle, top, here.institution["code"]), row(low, middle)]
    assert counts(await run(here, "institutions", held)) == (3, 0, 0)
    # The one row closes it with what is held; who is beside and below it is in none.
    done = await run(here, "institutions", [row(other, low), row(top, low)], query="&dry_run=true")
    assert (done["state"], found(done)) == ("failed", [(3, "supervisor_codes", "circle")])
    one, two, three = (code() for _ in range(3))
    done = await run(here, "institutions", [row(one, two), row(two, three), row(three, one), row(other, one)])
    assert (done["state"], found(done)) == ("failed", [(line, "supervisor_codes", "circle") for line in (2, 3, 4)])
    # From a day on the two change places: neither is above itself on any day.
    assert counts(await run(here, "institutions", [row(middle, here.institution["code"]), row(top, middle)])) == (
        0,
        2,
        0,
    )
