"""The life of a case as one table: which action, by whom, leads from which state to which. Pure.

A row says what the table can know: guards that the case's own row decides are predicates (`guards`); those about the content
of a request are the operations'. `clock` holds what the deadlines room is told: events of the deadline policies, and
the controls of `deadlines.ledger`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from complaints.cases.guards import (
    Facts,
    Guard,
    appealable,
    classified,
    deemed,
    ex_officio,
    first_refusal,
    formal_request,
    had_unit,
    may_leave,
    may_reopen,
    not_binding,
    ordinary,
    own_approval,
    protected,
    refused_before,
    without_unit,
)

OPEN_STATES = (
    "submitted",
    "awaiting_completion",
    "verified",
    "assigned",
    "in_arbitration",
    "in_progress",
    "paused",
    "awaiting_approval",
    "responded",
    "resolved",
    "under_appeal",
)
FINAL_STATES = ("closed", "archived", "withdrawn", "merged", "referred_out")
STATES = OPEN_STATES + FINAL_STATES
NONE = "none"
TYPES = ("complaint", "aspiration", "input", "information_request")
SYSTEM = "system"
REPORTER_ROLES = frozenset({"reporter", "proxy"})

PROTECTED_ROLES: Mapping[str, str] = {
    "institution_admin": "internal_auditor",
    "national_admin": "internal_auditor",
    "liaison": "internal_auditor",
    "officer": "internal_auditor",
    "unit_head": "unit_head",
    "responsible_officer": "supervisor",
    "supervisor": "supervising_inspectorate",
}
"""Who acts in place of an ordinary role under protected custody. `unit_head` is then the head of internal audit, and
`supervising_inspectorate` the auditors of a supervising institution: visibility gives these roles to nobody else."""


class Transition(NamedTuple):
    """One row of the table. `notice` names what is told; `clock` what starts, stops or changes running duties."""

    id: str
    state: str
    action: str
    roles: tuple[str, ...]
    to: str
    types: tuple[str, ...] = TYPES
    clock: tuple[str, ...] = ()
    notice: tuple[str, ...] = ()
    guard: Guard | None = None

    def open_to(self, roles: Collection[str], custody: str) -> bool:
        """Whether one of these roles may make the move under this custody (the protected path, §4)."""
        return any(acting_role(role, custody) in roles for role in self.roles)

    def holds(self, case: Facts) -> bool:
        """Whether the case's own row allows the move."""
        return self.guard is None or self.guard(case)


def acting_role(role: str, custody: str) -> str:
    """The role that a row's `role` means under a custody."""
    return PROTECTED_ROLES.get(role, role) if custody == "protected" else role


ADMINS = ("institution_admin", "national_admin")
REPORTERS = ("reporter", "proxy")
FILERS = (*REPORTERS, "officer", "integration_client")
UNIT = ("liaison", "unit_head")
WORKERS = ("liaison", "officer", "unit_head")
NOTERS = (*WORKERS, "institution_admin")
APPROVERS = ("unit_head", "responsible_officer")
INFORMERS = (*APPROVERS, "information_officer")
KEEPERS = (*UNIT, "institution_admin")
DECIDERS = ("responsible_officer", "supervisor", "information_officer_superior")
PROTECTORS = (*ADMINS, *UNIT, "internal_auditor", "reporter")

COMPLAINT = ("complaint",)
NOT_COMPLAINT = ("aspiration", "input", "information_request")
NOT_REQUEST = ("complaint", "aspiration", "input")
REQUEST = ("information_request",)
CONTESTABLE = ("complaint", "information_request")

INFORMED = "first_response_sent substantive_response_sent reporter_informed"
JUDGED = "verification_decided completeness_notified"
RECEIVED = "completion_received restart:verification"
ANSWERED = f"{INFORMED} resolved answer_given objection_ground"
APPEALED = "appeal_received objection_received"
OBJECTED = f"reporter_acted {APPEALED}"
DECIDED = "appeal_decided objection_answered"
GRANTED = f"{DECIDED} reopened_or_replied"
GRANTED_ANEW = f"{DECIDED} restart:handling"
MOVED = "restart:verification recomputed"
"""Another institution counts by its own calendar, from the same starts."""
ENDED = "stop_all closed_or_archived"
DELIVERED = "resolved reporter_informed decision_delivered"
"""The tracking page shows a decision as soon as it is made: it is delivered with it (UU 25/2009 art. 50(2))."""
WITHDRAWN = "stop_all deemed_withdrawn"
CONCLUDED = f"resolved decision_delivered {ENDED}"
LAPSED = "stop:completion restart:verification"
LEFT = "stop:completion stop:reporter_window"
SILENCE = f"resume stop:acceptance stop:approval stop:answer {APPEALED}"
TAKEN_IN = "resume stop:acceptance stop:arbitration stop:approval stop:reporter_window restart:verification"


def _row(
    identifier: str,
    state: str,
    action: str,
    roles: tuple[str, ...],
    to: str,
    clock: str = "",
    notice: str = "",
    *,
    types: tuple[str, ...] = TYPES,
    guard: Guard | None = None,
) -> Transition:
    return Transition(identifier, state, action, roles, to, types, tuple(clock.split()), tuple(notice.split()), guard)


# One row a line, in the order of their numbers: read across, they are the table of case-lifecycle.
# fmt: off
_ROWS = (
    _row("T01", NONE, "filing", FILERS, "submitted", "filed request_received", "receipt"),
    _row("T02", NONE, "filing", FILERS, "submitted", "filed request_received", "protected_receipt"),
    _row("T03", "submitted", "verification", ADMINS, "verified", f"{JUDGED} file_complete", "verified"),
    _row("T04", "submitted", "verification", ADMINS, "awaiting_completion", f"{JUDGED} completion_requested", "completion_request"),
    _row("T05", "submitted", "transfer", ADMINS, "submitted", MOVED, "rerouted"),
    _row("T06", "submitted", "archival", ADMINS, "archived", ENDED, "archived"),
    _row("T07", "submitted", "referral", ADMINS, "referred_out", "stop_all", "referred_out"),
    _row("T08", "awaiting_completion", "completion", (*REPORTERS, "officer"), "submitted", RECEIVED, "reporter_replied"),
    _row("T09", "awaiting_completion", "verification", ADMINS, "verified", "completion_received file_complete", "verified"),
    _row("T10", "awaiting_completion", "withdrawal", (SYSTEM,), "withdrawn", WITHDRAWN, "deemed_withdrawn", types=COMPLAINT, guard=ordinary),
    _row("T11", "awaiting_completion", "archival", (SYSTEM,), "archived", ENDED, "archived", types=NOT_COMPLAINT),
    _row("T12", "awaiting_completion", "completion", (SYSTEM,), "submitted", LAPSED, "completion_reminder", types=COMPLAINT, guard=protected),
    _row("T13", "awaiting_completion", "archival", ADMINS, "archived", ENDED, "archived"),
    _row("T14", "verified", "classification", ADMINS, "verified", "reclassified", "reclassified"),
    _row("T15", "verified", "assignment", (*ADMINS, SYSTEM), "assigned", "first_assigned assigned", "assigned", guard=classified),
    _row("T16", "verified", "transfer", ADMINS, "submitted", MOVED, "rerouted"),
    _row("T17", "verified", "archival", ADMINS, "archived", ENDED, "archived"),
    _row("T18", "verified", "referral", ADMINS, "referred_out", "stop_all", "referred_out"),
    _row("T19", "assigned", "acceptance", UNIT, "in_progress", "accepted_or_refused"),
    _row("T20", "assigned", "response", UNIT, "in_progress", "accepted_or_refused first_response_sent", "first_response"),
    _row("T21", "assigned", "refusal", UNIT, "verified", "accepted_or_refused", "refused", guard=first_refusal),
    _row("T22", "assigned", "refusal", UNIT, "in_arbitration", "accepted_or_refused dispute_opened", "arbitration_needed", guard=refused_before),
    _row("T23", "assigned", "acceptance", (SYSTEM,), "in_progress", "accepted_or_refused", "deadline_breached"),
    _row("T24", "assigned", "assignment", ADMINS, "assigned", "assigned", "assigned", guard=not_binding),
    _row("T25", "assigned", "classification", ADMINS, "assigned", "reclassified", "reclassified"),
    _row("T26", "assigned", "transfer", ADMINS, "submitted", f"stop:acceptance {MOVED}", "rerouted"),
    _row("T27", "assigned", "archival", ADMINS, "archived", ENDED, "archived"),
    _row("T28", "in_arbitration", "arbitration", ("responsible_officer",), "assigned", "dispute_decided assigned", "arbitration_decided"),
    _row("T29", "in_arbitration", "arbitration", ("national_admin",), "assigned", "dispute_decided assigned", "arbitration_decided"),
    _row("T30", "in_arbitration", "referral", ("responsible_officer", "national_admin"), "referred_out", "stop_all", "referred_out"),
    _row("T31", "in_arbitration", "arbitration", (SYSTEM,), "assigned", "dispute_decided assigned", "arbitration_decided"),
    _row("T32", "in_progress", "note", NOTERS, "in_progress"),
    _row("T33", "in_progress", "response", WORKERS, "in_progress", "first_response_sent", "first_response interim_response"),
    _row("T34", "in_progress", "response", ("liaison", "officer"), "awaiting_approval", "approval_requested", "approval_needed"),
    _row("T35", "in_progress", "response", APPROVERS, "responded", INFORMED, "substantive_response", types=NOT_REQUEST, guard=own_approval),
    _row("T36", "in_progress", "response", INFORMERS, "resolved", ANSWERED, "substantive_response", types=REQUEST, guard=own_approval),
    _row("T37", "in_progress", "pause", KEEPERS, "paused", "pause", "paused"),
    _row("T38", "in_progress", "extension", INFORMERS, "in_progress", "extend", "extended"),
    _row("T39", "in_progress", "assignment", (*ADMINS, "unit_head"), "assigned", "assigned", "rerouted"),
    _row("T40", "in_progress", "refusal", ("unit_head",), "in_arbitration", "dispute_opened", "arbitration_needed"),
    _row("T41", "in_progress", "transfer", ADMINS, "submitted", MOVED, "rerouted"),
    _row("T42", "in_progress", "classification", ADMINS, "in_progress", "reclassified", "reclassified"),
    _row("T43", "in_progress", "reply", REPORTERS, "in_progress", "", "reporter_replied"),
    _row("T44", "in_progress", "archival", ADMINS, "archived", ENDED, "archived"),
    _row("T45", "in_progress", "referral", ADMINS, "referred_out", "stop_all", "referred_out"),
    _row("T46", "paused", "resumption", KEEPERS, "in_progress", "resume", "resumed"),
    _row("T47", "paused", "reply", REPORTERS, "in_progress", "resume", "reporter_replied"),
    _row("T48", "paused", "reply", REPORTERS, "paused", "", "reporter_replied"),
    _row("T49", "paused", "resumption", (SYSTEM,), "in_progress", "resume", "resumed"),
    _row("T50", "awaiting_approval", "approval", APPROVERS, "responded", f"approval_decided {INFORMED}", "substantive_response", types=NOT_REQUEST),
    _row("T51", "awaiting_approval", "approval", INFORMERS, "resolved", f"approval_decided {ANSWERED}", "substantive_response", types=REQUEST),
    _row("T52", "awaiting_approval", "approval", INFORMERS, "in_progress", "approval_decided", "approval_returned"),
    _row("T53", "awaiting_approval", "approval", (SYSTEM,), "awaiting_approval", "approval_requested", "approval_needed"),
    _row("T54", "awaiting_approval", "reply", REPORTERS, "awaiting_approval", "", "reporter_replied"),
    _row("T55", "responded", "reply", REPORTERS, "in_progress", "reporter_acted reopened_or_replied", "reporter_replied"),
    _row("T56", "responded", "closure", REPORTERS, "closed", f"reporter_acted {CONCLUDED}", "closed"),
    _row("T57", "responded", "reply", REPORTERS, "responded", "reporter_acted", "reporter_replied"),
    _row("T58", "responded", "response", WORKERS, "responded", "", "interim_response"),
    _row("T59", "responded", "resolution", KEEPERS, "resolved", DELIVERED, "resolved"),
    _row("T60", "responded", "closure", (SYSTEM,), "closed", CONCLUDED, "closed"),
    _row("T61", "responded", "note", (SYSTEM,), "responded", "stop:reporter_window", "deadline_warning"),
    _row("T62", "resolved", "closure", REPORTERS, "closed", "reporter_acted closed_or_archived", "closed"),
    _row("T63", "resolved", "closure", (SYSTEM,), "closed", "stop:reporter_window closed_or_archived", "closed"),
    _row("T64", "resolved", "reopening", REPORTERS, "in_progress", "reporter_acted reopened_or_replied", "reopened", guard=may_reopen),
    _row("T65", "resolved", "reopening", ADMINS, "in_progress", "stop:reporter_window reopened_or_replied", "reopened"),
    _row("T66", "resolved", "appeal", REPORTERS, "under_appeal", OBJECTED, "appeal_received", types=CONTESTABLE, guard=appealable),
    _row("T67", "resolved", "rating", REPORTERS, "resolved"),
    _row("T68", "closed", "rating", REPORTERS, "closed", "rated"),
    _row("T69", "closed", "appeal", REPORTERS, "under_appeal", APPEALED, "appeal_received", types=CONTESTABLE, guard=appealable),
    _row("T70", "closed", "reopening", ADMINS, "in_progress", "reopened_or_replied", "reopened"),
    _row("T71", "under_appeal", "appeal_decision", DECIDERS, "in_progress", GRANTED, "appeal_decided", types=CONTESTABLE, guard=had_unit),
    _row("T72", "under_appeal", "appeal_decision", DECIDERS, "verified", GRANTED_ANEW, "appeal_decided", types=CONTESTABLE, guard=without_unit),
    _row("T73", "under_appeal", "appeal_decision", DECIDERS, "closed", f"{DECIDED} stop_all", "appeal_decided", types=CONTESTABLE),
    _row("T74", "under_appeal", "note", (SYSTEM,), "under_appeal", "", "right_to_escalate", types=CONTESTABLE),
    _row("T75", "under_appeal", "withdrawal", REPORTERS, "closed", DECIDED, "appeal_decided", types=CONTESTABLE),
    _row("T76", "archived", "appeal", REPORTERS, "under_appeal", APPEALED, "appeal_received", types=CONTESTABLE, guard=appealable),
    _row("T77", "archived", "reopening", ADMINS, "submitted", "restart:verification", "reopened"),
    _row("T78", "withdrawn", "reopening", REPORTERS, "submitted", "contested restart:verification", "reopened", guard=deemed),
    _row("T79", "withdrawn", "reopening", ADMINS, "submitted", "contested restart:verification", "reopened"),
    _row("T80", "merged", "reopening", REPORTERS, "verified", "contested file_complete", "reopened"),
    _row("T81", "merged", "reopening", ADMINS, "verified", "contested file_complete", "reopened"),
    _row("T82", "merged", "rating", REPORTERS, "merged"),
    _row("T83", "referred_out", "note", ADMINS, "referred_out"),
    _row("T84", "referred_out", "reopening", ADMINS, "verified", "restart:handling", "reopened"),
)
# fmt: on

_BEFORE_RESOLUTION = OPEN_STATES[:9]
_PROTECTABLE = tuple(state for state in _BEFORE_RESOLUTION if state != "awaiting_completion")
_NOTABLE = tuple(state for state in OPEN_STATES if state != "in_progress")
_ADDABLE = ("submitted", "verified", "assigned", "in_arbitration", "under_appeal")
_SILENT = ("assigned", "in_progress", "paused", "awaiting_approval")
_ROUTABLE = ("submitted", "verified", "assigned", "in_progress")


def _series(
    first: int,
    states: Iterable[str],
    action: str,
    roles: tuple[str, ...],
    clock: str = "",
    notice: str = "",
    *,
    to: str | None = None,
    types: tuple[str, ...] = TYPES,
    guard: Guard | None = None,
) -> Iterator[Transition]:
    """The same row in several states; without `to` the state stays."""
    for number, state in enumerate(states, first):
        yield _row(f"T{number}", state, action, roles, to or state, clock, notice, types=types, guard=guard)


# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    *_ROWS,
    *_series(85, _BEFORE_RESOLUTION, "withdrawal", REPORTERS, "stop_all", "withdrawn", to="withdrawn", guard=may_leave),
    *_series(94, _BEFORE_RESOLUTION, "withdrawal", REPORTERS, LEFT, "withdrawn", guard=ex_officio),
    *_series(103, _ROUTABLE, "merge", ADMINS, "stop_all merged", "merged", to="merged"),
    *_series(107, _ROUTABLE, "split", ADMINS, "", "split"),
    *_series(111, _PROTECTABLE, "protection", PROTECTORS, TAKEN_IN, "protected_receipt", to="submitted", guard=ordinary),
    *_series(119, _ADDABLE, "reply", REPORTERS, "", "reporter_replied"),
    *_series(124, _NOTABLE, "note", NOTERS),
    *_series(134, OPEN_STATES, "escalation", (SYSTEM,), "", "deadline_warning deadline_breached"),
    *_series(145, (*OPEN_STATES, *FINAL_STATES), "identity_disclosure", ("internal_auditor",), "", "confidential_access"),
    *_series(161, _SILENT, "appeal", REPORTERS, SILENCE, "appeal_received", to="under_appeal", types=REQUEST, guard=formal_request),
)
# fmt: on

BY_ID: Mapping[str, Transition] = {row.id: row for row in TRANSITIONS}
