"""Recaps of SP4N-LAPOR!: all or nothing, reported by row and column, counted beside the cases, and nobody's story kept."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openpyxl import Workbook

from complaints.service import SERVICE
from complaints.statistics import counting
from complaints.statistics.comparing import find_differences
from devstack.postgres import Cluster
from support.directory import settled_country
from support.filings import Desk
from support.services import service_under_test

URL = "/v1/imports/complaints"
CSV = {"content-type": "text/csv"}
XLSX = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@pytest.fixture
async def city(postgres: Cluster) -> AsyncIterator[Desk]:
    """A service of its own: each test begins without a recap."""
    async with service_under_test(postgres, SERVICE) as service:
        yield Desk(service, await settled_country(service))


def row(number: int, **changes: str) -> dict[str, str]:
    """A row as LAPOR!'s open data have it, with what is personal in it."""
    return {
        "id": str(number),
        "TrackingID": f"#{9_165_000 + number}",
        "JudulLaporan": "KTP Ibu Wayan belum jadi",
        "IsiLaporan": "Nama saya Wayan, no KK 5171010101010001, belum dilayani",
        "NamaPelapor": "Ni Wayan Sari",
        "Klasifikasi": "Pengaduan",
        "Kategori": "Kesehatan",
        "DisposisiInstansi": "Loket KTP",
        "Status": "Selesai",
        "Area": "Kota Contoh",
        "TanggalLaporanMasuk": "2025-03-01 10:00:00",
        "TanggalDisposisi": "2025-03-03 09:00:00",
        "TanggalTindakLanjut": "2025-03-05",
        "TanggalLaporanDitutup": "2025-03-11 10:00:00",
        "Rating": "4",
    } | changes


def written(rows: Sequence[Mapping[str, str]], separator: str = ",") -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), delimiter=separator, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


async def send(
    desk: Desk, content: bytes, *, name: str = "admin", query: str = "", headers: Mapping[str, str] = CSV
) -> httpx.Response:
    return await desk.service.call(
        "POST", f"{URL}?kind=lapor_recap{query}", caller=desk.account(name), content=content, headers=dict(headers)
    )


async def ended(desk: Desk, reply: httpx.Response, name: str = "admin") -> dict[str, Any]:
    """The import after its work."""
    assert reply.status_code == 202, reply.text
    while await desk.service.app.state.recap_jobs.run_one():
        pass
    found: dict[str, Any] = (
        await desk.service.call("GET", reply.headers["location"], caller=desk.account(name))
    ).json()
    return found


async def run(desk: Desk, rows: Sequence[Mapping[str, str]], query: str = "") -> dict[str, Any]:
    return await ended(desk, await send(desk, written(rows), query=query))


async def figures(desk: Desk, query: str = "", name: str = "admin") -> Any:
    reply = await desk.service.call("GET", f"/v1/complaint-statistics?{query}", caller=desk.account(name))
    assert reply.status_code == 200, reply.text
    return reply.json()


async def same(desk: Desk) -> None:
    """The roll-ups hold what a recount makes."""
    async with desk.service.connection() as connection:
        assert await find_differences(connection) == {"cases": 0, "counts": 0, "spreads": 0}


def found(imported: dict[str, Any], sort: str = "errors") -> list[tuple[int | None, str | None, str]]:
    return [(each["row"], each["column"], each["code"]) for each in imported["result"][sort]]


async def test_a_recap_counts_beside_the_cases(city: Desk) -> None:
    await city.file()
    rows = [
        row(1),
        row(2, Status="Ditindaklanjuti oleh Instansi", TanggalLaporanDitutup="", Rating=""),
        row(3, Status="Belum", TanggalDisposisi="", TanggalTindakLanjut="", TanggalLaporanDitutup="", Rating=""),
        row(4, Klasifikasi="Permintaan Informasi", Status="Diarsipkan", TanggalTindakLanjut="", Rating=""),
        row(
            5,
            Klasifikasi="Aspirasi",
            Status="Terdisposisi ke Loket KTP",
            TanggalTindakLanjut="",
            TanggalLaporanDitutup="",
            Rating="2",
        ),
    ]
    imported = await run(city, rows)
    assert imported["state"] == "done", imported
    assert {name: imported["result"][name] for name in ("rows", "created", "changed", "unchanged", "error_count")} == {
        "rows": 5, "created": 5, "changed": 0, "unchanged": 0, "error_count": 0,
    }  # fmt: skip
    by_source = {
        item["group"]["source"]: item
        for item in (await figures(city, "group_by=source&include=days&include=ratings"))["items"]
    }
    assert by_source["platform"]["counts"]["filed"] == 1
    lapor = by_source["lapor"]
    counts = lapor["counts"]
    assert {name: counts[name] for name in counts if counts[name]} == {
        "filed": 5, "matters": 5, "verified": 4, "answered": 2, "followed_up": 2, "resolved": 1, "archived": 1, "open": 3,
        "rated": 2, "rating_sum": 6,
    }  # fmt: skip
    assert lapor["days"]["resolution"] == {"cases": 1, "total_days": 10, "p50": 10, "p90": 10}
    assert lapor["days"]["verification"] == {"cases": 4, "total_days": 4, "p50": 1, "p90": 1}
    assert lapor["days"]["follow_up"] == {"cases": 2, "total_days": 6, "p50": 3, "p90": 3}
    assert lapor["ratings"] == {"1": 0, "2": 1, "3": 0, "4": 1, "5": 0}
    for query, filed in {
        "source=lapor": 5,
        "source=platform": 1,
        "channel=lapor": 5,
        "type=aspiration": 1,
        "category=health": 5,
        f"unit={city.country.counter}": 5,
        "created_from=2025-03-01T00:00:00%2B07:00&created_to=2025-03-02T00:00:00%2B07:00": 5,
        "created_from=2025-03-01T10:00:01%2B07:00&created_to=2025-03-02T00:00:00%2B07:00": 0,
        "q=KTP": 1,
        "late=true&source=lapor": 0,
        "merged=false&source=lapor": 5,
        "state=archived&group_by=month": 1,
    }.items():
        assert (await figures(city, query))["total"]["counts"]["filed"] == filed, query
    listed = await city.service.call("GET", "/v1/complaints?count=exact", caller=city.account("admin"))
    assert listed.json()["count"] == 1, "a recap is no case"
    await same(city)


async def test_others_dont_count_it(city: Desk) -> None:
    await run(city, [row(1), row(2)])
    assert (await figures(city, "source=lapor", "other_admin"))["total"]["counts"]["filed"] == 0
    assert (await figures(city, "source=lapor", "liaison"))["total"]["counts"]["filed"] == 2
    assert (await figures(city, "source=lapor", "works_liaison"))["total"]["counts"]["filed"] == 0
    assert (await figures(city, "source=lapor", "national"))["total"]["counts"]["filed"] == 2


async def test_the_same_recap_again_changes_what_differs(city: Desk) -> None:
    await run(city, [row(1, Status="Proses", TanggalLaporanDitutup="", Rating=""), row(2)])
    imported = await run(city, [row(1), row(2), row(3)])
    assert [imported["result"][name] for name in ("created", "changed", "unchanged")] == [1, 1, 1]
    counts = (await figures(city, "source=lapor"))["total"]["counts"]
    assert (counts["filed"], counts["resolved"], counts["open"]) == (3, 3, 0)
    await same(city)


async def test_a_dry_run_says_what_would_be_and_writes_nothing(city: Desk) -> None:
    await run(city, [row(1)])
    imported = await run(city, [row(1, Rating="1"), row(2)], query="&dry_run=true")
    assert imported["state"] == "done"
    assert imported["dry_run"]
    assert [imported["result"][name] for name in ("created", "changed", "unchanged")] == [1, 1, 0]
    counts = (await figures(city, "source=lapor"))["total"]["counts"]
    assert (counts["filed"], counts["rating_sum"]) == (1, 4)
    await same(city)


async def test_all_or_nothing_with_a_report_by_row_and_column(city: Desk) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    rows = [
        row(1),
        row(2, Status="Entah"),
        row(3, Klasifikasi="Lain"),
        row(4, TanggalLaporanMasuk="kemarin"),
        row(5, TanggalDisposisi="2025-02-28"),
        row(6, Rating="9"),
        row(7, TrackingID="=cmd|' /C calc'!A0"),
        row(8, TanggalLaporanMasuk=""),
        row(1),
        row(9, TanggalLaporanMasuk=tomorrow, TanggalDisposisi="", TanggalTindakLanjut="", TanggalLaporanDitutup=""),
    ]
    imported = await run(city, rows)
    assert imported["state"] == "failed"
    assert found(imported) == [
        (3, "status", "unknown_status"),
        (4, "classification", "unknown_classification"),
        (5, "received_at", "no_date"),
        (6, "disposed_at", "before_receipt"),
        (7, "rating", "rating"),
        (8, "lapor_id", "string_pattern_mismatch"),
        (9, "received_at", "missing"),
        (10, "lapor_id", "number_twice"),
        (11, "received_at", "in_future"),
    ]
    assert imported["result"]["error_count"] == 9
    assert (await figures(city, "source=lapor"))["total"]["counts"]["filed"] == 0


async def test_what_is_doubtful_is_told_and_bars_nothing(city: Desk) -> None:
    rows = [row(1, Kategori="Antariksa"), row(2, DisposisiInstansi="Dinas Bulan"), row(3, Klasifikasi="WBS")]
    imported = await run(city, rows)
    assert imported["state"] == "done"
    assert found(imported, "warnings") == [
        (2, "category", "category_unknown"),
        (3, "unit", "unit_unknown"),
        (4, "classification", "whistleblowing_left_out"),
    ]
    assert imported["result"]["created"] == 2
    counted = await figures(city, "source=lapor&group_by=category&group_by=unit")
    groups = {(item["group"]["category"], item["group"]["unit"]) for item in counted["items"]}
    assert groups == {("other_topics", str(city.country.counter)), ("health", None)}


async def test_reports_that_are_here_too_are_warned_of(city: Desk) -> None:
    async with city.service.connection() as connection:
        filed = await city.file(channel="website")
        await connection.execute(
            "UPDATE cases SET channel = 'lapor', created_at = '2025-03-01T03:00:00Z' WHERE id = $1", filed["id"]
        )
    imported = await run(city, [row(1)])
    assert found(imported, "warnings") == [(None, None, "also_on_platform")]


async def test_no_name_and_no_story_is_kept(city: Desk) -> None:
    imported = await run(city, [row(1), row(2, Status="?")])
    assert imported["state"] == "failed"
    await run(city, [row(1)])
    async with city.service.connection() as connection:
        for table in (
            "recap_cases",
            "imports",
            "import_files",
            "import_rows",
            "case_tallies",
            "jobs",
            "idempotency_keys",
        ):
            held = str([dict(each) for each in await connection.fetch(f"SELECT * FROM {table}")])
            assert not [word for word in ("Wayan", "5171010101010001") if word in held], table


async def test_columns_have_many_names_and_orders(city: Desk) -> None:
    content = (
        "No;Nomor Laporan;Tanggal Masuk;STATUS LAPORAN;Disposisi (SKPD);Tanggal Selesai\r\n"
        "1;9165816;1 Maret 2025;Selesai;loket ktp;11/03/2025\r\n"
    )
    imported = await ended(city, await send(city, content.encode("utf-8-sig")))
    assert imported["state"] == "done", imported
    counted = await figures(city, "source=lapor&group_by=unit&include=days")
    assert counted["items"][0]["group"]["unit"] == str(city.country.counter)
    assert counted["total"]["days"]["resolution"]["p50"] == 10


async def test_a_workbook_is_read_too(city: Desk) -> None:
    book = Workbook()
    typed = datetime(2025, 3, 1, 8, 0, tzinfo=UTC).replace(tzinfo=None)  # a workbook's cells have no zone
    for line in (["Tracking ID", "Status", "Tanggal Laporan Masuk"], ["A-1", "Selesai", typed]):
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    imported = await ended(city, await send(city, file.getvalue(), headers=XLSX))
    assert imported["state"] == "done", imported
    assert (await figures(city, "source=lapor"))["total"]["counts"]["resolved"] == 1


@pytest.mark.parametrize(
    ("content", "headers", "code"),
    [
        (b"TrackingID,Status\n1,Selesai\n", CSV, "missing_columns"),
        (b"TrackingID,Tracking ID,Status,Tanggal Masuk\n1,1,Selesai,2025-01-01\n", CSV, "column_twice"),
        (b"\xff\xfe", CSV, "encoding"),
        (b'TrackingID,Status,Tanggal Masuk\n"1,Selesai\n', CSV, "quoting"),
        (b"PK\x03\x04 no workbook", XLSX, "not_xlsx"),
        (b"TrackingID,Status,Tanggal Masuk\n", CSV, "empty"),
    ],
)
async def test_files_that_arent_recaps_fail_as_a_whole(
    city: Desk, content: bytes, headers: dict[str, str], code: str
) -> None:
    imported = await ended(city, await send(city, content, headers=headers))
    assert (imported["state"], found(imported)) == ("failed", [(None, None, code)])


async def test_who_may_import(city: Desk) -> None:
    content = written([row(1)])
    expected = {
        "admin": 202,
        "responsible": 202,
        "liaison": 403,
        "head": 403,
        "auditor": 403,
        "other_admin": 403,
        "national": 202,
    }
    for name, status in expected.items():
        reply = await send(city, content, name=name, query=f"&institution={city.country.city}")
        assert reply.status_code == status, (name, reply.text)
    anonymous = await city.service.call("POST", URL, caller=city.service.anonymous(), content=content, headers=CSV)
    assert anonymous.status_code == 401
    for scope, institution, status in (
        ("complaints:act", city.country.city, 202),
        ("complaints:read", city.country.city, 403),
        ("complaints:act", city.country.other_city, 403),
    ):
        client = city.service.integration(scope, institution)
        path = f"{URL}?institution={city.country.city}"
        assert (
            await city.service.call("POST", path, caller=client, content=content, headers=CSV)
        ).status_code == status
    theirs = await send(city, content)
    hidden = await city.service.call("GET", theirs.headers["location"], caller=city.account("other_admin"))
    assert hidden.status_code == 404


async def test_what_is_no_import_is_refused_by_name(city: Desk) -> None:
    for query, headers, content, status, pointer in (
        ("&kind=other", CSV, b"x", 400, "query/kind"),
        ("&dry_run=perhaps", CSV, b"x", 400, "query/dry_run"),
        (f"&institution={uuid4()}", CSV, b"x", 422, "query/institution"),
        ("", CSV, b"", 422, ""),
    ):
        reply = await send(city, content, headers=headers, query=query)
        assert reply.status_code == status, reply.text
        assert any(error["pointer"] == pointer for error in reply.json()["errors"]), reply.text
    assert (await send(city, b"x", name="national")).json()["errors"][0]["code"] == "institution_missing"
    assert (await send(city, b"x", headers={"content-type": "application/pdf"})).json()["code"] == "not_a_spreadsheet"


async def test_cancelled_in_time_and_too_late(city: Desk) -> None:
    reply = await send(city, written([row(1)]))
    path = reply.headers["location"]
    cancelled = await city.service.call("DELETE", path, caller=city.account("admin"))
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert not await city.service.app.state.recap_jobs.run_one()
    done = await send(city, written([row(1)]))
    await ended(city, done)
    late = await city.service.call("DELETE", done.headers["location"], caller=city.account("admin"))
    assert (late.status_code, late.json()["code"]) == (409, "already_finished")


async def test_recaps_are_counted_while_cases_are_counted_anew(city: Desk) -> None:
    await city.file()
    await run(city, [row(1), row(2)])
    async with city.service.connection() as connection:
        async with connection.transaction():
            await counting.forget(connection)
        assert (await figures(city))["total"]["counts"]["filed"] == 3
        while await counting.count_batch(connection):
            pass
    assert (await figures(city))["total"]["counts"]["filed"] == 3
    await same(city)
