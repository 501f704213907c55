"""Verdicts and what follows them: sanctions in force, remedy or the graver sanction, referral, closure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, Unprocessable
from chassis.http.versions import Expected
from directory.working_time import due_after
from evaluation.ethics import queries
from evaluation.ethics.case_operations import carry_out, lock_case
from evaluation.ethics.case_schemas import Decision, Enforcement, Escalation, Referral, Remedy
from evaluation.ethics.catalogues import Sanctions, read_sanctions
from evaluation.ethics.judging import OUTSIDE_BODIES, Judge, Level, objected_to
from evaluation.ethics.lifecycle import IN_FORCE, SCREENING
from evaluation.ethics.tables import ethics_accused
from evaluation.ethics.verdicts import Verdict, flaws_of
from evaluation.facts.calendars import calendar_of, instant_of

_STRANGER = Text("Orang ini tidak dijatuhi sanksi dalam perkara ini.", "No sanction stands against this person here.")
_DAY = Text("Hari ini belum tiba atau mendahului putusan.", "This day is still to come, or before the decision.")
_BODY = Text("Lembaga tujuan tidak dikenal.", "No such body.")


class HeadDecides(Forbidden):
    """An auditor examines; the head of internal audit or the supervisor decides."""

    code = "head_decides"
    title = Text("Putusan diambil oleh pimpinan pengawas internal", "The head of internal audit decides")


class OwnDecision(Forbidden):
    """What was objected to isn't decided again by whoever decided it: another seat does, or one of `referral_bodies`."""

    code = "own_decision"
    title = Text("Keberatan diputus oleh pejabat lain", "Somebody else decides on the objection")


class NothingToEnforce(Conflict):
    """No sanction was imposed."""

    code = "nothing_to_enforce"
    title = Text("Tidak ada sanksi yang dijatuhkan", "No sanction was imposed")


class RemedyNotOpen(Conflict):
    """There is no warning whose term to remedy is running (or, for the graver sanction, has run out)."""

    code = "remedy_not_open"
    title = Text("Tidak ada tenggat perbaikan yang sesuai", "No term to remedy is in that state")


class SanctionPending(Conflict):
    """A sanction isn't in force yet, or its term to remedy is still open."""

    code = "sanction_pending"
    title = Text("Masih ada sanksi yang belum selesai", "A sanction isn't carried out yet")


_WRITTEN = ("verdict", "reason", "articles", "sanction", "compensation_idr", "decree_number", "effective_on")
_CHANGE = Statement(
    update(ethics_accused)
    .where(
        ethics_accused.c.case_id == bindparam("of_case", type_=ethics_accused.c.case_id.type),
        ethics_accused.c.person_id == bindparam("of_person", type_=ethics_accused.c.person_id.type),
    )
    .values(
        {
            name: bindparam(name, type_=ethics_accused.c[name].type)
            for name in (*_WRITTEN, "remedy_due_at", "remedied_on")
        }
    )
)


async def decide(
    connection: Connection,
    case_id: UUID,
    decision: Decision,
    judge: Judge,
    *,
    action: str,
    known: frozenset[str],
    expected: Expected,
    now: datetime,
) -> Row:
    """Decide a case (`action` decision), or anew after an objection (objection_decision). `known`: ethics_verdicts.

    Raises NotFound, StaleVersion, EthicsMoveNotAllowed, HeadDecides, OwnDecision, Unprocessable.
    """
    case, _ = await lock_case(connection, case_id, action, judge, expected=expected, now=now)
    level = judge.level_in(case["institution_id"])
    if level is None or level < Level.HEAD:
        raise HeadDecides
    if judge.person_id in objected_to(await queries.find_history(connection, case_id)):
        raise OwnDecision(referral_bodies=list(OUTSIDE_BODIES))
    sanctions = await _sanctions(connection, case)
    accused = {row["person_id"]: row for row in await queries.find_accused(connection, case_id)}
    verdicts = [Verdict(**{**each.model_dump(), "articles": frozenset(each.articles)}) for each in decision.verdicts]
    flaws = flaws_of(
        verdicts,
        {person: row["regime"] for person, row in accused.items()},
        sanctions,
        known=known,
        examined=case["state"] != SCREENING,
    )
    if flaws:
        raise Unprocessable(errors=flaws)
    for each in verdicts:
        await _change(
            connection,
            accused[each.person_id],
            **{name: getattr(each, name) for name in _WRITTEN[:-1] if name != "articles"},
            articles=sorted(each.articles),
            effective_on=None,
            remedy_due_at=None,
            remedied_on=None,
        )
    sanctioned = any(each.sanction for each in verdicts)
    due = None
    if action == "decision" and sanctioned:
        term = sanctions.objection
        due = due_after(now, term.amount, term.unit, await calendar_of(connection, case["institution_id"]))
    changes = {"decided_at": now, "objection_due_at": due}
    detail = {
        "verdicts": [
            {"person_id": each.person_id, "verdict": each.verdict, "sanction": each.sanction} for each in verdicts
        ]
    }
    return await carry_out(connection, case, action, judge, now=now, changes=changes, detail=detail)


async def enforce(
    connection: Connection, case_id: UUID, body: Enforcement, judge: Judge, *, expected: Expected, now: datetime
) -> Row:
    """Put the sanctions into force; a warning under art. 54(2) starts its term to remedy.

    Raises NotFound, StaleVersion, EthicsMoveNotAllowed, NothingToEnforce, Unprocessable.
    """
    case, _ = await lock_case(connection, case_id, "enforcement", judge, expected=expected, now=now)
    accused = [row for row in await queries.find_accused(connection, case_id) if row["sanction"] is not None]
    if not accused:
        raise NothingToEnforce
    sanctions, calendar = await _sanctions(connection, case), await calendar_of(connection, case["institution_id"])
    check_day(body.effective_on, calendar.local_day(case["decided_at"]), calendar.local_day(now), "/effective_on")
    for row in accused:
        due = None
        if sanctions.gives_time(row["sanction"], frozenset(row["articles"])):
            start = instant_of(body.effective_on, calendar)
            due = due_after(start, sanctions.remedy.amount, sanctions.remedy.unit, calendar)
        await _change(connection, row, effective_on=body.effective_on, remedy_due_at=due)
    return await carry_out(connection, case, "enforcement", judge, now=now, detail={"effective_on": body.effective_on})


async def remedy(
    connection: Connection, case_id: UUID, body: Remedy, judge: Judge, *, expected: Expected, now: datetime
) -> Row:
    """Record that a breach was remedied in time. Raises NotFound, StaleVersion, EthicsMoveNotAllowed, RemedyNotOpen, Unprocessable."""
    case, _ = await lock_case(connection, case_id, "remedy", judge, expected=expected, now=now)
    row = await sanctioned_in(connection, case_id, body.person_id)
    calendar = await calendar_of(connection, case["institution_id"])
    due = row["remedy_due_at"]
    if due is None or row["remedied_on"] is not None or body.remedied_on > calendar.local_day(due):
        raise RemedyNotOpen
    check_day(body.remedied_on, row["effective_on"], calendar.local_day(now), "/remedied_on")
    await _change(connection, row, remedied_on=body.remedied_on)
    return await carry_out(connection, case, "remedy", judge, now=now, detail=body.model_dump(mode="json"))


async def escalate(
    connection: Connection, case_id: UUID, body: Escalation, judge: Judge, *, expected: Expected, now: datetime
) -> Row:
    """Impose what the law demands when a warning wasn't heeded within its term (UU 25/2009 art. 54(2)).

    Raises NotFound, StaleVersion, EthicsMoveNotAllowed, HeadDecides, RemedyNotOpen, Unprocessable.
    """
    case, _ = await lock_case(connection, case_id, "escalation", judge, expected=expected, now=now)
    level = judge.level_in(case["institution_id"])
    if level is None or level < Level.HEAD:
        raise HeadDecides
    row = await sanctioned_in(connection, case_id, body.person_id)
    if row["remedy_due_at"] is None or row["remedied_on"] is not None or now <= row["remedy_due_at"]:
        raise RemedyNotOpen
    calendar = await calendar_of(connection, case["institution_id"])
    check_day(body.effective_on, calendar.local_day(row["remedy_due_at"]), calendar.local_day(now), "/effective_on")
    sanctions = await _sanctions(connection, case)
    await _change(
        connection,
        row,
        sanction=sanctions.unremedied,
        decree_number=body.decree_number,
        effective_on=body.effective_on,
        remedy_due_at=None,
    )
    detail = {**body.model_dump(mode="json"), "sanction": sanctions.unremedied}
    return await carry_out(connection, case, "escalation", judge, now=now, detail=detail)


async def refer(
    connection: Connection,
    case_id: UUID,
    body: Referral,
    judge: Judge,
    *,
    known: frozenset[str],
    expected: Expected,
    now: datetime,
) -> Row:
    """Hand a case to another body. `known`: codes of referral_bodies.

    Raises NotFound, StaleVersion, EthicsMoveNotAllowed, Unprocessable.
    """
    case, _ = await lock_case(connection, case_id, "referral", judge, expected=expected, now=now)
    if body.body not in known:
        raise Unprocessable(errors=[Flaw("/body", "unknown_code", _BODY)])
    return await carry_out(
        connection, case, "referral", judge, now=now, changes={"referral_body": body.body}, detail=body.model_dump()
    )


async def close(
    connection: Connection, case_id: UUID, judge: Judge, *, note: str | None, expected: Expected, now: datetime
) -> Row:
    """Close a case that has nothing left to do. Raises NotFound, StaleVersion, EthicsMoveNotAllowed, SanctionPending."""
    case, _ = await lock_case(connection, case_id, "closure", judge, expected=expected, now=now)
    for row in await queries.find_accused(connection, case_id):
        waiting = row["remedy_due_at"] is not None and row["remedied_on"] is None
        if row["sanction"] is not None and (case["state"] != IN_FORCE or waiting):
            raise SanctionPending
    return await carry_out(
        connection, case, "closure", judge, now=now, changes={"closed_at": now}, detail={"note": note} if note else None
    )


async def _sanctions(connection: Connection, case: Row) -> Sanctions:
    return read_sanctions(await queries.find_version(connection, "sanctions", case["sanctions_version"]))


async def sanctioned_in(connection: Connection, case_id: UUID, person_id: UUID) -> Row:
    """The accused of a case with a sanction against them. Raises Unprocessable."""
    for row in await queries.find_accused(connection, case_id):
        if row["person_id"] == person_id and row["sanction"] is not None:
            return row
    raise Unprocessable(errors=[Flaw("/person_id", "not_sanctioned", _STRANGER)])


def check_day(day: date, earliest: date, today: date, pointer: str) -> None:
    """Raises Unprocessable for a day before the earliest, or still to come."""
    if not earliest <= day <= today:
        raise Unprocessable(errors=[Flaw(pointer, "day_unfit", _DAY)])


async def _change(connection: Connection, row: Mapping[str, Any], **changes: Any) -> None:
    names = (*_WRITTEN, "remedy_due_at", "remedied_on")
    await _CHANGE.execute(
        connection,
        of_case=row["case_id"],
        of_person=row["person_id"],
        **{name: changes.get(name, row[name]) for name in names},
    )
