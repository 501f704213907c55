"""The ledger of notices and their delivery: exactly once, neutral where it must be, tried again when a server is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.data.events import Event
from chassis.data.followers import Follower
from chassis.data.pool import Connection
from complaints.notices import delivering
from complaints.notices.adapters import Message, SendFailed, SmtpAdapter
from complaints.service import SERVICE
from devstack.postgres import Cluster
from support import files
from support.directory import settled_country
from support.filings import Desk
from support.services import service_under_test


def now() -> datetime:
    return datetime.now(UTC)


def follower(desk: Desk) -> Follower:
    found: Follower = next(each for each in desk.service.app.state.followers if each.feed == "complaints")
    return found


async def told(desk: Desk) -> None:
    """Let the ledger follow the feed to its end."""
    await desk.service.sequenced()
    while await follower(desk).step(0):
        pass


class Post:
    """An adapter that keeps what it was handed, or refuses it."""

    def __init__(self, failure: BaseException | None = None) -> None:
        self.sent: list[Message] = []
        self.failure = failure

    async def send(self, message: Message) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append(message)


async def send_all(desk: Desk, post: Post, *, at: datetime | None = None) -> None:
    state = desk.service.app.state
    adapters = {"email": post, "sms": post}
    while await delivering.send_next(
        state.side_pool, adapters, state.case_keys, address="https://prima.example", now=at or now()
    ):
        pass


async def notices(desk: Desk, filed: dict[str, Any], caller: dict[str, str] | None = None) -> list[dict[str, Any]]:
    caller = caller or await desk.tracking(filed)
    reply = await desk.service.call("GET", f"/v1/complaints/{filed['id']}/notices", caller=caller)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def test_each_step_is_told_once_to_whom_it_concerns(desk: Desk) -> None:
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": "minor", "category": "population"})
    await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(desk.country.counter)})
    await told(desk)
    await told(desk)
    mine = [item["kind"] for item in await notices(desk, filed)]
    assert mine == ["reclassified", "verified", "receipt"]
    all_of_it = await notices(desk, filed, desk.account("admin"))
    assert (all_of_it[0]["kind"], all_of_it[0]["recipient"]) == ("assigned", "liaison")
    assert all_of_it[0]["unit_id"] == str(desk.country.counter)
    assert [way["channel"] for way in all_of_it[0]["ways"]] == ["desk"]


async def test_reading_the_feed_anew_tells_nobody_twice(desk: Desk) -> None:
    filed = await desk.file()
    await told(desk)
    async with desk.service.connection() as connection:
        before = (
            await connection.fetchval("SELECT count(*) FROM notices"),
            await connection.fetchval("SELECT count(*) FROM deliveries"),
        )
    await follower(desk).rebuild()
    await told(desk)
    async with desk.service.connection() as connection:
        after = (
            await connection.fetchval("SELECT count(*) FROM notices"),
            await connection.fetchval("SELECT count(*) FROM deliveries"),
        )
    assert before == after
    assert len(await notices(desk, filed)) == 1


async def test_the_reporter_reads_it_in_their_language(desk: Desk) -> None:
    filed = await desk.file()
    await told(desk)
    caller = await desk.tracking(filed)
    texts = [
        (await notices(desk, filed, {**caller, "accept-language": language}))[0]["text"] for language in ("id", "en")
    ]
    assert texts == ["Laporan Anda telah diterima.", "Your report was received."]


async def test_a_letter_goes_out_once_and_names_nobody(desk: Desk) -> None:
    filed = await desk.file(title="Judul rahasia sekali", body="Isi yang sangat pribadi.")
    await told(desk)
    post = Post()
    await send_all(desk, post)
    await send_all(desk, post)
    (letter,) = [each for each in post.sent if filed["tracking_code"] in each.subject]
    assert letter.address == "sari@contoh.id"
    for private in ("Sari", "Judul", "pribadi", "Loket", "Kota"):
        assert private not in letter.subject + letter.text
    assert "https://prima.example" in letter.text
    (item,) = await notices(desk, filed)
    assert [(way["channel"], way["state"]) for way in item["ways"]] == [("tracking", "shown"), ("email", "sent")]


async def test_by_telephone_where_there_is_no_address(desk: Desk) -> None:
    filed = await desk.file(reporter={"name": "Made", "phone": "0812-3456-7890"})
    nameless = await desk.file(anonymous=True, reporter=None)
    await told(desk)
    post = Post()
    await send_all(desk, post)
    (message,) = [each for each in post.sent if filed["tracking_code"] in each.text]
    assert (message.address, len(message.text) < 160) == ("+6281234567890", True)
    (item,) = await notices(desk, nameless)
    assert [way["channel"] for way in item["ways"]] == ["tracking"]


async def test_of_a_protected_case_the_words_are_neutral(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    await desk.done(filed["id"], "verification", "auditor", {"complete": True})
    await told(desk)
    mine = await notices(desk, filed)
    assert [item["kind"] for item in mine] == ["verified", "receipt"]
    assert "terlindung" not in str(mine)
    path = f"/v1/complaints/{filed['id']}/notices"
    assert (await desk.service.call("GET", path, caller=desk.account("admin"))).status_code == 404
    assert {item["kind"] for item in await notices(desk, filed, desk.account("auditor"))} == {
        "protected_receipt",
        "verified",
    }
    post = Post()
    await send_all(desk, post)
    letters = [each.text for each in post.sent if filed["tracking_code"] in each.text]
    assert any("sedang diperiksa" in text for text in letters)


async def test_reporters_of_merged_cases_are_told_of_the_matter(desk: Desk) -> None:
    parent_id = await desk.in_progress()
    child = await desk.file()
    await desk.done(child["id"], "merge", "admin", {"parent_id": parent_id, "reason": "Sama."})
    await desk.done(parent_id, "response", "liaison", {"kind": "first", "body": "Sedang kami periksa di loket."})
    await told(desk)
    mine = await notices(desk, child)
    assert [item["kind"] for item in mine] == ["first_response", "merged", "receipt"]
    assert mine[0]["about_case_id"] is None
    seen = await notices(desk, child, desk.account("admin"))
    assert seen[0]["about_case_id"] == parent_id


async def test_a_server_that_is_away_is_tried_again_and_then_given_up(desk: Desk) -> None:
    filed = await desk.file()
    await told(desk)
    away, at = Post(SendFailed("smtp_451")), now()
    for _ in range(len(delivering.PAUSES) + 1):
        (item,) = await notices(desk, filed)
        assert item["ways"][1]["state"] == "queued"
        await send_all(desk, away, at=at)
        at += timedelta(days=1)
    (item,) = await notices(desk, filed, desk.account("admin"))
    assert (item["ways"][1]["state"], item["ways"][1]["error"]) == ("failed", "smtp_451")


async def test_what_a_sender_took_and_never_handed_over_is_sent_after_its_lease(desk: Desk) -> None:
    """Nothing is stuck as being sent: neither after a sender that died, nor by an adapter that fails as nobody foresaw."""
    filed = await desk.file()
    await told(desk)
    post, at = Post(), now()
    with pytest.raises(asyncio.CancelledError):
        await send_all(desk, Post(asyncio.CancelledError()), at=at)
    await send_all(desk, post, at=at)  # whatever else waited
    await send_all(desk, post, at=at + delivering.LEASE)
    mine = [each for each in post.sent if filed["tracking_code"] in each.subject]
    assert len(mine) == 1
    other = await desk.file()
    await told(desk)
    at = now() + delivering.LEASE
    for _ in range(len(delivering.PAUSES) + 1):
        await send_all(desk, Post(RuntimeError("nobody foresaw this")), at=at)
        at += timedelta(days=1)
    (item,) = await notices(desk, other, desk.account("admin"))
    assert (item["ways"][1]["state"], item["ways"][1]["error"]) == ("failed", "unexpected")


async def test_two_senders_at_once_send_each_message_once(desk: Desk) -> None:
    for _ in range(6):
        await desk.file()
    await told(desk)
    post = Post()
    await asyncio.gather(*(send_all(desk, post) for _ in range(4)))
    assert len({message.id for message in post.sent}) == len(post.sent) >= 6


async def test_a_page_tells_what_its_events_tell_one_by_one(desk: Desk) -> None:
    """Many events at once bring about the notices and messages that each alone would have; doing it again, none."""
    cases = []
    for each in range(4):
        filed = await desk.file(reporter={"name": "Ni Made", "email": f"made{each}@contoh.id"})
        await desk.done(filed["id"], "verification", "admin", {"complete": True})
        cases.append(UUID(filed["id"]))
    await told(desk)
    async with desk.service.connection() as connection:
        at_once = await written_of(connection, cases)
        assert len(at_once) >= 2 * len(cases)
        await connection.execute(
            "DELETE FROM deliveries WHERE notice_id IN (SELECT id FROM notices WHERE case_id = ANY ($1))", cases
        )
        await connection.execute("DELETE FROM notices WHERE case_id = ANY ($1)", cases)
        subjects = [f"complaints/{case_id}" for case_id in cases]
        rows = await connection.fetch("SELECT * FROM events WHERE subject = ANY ($1) ORDER BY position", subjects)
        for row in (*rows, *rows):
            names = (field.name for field in fields(Event) if field.name != "stream")
            await follower(desk).copy.apply(connection, Event(stream="s", **{name: row[name] for name in names}))
        assert await written_of(connection, cases) == at_once


async def written_of(connection: Connection, cases: list[UUID]) -> list[dict[str, Any]]:
    """The notices and deliveries of these cases, without their ids."""
    rows = await connection.fetch(
        """SELECT n.case_id, n.about_case_id, n.sequence, n.kind, n.recipient, n.institution_id, n.unit_id, n.at,
                  d.channel, d.state, d.attempts, d.next_attempt_at
           FROM notices n LEFT JOIN deliveries d ON d.notice_id = n.id WHERE n.case_id = ANY ($1)
           ORDER BY n.case_id, n.sequence, n.kind, n.recipient""",
        cases,
    )
    return [dict(row) for row in rows]


async def test_an_entry_that_fails_is_parked_and_the_rest_goes_on(desk: Desk) -> None:
    await desk.file()
    await desk.service.sequenced()
    async with desk.service.connection() as connection:
        await connection.execute(
            """INSERT INTO outbox (type, subject, sequence, visibility, data, occurred_at)
               SELECT 'case.noted', 'complaints/018f0000-0000-7000-8000-0000000000aa', 1, 'internal', data, now()
               FROM events LIMIT 1"""
        )
    filed = await desk.file()
    await told(desk)
    assert len(await notices(desk, filed)) == 1
    async with desk.service.connection() as connection:
        assert await connection.fetchval("SELECT error FROM parked_events WHERE feed = 'complaints'") == "EntryMissing"
        await connection.execute("DELETE FROM parked_events WHERE feed = 'complaints'")


@asynccontextmanager
async def mail_server(recipient: str = "250 ok") -> AsyncIterator[tuple[str, list[str]]]:
    """A mail server that answers RCPT with `recipient` and keeps what it was sent."""
    kept: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        say("220 test")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                say("354 go on")
                kept.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                say("250 kept")
            else:
                say({"RCPT": recipient, "QUIT": "221 bye"}.get(verb, "250 ok"))
            if verb == "QUIT":
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", kept
    finally:
        server.close()
        await server.wait_closed()


MESSAGE = Message("0199", "receipt", "sari@contoh.id", "Laporan PRM-1", "Diterima.\n")


async def test_a_mail_has_the_headers_that_it_needs() -> None:
    async with mail_server() as (url, kept):
        await SmtpAdapter(url, "no-reply@prima.example").send(MESSAGE)
    assert "Message-ID: <0199@prima.example>" in kept[0]
    assert "To: sari@contoh.id" in kept[0]
    assert "Auto-Submitted: auto-generated" in kept[0]


@pytest.mark.parametrize(("answer", "final"), [("550 nobody here", True), ("451 later", False)])
async def test_a_refused_recipient(answer: str, final: bool) -> None:
    async with mail_server(answer) as (url, _):
        with pytest.raises(SendFailed) as caught:
            await SmtpAdapter(url, "no-reply@prima.example").send(MESSAGE)
    assert (caught.value.reason, caught.value.final) == ("recipient_refused", final)


async def test_no_header_can_be_slipped_in_and_no_password_goes_in_the_clear() -> None:
    with pytest.raises((SendFailed, ValueError)):
        await SmtpAdapter("smtp://127.0.0.1:1", "a@b.c").send(MESSAGE._replace(address="a@b.c\r\nBcc: x@y.z"))
    async with mail_server() as (url, kept):
        with pytest.raises(SendFailed, match="no_starttls"):
            await SmtpAdapter(url.replace("smtp://", "smtp://user:secret@"), "a@b.c").send(MESSAGE)
    assert not kept


async def test_by_themselves_files_are_checked_and_people_told(postgres: Cluster) -> None:
    async with service_under_test(postgres, SERVICE, background=True) as service:
        desk = Desk(service, await settled_country(service))
        taken = await service.call("POST", "/v1/uploads", caller=service.anonymous(), key=None, content=files.pdf())
        filed = await desk.file(attachment_ids=[taken.json()["id"]])
        async with asyncio.timeout(20), service.connection() as connection:
            while not await connection.fetchval(  # noqa: ASYNC110 - the tasks ring no bell for tests
                """SELECT EXISTS (SELECT FROM deliveries d JOIN notices n ON n.id = d.notice_id
                                  WHERE n.case_id = $1 AND d.state = 'sent')
                      AND EXISTS (SELECT FROM attachments JOIN files ON files.id = file_id
                                  WHERE attachments.case_id = $1 AND state = 'clean')
                      AND EXISTS (SELECT FROM chain_anchors)""",
                filed["id"],
            ):
                await asyncio.sleep(0.05)
