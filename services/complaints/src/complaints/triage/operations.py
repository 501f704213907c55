"""The verbs of triage: each checks the request against the locked case, then moves it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Unprocessable
from complaints.attachments.operations import REPORTER, attach
from complaints.cases.callers import SYSTEM_RECORD
from complaints.cases.operations import Opened
from complaints.cases.queries import find_case
from complaints.cases.visibility import roles_on
from complaints.codes import Codes
from complaints.cooperation import queries as contributions
from complaints.deadlines.windows import COMPLETION, check_window
from complaints.intake.validity import fact_flaws, latest_day
from complaints.moves.moving import move
from complaints.triage import rules
from complaints.triage.schemas import Archival, Classification, Completion, Protection, Referral, Verification

_UNKNOWN = Text(
    "Tidak ada laporan lain dengan id ini dalam jangkauan Anda.", "No other case with this id is in your reach."
)


class CompletedOnce(Conflict):
    """The reporter is asked for completion once only (UU 25/2009 art. 44(4))."""

    code = "completed_once"
    title = Text("Kelengkapan hanya dapat diminta satu kali", "Completion can be asked for once only")


def _refuse(flaws: list[Flaw]) -> None:
    if flaws:
        raise Unprocessable(errors=flaws)


async def verify(connection: Connection, opened: Opened, body: Verification, *, now: datetime) -> Row:
    """Find the file complete, or tell the reporter what is missing. Raises CompletedOnce."""
    case = opened.row
    _refuse(rules.verification_flaws(body, case))
    if not body.complete and case["completion_count"] > 0:
        raise CompletedOnce
    transition = opened.to("verified" if body.complete else "awaiting_completion")
    # A case that comes back (transfer, reopening) keeps the day on which its file was complete: no clock is renewed.
    changes = {"file_complete_at": case["file_complete_at"] or now} if body.complete else {}
    return await move(
        connection,
        case,
        action="verification",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes=changes,
        public={"complete": body.complete, "missing": body.missing},
        internal={"reason": body.reason, "note": body.note},
        clock=transition.clock,
        fact="verified" if body.complete else "found_incomplete",
    )


async def complete(connection: Connection, opened: Opened, body: Completion, codes: Codes, *, now: datetime) -> Row:
    """Take what the reporter adds; the text as filed stays as it was. Raises WindowClosed after the thirty days of art. 44(4)."""
    _refuse([flaw for flaw in fact_flaws(body, codes, latest_day(now)) if flaw is not None])
    await check_window(connection, opened.row, COMPLETION, now)
    given = body.model_dump(exclude_none=True, exclude={"body", "attachment_ids"})
    await attach(
        connection,
        body.attachment_ids,
        case_id=opened.row["id"],
        owner=opened.caller.filer,
        actor=opened.actor,
        origin=REPORTER,
        now=now,
    )
    transition = opened.transitions[0]
    return await move(
        connection,
        opened.row,
        action="completion",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes={**given, "completion_count": opened.row["completion_count"] + 1},
        public={"body": body.body, "given": sorted(given), "attachment_ids": body.attachment_ids},
        clock=transition.clock,
    )


async def classify(connection: Connection, opened: Opened, body: Classification, codes: Codes, *, now: datetime) -> Row:
    """Say what the case is; deadlines are counted anew from the same start."""
    case = opened.row
    _refuse(rules.classification_flaws(body, case, codes))
    transition = opened.transitions[0]
    changes: dict[str, Any] = {"case_class": body.case_class, "classified_at": now}
    for name in ("type", "sub_class", "category"):
        if getattr(body, name) is not None:
            changes[name] = getattr(body, name)
    return await move(
        connection,
        case,
        action="classification",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes=changes,
        public={"type": changes.get("type", case["type"]), "class": body.case_class, "reason": body.reason},
        internal={
            "from_type": case["type"],
            "from_class": case["case_class"],
            "from_category": case["category"],
            "category": body.category,
        },
        clock=transition.clock,
    )


async def archive(connection: Connection, opened: Opened, body: Archival, codes: Codes, *, now: datetime) -> Row:
    """Put the case away, with an explanation."""
    _refuse(rules.archival_flaws(body, opened.row, codes))
    if body.earlier_case_id is not None:
        await _check_earlier(connection, opened, body.earlier_case_id, now)
    transition = opened.to("archived")
    return await move(
        connection,
        opened.row,
        action="archival",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes={"closed_at": now},
        public={"reason": body.reason, "explanation": body.explanation},
        internal={"earlier_case_id": body.earlier_case_id},
        clock=transition.clock,
    )


async def _check_earlier(connection: Connection, opened: Opened, case_id: UUID, now: datetime) -> None:
    """The earlier case is another one, and one that the caller sees."""
    earlier = await find_case(connection, case_id, now) if case_id != opened.row["id"] else None
    if earlier is None or not roles_on(opened.caller, earlier, earlier["ancestors"], now):
        raise Unprocessable(errors=[Flaw("/earlier_case_id", "unknown_case", _UNKNOWN)])


async def refer(connection: Connection, opened: Opened, body: Referral, codes: Codes, *, now: datetime) -> Row:
    """Pass the case on to a body outside."""
    unknown = codes.flaw("referral_bodies", body.body, "/body")
    _refuse([unknown] if unknown else [])
    transition = opened.to("referred_out")
    return await move(
        connection,
        opened.row,
        action="referral",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes={"closed_at": now},
        public={"body": body.body, "explanation": body.explanation},
        internal={"handover": body.handover.model_dump()},
        clock=transition.clock,
    )


async def protect(connection: Connection, opened: Opened, body: Protection, *, now: datetime) -> Row:
    """Take the case to the protected path: from here on the unit and its superiors don't know of it."""
    case = opened.row
    transition = opened.to("submitted")
    await contributions.end_all(connection, case["id"], by=SYSTEM_RECORD, reason="protection", now=now)
    accused = sorted({*case["accused_person_ids"], *body.accused_person_ids})
    changes: dict[str, Any] = {
        "custody": "protected",
        "case_class": "supervisory",
        "unit_id": None,
        "holder_person": None,
        "proposed_unit_id": None,
        "cooperating_unit_ids": [],
        "accused_person_ids": accused,
        "accused_unit_id": body.accused_unit_id or case["unit_id"] or case["accused_unit_id"],
    }
    return await move(
        connection,
        case,
        action="protection",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes=changes,
        public={},
        internal={"trigger": body.trigger, "reason": body.reason, "from_unit_id": case["unit_id"]},
        clock=transition.clock,
    )
