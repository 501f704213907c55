"""A case as one caller may see it: what is left out for whom. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from chassis.data.statements import Row
from chassis.http.languages import Language
from complaints.cases.allowing import allowed_actions
from complaints.cases.lapor import in_words_of_lapor
from complaints.cases.schemas import Case, CaseSummary
from complaints.cases.status import neutral_state, public_status
from complaints.cases.visibility import CONTRIBUTOR, FILER, REPORTER, sees_content

_WIRE = {"case_class": "class"}
SUMMARY = tuple((_WIRE.get(name, name), name) for name in CaseSummary.model_fields)
_MADE = ("allowed_actions", "lapor", "status")
"""What of a case isn't read but told of it."""
_DETAIL = tuple((_WIRE.get(name, name), name) for name in Case.model_fields if name not in _MADE)
_TEXTS = ("title", "body", "location", "requested_solution", "loss_amount_idr", "information")
_NOT_FOR_REPORTERS = ("proposed_outcome", "escalation_level", "proposed_unit_id", "custody")
_NOT_FOR_COOPERATION = (
    "tracking_code", "loss_amount_idr", "custody", "proposed_unit_id", "file_complete_at", "classified_at", "first_response_at",
    "substantive_at", "resolved_at", "closed_at", "due_at", "legal_clock_reason", "outcome_code", "proposed_outcome",
    "closure_kind", "rating", "rating_reasons", "escalation_level", "parent_id", "lapor",
)  # fmt: skip
"""What an officer of a unit that only cooperates doesn't need: who reported, how it went on, how it ended."""
_SECRET = (
    "class", "sub_class", "category", "service_id", "unit_id", "unit_name", "institution_name", "due_at",
    "file_complete_at", "classified_at", "first_response_at", "substantive_at", "legal_clock_reason",
)  # fmt: skip
"""Of a protected case even the reporter is told only that it was received, is examined, was decided (case-lifecycle §4)."""
_TOLD = frozenset({"reply", "identity_disclosure"})
_OUTSIDERS = frozenset({REPORTER, FILER})


def is_outside(roles: Iterable[str]) -> bool:
    """Whether the caller is only the reporter, or the client that filed for one."""
    return set(roles) <= _OUTSIDERS


def summary(row: Row) -> dict[str, Any]:
    """The case in a list; `readable` of the row says whether its title may be read."""
    shown = {wire: row[name] for wire, name in SUMMARY}
    if not row["readable"]:
        shown["title"] = None
    return shown


def detail(row: Row, roles: frozenset[str], language: Language) -> dict[str, Any]:
    """The case for a caller of these roles. `row` as of queries.find_case."""
    outside = is_outside(roles)
    shown: dict[str, Any] = {wire: row[name] for wire, name in _DETAIL}
    shown["allowed_actions"] = allowed_actions(row, roles)
    shown["lapor"] = in_words_of_lapor(row, row.get("matter"))
    shown["status"] = public_status(row, row["unit_name"], row.get("matter")).read(language)
    if not sees_content(roles, row):
        shown |= dict.fromkeys(_TEXTS)
    if outside:
        shown |= dict.fromkeys(_NOT_FOR_REPORTERS)
        if row["custody"] == "protected":
            shown |= dict.fromkeys(_SECRET)
            shown["cooperating_units"] = []
            shown["state"] = neutral_state(row["state"])
    elif roles == {CONTRIBUTOR}:
        shown |= dict.fromkeys(_NOT_FOR_COOPERATION)
        shown["ethics_values"] = []
    elif row["custody"] == "protected":
        shown["tracking_code"] = None
    return shown


def timeline(rows: Iterable[Row], case: Row, roles: frozenset[str]) -> list[dict[str, Any]]:
    """The history for a caller of these roles: reporters read what is public of it, of a protected case its steps only."""
    content = sees_content(roles, case)
    if not is_outside(roles):
        return [_entry(row) if content else {**_entry(row), "public": {}, "internal": None} for row in rows]
    if case["custody"] == "protected":
        return list(_neutral(rows))
    return [{**_entry(row), "actor": None, "internal": None} for row in rows if not row["public"].get("hidden")]


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("sequence", "action", "from_state", "to_state", "at", "actor", "public", "internal")
    return {**{name: row[name] for name in names}, "of_parent": False}


def of_parent(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What reporters of a merged case read of the matter's history; `rows` as of lineage.shared."""
    return [{**_entry(row), "actor": None, "internal": None, "of_parent": True} for row in rows]


def _neutral(rows: Iterable[Row]) -> Iterable[dict[str, Any]]:
    """One entry for each change of the neutral state, the reporter's own replies, and to whom their identity was told."""
    before: str | None = None
    for row in rows:
        after = neutral_state(row["to_state"])
        own: Mapping[str, Any] = row["public"] if row["action"] in _TOLD and not row["public"].get("hidden") else {}
        if after != before or own:
            yield {
                "sequence": row["sequence"],
                "action": row["action"]
                if own
                else {"submitted": "filing", "in_progress": "verification"}.get(after, "closure"),
                "from_state": before,
                "to_state": after,
                "at": row["at"],
                "actor": None,
                "public": dict(own),
                "internal": None,
                "of_parent": False,
            }
        before = after
