"""What changed between two versions of a standard, component by component. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Literal, TypedDict

from registry.standards.completeness import COMPONENTS, CONSIDERATIONS, component_gaps

Change = Literal["added", "removed", "changed"]
Part = Literal["components", "considerations"]
_PARTS: tuple[tuple[Part, tuple[str, ...]], ...] = (
    ("components", COMPONENTS),
    ("considerations", (*CONSIDERATIONS, "data")),
)
_MINUTES = {"minute": 1, "hour": 60}


class Difference(TypedDict):
    """One component or consideration that differs. `added` and `removed` are the items of a list that came or went;
    `effect` says what a changed promise means to the public: better, worse, or unknown."""

    part: Part
    code: str
    change: Change
    before: Any
    after: Any
    added: list[Any]
    removed: list[Any]
    effect: Literal["better", "worse", "unknown"]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The differences of two documents `{components, considerations}`, in the law's order; equal parts are left out."""
    return [
        _difference(part, code, before[part].get(code), after[part].get(code))
        for part, codes in _PARTS
        for code in codes
        if before[part].get(code) != after[part].get(code)
    ]


def changed_components(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The codes of the components that differ, in the law's order."""
    return [code for code in COMPONENTS if before.get(code) != after.get(code)]


def beyond_dispositions(
    changeable: Collection[str], after: Mapping[str, Any], discussed: Mapping[str, Any]
) -> list[str]:
    """The components that differ from what was discussed though no disposition accepts a change of them.

    Those that were empty or lacked something then may be completed: there was nothing to discuss.
    """
    return [
        code
        for code in changed_components(discussed, after)
        if code not in changeable and not component_gaps(discussed, (code,))
    ]


def _difference(part: Part, code: str, before: Any, after: Any) -> Difference:
    change: Change = "changed"
    if before is None:
        change = "added"
    elif after is None:
        change = "removed"
    old, new = (value if isinstance(value, list) else [] for value in (before, after))
    return Difference(
        part=part,
        code=code,
        change=change,
        before=before,
        after=after,
        added=[item for item in new if item not in old],
        removed=[item for item in old if item not in new],
        effect=_effect(code, before, after) if change == "changed" else "unknown",
    )


def _effect(code: str, before: Any, after: Any) -> Literal["better", "worse", "unknown"]:
    """A shorter time or a lower fee is better. Times of different kinds (working, calendar days, hours) don't compare."""
    weigh = {"completion_time": _time, "fee": _amount}.get(code)
    if weigh is None:
        return "unknown"
    (old_kind, old), (new_kind, new) = weigh(before), weigh(after)
    if old is None or new is None or old_kind != new_kind or old == new:
        return "unknown"
    return "better" if new < old else "worse"


def _time(value: Mapping[str, Any]) -> tuple[str, int | None]:
    unit, amount = value.get("unit", ""), value.get("amount")
    kind = "clock" if unit in _MINUTES else unit
    started = value.get("counted_from", "")
    return f"{kind}/{started}", amount * _MINUTES.get(unit, 1) if amount else None


def _amount(value: Mapping[str, Any]) -> tuple[str, int | None]:
    return "idr", None if value.get("formula") else value.get("amount_idr")
