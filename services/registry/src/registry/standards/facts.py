"""A version as others know of it: the reply's shape for each kind of reader, and the public state that events carry. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.standards import lifecycle
from registry.standards.completeness import COMPONENTS, MANUFACTURING, component_gaps

Row = Mapping[str, Any]

COURSE = ("consultation_elements", "publication_media", "charter_state", "reviewed_on")
"""How the version came about and is published: what PEKPPP asks of standards and charters (F-02). Null: not recorded."""
_SUMMARISED = ("completion_time", "fee", "service_guarantee")
"""What complaints and evaluation reckon with: the time promise, the price, the remedy."""


def visible_components(row: Row, *, insider: bool) -> dict[str, Any]:
    """The components that a reader sees: the six of service delivery always, the internal ones by the version's flag."""
    hidden = () if insider or row["manufacturing_public"] else MANUFACTURING
    return {code: value for code, value in row["components"].items() if code not in hidden}


def content(row: Row) -> dict[str, Any]:
    """What versions are compared by, and what a decree seals."""
    return {"components": row["components"], "considerations": row["considerations"]}


def written(row: Row, *, insider: bool) -> dict[str, Any]:
    """The version as it is sent. `row` has `today`, the local day of the institution, and as of a day the `place` of then."""
    today: date = row["today"]
    shown: dict[str, Any] = {
        name: row[name]
        for name in (
            "id",
            "service_id",
            "unit_id",
            "institution_id",
            "number",
            "version",
            "state",
            "effective_on",
            "effective_to",
            "review_due_on",
            *COURSE,
            "considerations",
            "manufacturing_public",
            "content_hash",
            "predecessor_id",
            "created_at",
            "changed_at",
        )
    }
    shown |= row.get("place", {})
    shown["in_force"] = lifecycle.is_in_force(row, today)
    shown["review_state"] = lifecycle.review_state(row, today)
    shown["components"] = visible_components(row, insider=insider)
    shown["provider_team"] = row["provider_team"] if insider else None
    shown["changeable_components"] = _changeable(row) if insider else None
    return shown


def _changeable(row: Row) -> list[str]:
    """What may change while the version is finalised: what dispositions accepted, and what is still incomplete."""
    incomplete = {code for code in COMPONENTS if component_gaps(row["components"], (code,))}
    return sorted({*row["changeable"], *(incomplete if row["state"] == "finalising" else ())})


def public_state(row: Row) -> dict[str, Any]:
    """The version's public state after a change, for its events. `unit_id` and `institution_id` are the service's."""
    summary = {code: visible_components(row, insider=False).get(code) for code in _SUMMARISED}
    return {
        "id": row["id"],
        "service_id": row["service_id"],
        "unit_id": row["unit_id"],
        "institution_id": row["institution_id"],
        "number": row["number"],
        "version": row["version"],
        "state": row["state"],
        "effective_on": row["effective_on"],
        "effective_to": row["effective_to"],
        "review_due_on": row["review_due_on"],
        **{name: row[name] for name in COURSE},
        "content_hash": row["content_hash"],
        "predecessor_id": row["predecessor_id"],
        "components": summary,
        **summary,
    }
