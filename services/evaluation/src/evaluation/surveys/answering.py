"""Taking answers in: one, or up to a thousand at once. What an answer costs doesn't depend on how many there are."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, NotAuthenticated, NotFound, Problem, Unprocessable
from chassis.http.refusals import told
from chassis.ops.identifiers import new_ids
from directory.roles import Actor
from evaluation.facts.invitations import find_invitation, use_invitation
from evaluation.rights import enters
from evaluation.surveys import queries
from evaluation.surveys.access import line_upward
from evaluation.surveys.answer_schemas import NewAnswer
from evaluation.surveys.answers import AFTER_COMPLAINT, Known
from evaluation.surveys.codes import code_hash
from evaluation.surveys.entries import (
    Entry,
    check_entry,
    find_own_services,
    local_day_of,
    require_open,
)
from evaluation.surveys.keeping import Taken, copy_in, keep
from evaluation.surveys.lifecycle import DRAFT
from evaluation.surveys.plain import PlainReader

_BAD_CODE = Text("Kode ini tidak berlaku untuk survei ini.", "This code isn't one of this survey.")
_NO_CODE = Text("Kode tidak dipakai dalam kiriman massal.", "Codes aren't for batches.")
_OTHERWISE = Text(
    "Kode undangan ini menentukan saluran dan pelayanannya.",
    "The code of an invitation says channel and service itself.",
)
_NOT_INVITED = Text("Saluran ini memerlukan kode undangan.", "This channel needs the code of an invitation.")
PORTION = 250
"""Answers of a batch that are handed to PostgreSQL at a time: 200 to 350 are alike; fewer pay for more commands."""


class CodeUsed(Conflict):
    """The code has been used: it is good for one answer."""

    code = "code_used"
    title = Text("Kode ini sudah dipakai", "This code has been used")


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
    named = set() if answer.service_id is None else {answer.service_id}
    own = await find_own_services(connection, survey, named, now)
    if invitation is not None and (invitation["service_id"] not in own or _expired(survey, invitation, now)):
        raise Unprocessable(errors=[Flaw("/code", "unknown_code", _BAD_CODE)])
    entry = check_entry(survey, answer, own, known=known, now=now)
    if invitation is not None:
        if not await use_invitation(connection, invitation, survey_id, local_day_of(survey, now)):
            raise CodeUsed
    elif answer.code is not None:
        await _use(connection, survey, answer.code, now)
    [outcome] = await keep(connection, survey, [entry], now)
    if isinstance(outcome, Problem):
        raise outcome
    return survey, entry, outcome


async def answer_in_bulk(
    connection: Connection,
    survey_id: UUID,
    items: Sequence[Any],
    actor: Actor,
    *,
    known: Known,
    now: datetime,
) -> list[Taken | Problem]:
    """Take many answers, as they came off the wire; what is wrong with one doesn't hinder the others.

    Problems come back in their places. Raises NotFound, NotAuthenticated, Forbidden, SurveyNotOpen, ChannelLimitReached.
    """
    survey = await queries.lock_survey(connection, survey_id, "share")
    if survey is None:
        raise NotFound
    await _require_right(connection, survey, actor, now)
    require_open(survey)
    own = await find_own_services(connection, survey, _named_services(items), now)
    plain = PlainReader(survey, own, ids=iter(new_ids(len(items))), known=known, now=now)
    read: list[Entry | Problem] = []

    def portions() -> Iterator[list[Entry]]:
        for start in range(0, len(items), PORTION):
            portion = [
                plain.read(item) or _look_closer(item, survey, own, known=known, now=now)
                for item in items[start : start + PORTION]
            ]
            read.extend(portion)
            yield [each for each in portion if isinstance(each, Entry)]

    if not any(_may_be_there_already(item) for item in items):
        await copy_in(connection, survey, portions(), now)
        return [Taken(each.id, before=False) if isinstance(each, Entry) else each for each in read]
    outcomes = iter(await keep(connection, survey, [each for portion in portions() for each in portion], now))
    return [next(outcomes) if isinstance(each, Entry) else each for each in read]


def _may_be_there_already(item: Any) -> bool:
    return isinstance(item, dict) and ("id" in item or "reference" in item)


def _look_closer(item: Any, survey: Row, own: set[UUID], *, known: Known, now: datetime) -> Entry | Problem:
    """An item of a batch with everything that is wrong with it."""
    try:
        answer = NewAnswer.model_validate(item)
        if answer.code is not None:
            raise Unprocessable(errors=[Flaw("/code", "not_in_batches", _NO_CODE)])
        return check_entry(survey, answer, own, known=known, now=now)
    except ValidationError as error:
        return told([{**each, "loc": ("body", *each["loc"])} for each in error.errors()])
    except Problem as problem:
        return problem


def _named_services(items: Sequence[Any]) -> set[UUID]:
    """The services that items of a batch name; what is none is told of when its item is read."""
    named = {each for item in items if isinstance(item, dict) and isinstance(each := item.get("service_id"), str)}
    found = set()
    for each in named:
        with suppress(ValueError):
            found.add(UUID(each))
    return found


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
    """Nobody claims the channel of invitations without the code of one, be it with another code."""
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
