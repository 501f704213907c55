"""Answers: of the unit itself (F-01), of its evaluators (F-02), of service users (F-03), each in its time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert
from sqlalchemy.dialects.postgresql import insert as insert_or_update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.access import may
from directory.roles import Actor
from directory.zones import local_day
from evaluation.assessments import queries
from evaluation.assessments.access import (
    ORGANISING,
    is_assigned,
    is_inside,
    lock_for,
    organises,
    refuse,
    require_independent,
)
from evaluation.assessments.levels import flaws_of_levels
from evaluation.assessments.lifecycle import ASKING_USERS, EVALUATION, PREPARED, SELF_ASSESSMENT, actions_from
from evaluation.assessments.moving import AssessmentMoveNotAllowed, update_assessment
from evaluation.assessments.reading import instrument_of
from evaluation.assessments.schemas import NewAnswers
from evaluation.assessments.tables import assessment_answers, assessment_codes, assessment_user_answers
from evaluation.instruments.document import SELF
from evaluation.rights import ANSWER, EVALUATOR
from evaluation.surveys.codes import code_hash, new_code

_FORM = Text("Penilaian ini tidak memakai formulir ini.", "This assessment doesn't use that form.")
_BAD_CODE = Text("Kode ini tidak berlaku untuk penilaian ini.", "This code isn't one of this assessment.")
_NOT_HERE = Text("Kode hanya untuk formulir pengguna layanan.", "Codes are for the form of service users.")
_NO_ITEM = Text("Catatan ini bukan milik butir yang dijawab.", "This note is of no item that is answered.")


class CodeUsed(Conflict):
    """The code has been used: it is good for one answer."""

    code = "code_used"
    title = Text("Kode ini sudah dipakai", "This code has been used")


_ANSWER = insert_or_update(assessment_answers).values(
    {column.name: bindparam(column.name, type_=column.type) for column in assessment_answers.c}
)
_SAVE = Statement(
    _ANSWER.on_conflict_do_update(
        index_elements=[assessment_answers.c.assessment_id, assessment_answers.c.form, assessment_answers.c.item],
        set_={name: _ANSWER.excluded[name] for name in ("level", "note", "answered_by", "answered_at")},
    )
)


def _adding(table: Any, *names: str) -> Statement:
    return Statement(insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in names}))


_ADD_USER_ANSWER = _adding(assessment_user_answers, "id", "assessment_id", "levels", "day")
_ADD_CODE = _adding(assessment_codes, "assessment_id", "code_hash", "made_at")
_OF_CODE = "assessment_id = CAST(:assessment_id AS uuid) AND code_hash = CAST(:code_hash AS bytea)"
_USE_CODE = Statement(
    f"UPDATE assessment_codes SET used_on = CAST(:day AS date) WHERE {_OF_CODE} AND used_on IS NULL RETURNING 1"  # noqa: S608
)
_CODE_EXISTS = Statement(f"SELECT 1 FROM assessment_codes WHERE {_OF_CODE}")  # noqa: S608 - our own condition


async def answer(
    connection: Connection, assessment_id: UUID, given: NewAnswers, actor: Actor, *, expected: Expected, now: datetime
) -> Row:
    """Take answers to one of the assessment's forms; the assessment after it.

    Raises NotFound, NotAuthenticated, Forbidden, OwnUnit, Unprocessable, AssessmentMoveNotAllowed, StaleVersion, CodeUsed.
    """
    found = await queries.find_assessment(connection, assessment_id)
    if found is None:
        raise NotFound
    if given.form == found["user_form"]:
        return await _answer_as_user(connection, assessment_id, given, actor, now)
    if given.form not in (SELF, found["evaluator_form"]):
        if not await is_inside(connection, found, actor, now):
            await refuse(connection, found, actor, now)
        raise Unprocessable(errors=[Flaw("/form", "unknown_form", _FORM)])
    own = given.form == SELF
    held = await lock_for(connection, assessment_id, actor, now, side="unit" if own else "evaluator")
    state = SELF_ASSESSMENT if own else EVALUATION
    return await _save_levels(connection, held, given, actor, state=state, expected=expected, now=now)


async def _save_levels(
    connection: Connection,
    held: Row,
    given: NewAnswers,
    actor: Actor,
    *,
    state: str,
    expected: Expected,
    now: datetime,
) -> Row:
    """Keep what is said, beside what was said before. The row must be locked."""
    expected.check(held["version"])
    if held["state"] != state:
        raise AssessmentMoveNotAllowed(allowed_actions=actions_from(held["state"]))
    instrument = await instrument_of(connection, held)
    flaws = flaws_of_levels(given.answers, instrument.forms[held["evaluator_form"]], instrument, whole=False)
    flaws += [
        Flaw(f"/notes/{code}", "note_without_answer", _NO_ITEM) for code in given.notes if code not in given.answers
    ]
    if given.code is not None:
        flaws.append(Flaw("/code", "not_with_this_form", _NOT_HERE))
    if flaws:
        raise Unprocessable(errors=flaws)
    await keep_levels(connection, held["id"], given.form, given.answers, notes=given.notes, actor=actor, now=now)
    after = {**held, "version": held["version"] + 1}
    await update_assessment(connection, after)
    return after


async def keep_levels(
    connection: Connection,
    assessment_id: UUID,
    form: str,
    levels: dict[str, int],
    *,
    notes: dict[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Write levels that were checked."""
    who = f"{actor.kind}:{actor.id}"
    rows: list[Row] = [
        {
            "assessment_id": assessment_id,
            "form": form,
            "item": item,
            "level": level,
            "note": notes.get(item),
            "answered_by": who,
            "answered_at": now,
        }
        for item, level in levels.items()
    ]
    await _SAVE.execute_many(connection, rows)


async def make_codes(connection: Connection, assessment_id: UUID, count: int, actor: Actor, now: datetime) -> list[str]:
    """Make one-time codes for service users: shown now and never again. Raises NotFound, Forbidden, OwnUnit, AssessmentMoveNotAllowed."""
    held = await queries.lock_assessment(connection, assessment_id, "share")
    if held is None:
        raise NotFound
    if organises(actor, held["organiser_id"]):
        await require_independent(connection, held, actor, now)
    else:
        held = await lock_for(connection, assessment_id, actor, now, side="evaluator", lock="share")
    if held["state"] not in {PREPARED, *ASKING_USERS}:
        raise AssessmentMoveNotAllowed(allowed_actions=actions_from(held["state"]))
    codes = [new_code() for _ in range(count)]
    rows: list[Row] = [
        {"assessment_id": assessment_id, "code_hash": code_hash(assessment_id, code), "made_at": now} for code in codes
    ]
    await _ADD_CODE.execute_many(connection, rows)
    return codes


async def _answer_as_user(
    connection: Connection, assessment_id: UUID, given: NewAnswers, actor: Actor, now: datetime
) -> Row:
    held = await queries.lock_assessment(connection, assessment_id, "share")
    assert held is not None, "it was found just now"
    if given.code is None:
        await _require_enterer(connection, held, actor, now)
    else:
        await _require_code(connection, held, given.code)
    if held["state"] not in ASKING_USERS:
        raise AssessmentMoveNotAllowed(allowed_actions=[])
    instrument = await instrument_of(connection, held)
    form = instrument.forms[held["user_form"]]
    flaws = flaws_of_levels(given.answers, form, instrument, whole=True)
    flaws += [Flaw(f"/notes/{code}", "note_without_answer", _NO_ITEM) for code in given.notes]
    if flaws:
        raise Unprocessable(errors=flaws)
    day = local_day(now, held["time_zone"])
    if given.code is not None:
        used = {"assessment_id": assessment_id, "code_hash": code_hash(assessment_id, given.code), "day": day}
        if await _USE_CODE.fetchval(connection, **used) is None:
            raise CodeUsed
    levels = [given.answers.get(code) for code in form.codes]  # what doesn't count may stay open
    await _ADD_USER_ANSWER.execute(connection, id=new_id(), assessment_id=assessment_id, levels=levels, day=day)
    return held


async def _require_code(connection: Connection, held: Row, code: str) -> None:
    given = {"assessment_id": held["id"], "code_hash": code_hash(held["id"], code)}
    if await _CODE_EXISTS.fetchval(connection, **given) is None:
        # While users are asked, everybody may know of the assessment; at other times whoever has no code of it may not.
        known = held["state"] in ASKING_USERS
        raise Unprocessable(errors=[Flaw("/code", "unknown_code", _BAD_CODE)]) if known else NotFound


async def _require_enterer(connection: Connection, held: Row, actor: Actor, now: datetime) -> None:
    """Paper answers are entered by those who ask the users: evaluators and the organiser, never the unit itself."""
    entering = may(actor, ANSWER, EVALUATOR, *ORGANISING, institution_id=held["organiser_id"], ancestors=frozenset())
    if not (entering or await is_assigned(connection, held, actor)):
        await refuse(connection, held, actor, now)
    await require_independent(connection, held, actor, now)
