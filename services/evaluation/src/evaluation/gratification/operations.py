"""Reporting a gift, and what the UPG and the author then do with the report."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.calendars import Calendar
from directory.roles import Actor
from evaluation.facts.calendars import calendar_of, instant_of
from evaluation.gratification import queries
from evaluation.gratification.clocks import (
    COMPLETE,
    COMPLETION,
    RECEIVED,
    TO_KPK,
    TO_UPG,
    as_json,
    duties,
    earliest_due,
    officer_late,
)
from evaluation.gratification.lifecycle import (
    BY_AUTHOR,
    FINAL,
    INCOMPLETE,
    NOT_FOLLOWED_UP,
    OPEN_MOVES,
    first_state,
    moves_from,
)
from evaluation.gratification.policies import Policy, exemption_of, occasions
from evaluation.gratification.schemas import OTHER, NewReport
from evaluation.gratification.tables import gratification_history, gratification_reports

_FUTURE = Text("Hari ini belum tiba.", "This day hasn't come yet.")
_OCCASION = Text("Jenis pemberian ini tidak dikenal.", "No such occasion.")
_REPORTED = Text("Hari ini belum tiba atau mendahului pemberian.", "This day is still to come, or before the gift.")
_NO_POLICY = Text("Belum ada aturan yang berlaku pada hari itu.", "No rules were in force on that day.")


class ReportMoveNotAllowed(Conflict):
    """The report's state doesn't allow the caller the action; `allowed_actions` names those that it does."""

    code = "report_move_not_allowed"
    title = Text("Keadaan laporan tidak mengizinkan tindakan ini", "The report's state doesn't allow this action")


class CompletionLapsed(Conflict):
    """The term to complete the report has passed: it isn't followed up."""

    code = "completion_lapsed"
    title = Text("Tenggat melengkapi laporan telah lewat", "The term to complete the report has passed")


_INSERT = Statement(
    insert(gratification_reports).values(
        {each.name: bindparam(each.name, type_=each.type) for each in gratification_reports.c}
    )
)
_CHANGED = (
    *("state", "missing", "duties", "due_at", "late", "kpk_number", "outcome", "version", "forwarded_at", "ended_at"),
    *("description", "value_idr", "giver_name", "giver_relation", "threshold"),
)
_UPDATE = Statement(
    update(gratification_reports)
    .where(gratification_reports.c.id == bindparam("report_id", type_=gratification_reports.c.id.type))
    .values({name: bindparam(name, type_=gratification_reports.c[name].type) for name in _CHANGED})
)
_STEP = Statement(
    insert(gratification_history).values(
        {each.name: bindparam(each.name, type_=each.type) for each in gratification_history.c}
    )
)


async def report(connection: Connection, new: NewReport, actor: Actor, now: datetime) -> Row:
    """File a report under the policy of the day on which it is reported: today, or to the KPK directly before.

    Raises Forbidden for who doesn't serve there, or Unprocessable.
    """
    seats = [seat for seat in actor.seats if seat.institution_id == new.institution_id]
    if actor.person_id is None or not seats:
        raise Forbidden
    calendar = await calendar_of(connection, new.institution_id)
    today = calendar.local_day(now)
    at = now if new.reported_on in (None, today) else instant_of(new.reported_on, calendar).astimezone(UTC)
    policy = await queries.find_policy_in_force(connection, new.reported_on or today)
    then = await queries.find_policy_in_force(connection, new.received_on)
    flaws = []
    if new.reported_on is not None and not new.received_on <= new.reported_on <= today:
        flaws.append(Flaw("/reported_on", "day_unfit", _REPORTED))
    if new.received_on > today:
        flaws.append(Flaw("/received_on", "in_the_future", _FUTURE))
    elif then is None:
        flaws.append(Flaw("/received_on", "no_policy", _NO_POLICY))
    if new.occasion != OTHER and new.occasion not in occasions(await queries.find_policies(connection)):
        flaws.append(Flaw("/occasion", "unknown_code", _OCCASION))
    if flaws or policy is None or then is None:
        raise Unprocessable(errors=flaws)
    state = first_state(via=new.via, refused=new.refused)
    row: dict[str, Any] = {
        "id": new_id(),
        **new.model_dump(exclude={"reported_on"}),
        "unit_id": next((seat.unit_id for seat in seats if seat.unit_id is not None), None),
        "author": f"{actor.kind}:{actor.id}",
        "author_person_id": actor.person_id,
        "state": state,
        "missing": [],
        "policy_code": policy.code,
        "policy_version": policy.version,
        "outcome": None,
        "version": 1,
        "created_at": now,
        "forwarded_at": at if new.via == "kpk" else None,
        "ended_at": now if state in FINAL else None,
    }
    row["threshold"] = await _threshold(connection, row, then)
    row |= clocks_of(row, policy, calendar, {TO_KPK if new.via == "kpk" else TO_UPG: at}, now)
    await _INSERT.execute(connection, **row)
    await record(connection, row, row["author"], "reporting", None, now, {})
    return row


async def lock_report(connection: Connection, report_id: UUID, action: str, actor: Actor, *, expected: Expected) -> Row:
    """A report that the caller may act on, locked. Nobody handles their own report. Raises NotFound, StaleVersion, ReportMoveNotAllowed."""
    row = await queries.find_report(connection, report_id, actor, lock=True)
    if row is None:
        raise NotFound
    expected.check(row["version"])
    author = row["author_person_id"] == actor.person_id
    officer = actor.unbound or (not author and row["institution_id"] in queries.controls(actor))
    mine = author if action in BY_AUTHOR else officer
    if not mine or action not in OPEN_MOVES.get(row["state"], ()):
        raise ReportMoveNotAllowed(allowed_actions=moves_from(row["state"], author=author, officer=officer))
    return row


def require_in_time(row: Row, now: datetime) -> None:
    """Raises CompletionLapsed if the term to complete an incomplete report has passed."""
    for duty in row["duties"]:
        if duty["stage"] == COMPLETION and duty["met_at"] is None and now > _instant(duty["due_at"]):
            raise CompletionLapsed


async def carry_out(
    connection: Connection,
    row: Row,
    action: str,
    state: str,
    actor: str,
    *,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    events: Mapping[str, datetime] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Row:
    """Carry out an action on a locked report: its row, its clocks after `events`, and a step of its history."""
    after: dict[str, Any] = {**row, **(changes or {}), "state": state, "version": row["version"] + 1}
    after["ended_at"] = now if state in FINAL else None
    calendar = await calendar_of(connection, row["institution_id"])
    policy = await queries.find_policy(connection, row["policy_code"], row["policy_version"])
    after |= clocks_of(after, policy, calendar, events or {}, now)
    await _UPDATE.execute(connection, report_id=row["id"], **{name: after[name] for name in _CHANGED})
    await record(connection, after, actor, action, row["state"], now, detail or {})
    return after


def clocks_of(
    row: Mapping[str, Any], policy: Policy, calendar: Calendar, new: Mapping[str, datetime], now: datetime
) -> dict[str, Any]:
    """`duties`, `due_at` and `late` of a report after the events in `new`; what had happened before is read off its duties."""
    events = {RECEIVED: instant_of(row["received_on"], calendar)}
    for held in row.get("duties", ()):
        events[held["from_event"]] = _instant(held["starts_at"])
        if held["met_at"] is not None:
            events[held["to_event"]] = _instant(held["met_at"])
    events |= new
    incomplete = row["state"] in (INCOMPLETE, NOT_FOLLOWED_UP)
    if incomplete:
        events.pop(COMPLETE, None)
    found = duties(policy, events, calendar, via=row["via"], incomplete=incomplete or COMPLETE in events)
    return {
        "duties": [as_json(duty) for duty in found],
        "due_at": None if row["state"] in FINAL else earliest_due(found),
        "late": bool(row.get("late")) or officer_late(found, now, via=row["via"]),
    }


async def record(
    connection: Connection,
    row: Mapping[str, Any],
    actor: str,
    action: str,
    before: str | None,
    now: datetime,
    detail: Mapping[str, Any],
) -> None:
    """Add a step to a report's history."""
    await _STEP.execute(
        connection,
        report_id=row["id"],
        sequence=row["version"],
        action=action,
        actor=actor,
        from_state=before,
        to_state=row["state"],
        at=now,
        detail=detail,
    )


async def threshold_of(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the thresholds of the day of the gift say of it, as the report tells it now; None for an occasion without any."""
    policy = await queries.find_policy_in_force(connection, row["received_on"])
    return None if policy is None else await _threshold(connection, row, policy)


async def _threshold(connection: Connection, row: Mapping[str, Any], policy: Policy) -> dict[str, Any] | None:
    before, value = 0, row["value_idr"]
    if row["giver_name"] is not None:
        before = await queries.given_in_year(
            connection,
            row["author_person_id"],
            occasion=row["occasion"],
            giver_name=row["giver_name"],
            year=row["received_on"].year,
            but=row["id"],
        )
    found = exemption_of(policy, row["occasion"], value_idr=value, in_year_idr=before + value)
    if found is None:
        return None
    return {"limits": dict(found.limits), "exempt": found.exempt, "policy": policy.code}


def _instant(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
