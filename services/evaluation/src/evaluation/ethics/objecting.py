"""Objections to a verdict: brought by the accused themselves, or recorded by the auditor who received one; and what the accused see.

Of a case the accused see their own verdict alone, from the decision on: neither what was alleged by whom, nor the others.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, NotFound
from chassis.http.versions import Expected
from directory.roles import Actor
from evaluation.ethics import queries
from evaluation.ethics.case_operations import EthicsMoveNotAllowed, carry_out, lock_case
from evaluation.ethics.case_schemas import Objection
from evaluation.ethics.deciding import check_day, sanctioned_in
from evaluation.ethics.judging import Judge, judge_of
from evaluation.ethics.lifecycle import MOVES, moves_from
from evaluation.facts.calendars import calendar_of

ACTION = "objection"


class ObjectionTooLate(Conflict):
    """The term of objection has passed, or the objection has been decided: what is left is outside the institution."""

    code = "objection_too_late"
    title = Text("Tenggat keberatan telah lewat", "The term of objection has passed")


class ObjectedAlready(Conflict):
    """Everyone sanctioned may object once."""

    code = "objected_already"
    title = Text("Keberatan ini sudah diajukan", "This objection was brought already")


_OWN = """
SELECT held.*, accused.person_id, accused.unit_id, accused.regime, accused.verdict, accused.reason, accused.articles,
       accused.sanction, accused.compensation_idr, accused.decree_number, accused.effective_on, accused.remedy_due_at,
       accused.remedied_on
FROM ethics_accused accused JOIN ethics_cases held ON held.id = accused.case_id
WHERE accused.person_id = CAST(:person_id AS uuid) AND accused.verdict IS NOT NULL"""
_LIST = Statement(f"{_OWN} ORDER BY held.decided_at DESC, held.id LIMIT 200")
_FIND = Statement(f"{_OWN} AND held.id = CAST(:case_id AS uuid)")
_LOCK = Statement(f"{_OWN} AND held.id = CAST(:case_id AS uuid) FOR UPDATE OF held")


async def find_own_verdicts(connection: Connection, actor: Actor) -> list[Row]:
    """The verdicts against the caller, the newest first; of a case that isn't decided nothing."""
    return [] if actor.person_id is None else await _LIST.fetch(connection, person_id=actor.person_id)


async def find_own_verdict(connection: Connection, case_id: UUID, actor: Actor) -> Row:
    """One of them. Raises NotFound."""
    found = None
    if actor.person_id is not None:
        found = await _FIND.fetchrow(connection, case_id=case_id, person_id=actor.person_id)
    if found is None:
        raise NotFound
    return found


async def object_myself(
    connection: Connection, case_id: UUID, grounds: str, actor: Actor, *, expected: Expected, now: datetime
) -> Row:
    """The caller objects to the sanction against them, within its term; their verdict.

    Raises NotFound, StaleVersion, EthicsMoveNotAllowed, ObjectionTooLate, ObjectedAlready, Unprocessable.
    """
    person_id = actor.person_id
    case = None if person_id is None else await _LOCK.fetchrow(connection, case_id=case_id, person_id=person_id)
    if case is None or person_id is None:
        raise NotFound
    expected.check(case["version"])
    if (case["state"], ACTION) not in MOVES:
        raise EthicsMoveNotAllowed(allowed_actions=[])
    calendar = await calendar_of(connection, case["institution_id"])
    body = Objection(person_id=person_id, received_on=calendar.local_day(now), grounds=grounds)
    await _object(connection, case, body, judge_of(actor, ()), now=now)
    return await find_own_verdict(connection, case_id, actor)


async def record_objection(
    connection: Connection, case_id: UUID, body: Objection, judge: Judge, *, expected: Expected, now: datetime
) -> Row:
    """Record an objection of somebody sanctioned, as the auditor received it within its term. Raises as `object_myself`."""
    case, _ = await lock_case(connection, case_id, ACTION, judge, expected=expected, now=now)
    return await _object(connection, case, body, judge, now=now)


async def _object(connection: Connection, case: Row, body: Objection, judge: Judge, *, now: datetime) -> Row:
    await sanctioned_in(connection, case["id"], body.person_id)
    calendar = await calendar_of(connection, case["institution_id"])
    check_day(body.received_on, calendar.local_day(case["decided_at"]), calendar.local_day(now), "/received_on")
    due = case["objection_due_at"]
    if due is None or body.received_on > calendar.local_day(due):
        raise ObjectionTooLate
    if has_objected(await queries.find_history(connection, case["id"]), body.person_id):
        raise ObjectedAlready
    return await carry_out(connection, case, ACTION, judge, now=now, detail=body.model_dump(mode="json"))


def has_objected(history: Sequence[Row], person_id: UUID) -> bool:
    """Whether an objection of this person stands in a case's history."""
    return any(step["action"] == ACTION and step["detail"].get("person_id") == str(person_id) for step in history)


def may_object(verdict: Row, history: Sequence[Row], today: date, last_day: date | None) -> bool:
    """Whether the accused may still object."""
    return (
        verdict["sanction"] is not None
        and ACTION in moves_from(verdict["state"])
        and last_day is not None
        and today <= last_day
        and not has_objected(history, verdict["person_id"])
    )


def written_verdict(verdict: Row, *, severity: str | None, open_to_objection: bool) -> dict[str, Any]:
    """A verdict as the accused sees it."""
    names = (
        *("institution_id", "unit_id", "values", "conduct_rules", "state", "regime", "verdict", "reason", "articles"),
        *(
            "sanction",
            "compensation_idr",
            "decree_number",
            "effective_on",
            "remedy_due_at",
            "remedied_on",
            "decided_at",
        ),
        "objection_due_at",
    )
    found = {name: verdict[name] for name in names}
    return {"case_id": verdict["id"], **found, "severity": severity, "may_object": open_to_objection}
