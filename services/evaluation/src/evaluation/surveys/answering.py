"""Taking answers in: one, or up to a thousand at once. What an answer costs doesn't depend on how many there are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, NotAuthenticated, NotFound, Problem, Unprocessable
from directory.roles import Actor
from evaluation.rights import enters
from evaluation.surveys import aggregates, queries
from evaluation.surveys.access import line_upward
from evaluation.surveys.answer_schemas import NewAnswer
from evaluation.surveys.answers import sum_cells
from evaluation.surveys.codes import code_hash
from evaluation.surveys.entries import Entry, Vocabularies, check_entry, find_own_services, local_day_of, require_open
from evaluation.surveys.lifecycle import DRAFT

_BAD_CODE = Text("Kode ini tidak berlaku untuk survei ini.", "This code isn't one of this survey.")
_NO_CODE = Text("Kode tidak dipakai dalam kiriman massal.", "Codes aren't for batches.")


class CodeUsed(Conflict):
    """The code has been used: it is good for one answer."""

    code = "code_used"
    title = Text("Kode ini sudah dipakai", "This code has been used")


class AlreadyAnswered(Conflict):
    """The transaction of this reference has been answered for."""

    code = "already_answered"
    title = Text("Transaksi ini sudah dijawab", "This transaction has been answered for")


class ChannelLimitReached(Conflict):
    """The channel has given as many answers today as the survey lets it."""

    code = "channel_limit_reached"
    title = Text("Batas jawaban harian saluran ini tercapai", "The channel's answers of this day are used up")


_INSERT = Statement("""
INSERT INTO survey_responses (id, survey_id, scores, channel, service_id, sex, age_band, education, occupation, disability,
    received_at, day, reference_hash, counted, version, version_at, created_at)
SELECT id, CAST(:survey_id AS uuid), scores, channel, service_id, sex, age_band, education, occupation, disability,
    received_at, day, CAST(reference_hash AS bytea), true, 1, received_at, CAST(:now AS timestamptz)
FROM jsonb_to_recordset(CAST(:answers AS jsonb)) AS answer (id uuid, scores smallint[], channel text, service_id uuid,
    sex text, age_band text, education text, occupation text, disability text, received_at timestamptz, day date,
    reference_hash text)
ON CONFLICT (survey_id, reference_hash) DO NOTHING RETURNING id
""")
_USE_CODE = Statement("""
UPDATE survey_codes SET used_on = CAST(:day AS date)
WHERE survey_id = CAST(:survey_id AS uuid) AND code_hash = CAST(:code_hash AS bytea) AND used_on IS NULL
RETURNING 1
""")
_CODE_EXISTS = Statement("""
SELECT 1 FROM survey_codes WHERE survey_id = CAST(:survey_id AS uuid) AND code_hash = CAST(:code_hash AS bytea)
""")


async def answer_survey(
    connection: Connection,
    survey_id: UUID,
    answer: NewAnswer,
    actor: Actor,
    *,
    vocabularies: Vocabularies,
    now: datetime,
) -> tuple[Row, Entry]:
    """Take one answer: by whoever holds a one-time code, or entered by who may. The survey and the answer.

    Raises NotFound, NotAuthenticated, Forbidden, Unprocessable, SurveyNotOpen, CodeUsed, AlreadyAnswered, ChannelLimitReached.
    """
    survey = await queries.lock_survey(connection, survey_id, "share")
    if survey is None or (survey["state"] == DRAFT and answer.code is not None):
        raise NotFound
    if answer.code is None:
        await _require_right(connection, survey, actor, now)
    require_open(survey)
    own = await find_own_services(connection, survey, [answer], now)
    taken = check_entry(survey, answer, own, vocabularies=vocabularies, now=now)
    if answer.code is not None:
        await _use(connection, survey, answer.code, now)
    if not await _keep(connection, survey, [taken], now):
        raise AlreadyAnswered
    return survey, taken


async def answer_in_bulk(
    connection: Connection,
    survey_id: UUID,
    answers: Sequence[NewAnswer | Problem],
    actor: Actor,
    *,
    vocabularies: Vocabularies,
    now: datetime,
) -> list[UUID | Problem]:
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
            checked.append(check_entry(survey, answer, own, vocabularies=vocabularies, now=now))
        except Problem as problem:
            checked.append(problem)
    kept = await _keep(connection, survey, [each for each in checked if isinstance(each, Entry)], now)
    return [
        each if isinstance(each, Problem) else each.id if each.id in kept else AlreadyAnswered() for each in checked
    ]


async def _require_right(connection: Connection, survey: Row, actor: Actor, now: datetime) -> None:
    if actor.kind == "anonymous":
        raise NotAuthenticated
    if not enters(actor, survey["institution_id"], await line_upward(connection, survey, now)):
        raise NotFound if survey["state"] == DRAFT else Forbidden


async def _use(connection: Connection, survey: Row, code: str, now: datetime) -> None:
    given = {"survey_id": survey["id"], "code_hash": code_hash(survey["id"], code)}
    if await _USE_CODE.fetchval(connection, **given, day=local_day_of(survey, now)) is None:
        if await _CODE_EXISTS.fetchval(connection, **given) is not None:
            raise CodeUsed
        raise Unprocessable(errors=[Flaw("/code", "unknown_code", _BAD_CODE)])


async def _keep(connection: Connection, survey: Row, taken: Sequence[Entry], now: datetime) -> set[UUID]:
    """Insert the answers and what they add to the sums; the ids of those whose reference was new."""
    if not taken:
        return set()
    rows = await _INSERT.fetch(connection, survey_id=survey["id"], answers=[each.row() for each in taken], now=now)
    kept = {row["id"] for row in rows}
    changes = sum_cells((each.counted, 1) for each in taken if each.id in kept)
    limits = survey["channel_limits"]
    for cell in await aggregates.add(connection, survey["id"], changes):
        if cell["dimension"] == "channel" and cell["n"] > limits.get(cell["code"], cell["n"]):
            raise ChannelLimitReached(channel=cell["code"], limit=limits[cell["code"]])
    return kept
