"""Whether a standard is complete: all 14 components, each saying what it must, and the three considerations. Pure.

Every gap is named at once. Works on the stored documents; their shapes are in components.py.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from chassis.http.languages import Text

Document = Mapping[str, Any]


class Gap(NamedTuple):
    """Something that is missing: where (a JSON pointer), a code, and what to do."""

    pointer: str
    code: str
    detail: Text


SERVICE_DELIVERY = ("requirements", "procedure", "completion_time", "fee", "product", "complaint_handling")
"""The components that are discussed with society and always published (PermenPANRB 15/2014)."""
MANUFACTURING = (
    "legal_basis",
    "facilities",
    "staff_competence",
    "internal_supervision",
    "staff_number",
    "service_guarantee",
    "safety_guarantee",
    "performance_evaluation",
)
"""The components that the provider settles internally."""
COMPONENTS = (
    "legal_basis",
    "requirements",
    "procedure",
    "completion_time",
    "fee",
    "product",
    "facilities",
    "staff_competence",
    "internal_supervision",
    "complaint_handling",
    "staff_number",
    "service_guarantee",
    "safety_guarantee",
    "performance_evaluation",
)
"""All 14, in the order of the law (UU 25/2009 art. 21, letters a to n)."""
CONSIDERATIONS = ("capability", "community_needs", "local_conditions")
"""UU 25/2009 art. 20(1)."""

_MISSING = Text("Komponen ini belum diisi.", "This component is missing.")
_EMPTY = Text("Belum ada isinya.", "There is nothing in it yet.")
_CONSIDERATION = Text("Pertimbangan ini belum diisi.", "This consideration is empty.")


def component_gaps(components: Document, wanted: Collection[str] = COMPONENTS) -> list[Gap]:
    """What the `wanted` components lack, in the law's order; empty if they are complete."""
    gaps: list[Gap] = []
    for code in COMPONENTS:
        if code not in wanted:
            continue
        value = components.get(code)
        if value is None:
            gaps.append(Gap(f"/components/{code}", "component_missing", _MISSING))
        else:
            gaps += _CHECKS[code](f"/components/{code}", value)
    return gaps


def consideration_gaps(considerations: Document) -> list[Gap]:
    """The considerations that say nothing."""
    return [
        Gap(f"/considerations/{kind}", "consideration_empty", _CONSIDERATION)
        for kind in CONSIDERATIONS
        if not str(considerations.get(kind) or "").strip()
    ]


def _list(pointer: str, value: Any) -> list[Gap]:
    return [] if value else [Gap(pointer, "component_empty", _EMPTY)]


def _part(pointer: str, name: str, value: Document, detail: Text) -> list[Gap]:
    return [] if value.get(name) else [Gap(f"{pointer}/{name}", "component_incomplete", detail)]


def _procedure(pointer: str, value: Document) -> list[Gap]:
    return _part(pointer, "steps", value, Text("Sebutkan langkah-langkahnya.", "Name the steps."))


def _completion_time(pointer: str, value: Document) -> list[Gap]:
    started = Text("Sebutkan sejak kapan dihitung.", "Say from which event it is counted.")
    amount = Text("Sebutkan lamanya.", "Say how long it takes.")
    return _part(pointer, "amount", value, amount) + _part(pointer, "counted_from", value, started)


def _fee(pointer: str, value: Document) -> list[Gap]:
    """A fee is free, an amount, or a formula; each with its basis (UU 25/2009 art. 31)."""
    gaps: list[Gap] = []
    if not (value.get("free") or value.get("amount_idr") or value.get("tariffs") or value.get("formula")):
        stated = Text(
            "Nyatakan gratis, jumlah rupiah, atau rumusnya.", "State free, an amount in rupiah, or the formula."
        )
        gaps.append(Gap(f"{pointer}/amount_idr", "component_incomplete", stated))
    basis = Text("Sebutkan dasar hukumnya.", "State its legal basis.")
    return gaps + _part(pointer, "basis", value, basis)


def _complaints(pointer: str, value: Document) -> list[Gap]:
    channels = Text("Sebutkan saluran pengaduannya.", "Name the channels for complaints.")
    officer = Text("Sebutkan pejabat yang bertanggung jawab.", "Name the post in charge.")
    return _part(pointer, "channels", value, channels) + _part(pointer, "responsible_post", value, officer)


def _staff_number(pointer: str, value: Document) -> list[Gap]:
    return _part(pointer, "total", value, Text("Sebutkan jumlahnya.", "State the number."))


def _service_guarantee(pointer: str, value: Document) -> list[Gap]:
    promise = Text("Nyatakan janjinya.", "State the commitment.")
    remedy = Text("Sebutkan pemulihan bila janji tidak dipenuhi.", "State the remedy if the promise isn't kept.")
    return _part(pointer, "commitment", value, promise) + _part(pointer, "remedy", value, remedy)


def _safety_guarantee(pointer: str, value: Document) -> list[Gap]:
    """A commitment in words, or the measures against the hazards."""
    if value.get("commitment") or value.get("measures"):
        return []
    told = Text("Nyatakan komitmen atau tindakan keamanannya.", "State the commitment or the safety measures.")
    return [Gap(f"{pointer}/measures", "component_incomplete", told)]


def _evaluation(pointer: str, value: Document) -> list[Gap]:
    return _part(pointer, "text", value, Text("Jelaskan caranya.", "Say how it is done."))


_CHECKS: Mapping[str, Callable[[str, Any], list[Gap]]] = {
    "legal_basis": _list,
    "requirements": _list,
    "procedure": _procedure,
    "completion_time": _completion_time,
    "fee": _fee,
    "product": _list,
    "facilities": _list,
    "staff_competence": _list,
    "internal_supervision": _list,
    "complaint_handling": _complaints,
    "staff_number": _staff_number,
    "service_guarantee": _service_guarantee,
    "safety_guarantee": _safety_guarantee,
    "performance_evaluation": _evaluation,
}
