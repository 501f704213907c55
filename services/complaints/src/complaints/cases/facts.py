"""What the world learns of a case: the event's data and who is served it. No free text, no reporter's data. Pure."""

from collections.abc import Mapping
from typing import Any

from chassis.data.events import Visibility

PAST = {
    "filing": "filed",
    "verification": "verified",
    "completion": "completed",
    "classification": "classified",
    "assignment": "assigned",
    "acceptance": "accepted",
    "refusal": "refused",
    "arbitration": "arbitrated",
    "transfer": "transferred",
    "protection": "protected",
    "pause": "paused",
    "resumption": "resumed",
    "extension": "extended",
    "note": "noted",
    "response": "responded",
    "approval": "approved",
    "reply": "replied",
    "resolution": "resolved",
    "rating": "rated",
    "closure": "closed",
    "reopening": "reopened",
    "appeal": "appealed",
    "appeal_decision": "appeal_decided",
    "archival": "archived",
    "withdrawal": "withdrawn",
    "referral": "referred",
    "merge": "merged",
    "split": "split",
    "identity_disclosure": "identity_disclosed",
    "escalation": "escalated",
}
"""The past tense of every action (case_actions): `case.<past tense>` is the event's type."""

_OPEN_FACTS = ("service_id", "unit_id", "category", "region_code")


def visibility_class(case: Mapping[str, Any]) -> str:
    """`protected`, `confidential` or `public`."""
    if case["custody"] == "protected":
        return "protected"
    return "confidential" if case["confidential"] else "public"


def visibility(case: Mapping[str, Any]) -> Visibility:
    """Protected cases are told to the platform's own services only, confidential ones also to the agency."""
    served: dict[str, Visibility] = {"protected": "internal", "confidential": "agency", "public": "public"}
    return served[visibility_class(case)]


def data(case: Mapping[str, Any]) -> dict[str, Any]:
    """The event's data: the case's whole public state. Of a protected case not even where or about what."""
    told = {
        "id": case["id"],
        "type": case["type"],
        "class": case["case_class"],
        "state": case["state"],
        "institution_id": case["institution_id"],
        "channel": case["channel"],
        "filed_at": case["received_at"],
        "due_at": case["due_at"],
        "resolved_at": case["resolved_at"],
        "closed_at": case["closed_at"],
        "late": case["late"],
        "rating": case["rating"],
        "visibility_class": visibility_class(case),
    }
    protected = case["custody"] == "protected"
    return told | {name: None if protected else case[name] for name in _OPEN_FACTS}
