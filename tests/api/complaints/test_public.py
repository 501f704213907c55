"""What anybody may see: cases without anybody's data, words that were cleared, numbers that betray nobody."""

from asyncio import gather
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from api.complaints.counting_stage import JAKARTA, Stage, group_of
from complaints.service import SERVICE
from complaints.statistics.public_figures import KEPT
from devstack.postgres import Cluster
from support.directory import Country, settled_country
from support.filings import Desk
from support.services import ServiceUnderTest, service_under_test

LIST, FIGURES = "/v1/public/complaints", "/v1/public/statistics"
SECRETS = ("Ni Wayan Sari", "0812", "Contoh.id", "KTP belum jadi", "tiga minggu")


async def public(desk: Desk, path: str = LIST, **query: Any) -> Any:
    reply = await desk.service.call("GET", path, caller=desk.service.anonymous(), params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def put_text(desk: Desk, case_id: str, name: str, body: dict[str, Any], **options: Any) -> Any:
    """Clear words, with the version that the bootstrap client sees."""
    held = await desk.service.call("GET", f"/v1/complaints/{case_id}")
    headers = {"if-match": held.headers["etag"]} | options.pop("headers", {})
    return await desk.service.call(
        options.pop("method", "PUT"),
        f"/v1/complaints/{case_id}/public-text",
        caller=desk.account(name),
        headers=headers,
        json=body,
    )


async def test_only_verified_open_cases_are_public(desk: Desk) -> None:
    seen = {
        "ordinary": await desk.in_progress(),
        "anonymous": await desk.in_progress(anonymous=True, reporter=None),
    }
    unseen = {
        "unverified": str((await desk.file())["id"]),
        "confidential": await desk.in_progress(confidential=True),
        "protected": str((await desk.file(protected=True))["id"]),
    }
    listed = {item["id"] for item in (await public(desk, limit=200))["items"]}
    for kind, case_id in (seen | unseen).items():
        reply = await desk.service.call("GET", f"{LIST}/{case_id}", caller=desk.service.anonymous())
        assert reply.status_code == (200 if kind in seen else 404), kind
        assert (case_id in listed) is (kind in seen), kind


async def test_a_case_that_turns_out_to_be_protected_is_public_no_more(desk: Desk) -> None:
    case_id = await desk.in_progress()
    assert (await put_text(desk, case_id, "liaison", {"title": "Antrean loket"})).status_code == 200
    await desk.done(case_id, "protection", "liaison", {"trigger": "discovered", "reason": "Ada dugaan pungutan."})
    reply = await desk.service.call("GET", f"{LIST}/{case_id}", caller=desk.service.anonymous())
    assert reply.status_code == 404
    assert case_id not in {item["id"] for item in (await public(desk, q="antrean", limit=200))["items"]}


async def test_nobodys_data_and_no_word_that_wasnt_cleared(desk: Desk) -> None:
    case_id = await desk.in_progress(location={"lat": -8.65, "lon": 115.21, "address": "Jalan Mawar 12"})
    reply = await desk.service.call("GET", f"{LIST}/{case_id}", caller=desk.service.anonymous())
    case = reply.json()
    assert not [secret for secret in (*SECRETS, "Mawar", "115.21") if secret in reply.text]
    assert (case["title"], case["text"], case["answer"]) == (None, None, None)
    assert set(case) == {
        "id", "type", "class", "state", "status", "category", "region_code", "channel", "anonymous", "institution_id",
        "institution_name", "unit_id", "unit_name", "service_id", "received_on", "resolved_on", "late", "outcome_code",
        "rating", "title", "text", "answer",
    }  # fmt: skip
    assert case["status"] == "Sedang diproses Loket KTP"
    assert case["received_on"] == datetime.now(JAKARTA).date().isoformat()
    assert case["unit_name"] == "Loket KTP"
    searched = await public(desk, q="menunggu KTP", limit=200)
    assert case_id not in {item["id"] for item in searched["items"]}


async def test_a_place_is_shown_down_to_the_city(desk: Desk) -> None:
    case_id = await desk.in_progress(region_code="51.71.01.1001")
    case = await public(desk, f"{LIST}/{case_id}")
    assert case["region_code"] == "51.71"
    # A finer filter would tell what isn't shown.
    assert case_id in {item["id"] for item in (await public(desk, region="51.71", limit=200))["items"]}
    assert (await public(desk, region="51.71.01", limit=200))["items"] == []


async def test_cleared_words_are_read_and_found_until_they_are_taken_back(desk: Desk) -> None:
    case_id = await desk.in_progress()
    words = {"title": "Antrean di loket panjang", "text": "Warga menunggu lama zzqv.", "answer": "Loket ditambah."}
    reply = await put_text(desk, case_id, "liaison", words)
    assert reply.status_code == 200, reply.text
    case = await public(desk, f"{LIST}/{case_id}")
    assert {name: case[name] for name in words} == words
    assert [item["id"] for item in (await public(desk, q="zzqv"))["items"]] == [case_id]
    assert (await put_text(desk, case_id, "head", {"title": "Antrean"})).status_code == 200
    assert (await public(desk, f"{LIST}/{case_id}"))["text"] is None
    assert (await public(desk, q="zzqv"))["items"] == []
    assert (await put_text(desk, case_id, "liaison", {}, method="DELETE")).status_code == 200
    assert (await public(desk, f"{LIST}/{case_id}"))["title"] is None


@pytest.mark.parametrize(
    "words",
    [
        "Hubungi 0812-3456-7890",
        "telepon +62 812 3456 7890 ya",
        "NIK 5171 0101 0190 0001",
        "surat ke sari@contoh.id segera",
    ],
)
async def test_words_that_point_at_somebody_arent_cleared(desk: Desk, words: str) -> None:
    case_id = await desk.in_progress()
    for field in ("title", "text", "answer"):
        reply = await put_text(desk, case_id, "liaison", {field: words})
        assert reply.status_code == 422
        assert [(error["pointer"], error["code"]) for error in reply.json()["errors"]] == [
            (f"/{field}", "personal_data")
        ]
        assert words not in reply.text


async def test_numbers_that_are_nobodys_may_stand(desk: Desk) -> None:
    case_id = await desk.in_progress()
    words = {
        "title": "Jalan 12, RT 03, tanggal 24-11-2026",
        "text": "Biaya Rp 1.250.000 untuk 14 hari, tiket PRM-0001.",
    }
    assert (await put_text(desk, case_id, "liaison", words)).status_code == 200


async def test_who_clears_words(desk: Desk) -> None:
    case_id = await desk.in_progress()
    words = {"title": "Antrean"}
    expected = {
        "admin": 200,
        "liaison": 200,
        "officer": 200,
        "head": 200,
        "auditor": 403,
        "works_liaison": 404,
        "other_admin": 404,
    }
    for name, status in expected.items():
        assert (await put_text(desk, case_id, name, words)).status_code == status, name
    path = f"/v1/complaints/{case_id}/public-text"
    anonymous = await desk.service.call("PUT", path, caller=desk.service.anonymous(), json=words)
    assert anonymous.status_code == 401
    unseen = await desk.service.call("PUT", path, caller=desk.account("liaison"), json=words)
    assert unseen.status_code == 428
    assert (await put_text(desk, case_id, "liaison", words, headers={"if-match": '"1.0"'})).status_code == 412
    assert (await put_text(desk, case_id, "liaison", {})).status_code == 422
    assert (await put_text(desk, case_id, "liaison", {"body": "x"})).status_code == 422


async def test_words_are_cleared_and_taken_back_by_one_version(desk: Desk) -> None:
    """The ETag of the case, and of each reply, is what the next If-Match takes; a case that moved on wants to be read again."""
    case_id = await desk.in_progress()
    first = await put_text(desk, case_id, "liaison", {"title": "Antrean"})
    kept = {"if-match": first.headers["etag"]}
    second = await put_text(desk, case_id, "liaison", {"title": "Antrean loket"}, headers=kept)
    assert second.status_code == 200
    taken = await put_text(desk, case_id, "liaison", {}, method="DELETE", headers={"if-match": second.headers["etag"]})
    assert (taken.status_code, taken.json()["title"]) == (200, None)
    await desk.done(case_id, "note", "liaison", {"body": "Sudah ditelepon."})
    stale = await put_text(desk, case_id, "liaison", {"title": "Antrean"}, headers={"if-match": taken.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


async def test_of_two_who_clear_what_they_read_of_one_version_one_is_told(desk: Desk) -> None:
    """The words of the first are never overwritten by one who didn't see them, and the case's chain knows both."""
    case_id = await desk.in_progress()
    read = {"if-match": (await desk.service.call("GET", f"/v1/complaints/{case_id}")).headers["etag"]}
    both = [("liaison", {"title": "Antrean X"}), ("head", {"title": "Antrean Budi"})]
    replies = await gather(*(put_text(desk, case_id, name, words, headers=read) for name, words in both))
    assert sorted(reply.status_code for reply in replies) == [200, 412]
    [words] = [said for (_, said), reply in zip(both, replies, strict=True) if reply.status_code == 200]
    assert (await public(desk, f"{LIST}/{case_id}"))["title"] == words["title"]
    stale = await put_text(desk, case_id, "liaison", {}, method="DELETE", headers=read)
    assert stale.status_code == 412
    assert (await put_text(desk, case_id, "admin", {}, method="DELETE")).status_code == 200
    entries = (await desk.get(case_id, "admin", "/timeline")).json()["items"]
    cleared = [(each["public"], each["internal"]) for each in entries if each["action"] == "clearing"]
    assert cleared == [({}, {"public_text": 1}), ({"taken_back": True}, {"public_text": 2})]
    assert "Antrean" not in str(cleared)


async def test_words_of_a_closed_case_are_cleared_and_change_nothing_else(desk: Desk) -> None:
    case_id = await desk.in_progress()
    await desk.done(case_id, "archival", "admin", {"reason": "in_court", "explanation": "Sedang diperiksa pengadilan."})
    before = (await desk.get(case_id, "admin")).json()
    assert (await put_text(desk, case_id, "admin", {"title": "Antrean"})).status_code == 200
    after = (await desk.get(case_id, "admin")).json()
    assert after["version"] == before["version"] + 1
    moving = ("version", "updated_at")
    assert {**after, **dict.fromkeys(moving)} == {**before, **dict.fromkeys(moving)}


async def test_closed_words_stay_closed(desk: Desk) -> None:
    confidential = await desk.in_progress(confidential=True)
    reply = await put_text(desk, confidential, "liaison", {"title": "Antrean"})
    assert (reply.status_code, reply.json()["code"]) == (409, "case_not_public")
    protected = str((await desk.file(protected=True))["id"])
    assert (await put_text(desk, protected, "liaison", {"title": "Antrean"})).status_code == 404
    assert (await put_text(desk, protected, "auditor", {"title": "Antrean"})).status_code == 403


async def test_public_replies_may_be_kept_and_speak_both_languages(desk: Desk) -> None:
    case_id = await desk.in_progress()
    for path in (LIST, f"{LIST}/{case_id}", FIGURES):
        reply = await desk.service.call("GET", path, caller=desk.service.anonymous(), headers={"accept-language": "en"})
        assert reply.headers["cache-control"].startswith("public, max-age=")
        assert "Accept-Language" in reply.headers["vary"]
        assert reply.headers["content-language"] == "en"
    assert (
        "Being handled" in (await desk.service.call("GET", f"{LIST}/{case_id}", headers={"accept-language": "en"})).text
    )
    tag = (await desk.service.call("GET", f"{LIST}/{case_id}")).headers["etag"]
    held = await desk.service.call("GET", f"{LIST}/{case_id}", headers={"if-none-match": tag})
    assert held.status_code == 304


@pytest.mark.parametrize(
    "query", ["colour=red", "sort=title", "limit=0", "merged=true", "late=true", "due_before=2026-01-01T00:00:00Z"]
)
async def test_unknown_parameters_are_named(desk: Desk, query: str) -> None:
    reply = await desk.service.call("GET", f"{LIST}?{query}", caller=desk.service.anonymous())
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["pointer"] == f"query/{query.partition('=')[0]}"


@pytest.fixture(scope="module")
async def published(postgres: Cluster) -> AsyncIterator[tuple[ServiceUnderTest, Stage]]:
    """A service whose every case these tests wrote; its clock can be put forward."""
    ahead = [datetime.now(UTC)]
    async with service_under_test(postgres, SERVICE, clock=lambda: ahead[0]) as service:
        stage = Stage(await settled_country(service), 5)
        async with service.connection() as connection:
            await stage.file(connection, 260, datetime.now(UTC))
        service.app.state.ahead = ahead
        yield service, stage


DIMENSIONS = ("type", "category", "channel", "state", "province", "month", "timeliness")


def _code(row: Any, dimension: str) -> Any:
    if dimension == "timeliness":
        late = row["late"] or (row["due_at"] is not None and row["due_at"] < datetime.now(UTC))
        return "late" if late else "in_time"
    value = group_of(row, dimension)
    return None if value is None else str(value)


@pytest.mark.parametrize("dimension", DIMENSIONS)
async def test_tables_are_of_public_cases_and_hide_what_is_small(
    published: tuple[ServiceUnderTest, Stage], dimension: str
) -> None:
    service, stage = published
    country: Country = stage.country
    for year in (2024, 2025, 2026):
        rows = [row for row in stage.rows.values() if row["created_at"].astimezone(JAKARTA).year == year]
        for institution in (None, country.city, country.other_city):
            query = {"year": year, "group_by": dimension} | ({"institution": str(institution)} if institution else {})
            reply = await service.call("GET", FIGURES, caller=service.anonymous(), params=query)
            body = reply.json()
            ordinary = [
                row for row in rows if row["custody"] == "ordinary" and institution in (None, row["institution_id"])
            ]
            counted = Counter(_code(row, dimension) for row in ordinary if not row["confidential"])
            sealed = sum(1 for row in ordinary if row["confidential"])
            assert body["total"]["filed"] in (None, counted.total())
            assert (body["total"]["filed"] is None) is body["total"]["suppressed"]
            assert body["confidential"]["filed"] in (None, sealed)
            if 0 < sealed < 5:
                assert body["confidential"]["suppressed"]
            for item in body["items"]:
                assert item["filed"] in (None, counted[item["code"]]), (query, item)
                assert (item["filed"] is None) is item["suppressed"]
                assert item["filed"] is None or item["filed"] >= 5
            if not body["suppressed"]:
                assert {item["code"] for item in body["items"]} == counted.keys()
            hidden = [item for item in body["items"] if item["suppressed"]]
            assert len(hidden) != 1 or body["total"]["suppressed"], "one hidden cell follows from the total"


async def test_the_reply_says_what_is_suppressed(published: tuple[ServiceUnderTest, Stage]) -> None:
    service, _ = published
    body = (await service.call("GET", FIGURES, caller=service.anonymous(), headers={"accept-language": "en"})).json()
    assert body["suppression"]["least"] == 5
    assert "aren't shown" in body["suppression"]["rule"]


async def test_tables_are_counted_anew_after_some_minutes(published: tuple[ServiceUnderTest, Stage]) -> None:
    """What is filed meanwhile isn't told at once: whoever asks every second learns no single case."""
    service, stage = published
    ahead: list[datetime] = service.app.state.ahead

    async def total() -> int:
        reply = await service.call("GET", f"{FIGURES}?year=2025&group_by=type", caller=service.anonymous())
        filed: int = reply.json()["total"]["filed"]
        return filed

    before = await total()
    async with service.connection() as connection:
        await stage.file(connection, 60, datetime.now(UTC))
    assert await total() == before
    ahead[0] += KEPT
    expected = sum(
        1
        for row in stage.rows.values()
        if row["custody"] == "ordinary"
        and not row["confidential"]
        and row["created_at"].astimezone(JAKARTA).year == 2025
    )
    assert await total() == expected > before


@pytest.mark.parametrize(
    "query",
    [
        "group_by=class",
        "group_by=regency",
        "year=1",
        "institution=x",
        "type=complaint",
        "created_from=2026-01-01T00:00:00Z",
    ],
)
async def test_there_are_no_tables_but_those(desk: Desk, query: str) -> None:
    """Any further filter would make tables that can be subtracted from one another."""
    reply = await desk.service.call("GET", f"{FIGURES}?{query}", caller=desk.service.anonymous())
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["pointer"] == f"query/{query.partition('=')[0]}"
