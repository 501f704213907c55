"""The verbs of custody: each checks the request against the locked case and the registry copy, then moves the case."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Unprocessable
from complaints.cases.operations import Opened
from complaints.codes import Codes
from complaints.cooperation import operations as cooperation
from complaints.cooperation import queries as contributions
from complaints.cooperation.problems import NotForProtected
from complaints.custody import queries
from complaints.custody.receiving import INSPECTORATE, accuses
from complaints.custody.schemas import Acceptance, Arbitration, Assignment, Refusal, Transfer
from complaints.moves.moving import move
from directory.roles import NATIONAL_ADMIN, UNIT_HEAD
from directory.zones import national_day

_NEEDS_UNIT = Text(
    "Sebutkan unitnya; direktori tidak mengusulkan satu pun.", "Name the unit; the directory proposes none."
)
_NO_UNIT = Text("Unit ini tidak ada atau tidak aktif.", "This unit doesn't exist or isn't active.")
_OUT_OF_REACH = Text("Unit ini di luar jangkauan Anda.", "This unit is out of your reach.")
_ACCUSED = Text("Laporan tidak diserahkan kepada unit yang dilaporkan.", "A case never goes to the unit it accuses.")
_NOT_AUDIT = Text("Laporan terlindung hanya untuk inspektorat.", "A protected case goes to the inspectorate only.")
_NOT_AUDITOR = Text("Bukan auditor instansi ini.", "This isn't an auditor of the institution.")
_SAME = Text("Laporan sudah ada di unit ini.", "The unit has the case already.")
_NEEDS_PROPOSAL = Text(
    "Alasan ini memerlukan usulan unit atau instansi.", "This reason needs a proposed unit or institution."
)
_NO_INSTITUTION = Text("Instansi ini tidak ada.", "This institution doesn't exist.")
_SAME_INSTITUTION = Text("Laporan sudah di instansi ini.", "The institution has the case already.")
_NEEDS_CONSENT = Text("Sebutkan persetujuan instansi penerima.", "Say how the receiving institution consented.")
CONSENTED = frozenset({"assigned", "in_progress"})
"""States in which a transfer needs the other institution's consent: no ping-pong (case-lifecycle §6)."""


def _broken(pointer: str, code: str, detail: Text) -> Unprocessable:
    return Unprocessable(errors=[Flaw(pointer, code, detail)])


async def assign(connection: Connection, opened: Opened, body: Assignment, *, now: datetime) -> Row:
    """Send the case to a unit, which has yet to take it."""
    case = opened.row
    wanted = body.unit_id or case["proposed_unit_id"]
    if wanted is None:
        raise _broken("/unit_id", "missing", _NEEDS_UNIT)
    unit = await _receiving_unit(connection, opened, wanted, now)
    if wanted == case["unit_id"]:
        raise _broken("/unit_id", "same_unit", _SAME)
    if opened.acting == {UNIT_HEAD} and case["custody"] == "ordinary" and not _heads(opened, unit):
        raise _broken("/unit_id", "out_of_reach", _OUT_OF_REACH)
    await _check_person(connection, case, body.person_id, unit, now)
    transition = opened.to("assigned")
    return await move(
        connection,
        case,
        action="assignment",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes={
            "institution_id": unit["institution_id"],
            "unit_id": wanted,
            "holder_person": body.person_id,
            "proposed_unit_id": wanted,
            "routing": "done",
        },
        public={"unit_id": wanted, "unit_name": unit["name"]},
        internal={"note": body.note, "from_unit_id": case["unit_id"]},
        clock=transition.clock,
    )


async def _receiving_unit(
    connection: Connection, opened: Opened, unit_id: UUID, now: datetime, *, across: bool = False
) -> Row:
    """A unit that may get the case: active, in the institution (unless `across`), not the accused one; of a protected case
    the inspectorate."""
    case = opened.row
    unit = await queries.find_unit(connection, unit_id, national_day(now))
    if unit is None:
        raise _broken("/unit_id", "unknown_unit", _NO_UNIT)
    placed = case["institution_id"] is not None
    if placed and not across and unit["institution_id"] != case["institution_id"]:
        raise _broken("/unit_id", "out_of_reach", _OUT_OF_REACH)
    if accuses(case, unit):
        raise _broken("/unit_id", "accused_unit", _ACCUSED)
    if case["custody"] == "protected" and unit["kind"] != INSPECTORATE:
        raise _broken("/unit_id", "not_the_inspectorate", _NOT_AUDIT)
    return unit


def _heads(opened: Opened, unit: Row) -> bool:
    seats = opened.caller.actor.seats
    return any(seat.role == UNIT_HEAD and seat.unit_id in unit["ancestors"] for seat in seats)


async def _check_person(connection: Connection, case: Row, person_id: UUID | None, unit: Row, now: datetime) -> None:
    if person_id is None:
        return
    accused = person_id in case["accused_person_ids"]
    auditor = await queries.is_auditor(connection, person_id, unit["institution_id"], national_day(now))
    if case["custody"] == "protected" and (accused or not auditor):
        raise _broken("/person_id", "not_an_auditor", _NOT_AUDITOR)


async def accept(connection: Connection, opened: Opened, body: Acceptance, *, now: datetime) -> Row:
    """Take the case for the unit; the one who takes it holds it."""
    transition = opened.to("in_progress")
    return await move(
        connection,
        opened.row,
        action="acceptance",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes={"holder_person": opened.caller.actor.person_id},
        internal={"note": body.note},
        clock=transition.clock,
    )


async def refuse(connection: Connection, opened: Opened, body: Refusal, codes: Codes, *, now: datetime) -> Row:
    """Say that the case isn't the unit's: back to triage, or to an arbiter when it goes round or two refuse to each other."""
    case = opened.row
    unknown = codes.flaw("refusal_reasons", body.reason, "/reason")
    if unknown is not None:
        raise Unprocessable(errors=[unknown])
    proposed = body.proposed_unit_id or body.proposed_institution_id
    if codes.attribute("refusal_reasons", body.reason, "needs_proposal") and proposed is None:
        raise _broken("/proposed_unit_id", "missing", _NEEDS_PROPOSAL)
    if (
        body.proposed_unit_id is not None
        and await queries.find_unit(connection, body.proposed_unit_id, national_day(now)) is None
    ):
        raise _broken("/proposed_unit_id", "unknown_unit", _NO_UNIT)
    if body.proposed_unit_id is not None and body.proposed_unit_id == case["unit_id"]:
        raise _broken("/proposed_unit_id", "same_unit", _SAME)
    if (
        body.proposed_institution_id is not None
        and await queries.find_institution(connection, body.proposed_institution_id, national_day(now)) is None
    ):
        raise _broken("/proposed_institution_id", "unknown_institution", _NO_INSTITUTION)
    transition = opened.transitions[0]
    if len(opened.transitions) > 1 and await queries.was_proposed_by(
        connection, case, unit_id=body.proposed_unit_id, institution_id=body.proposed_institution_id
    ):
        transition = opened.to("in_arbitration")
    changes: dict[str, Any] = {
        "refusal_count": case["refusal_count"] + 1,
        "unit_id": None,
        "holder_person": None,
        "proposed_unit_id": body.proposed_unit_id,
    }
    return await move(
        connection,
        case,
        action="refusal",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes=changes,
        public={"reason": body.reason},
        internal={
            "explanation": body.explanation,
            "unit_id": case["unit_id"],
            "institution_id": case["institution_id"],
            "proposed_unit_id": body.proposed_unit_id,
            "proposed_institution_id": body.proposed_institution_id,
        },
        clock=transition.clock,
    )


async def arbitrate(connection: Connection, opened: Opened, body: Arbitration, *, now: datetime) -> Row:
    """Decide whose case it is, for good. Between institutions the national administrator decides."""
    across = NATIONAL_ADMIN in opened.acting
    unit = await _receiving_unit(connection, opened, body.unit_id, now, across=across)
    consulted = await _consult(connection, opened, body, now)
    transition = opened.to("assigned")
    return await move(
        connection,
        opened.row,
        action="arbitration",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes={
            "institution_id": unit["institution_id"],
            "unit_id": body.unit_id,
            "proposed_unit_id": body.unit_id,
            "binding": True,
            "cooperating_unit_ids": consulted,
        },
        public={"unit_id": body.unit_id, "unit_name": unit["name"], "consulted_unit_ids": body.consulted_unit_ids},
        internal={"reason": body.reason, "consulted_unit_ids": body.consulted_unit_ids},
        clock=transition.clock,
    )


async def _consult(connection: Connection, opened: Opened, body: Arbitration, now: datetime) -> list[UUID]:
    """Ask the consulted units what the arbiter wants of them; the units that cooperate from then on."""
    case = opened.row
    units = await contributions.find_units(connection, body.consulted_unit_ids, national_day(now))
    flaws = [
        cooperation.flaw_of_unit(
            case, units.get(each), f"/consulted_unit_ids/{index}", holder=[body.unit_id], across=True
        )
        for index, each in enumerate(body.consulted_unit_ids)
    ]
    if any(flaws):
        raise Unprocessable(errors=[flaw for flaw in flaws if flaw is not None])
    if case["custody"] == "protected" and units:
        raise NotForProtected
    asked = {
        each["unit_id"]
        for each in await contributions.find_contributions(connection, case["id"])
        if each["state"] == "asked"
    }
    for unit in units.values():
        if unit["id"] not in asked:
            await cooperation.add(connection, case, unit, body.reason, actor=opened.actor, now=now)
    return await contributions.find_cooperating(connection, case["id"])


async def transfer(connection: Connection, opened: Opened, body: Transfer, *, now: datetime) -> Row:
    """Hand the case to another institution; what was promised to the citizen keeps its start."""
    case = opened.row
    institution = await queries.find_institution(connection, body.institution_id, national_day(now))
    if institution is None:
        raise _broken("/institution_id", "unknown_institution", _NO_INSTITUTION)
    if body.institution_id == case["institution_id"]:
        raise _broken("/institution_id", "same_institution", _SAME_INSTITUTION)
    if case["state"] in CONSENTED and body.consent is None:
        raise _broken("/consent", "missing", _NEEDS_CONSENT)
    # The units of the institution that hands it over have no part in it any more.
    await contributions.end_all(connection, case["id"], by=opened.actor, reason=body.reason, now=now)
    transition = opened.to("submitted")
    return await move(
        connection,
        case,
        action="transfer",
        to_state=transition.to,
        actor=opened.actor,
        now=now,
        changes={
            "institution_id": body.institution_id,
            "unit_id": None,
            "proposed_unit_id": None,
            "holder_person": None,
            "binding": False,
            "cooperating_unit_ids": [],
            "routing": "done",
            "transfer_count": case["transfer_count"] + 1,
        },
        public={"institution_id": body.institution_id, "institution_name": institution["name"], "reason": body.reason},
        internal={"consent": body.consent, "from_institution_id": case["institution_id"]},
        clock=transition.clock,
    )
