"""The verbs of the end of a case: resolve, rate, withdraw. The caller holds the opened case."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Row
from complaints.cases.lineage import find_matter
from complaints.cases.operations import Opened, refused
from complaints.closure import problems
from complaints.closure.schemas import RatingBody, ResolutionBody, WithdrawalBody
from complaints.codes import Codes
from complaints.deadlines.operations import setting
from complaints.handling import queries as answers
from complaints.handling.commitments import NoSuchCommitment, any_open, settled
from complaints.handling.outcomes import COMPENSATION, fits, needs_proof
from complaints.handling.problems import WindowClosed, outcome_unfit
from complaints.moves.moving import move

BY_REPORTER = "by_reporter"
RATED_STATES = frozenset({"resolved", "closed"})
NEEDS_EXPLANATION = frozenset({"rejected", "not_adopted"})


async def resolve(
    connection: Connection,
    opened: Opened,
    body: ResolutionBody,
    *,
    codes: Codes,
    now: datetime,
) -> Row:
    """Say that it is done, with the outcome and its proof. Raises Unprocessable for what is missing or doesn't fit."""
    case = opened.row
    _check_outcome(case, body, codes)
    await _settle(connection, case, body)
    row = opened.to("resolved")
    content = body.model_dump(mode="json")
    return await move(
        connection,
        case,
        action="resolution",
        to_state=row.to,
        actor=opened.actor,
        now=now,
        changes={"outcome_code": body.outcome_code, "resolved_at": now},
        public={name: content[name] for name in ("outcome_code", "explanation", "compensation", "proof")},
        internal={"commitments": content["commitments"]},
        clock=row.clock,
    )


def _check_outcome(case: Row, body: ResolutionBody, codes: Codes) -> None:
    if not fits(codes, body.outcome_code, case["type"]):
        raise outcome_unfit("/outcome_code")
    if needs_proof(codes, body.outcome_code) and not body.proof:
        raise problems.proof_missing()
    for position, piece in enumerate(body.proof if isinstance(body.proof, list) else ()):
        if not codes.has("evidence_kinds", piece.kind):
            raise problems.proof_kind_unknown(position)
    if body.outcome_code == COMPENSATION and body.compensation is None:
        raise problems.compensation_missing()
    if body.outcome_code in NEEDS_EXPLANATION and body.explanation is None and not body.proof:
        raise problems.explanation_missing()


async def _settle(connection: Connection, case: Row, body: ResolutionBody) -> None:
    """Commitments are done or handed to a plan before a case is resolved."""
    sent = await answers.find_sent(connection, case["id"])
    held: Sequence[Mapping[str, Any]] = sent["commitments"] if sent is not None else ()
    if any(each.state == "planned" and each.plan is None for each in body.commitments):
        raise problems.plan_missing()
    try:
        after = settled(held, (each.model_dump(mode="json") for each in body.commitments))
    except NoSuchCommitment:
        raise problems.commitment_unknown() from None
    if any_open(after):
        raise problems.commitments_open()
    if sent is not None and body.commitments:
        await answers.keep_commitments(connection, sent["id"], after)


async def rate(connection: Connection, opened: Opened, body: RatingBody, *, codes: Codes, now: datetime) -> Row:
    """Rate how the case was handled: changeable while it is resolved, once and in time when it is closed.

    A merged case is rated once its matter is done. Raises AlreadyRated, WindowClosed, MoveNotAllowed, Unprocessable.
    """
    case = opened.row
    for position, reason in enumerate(body.reasons):
        if not codes.has("rating_reasons", reason):
            raise problems.rating_reason_unknown(position)
    if case["state"] == "closed":
        if case["rating"] is not None:
            raise problems.AlreadyRated
        window = timedelta(days=await setting(connection, case, "rating_window_calendar_days"))
        if case["closed_at"] is not None and case["closed_at"] + window < now:
            raise WindowClosed
    if case["state"] == "merged":
        matter = await find_matter(connection, case)
        if matter is None or matter["state"] not in RATED_STATES:
            raise refused(case, opened.roles)
    content = body.model_dump(mode="json")
    return await move(
        connection,
        case,
        action="rating",
        to_state=case["state"],
        actor=opened.actor,
        now=now,
        changes={"rating": body.rating, "rating_reasons": body.reasons},
        public=content,
    )


async def withdraw(connection: Connection, opened: Opened, body: WithdrawalBody, *, now: datetime) -> Row:
    """The reporter leaves: the case ends, or its examination goes on without them; under appeal the appeal alone ends."""
    case = opened.row
    row = opened.transitions[0]
    changes: dict[str, Any] = {}
    if row.to == "withdrawn":
        changes = {"closed_at": now, "closure_kind": BY_REPORTER}
    elif row.to == "closed":
        changes = {"closed_at": case["closed_at"] or now}
    return await move(
        connection,
        case,
        action="withdrawal",
        to_state=row.to,
        actor=opened.actor,
        now=now,
        changes=changes,
        public={"reason": body.reason, "kind": BY_REPORTER, "ex_officio": row.to == case["state"]},
        clock=row.clock,
    )
