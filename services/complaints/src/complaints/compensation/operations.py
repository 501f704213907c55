"""The verbs of compensation: claim, decide, record the payment. Each moves the case in place, so that its history tells of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.problems import Forbidden
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from complaints.cases.callers import CaseCaller
from complaints.cases.lifecycle import OPEN_STATES, REPORTER_ROLES, acting_role
from complaints.cases.operations import reach_case, refused
from complaints.compensation import problems, queries
from complaints.compensation.queries import ACTION
from complaints.compensation.schemas import AwardBody, ClaimBody, PaymentBody
from complaints.deadlines.queries import calendar_of
from complaints.moves.moving import move
from directory.roles import LIAISON, RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD

DECIDERS = (UNIT_HEAD, RESPONSIBLE_OFFICER, SUPERVISOR)
PAYERS = (UNIT_HEAD, RESPONSIBLE_OFFICER, "institution_admin", LIAISON)
CLAIMED, AWARDED, REJECTED, PAID = "claimed", "awarded", "rejected", "paid"
PAYABLE = frozenset({*OPEN_STATES, "closed"})


async def claim(
    connection: Connection, case_id: UUID, caller: CaseCaller, body: ClaimBody, *, expected: Expected, now: datetime
) -> Row:
    """The reporter claims compensation, or another amount while nothing is decided.

    Raises NotFound, Forbidden, StaleVersion, NotClaimable, ClaimDecided.
    """
    case, roles, _ancestors = await reach_case(connection, case_id, caller, now)
    if not roles & REPORTER_ROLES:
        raise Forbidden
    expected.check(case["version"])
    if case["type"] != "complaint" or case["anonymous"] or case["state"] not in OPEN_STATES:
        raise problems.NotClaimable(state=case["state"])
    held = await queries.find_claim(connection, case_id)
    if held is not None and held["state"] != CLAIMED:
        raise problems.ClaimDecided
    await queries.save(
        connection,
        {
            "id": held["id"] if held is not None else new_id(),
            "case_id": case_id,
            "state": CLAIMED,
            "claimed_amount_idr": body.amount_idr,
            "grounds": body.grounds,
            "claimed_at": now,
        },
    )
    told = {"state": CLAIMED, "amount_idr": body.amount_idr, "grounds": body.grounds}
    return await _tell(connection, case, caller.record(roles), told, now)


async def decide(
    connection: Connection, case_id: UUID, caller: CaseCaller, body: AwardBody, *, expected: Expected, now: datetime
) -> Row:
    """Award or reject what was claimed. Raises NotFound, Forbidden, StaleVersion, NothingClaimed, ClaimDecided, Unprocessable."""
    case, acting = await _open(connection, case_id, caller, DECIDERS, expected=expected, now=now)
    if case["state"] not in OPEN_STATES:
        raise refused(case, acting)
    held = await queries.find_claim(connection, case_id)
    if held is None:
        raise problems.NothingClaimed
    if held["state"] != CLAIMED:
        raise problems.ClaimDecided
    if body.decision == REJECTED:
        if body.amount_idr is not None:
            raise problems.rejected_with_amount()
    elif body.amount_idr is None:
        raise problems.amount_missing()
    elif body.pay_by is None:
        raise problems.pay_by_missing()
    elif body.pay_by < await _today(connection, case, now):
        raise problems.pay_by_past()
    actor = caller.record(acting)
    decision = {
        "state": body.decision,
        "awarded_amount_idr": body.amount_idr,
        "pay_by": body.pay_by if body.decision == AWARDED else None,
        "budget_source": body.budget_source,
        "reasons": body.reasons,
        "decided_by": actor,
        "decided_at": now,
    }
    await queries.save(connection, {**held, **decision})
    told = {
        "state": body.decision,
        "amount_idr": body.amount_idr,
        "pay_by": decision["pay_by"],
        "reasons": body.reasons,
    }
    return await _tell(connection, case, actor, told, now, internal={"budget_source": body.budget_source})


async def award(
    connection: Connection,
    case: Row,
    *,
    amount_idr: int,
    pay_by: date,
    actor: Mapping[str, Any],
    reasons: str,
    now: datetime,
) -> None:
    """Award by the resolution of a locked case, whether or not it was claimed; the resolution's own entry tells of it.

    Raises ClaimDecided where another amount or day was decided before, Unprocessable for a day that has passed.
    """
    held = await queries.find_claim(connection, case["id"])
    if held is not None and held["state"] in (AWARDED, PAID):
        if (held["awarded_amount_idr"], held["pay_by"]) != (amount_idr, pay_by):
            raise problems.ClaimDecided
        return
    if pay_by < await _today(connection, case, now):
        raise problems.pay_by_past()
    fresh = {
        "id": new_id(),
        "case_id": case["id"],
        "claimed_amount_idr": amount_idr,
        "grounds": reasons,
        "claimed_at": now,
    }
    decision = {
        "state": AWARDED,
        "awarded_amount_idr": amount_idr,
        "pay_by": pay_by,
        "reasons": reasons,
        "decided_by": dict(actor),
        "decided_at": now,
    }
    await queries.save(connection, {**(held or fresh), **decision})


async def pay(
    connection: Connection, case_id: UUID, caller: CaseCaller, body: PaymentBody, *, expected: Expected, now: datetime
) -> Row:
    """Record that the award was paid, also after the case was closed.

    Raises NotFound, Forbidden, StaleVersion, NothingClaimed, Unprocessable.
    """
    case, acting = await _open(connection, case_id, caller, PAYERS, expected=expected, now=now)
    held = await queries.find_claim(connection, case_id)
    if held is None or held["state"] != AWARDED or case["state"] not in PAYABLE:
        raise problems.NothingClaimed
    if body.amount_idr != held["awarded_amount_idr"]:
        raise problems.not_the_whole()
    calendar = await calendar_of(connection, case["institution_id"])
    if body.paid_on > calendar.local_day(now):
        raise problems.paid_in_future()
    if body.paid_on < calendar.local_day(held["decided_at"]):
        raise problems.paid_before_award()
    actor = caller.record(acting)
    payment = {
        "state": PAID,
        "paid_amount_idr": body.amount_idr,
        "paid_on": body.paid_on,
        "payment_reference": body.reference,
        "paid_recorded_by": actor,
        "paid_recorded_at": now,
    }
    await queries.save(connection, {**held, **payment})
    told = {"state": PAID, "amount_idr": body.amount_idr, "paid_on": body.paid_on, "reference": body.reference}
    return await _tell(connection, case, actor, told, now)


async def undecided(connection: Connection, case_id: UUID) -> bool:
    """Whether a claim waits for its decision."""
    held = await queries.find_claim(connection, case_id)
    return held is not None and held["state"] == CLAIMED


async def _open(
    connection: Connection,
    case_id: UUID,
    caller: CaseCaller,
    able: tuple[str, ...],
    *,
    expected: Expected,
    now: datetime,
) -> tuple[Row, frozenset[str]]:
    case, roles, _ancestors = await reach_case(connection, case_id, caller, now)
    acting = roles & {acting_role(role, case["custody"]) for role in able}
    if not acting:
        raise Forbidden
    expected.check(case["version"])
    return case, acting


async def _today(connection: Connection, case: Row, now: datetime) -> date:
    return (await calendar_of(connection, case["institution_id"])).local_day(now)


async def _tell(
    connection: Connection,
    case: Row,
    actor: Mapping[str, Any],
    told: Mapping[str, Any],
    now: datetime,
    internal: Mapping[str, Any] | None = None,
) -> Row:
    return await move(
        connection,
        case,
        action=ACTION,
        to_state=case["state"],
        actor=actor,
        now=now,
        public=told,
        internal=internal,
        fact=f"compensation_{told['state']}",
    )
