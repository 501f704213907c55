"""Writing answers and what they add to the sums: a few by one statement, many by COPY."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

import asyncpg

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Problem
from evaluation.surveys import aggregates
from evaluation.surveys.answers import Cell, Sums, sum_cells
from evaluation.surveys.copies import Copies
from evaluation.surveys.copy_format import HEADER, TRAILER
from evaluation.surveys.copying import COLUMNS, Rows
from evaluation.surveys.entries import SAME, Entry
from evaluation.surveys.tally import Tally

MANY = 20
"""From so many answers on COPY is worth its round trips."""


class AlreadyAnswered(Conflict):
    """The transaction of this reference has been answered for."""

    code = "already_answered"
    title = Text("Transaksi ini sudah dijawab", "This transaction has been answered for")


class IdTaken(Conflict):
    """Another answer has this id."""

    code = "id_taken"
    title = Text("Id ini milik jawaban lain", "Another answer has this id")


class ChannelLimitReached(Conflict):
    """The channel has given as many answers today as the survey lets it."""

    code = "channel_limit_reached"
    title = Text("Batas jawaban harian saluran ini tercapai", "The channel's answers of this day are used up")


class Taken(NamedTuple):
    """An answer that is kept; `before`: it had come already, under the id that the caller brought."""

    id: UUID
    before: bool


_INSERT = Statement("""
INSERT INTO survey_responses (id, survey_id, scores, channel, service_id, sex, age_band, education, occupation, disability,
    expectations, received_at, day, reference_hash, counted, version, version_at, created_at)
SELECT id, CAST(:survey_id AS uuid), scores, channel, service_id, sex, age_band, education, occupation, disability,
    expectations, received_at, day, CAST(reference_hash AS bytea), true, 1, received_at, CAST(:now AS timestamptz)
FROM jsonb_to_recordset(CAST(:answers AS jsonb)) AS answer (id uuid, scores smallint[], channel text, service_id uuid,
    sex text, age_band text, education text, occupation text, disability text, expectations smallint[],
    received_at timestamptz, day date, reference_hash text)
ON CONFLICT DO NOTHING RETURNING id
""")
_HELD = Statement("SELECT * FROM survey_responses WHERE id = ANY(CAST(:ids AS uuid[]))")


async def keep(connection: Connection, survey: Row, entries: Sequence[Entry], now: datetime) -> list[Taken | Problem]:
    """Insert the answers and what they add to the sums; what became of each, in order.

    What a result is read from is so many rows a month: adding an answer costs the same however many there are. The caller
    holds the survey's row, so that it is there and stays open. Raises ChannelLimitReached.
    """
    if not entries:
        return []
    first: dict[UUID, Entry] = {}
    if any(entry.brought for entry in entries):
        for entry in entries:
            first.setdefault(entry.id, entry)
    apart = list(first.values()) if first else entries
    new, changes = await _insert(connection, survey, apart, now)
    await _add_up(connection, survey, changes)
    inserted = {entry.id for entry in apart} if new is None else new
    return await _told_apart(connection, survey["id"], entries, first=first, inserted=inserted)


async def copy_in(connection: Connection, survey: Row, portions: Iterable[Sequence[Entry]], now: datetime) -> None:
    """Copy answers that can't be there already, a portion at a time, while the next are read and added up.

    Their rows are made here: asyncpg's own encoding of records, value by value, takes half as long again as the whole rest
    of COPY. Raises ChannelLimitReached.
    """
    sums, rows = Sums(limited=survey["channel_limits"]), Rows(survey["id"], len(survey["elements"]), now)
    async with Copies(connection, rows) as copies:
        for portion in portions:
            await copies.begin(portion)
            for entry in portion:
                sums.add(entry.counted, 1)
        changes = sums.by_cell()
    await _add_up(connection, survey, changes)


async def _add_up(connection: Connection, survey: Row, changes: dict[Cell, Tally]) -> None:
    limits = survey["channel_limits"]
    for cell in await aggregates.add(connection, survey["id"], changes):
        if cell["n"] > limits[cell["code"]]:
            raise ChannelLimitReached(channel=cell["code"], limit=limits[cell["code"]])


async def _told_apart(
    connection: Connection, survey_id: UUID, entries: Sequence[Entry], *, first: dict[UUID, Entry], inserted: set[UUID]
) -> list[Taken | Problem]:
    """What became of each where not all were new. `first`: by id the first of the batch, if any brought its own."""

    def is_new(entry: Entry) -> bool:
        return entry.id in inserted and first.get(entry.id, entry) is entry

    again = sorted({entry.id for entry in entries if entry.brought and not is_new(entry)})
    held = {row["id"]: row for row in await _HELD.fetch(connection, ids=again)} if again else {}
    return [
        Taken(entry.id, before=False) if is_new(entry) else _came_before(entry, held.get(entry.id), survey_id)
        for entry in entries
    ]


async def _insert(
    connection: Connection, survey: Row, entries: Sequence[Entry], now: datetime
) -> tuple[set[UUID] | None, dict[Cell, Tally]]:
    """The ids of those that were inserted (None: all of them), and what they add to the sums.

    COPY is twice as fast, and fails as a whole where one of them is there already: then it is undone, and the statement
    that can leave out what is there takes its place.
    """
    limited = survey["channel_limits"]
    if len(entries) >= MANY:
        rows = Rows(survey["id"], len(survey["elements"]), now).encode(entries)
        source = BytesIO(HEADER + rows + TRAILER)
        with suppress(asyncpg.UniqueViolationError):
            async with connection.transaction():
                await connection.copy_to_table("survey_responses", source=source, columns=COLUMNS, format="binary")
            return None, sum_cells(((entry.counted, 1) for entry in entries), limited=limited)
    answers = [entry.row() for entry in entries]
    inserted = await _INSERT.fetch(connection, survey_id=survey["id"], answers=answers, now=now)
    new = None if len(inserted) == len(entries) else {row["id"] for row in inserted}
    kept = (entry.counted for entry in entries if new is None or entry.id in new)
    return new, sum_cells(((answer, 1) for answer in kept), limited=limited)


def _came_before(entry: Entry, held: Row | None, survey_id: UUID) -> Taken | Problem:
    """Of an answer that wasn't inserted: whether it is there already, or its id or its reference is another's."""
    if held is None:
        return AlreadyAnswered()
    if held["survey_id"] != survey_id or held["version"] != 1 or _facts(held) != entry.facts():
        return IdTaken()
    return Taken(entry.id, before=True)


def _facts(held: Row) -> tuple[object, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in (held[name] for name in SAME))
