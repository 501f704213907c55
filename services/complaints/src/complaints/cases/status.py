"""What the reporter reads of a state, in LAPOR!'s words (case-lifecycle §7). Pure."""

from collections.abc import Mapping
from typing import Any

from chassis.http.languages import Text

_TEXTS: Mapping[str, Text] = {
    "submitted": Text("Menunggu verifikasi", "Waiting to be verified"),
    "awaiting_completion": Text("Menunggu kelengkapan dari Anda", "Waiting for you to complete it"),
    "verified": Text(
        "Terverifikasi, sedang ditentukan unit penanggung jawab", "Verified; the responsible unit is being determined"
    ),
    "in_arbitration": Text(
        "Terverifikasi, sedang ditentukan unit penanggung jawab", "Verified; the responsible unit is being determined"
    ),
    "assigned": Text("Terdisposisi ke {unit}", "Assigned to {unit}"),
    "in_progress": Text("Sedang diproses {unit}", "Being handled by {unit}"),
    "awaiting_approval": Text("Sedang diproses {unit}", "Being handled by {unit}"),
    "paused": Text("Ditunda", "On hold"),
    "responded": Text("Ditanggapi", "Answered"),
    "resolved": Text("Selesai; dapat dibuka kembali", "Resolved; can be reopened"),
    "closed": Text("Selesai", "Closed"),
    "under_appeal": Text("Keberatan sedang diperiksa", "The appeal is being examined"),
    "archived": Text("Diarsipkan", "Archived"),
    "withdrawn": Text("Dicabut", "Withdrawn"),
    "merged": Text("Digabung dengan laporan serupa", "Merged with a similar case"),
    "referred_out": Text("Diteruskan ke lembaga lain", "Passed on to another body"),
}
_NEUTRAL: Mapping[str, Text] = {
    "submitted": Text("Diterima", "Received"),
    "in_progress": Text("Sedang diperiksa", "Being examined"),
    "closed": Text("Selesai", "Finished"),
}
_ENDED = frozenset({"resolved", "closed", "archived", "withdrawn", "merged", "referred_out"})
_A_UNIT = Text("unit terkait", "the unit concerned")


def neutral_state(state: str) -> str:
    """The state of a protected case as its reporter sees it: submitted, in_progress or closed; nothing of the path."""
    if state == "submitted":
        return state
    return "closed" if state in _ENDED else "in_progress"


def public_status(case: Mapping[str, Any], unit_name: str | None, matter: Mapping[str, Any] | None = None) -> Text:
    """The status for the reporter and the public. `unit_name` is a public fact of the registry; `matter`: the case, with its
    `unit_name`, that a merged one follows."""
    if case["custody"] == "protected":
        return _NEUTRAL[neutral_state(case["state"])]
    text = _TEXTS[case["state"]]
    if case["state"] == "merged" and matter is not None:
        followed = public_status(matter, matter["unit_name"])
        return Text(f"{text.id}: {followed.id}", f"{text.en}: {followed.en}")
    unit = Text(unit_name, unit_name) if unit_name else _A_UNIT
    return Text(text.id.replace("{unit}", unit.id), text.en.replace("{unit}", unit.en))
