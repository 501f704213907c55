"""Filing: everything is made beforehand (id, code, place, duties, reply), then written by one statement."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from chassis.data.pool import Connection
from chassis.http.versions import encode
from chassis.ops.identifiers import new_id
from complaints.attachments.operations import REPORTER, rows
from complaints.cases import chain, facts
from complaints.cases.callers import CaseCaller
from complaints.codes import Codes
from complaints.custody.routing.places import Place
from complaints.deadlines.planning import Filing, FilingPlan
from complaints.intake.placing import Routing
from complaints.intake.protection import first_class, triggers
from complaints.intake.schemas import Complaint
from complaints.intake.statement import insert_case
from complaints.intake.validity import identity_of, lacking
from complaints.keys import CaseKeys
from complaints.reporters.codes import new_code
from complaints.reporters.sealing import seal
from complaints.suggestions.suggester import Assigned
from directory.roles import OFFICER

HEADERS = {"content-type": "application/json", "cache-control": "no-store"}
_CODE_ATTEMPTS = 3
OFFLINE_FOR = timedelta(days=30)
"""How far back the time is believed that an offline client gives."""
_NOT_YET: Mapping[str, Any] = dict.fromkeys(
    ("sub_class", "unit_id", "file_complete_at", "resolved_at", "closed_at", "rating", "closure_kind")
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case that is ready to be written, and what its reporter will be told, without the PIN."""

    case: dict[str, Any]
    reporter: dict[str, Any] | None
    history: dict[str, Any]
    duties: list[dict[str, Any]]
    event: dict[str, Any]
    attachments: list[dict[str, Any]]
    reply: dict[str, Any]


def classed(filing: Complaint, codes: Codes) -> tuple[str, list[str]]:
    """The class before triage and the reasons for protected custody."""
    reasons = triggers(filing, codes)
    return first_class(filing, codes, protected=bool(reasons)), reasons


def handed_in_at(filing: Complaint, now: datetime) -> datetime | None:
    """When the reporter handed it in, where that was offline; None if now, or so long ago that it proves nothing.

    It never moves a clock of the agency: those run from the arrival. It decides alone whether the reporter was in time
    (UU 25/2009 art. 42(2)), who can't be blamed for a network that was away.
    """
    given = filing.client_filed_at
    return given if given is not None and now - OFFLINE_FOR <= given < now else None


def deadline_subject(filing: Complaint, place: Place, case_class: str, now: datetime) -> Filing:
    """What the deadlines need to know of a filing."""
    return Filing(
        case_type=filing.type,
        case_class=case_class,
        anonymous=filing.anonymous,
        occurred_on=filing.occurred_on,
        institution_id=place.institution_id,
        handed_in_at=handed_in_at(filing, now),
    )


def prepare(
    filing: Complaint,
    caller: CaseCaller,
    *,
    codes: Codes,
    keys: CaseKeys,
    routing: Routing,
    assigned: Assigned | None,
    plan: FilingPlan,
    expected: Mapping[str, Any] | None,
    now: datetime,
) -> Prepared:
    """Make the case of a filing without flaws. Reads no clock and no database."""
    case_id = filing.id or new_id()
    case_class, reasons = classed(filing, codes)
    on_behalf = is_on_behalf(filing, caller, codes)
    place = routing.place
    case = {
        **_NOT_YET,
        **filing.model_dump(include=_TAKEN),
        "id": case_id,
        "tracking_code": new_code(secrets.randbelow),
        "state": "submitted",
        "case_class": case_class,
        "custody": "protected" if reasons else "ordinary",
        "location": filing.location.model_dump() if filing.location else None,
        "information": filing.information.model_dump(exclude_none=True) if filing.information else None,
        "filed_by": None if on_behalf else caller.filer,
        "institution_id": place.institution_id,
        "proposed_unit_id": place.unit_id,
        "received_at": now,
        "due_at": plan.due_at,
        "late": False,
        "legal_clock": plan.legal_clock,
        "legal_clock_reason": plan.legal_clock_reason,
        "routing": "done" if place.known else "pending",
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    why: dict[str, Any] = {"protected_because": reasons, "routing": routing.trace}
    if assigned is not None:
        case["category"], why["category"] = assigned.category, assigned._asdict()
    if missing := lacking(filing):
        why["lacking"] = missing
    if filing.lapor_classification:
        why["lapor_classification"] = filing.lapor_classification
    consent = _consent(filing, codes) if on_behalf else None
    history = _first_entry(case, caller, filing, why=why, consent=consent)
    case["chain"] = history["chain"]
    identity = identity_of(filing)
    reporter = None
    if identity is not None:
        kind = "proxy" if filing.proxy else (filing.reporter.kind if filing.reporter else "individual")
        reporter = {"case_id": case_id, "kind": kind, **seal(keys, case_id, identity)._asdict()}
    files = rows(filing.attachment_ids, case_id=case_id, actor=history["actor"], origin=REPORTER, now=now)
    return Prepared(case, reporter, history, plan.rows(case_id), _event(case), files, _reply(case, expected))


async def write(connection: Connection, prepared: Prepared, key: Mapping[str, Any] | None) -> bool:
    """Write a prepared case; False if the key was used before. A clash of codes is tried again with another code."""
    for left in range(_CODE_ATTEMPTS, 0, -1):
        stored = None if key is None else {**key, "headers": stored_headers(prepared), "reply": encode(prepared.reply)}
        try:
            return await insert_case(
                connection,
                case=prepared.case,
                reporter=prepared.reporter,
                history=prepared.history,
                duties=prepared.duties,
                event=prepared.event,
                key=stored,
                attachments=prepared.attachments,
            )
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != "cases_tracking_code_key" or left == 1:
                raise
        prepared.case["tracking_code"] = prepared.reply["tracking_code"] = new_code(secrets.randbelow)
    raise AssertionError("unreachable")


def stored_headers(prepared: Prepared) -> dict[str, str]:
    """The reply's headers, also those of a replay."""
    return {**HEADERS, "location": f"/v1/complaints/{prepared.case['id']}"}


def is_on_behalf(filing: Complaint, caller: CaseCaller, codes: Codes) -> bool:
    """Whether an officer files for somebody at the counter, on the phone or by letter."""
    assisted = bool(codes.attribute("channels", filing.channel, "assisted"))
    return assisted and caller.actor.kind == "account" and bool(caller.actor.seats)


def _consent(filing: Complaint, codes: Codes) -> dict[str, Any]:
    """How the reporter agreed to be filed for: as the officer says, else as the channel tells it (`stated` false)."""
    if filing.consent is not None:
        return {**filing.consent.model_dump(exclude_none=True), "stated": True}
    return {"kind": codes.attribute("channels", filing.channel, "consent"), "stated": False}


_TAKEN = {
    "type", "title", "body", "sub_class", "category", "region_code", "occurred_on", "requested_solution",
    "loss_amount_idr", "ethics_values", "channel", "anonymous", "confidential", "service_id",
}  # fmt: skip


def _first_entry(
    case: Mapping[str, Any],
    caller: CaseCaller,
    filing: Complaint,
    *,
    why: Mapping[str, Any],
    consent: Mapping[str, Any] | None,
) -> dict[str, Any]:
    roles = (
        [OFFICER] if consent is not None else ["integration_client"] if caller.actor.kind == "client" else ["reporter"]
    )
    entry = {
        "case_id": case["id"],
        "sequence": 1,
        "action": "filing",
        "actor": caller.record(roles),
        "from_state": None,
        "to_state": case["state"],
        "at": case["received_at"],
        "public": {
            "channel": filing.channel,
            "attachment_ids": filing.attachment_ids,
            "client_filed_at": filing.client_filed_at,
            **({} if consent is None else {"consent": dict(consent)}),
        },
        "internal": {
            "custody": case["custody"],
            "accused_role": filing.accused_role,
            "named_unit_id": filing.unit_id,
            **why,
        },
    }
    content = chain.canonical(entry)
    return {**entry, "canonical": content, "chain": chain.link(chain.START, content)}


def _event(case: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "case.filed",
        "subject": f"complaints/{case['id']}",
        "sequence": 1,
        "visibility": facts.visibility(case),
        "institution_id": case["institution_id"],
        "data": facts.data(case),
        "occurred_at": case["received_at"],
    }


def _reply(case: Mapping[str, Any], expected: Mapping[str, Any] | None) -> dict[str, Any]:
    names = ("id", "tracking_code", "type", "state", "received_at", "due_at")
    return {**{name: case[name] for name in names}, "expected": expected}
