"""The verbs of the end of a case: resolve, rate, withdraw. The caller holds the opened case."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Row
from complaints.attachments.operations import UNSAFE
from complaints.attachments.queries import find_attachments
from complaints.cases.lineage import find_matter
from complaints.cases.operations import Opened, refused
from complaints.closure import problems
from complaints.closure.schemas import RatingBody, ResolutionBody, WithdrawalBody
from complaints.codes import Codes
from complaints.compensation.operations import award, undecided
from complaints.deadlines.windows import check_window
from complaints.handling import queries as answers
from complaints.handling.commitments import NoSuchCommitment, any_open, settled
from complaints.handling.outcomes import COMMITMENT, COMPENSATION, fits, needs_proof
from complaints.handling.problems import outcome_unfit
from complaints.moves.moving import move
from complaints.policies.handling_queries import find_rule
from directory.zones import national_day

BY_REPORTER = "by_reporter"
RATED_STATES = frozenset({"resolved", "closed"})
NEEDS_EXPLANATION = frozenset({"rejected", "not_adopted", "no_action"})


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
    await _check_evidence(connection, opened, body, now)
    await _decide_compensation(connection, opened, body, now)
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


async def _decide_compensation(connection: Connection, opened: Opened, body: ResolutionBody, now: datetime) -> None:
    """The resolution may be the award itself; what was claimed and isn't decided bars every other outcome (art. 50(3))."""
    if body.outcome_code == COMPENSATION and body.compensation is not None:
        await award(
            connection,
            opened.row,
            amount_idr=body.compensation.amount_idr,
            pay_by=body.compensation.pay_by,
            actor=opened.actor,
            reasons=body.explanation or COMPENSATION,
            now=now,
        )
    elif await undecided(connection, opened.row["id"]):
        raise problems.claim_undecided()


async def _check_evidence(connection: Connection, opened: Opened, body: ResolutionBody, now: datetime) -> None:
    """Files that prove something are the case's own; and the class may ask for one of certain kinds, to be looked at."""
    pieces = body.proof if isinstance(body.proof, list) else []
    if any(piece.attachment_id for piece in pieces):
        held = {row["id"] for row in await find_attachments(connection, opened.row["id"]) if row["state"] not in UNSAFE}
        for position, piece in enumerate(pieces):
            if piece.attachment_id is not None and piece.attachment_id not in held:
                raise problems.proof_file_unknown(position)
    rule = await find_rule(connection, opened.row, opened.ancestors, national_day(now))
    shown = {piece.kind for piece in pieces if piece.attachment_id is not None or piece.link is not None}
    if rule.evidence and body.outcome_code != COMMITMENT and not shown & set(rule.evidence):
        raise problems.evidence_missing(rule.evidence)


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
        await check_window(connection, case, "rating", now, since=case["closed_at"])
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
        clock=opened.transitions[0].clock,
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
