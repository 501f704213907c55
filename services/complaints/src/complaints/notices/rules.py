"""Which notices an entry of a case's history brings about, and for whom. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from complaints.cases.lifecycle import NONE, SYSTEM, TRANSITIONS, Transition, acting_role

REPORTER = "reporter"
AUDITOR = "internal_auditor"
RECEIPT, PROTECTED_RECEIPT = "receipt", "protected_receipt"
FOLLOWED = frozenset(
    {"first_response", "interim_response", "substantive_response", "resolved", "closed", "archived", "referred_out", "paused",
     "resumed", "extended", "survey_invitation"}
)  # fmt: skip
"""What the reporters of merged cases are told of the matter."""
NEUTRAL: Mapping[str, str] = {
    PROTECTED_RECEIPT: RECEIPT,
    RECEIPT: RECEIPT,
    "completion_request": "completion_request",
    "completion_reminder": "verified",
    "verified": "verified",
    "appeal_received": "appeal_received",
    "appeal_decided": "appeal_decided",
    "withdrawn": "withdrawn",
    "resolved": "closed",
    "archived": "closed",
    "referred_out": "closed",
    "closed": "closed",
    "split": "split",
    "right_to_escalate": "right_to_escalate",
    "confidential_access": "confidential_access",
}
"""As what the reporter of a protected case reads a notice. What isn't here would tell of the path, and isn't sent."""

_OF_CONTRIBUTION: Mapping[str, tuple[str, ...]] = {
    "asked": ("contribution_needed",),
    "answered": ("contribution_answered",),
    "declined": ("contribution_answered",),
    "overdue": ("deadline_warning",),
}
_OF_COMPENSATION: Mapping[str, tuple[str, ...]] = {
    "claimed": ("compensation_claimed",),
    "awarded": ("compensation_decided",),
    "rejected": ("compensation_decided",),
    "paid": ("compensation_paid",),
}
_BY_MOVE: dict[tuple[str, str, str], list[Transition]] = {}
for _row in TRANSITIONS:
    _BY_MOVE.setdefault((_row.state, _row.action, _row.to), []).append(_row)

Entry = Mapping[str, Any]


class Notice(NamedTuple):
    """A kind of notice_kinds, and `reporter` or the role at whose desk it lies."""

    kind: str
    recipient: str


def notices_of(entry: Entry, case: Mapping[str, Any], desk_of: Callable[[str], str]) -> list[Notice]:
    """The notices of one entry. `desk_of`: to whom a kind goes by the vocabulary; `case`: as it is now (custody, rating)."""
    protected = case["custody"] == "protected"
    found: list[Notice] = []
    for kind in _kinds(entry, case):
        recipient = desk_of(kind)
        if recipient == REPORTER:
            if not protected or kind in NEUTRAL:
                found.append(Notice(kind, REPORTER))
        else:
            found.append(Notice(kind, _protected_desk(recipient) if protected else recipient))
    if entry["action"] == "identity_disclosure" and not entry["public"].get("hidden"):
        found.append(Notice("confidential_access", REPORTER))
    return found


def desk_unit(entry: Entry) -> UUID | None:
    """The unit at whose desk the notices of an entry lie, where that isn't the one that holds the case."""
    asked = entry["action"] == "contribution" and entry["internal"].get("state") in ("asked", "overdue")
    return UUID(entry["internal"]["unit_id"]) if asked else None


def shown_kind(kind: str, custody: str) -> str:
    """The kind as the reporter reads it."""
    return NEUTRAL.get(kind, kind) if custody == "protected" else kind


def channels(*, has_email: bool, has_phone: bool, available: Collection[str]) -> list[str]:
    """By which ways a reporter is told beside the tracking page: by e-mail if they gave an address, else by telephone."""
    if has_email and "email" in available:
        return ["email"]
    if has_phone:
        return [name for name in ("whatsapp", "sms") if name in available][:1]
    return []


def _protected_desk(recipient: str) -> str:
    """Nobody of the ordinary path learns of a protected case."""
    role = acting_role(recipient, "protected")
    return role if role != recipient or recipient in ("unit_head", AUDITOR) else AUDITOR


def _kinds(entry: Entry, case: Mapping[str, Any]) -> Iterator[str]:
    action, public, internal = entry["action"], entry["public"], entry["internal"]
    match action:
        case "filing":
            yield PROTECTED_RECEIPT if internal.get("custody") == "protected" else RECEIPT
        case "escalation":
            yield "deadline_breached" if internal.get("breached") else "deadline_warning"
            if public.get("right_to_escalate"):
                yield "right_to_escalate"
        case "contribution":
            yield from _OF_CONTRIBUTION.get(str(internal.get("state")), ())
        case "compensation":
            yield from _OF_COMPENSATION.get(str(public.get("state")), ())
        case "attachment":
            if entry["actor"]["role"] == REPORTER:
                yield "reporter_replied"
        case _:
            yield from _of_lifecycle(entry, case)
            if action == "closure" and case["rating"] is None:
                yield "rating_request"
            if entry.get("invited") and entry["to_state"] == "closed":
                yield "survey_invitation"


def _of_lifecycle(entry: Entry, case: Mapping[str, Any]) -> list[str]:
    """The kinds of the lifecycle's rows that this move can have been made by."""
    by_system = entry["actor"]["role"] == SYSTEM
    rows = [
        row
        for row in _BY_MOVE.get((entry["from_state"] or NONE, entry["action"], entry["to_state"]), ())
        if case["type"] in row.types and (SYSTEM in row.roles if by_system else set(row.roles) != {SYSTEM})
    ]
    kinds = list(dict.fromkeys(kind for row in rows for kind in row.notice))
    if entry["action"] == "response" and "interim_response" in kinds and "first_response" in kinds:
        return ["first_response" if entry["public"].get("kind") == "first" else "interim_response"]
    return kinds
