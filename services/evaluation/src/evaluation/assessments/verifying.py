"""Evidence, objections of the unit, and the verification that confirms a result or sends it back to the evaluators."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.roles import Actor
from evaluation.assessments import queries
from evaluation.assessments.access import lock_for
from evaluation.assessments.answering import keep_levels
from evaluation.assessments.independence import require_others_levels
from evaluation.assessments.levels import flaws_of_levels
from evaluation.assessments.lifecycle import CONFIRMATION, TAKING_EVIDENCE, VERIFICATION, actions_from
from evaluation.assessments.moving import (
    AssessmentMoveNotAllowed,
    moved,
    record_move,
    require_complete,
    update_assessment,
)
from evaluation.assessments.reading import compute_result, instrument_of
from evaluation.assessments.schemas import NewEvidence, NewObjection, Verification
from evaluation.assessments.tables import assessment_evidence, assessment_objections

_NO_ITEM = Text("Butir ini tidak ada dalam formulir evaluator.", "The evaluator's form has no such item.")
_NO_OBJECTION = Text("Keberatan ini tidak ada atau sudah diputus.", "There is no such objection, or it was decided.")
_UNDECIDED = Text("Keberatan ini belum diputus.", "This objection isn't decided yet.")
_UNCHANGED = Text("Keberatan yang diterima mengubah tingkat.", "An objection that is accepted changes the level.")


def _adding(table: Any) -> Statement:
    return Statement(
        insert(table).values({column.name: bindparam(column.name, type_=column.type) for column in table.c})
    )


_ADD_EVIDENCE, _ADD_OBJECTION = _adding(assessment_evidence), _adding(assessment_objections)
_DECIDED = ("decision", "decision_reason", "decided_by", "decided_at")
_DECIDE = Statement(
    update(assessment_objections)
    .where(assessment_objections.c.id == bindparam("objection_id", type_=assessment_objections.c.id.type))
    .values({name: bindparam(name, type_=assessment_objections.c[name].type) for name in _DECIDED})
)


async def add_evidence(
    connection: Connection, assessment_id: UUID, new: NewEvidence, actor: Actor, *, expected: Expected, now: datetime
) -> Row:
    """Put a document beside an indicator. Raises NotFound, Forbidden, StaleVersion, AssessmentMoveNotAllowed, Unprocessable."""
    held = await lock_for(connection, assessment_id, actor, now, side="contributor", lock="share")
    expected.check(held["version"])
    if held["state"] not in TAKING_EVIDENCE:
        raise AssessmentMoveNotAllowed(allowed_actions=actions_from(held["state"]))
    await _require_item(connection, held, new.item)
    row: dict[str, Any] = {
        "id": new_id(),
        "assessment_id": assessment_id,
        **new.model_dump(),
        "added_by": f"{actor.kind}:{actor.id}",
        "created_at": now,
    }
    await _ADD_EVIDENCE.execute(connection, **row)
    return row


async def object_to_level(
    connection: Connection, assessment_id: UUID, new: NewObjection, actor: Actor, *, expected: Expected, now: datetime
) -> Row:
    """Object to an item's level while the result is verified. Raises as `add_evidence`."""
    held = await lock_for(connection, assessment_id, actor, now, side="unit", lock="share")
    expected.check(held["version"])
    if held["state"] != VERIFICATION:
        raise AssessmentMoveNotAllowed(allowed_actions=actions_from(held["state"]))
    await _require_item(connection, held, new.item)
    if new.claimed_level is not None:
        instrument = await instrument_of(connection, held)
        form = instrument.forms[held["evaluator_form"]]
        flaws = flaws_of_levels({new.item: new.claimed_level}, form, instrument, whole=False)
        if flaws:
            raise Unprocessable(errors=[Flaw("/claimed_level", flaw.code, flaw.detail) for flaw in flaws])
    standing = (await queries.find_answers(connection, assessment_id, held["evaluator_form"])).get(new.item)
    row: dict[str, Any] = {
        "id": new_id(),
        "assessment_id": assessment_id,
        **new.model_dump(),
        "level_given_by": None if standing is None else standing["answered_by"],
        "raised_by": f"{actor.kind}:{actor.id}",
        "raised_at": now,
        **dict.fromkeys(_DECIDED),
    }
    await _ADD_OBJECTION.execute(connection, **row)
    return row


async def verify(
    connection: Connection, assessment_id: UUID, check: Verification, actor: Actor, *, expected: Expected, now: datetime
) -> Row:
    """Confirm or return. Confirming keeps the result with its index and letter as they stand.

    Raises NotFound, Forbidden, OwnUnit, OwnLevel, StaleVersion, AssessmentMoveNotAllowed, Unprocessable, Incomplete.
    """
    held = await lock_for(connection, assessment_id, actor, now, side="verifier")
    expected.check(held["version"])
    after = moved(held, check.decision)
    instrument = await instrument_of(connection, held)
    form = instrument.forms[held["evaluator_form"]]
    objections = {
        row["id"]: row for row in await queries.find_objections(connection, assessment_id) if row["decision"] is None
    }
    flaws = flaws_of_levels(check.adjustments, form, instrument, whole=False, pointer="/adjustments")
    before = await queries.find_answers(connection, assessment_id, form.code)
    levels = {item: row["level"] for item, row in before.items()}
    flaws += _flaws_of_decisions(check, objections, levels)
    if flaws:
        raise Unprocessable(errors=flaws)
    require_others_levels(
        f"{actor.kind}:{actor.id}",
        [
            (
                objection["level_given_by"],
                before[item]["answered_by"] if (item := objection["item"]) in before else None,
            )
            for objection in (objections[each.id] for each in check.objections)
        ],
    )
    await keep_levels(connection, assessment_id, form.code, check.adjustments, notes={}, actor=actor, now=now)
    for each in check.objections:
        await _DECIDE.execute(
            connection,
            objection_id=each.id,
            decision=each.decision,
            decision_reason=each.reason,
            decided_by=f"{actor.kind}:{actor.id}",
            decided_at=now,
        )
    if check.decision == CONFIRMATION:
        await require_complete(connection, held)
        after["result"], after["ipp"], after["grade"] = await compute_result(connection, after, now)
        after["confirmed_at"] = now
    await update_assessment(connection, after)
    changed = {item: {"from": levels.get(item), "to": level} for item, level in check.adjustments.items()}
    detail = {"note": check.note, "adjustments": changed}
    await record_move(connection, held, after, check.decision, actor=actor, now=now, detail=detail)
    return after


def _flaws_of_decisions(check: Verification, objections: Mapping[UUID, Row], levels: Mapping[str, int]) -> list[Flaw]:
    """`levels`: as they were given, by item: what is accepted must move the one objected to."""
    flaws = []
    for place, each in enumerate(check.objections):
        if each.id not in objections:
            flaws.append(Flaw(f"/objections/{place}/id", "unknown_objection", _NO_OBJECTION))
        elif each.decision == "accepted" and check.adjustments.get(item := objections[each.id]["item"]) in (
            None,
            levels.get(item),
        ):
            flaws.append(Flaw(f"/objections/{place}/decision", "adjustment_missing", _UNCHANGED))
    if check.decision == CONFIRMATION:
        decided = {each.id for each in check.objections}
        flaws += [
            Flaw(f"/objections/{each}", "objection_undecided", _UNDECIDED) for each in objections.keys() - decided
        ]
    return flaws


async def _require_item(connection: Connection, held: Row, item: str) -> None:
    instrument = await instrument_of(connection, held)
    if item not in instrument.forms[held["evaluator_form"]].codes:
        raise Unprocessable(errors=[Flaw("/item", "unknown_item", _NO_ITEM)])
