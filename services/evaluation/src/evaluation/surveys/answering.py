"""Taking answers in: one, or up to a thousand at once. What an answer costs doesn't depend on how many there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, NotAuthenticated, NotFound, Problem, Unprocessable
from directory.roles import Actor
from evaluation.facts.invitations import find_invitation, use_invitation
from evaluation.rights import enters
from evaluation.surveys import aggregates, queries
from evaluation.surveys.access import line_upward
from evaluation.surveys.answer_schemas import NewAnswer
from evaluation.surveys.answers import CHANNEL_DAY, Known, sum_cells
from evaluation.surveys.codes import code_hash
from evaluation.surveys.entries import (
    RECORD,
    SAME,
    Entry,
    check_entry,
    find_own_services,
    local_day_of,
    require_open,
)
from evaluation.surveys.lifecycle import DRAFT

_BAD_CODE = Text("Kode ini tidak berlaku untuk survei ini.", "This code isn't one of this survey.")
_NO_CODE = Text("Kode tidak dipakai dalam kiriman massal.", "Codes aren't for batches.")


_OTHERWISE = Text(
    "Kode undangan ini menentukan saluran dan pelayanannya.",
    "The code of an invitation says channel and service itself.",
)
_NOT_INVITED = Text("Saluran ini memerlukan kode undangan.", "This channel needs the code of an invitation.")
AFTER_COMPLAINT = "after_complaint"
"""The channel of answers by the code that a reporter got when the case was closed."""


class CodeUsed(Conflict):
    """The code has been used: it is good for one answer."""

    code = "code_used"
    title = Text("Kode ini sudah dipakai", "This code has been used")


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
_USE_CODE = Statement("""
UPDATE survey_codes SET used_on = CAST(:day AS date)
WHERE survey_id = CAST(:survey_id AS uuid) AND code_hash = CAST(:code_hash AS bytea) AND used_on IS NULL
RETURNING 1
""")
_CODE_EXISTS = Statement("""
SELECT 1 FROM survey_codes WHERE survey_id = CAST(:survey_id AS uuid) AND code_hash = CAST(:code_hash AS bytea)
""")


_HELD = Statement("""
SELECT * FROM survey_responses WHERE id = ANY(CAST(:ids AS uuid[]))
""")


MANY = 20
"""From so many answers on COPY is worth its round trips."""


class Taken(NamedTuple):
    """An answer that is kept; `before`: it had come already, under the id that the caller brought."""

    id: UUID
    before: bool


async def answer_survey(
    connection: Connection,
    survey_id: UUID,
    answer: NewAnswer,
    actor: Actor,
    *,
    known: Known,
    now: datetime,
) -> tuple[Row, Entry, Taken]:
    """Take one answer: by whoever holds a one-time code, or entered by who may. The survey, the answer, what became of it.

    Raises NotFound, NotAuthenticated, Forbidden, Unprocessable, SurveyNotOpen, CodeUsed, AlreadyAnswered, IdTaken,
    ChannelLimitReached.
    """
    survey = await queries.lock_survey(connection, survey_id, "share")
    if survey is None or (survey["state"] == DRAFT and answer.code is not None):
        raise NotFound
    if answer.code is None:
        await _require_right(connection, survey, actor, now)
    require_open(survey)
    invitation = None if answer.code is None else await find_invitation(connection, answer.code)
    if invitation is not None:
        answer = after_complaint(answer, invitation)
    elif answer.channel == AFTER_COMPLAINT:
        raise not_invited()
    own = await find_own_services(connection, survey, [answer], now)
    if invitation is not None and (invitation["service_id"] not in own or _expired(survey, invitation, now)):
        raise Unprocessable(errors=[Flaw("/code", "unknown_code", _BAD_CODE)])
    entry = check_entry(survey, answer, own, known=known, now=now)
    if invitation is not None:
        if not await use_invitation(connection, invitation, survey_id, local_day_of(survey, now)):
            raise CodeUsed
    elif answer.code is not None:
        await _use(connection, survey, answer.code, now)
    [outcome] = await _keep(connection, survey, [entry], now)
    if isinstance(outcome, Problem):
        raise outcome
    return survey, entry, outcome


async def answer_in_bulk(
    connection: Connection,
    survey_id: UUID,
    answers: Sequence[NewAnswer | Problem],
    actor: Actor,
    *,
    known: Known,
    now: datetime,
) -> list[Taken | Problem]:
    """Take many answers; what is wrong with one doesn't hinder the others. Problems come back in their places.

    Raises NotFound, NotAuthenticated, Forbidden, SurveyNotOpen, ChannelLimitReached.
    """
    survey = await queries.lock_survey(connection, survey_id, "share")
    if survey is None:
        raise NotFound
    await _require_right(connection, survey, actor, now)
    require_open(survey)
    own = await find_own_services(connection, survey, [each for each in answers if isinstance(each, NewAnswer)], now)
    checked: list[Entry | Problem] = []
    for answer in answers:
        try:
            if isinstance(answer, Problem):
                raise answer
            if answer.code is not None:
                raise Unprocessable(errors=[Flaw("/code", "not_in_batches", _NO_CODE)])
            if answer.channel == AFTER_COMPLAINT:
                raise not_invited()
            checked.append(check_entry(survey, answer, own, known=known, now=now))
        except Problem as problem:
            checked.append(problem)
    kept = iter(await _keep(connection, survey, [each for each in checked if isinstance(each, Entry)], now))
    return [each if isinstance(each, Problem) else next(kept) for each in checked]


def after_complaint(answer: NewAnswer, invitation: Row) -> NewAnswer:
    """The answer by an invitation: of its service, by the channel of its own. Raises Unprocessable. Pure."""
    told = {"channel": AFTER_COMPLAINT, "service_id": invitation["service_id"]}
    flaws = [
        Flaw(f"/{name}", "other_than_invited", _OTHERWISE)
        for name, value in told.items()
        if getattr(answer, name) not in (None, value)
    ]
    if flaws:
        raise Unprocessable(errors=flaws)
    return answer.model_copy(update=told)


def not_invited() -> Unprocessable:
    """Nobody claims the channel of invitations without the code of one."""
    return Unprocessable(errors=[Flaw("/channel", "needs_an_invitation", _NOT_INVITED)])


def _expired(survey: Row, invitation: Row, now: datetime) -> bool:
    return bool(invitation["expires_on"] < local_day_of(survey, now))


async def _require_right(connection: Connection, survey: Row, actor: Actor, now: datetime) -> None:
    if actor.kind == "anonymous":
        raise NotFound if survey["state"] == DRAFT else NotAuthenticated
    if not enters(actor, survey["institution_id"], await line_upward(connection, survey, now)):
        raise NotFound if survey["state"] == DRAFT else Forbidden


async def _use(connection: Connection, survey: Row, code: str, now: datetime) -> None:
    given = {"survey_id": survey["id"], "code_hash": code_hash(survey["id"], code)}
    if await _USE_CODE.fetchval(connection, **given, day=local_day_of(survey, now)) is None:
        if await _CODE_EXISTS.fetchval(connection, **given) is not None:
            raise CodeUsed
        raise Unprocessable(errors=[Flaw("/code", "unknown_code", _BAD_CODE)])


async def _keep(connection: Connection, survey: Row, entries: Sequence[Entry], now: datetime) -> list[Taken | Problem]:
    """Insert the answers and what they add to the sums; what became of each, in order."""
    if not entries:
        return []
    first: dict[UUID, Entry] = {}
    for entry in entries:
        first.setdefault(entry.id, entry)
    new = await _insert(connection, survey["id"], list(first.values()), now)
    limits = survey["channel_limits"]
    changes = sum_cells(((entry.counted, 1) for entry in first.values() if entry.id in new), limited=limits)
    for cell in await aggregates.add(connection, survey["id"], changes):
        if cell["dimension"] == CHANNEL_DAY and cell["n"] > limits[cell["code"]]:
            raise ChannelLimitReached(channel=cell["code"], limit=limits[cell["code"]])
    again = {entry.id for entry in entries if entry.brought and (entry.id not in new or entry is not first[entry.id])}
    held = {row["id"]: row for row in await _HELD.fetch(connection, ids=sorted(again))} if again else {}
    return [
        Taken(entry.id, before=False)
        if entry.id in new and entry is first[entry.id]
        else _came_before(entry, held.get(entry.id), survey["id"])
        for entry in entries
    ]


async def _insert(connection: Connection, survey_id: UUID, entries: Sequence[Entry], now: datetime) -> set[UUID]:
    """The ids of those that were inserted. Many that can't be there already go by COPY, which is twice as fast."""
    if len(entries) >= MANY and not any(entry.brought or entry.reference for entry in entries):
        records = [entry.record(survey_id, now) for entry in entries]
        await connection.copy_records_to_table("survey_responses", records=records, columns=RECORD)
        return {entry.id for entry in entries}
    rows = await _INSERT.fetch(connection, survey_id=survey_id, answers=[entry.row() for entry in entries], now=now)
    return {row["id"] for row in rows}


def _came_before(entry: Entry, held: Row | None, survey_id: UUID) -> Taken | Problem:
    """Of an answer that wasn't inserted: whether it is there already, or its id or its reference is another's."""
    if held is None:
        return AlreadyAnswered()
    if held["survey_id"] != survey_id or held["version"] != 1 or _facts(held) != entry.facts():
        return IdTaken()
    return Taken(entry.id, before=True)


def _facts(held: Row) -> tuple[object, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in (held[name] for name in SAME))
