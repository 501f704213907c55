"""The package as a document to read and print: who, what, when, who held it, what was due, what was answered. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from chassis.documents.document import Document, read_template
from chassis.documents.wording import Labels, written_day, written_instant
from chassis.http.languages import Language, Text
from complaints.packages.contents import Package

_TEMPLATE = read_template("complaints.packages", "package.typ")

_HEADING = Text("Berkas Laporan", "Case File")
_FOR = Text(
    "Disusun untuk penyampaian kepada Ombudsman RI atau lembaga lain menurut {basis}.",
    "Made to be submitted to the Ombudsman or another body under {basis}.",
)
_WITHHELD = Text("Tidak dicantumkan", "Not stated")
_FACTS = {
    "code": Text("Kode pelacakan", "Tracking code"),
    "type": Text("Jenis", "Type"),
    "status": Text("Status", "Status"),
    "outcome": Text("Hasil", "Outcome"),
    "institution": Text("Instansi", "Institution"),
    "unit": Text("Unit penanggung jawab", "Responsible unit"),
    "cooperating": Text("Unit yang bekerja sama", "Units that cooperate"),
    "received": Text("Diterima", "Received"),
    "occurred": Text("Terjadi", "Happened"),
    "reporter": Text("Pelapor", "Reporter"),
    "record": Text("Catatan (versi, rantai)", "Record (version, chain)"),
}
_SECTIONS = {
    "matter": Text("Laporan", "The matter"),
    "solution": Text("Penyelesaian yang diminta", "Solution asked for"),
    "timeline": Text("Riwayat", "What happened"),
    "duties": Text("Kewajiban dan tenggat", "Duties and due dates"),
    "custody": Text("Pemegang laporan", "Who held it"),
    "compensation": Text("Ganti rugi", "Compensation"),
    "attachments": Text("Lampiran (SHA-256)", "Attachments (SHA-256)"),
}
_TOLD = (
    "body",
    "explanation",
    "reason",
    "reasons",
    "question",
    "proposed_outcome",
    "outcome_code",
    "decision",
    "next_body",
    "state",
)
"""Of an entry's public part, in this order."""
_VOCABULARIES = {
    "proposed_outcome": "outcome_codes",
    "outcome_code": "outcome_codes",
    "next_body": "referral_bodies",
}
"""Whose label stands for a field's code, whatever happened."""
_VOCABULARIES_OF = {
    ("contribution", "state"): "contribution_states",
    ("compensation", "state"): "compensation_states",
    ("pause", "reason"): "pause_reasons",
    ("archival", "reason"): "archive_reasons",
    ("refusal", "reason"): "refusal_reasons",
}
"""By the action and the field; elsewhere the field holds people's own words."""
_BY_ITSELF = {
    "acceptance_lapsed": Text("dianggap diterima setelah tenggat lewat", "deemed accepted when the time was over"),
    "arbitration_lapsed": Text("sengketa tidak diputus pada waktunya", "the dispute wasn't decided in time"),
    "completion_lapsed": Text("kelengkapan tidak diterima pada waktunya", "what was missing didn't come in time"),
    "pause_maximum": Text("batas waktu penundaan tercapai", "the longest pause was over"),
    "calendar_changed": Text("kalender kerja berubah", "the working calendar changed"),
    "place_changed": Text(
        "wilayah atau zona waktu instansi dibetulkan", "the institution's region or time zone was corrected"
    ),
    "reorganisation": Text("unit berubah", "the unit changed"),
}
"""Reasons of what the system does."""
_RESULTS = {
    "met": Text("ditepati", "kept"),
    "breached": Text("terlampaui", "missed"),
    "overdue": Text("terlampaui, belum dipenuhi", "overdue"),
    "cancelled": Text("berakhir", "ended"),
    "running": Text("berjalan", "running"),
    "standing": Text("ditangguhkan", "on hold"),
}


def package_document(package: Package, *, labels: Labels, language: Language) -> Document:
    """The document of a package, dated by the instant of its making."""
    content, zone = package.content, package.receipt["time_zone"]
    case = content["case"]

    def at(instant: Any) -> str:
        return written_instant(instant, zone, language)

    printed = {
        "language": language,
        "title": f"{_HEADING.read(language)} – {case['tracking_code'] or case['id']}",
        "description": "; ".join(content["about"]["legal_basis"]),
        "author": case["institution_name"] or "Prima",
        "heading": _HEADING.read(language),
        "purpose": _FOR.filled(basis=", ".join(content["about"]["legal_basis"])).read(language),
        "made": at(content["about"]["made_at"]),
        "facts": list(_facts(content, labels=labels, language=language, at=at)),
        "sections": [
            {"title": _SECTIONS[name].read(language), "lines": lines}
            for name, lines in (
                ("matter", [text for text in (case["title"], case["body"]) if text]),
                ("solution", [case["requested_solution"]] if case["requested_solution"] else []),
                ("timeline", [entry_line(entry, labels, language, at(entry["at"])) for entry in content["timeline"]]),
                ("duties", _duties(content["deadlines"], labels, language, at)),
                ("custody", [_holder(each, at) for each in content["custody"]]),
                ("compensation", _compensation(content["compensation"], labels, language)),
                ("attachments", [f"{each['name'] or each['id']}: {each['sha256']}" for each in content["attachments"]]),
            )
            if lines
        ],
    }
    return Document(_TEMPLATE, printed, content["about"]["made_at"])


def _facts(content: Mapping[str, Any], *, labels: Labels, language: Language, at: Any) -> Iterable[tuple[str, str]]:
    case, reporter, record = content["case"], content["reporter"], content["about"]["record"]
    outcome = labels.read("outcome_codes", case["outcome_code"], language) if case["outcome_code"] else None
    told = {
        "code": case["tracking_code"],
        "type": labels.read("case_types", case["type"], language),
        "status": case["status"],
        "outcome": outcome,
        "institution": case["institution_name"],
        "unit": case["unit_name"],
        "cooperating": ", ".join(unit["name"] for unit in case["cooperating_units"]) or None,
        "received": at(case["received_at"]),
        "occurred": written_day(case["occurred_on"], language) if case["occurred_on"] else None,
        "reporter": "; ".join(str(value) for value in reporter.values() if isinstance(value, str))
        if reporter
        else _WITHHELD.read(language),
        "record": f"{record['version']}, {record['chain']}",
    }
    return ((_FACTS[name].read(language), value) for name, value in told.items() if value)


def entry_line(entry: Mapping[str, Any], labels: Labels, language: Language, at: str) -> str:
    """One entry of the history in a line: when, what, and what was said, codes by their labels."""
    action, public = entry["action"], entry["public"]

    def told(name: str) -> str:
        if name == "reason" and public[name] in _BY_ITSELF:
            return _BY_ITSELF[public[name]].read(language)
        vocabulary = _VOCABULARIES_OF.get((action, name)) or _VOCABULARIES.get(name)
        return str(public[name]) if vocabulary is None else labels.read(vocabulary, public[name], language)

    said = [told(name) for name in _TOLD if isinstance(public.get(name), str)]
    step = labels.read("case_actions", action, language)
    return f"{at} – {step}" + (f": {' | '.join(said)}" if said else "")


def _duties(deadlines: Mapping[str, Any] | None, labels: Labels, language: Language, at: Any) -> list[str]:
    if deadlines is None:
        return []
    return [
        f"{labels.read('deadline_kinds', duty['stage'], language)} ({duty['law']}, {duty['source']}): "
        + (f"{at(duty['due_at'])}, " if duty["due_at"] else "")
        + _RESULTS[duty["status"]].read(language)
        for duty in deadlines["duties"]
    ]


def _holder(interval: Mapping[str, Any], at: Any) -> str:
    until = f" – {at(interval['to_at'])}" if interval["to_at"] else ""
    return f"{at(interval['from_at'])}{until}: {interval['unit_name'] or interval['institution_name'] or '–'}"


def _compensation(claim: Mapping[str, Any] | None, labels: Labels, language: Language) -> list[str]:
    if claim is None:
        return []
    amount = claim["awarded_amount_idr"] or claim["claimed_amount_idr"]
    day = claim["paid_on"] or claim["pay_by"]
    state = labels.read("compensation_states", claim["state"], language)
    return [f"{state}: Rp {amount:,}".replace(",", ".") + (f", {written_day(day, language)}" if day else "")]
