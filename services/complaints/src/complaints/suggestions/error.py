"""How often a model errs on texts that it hasn't seen: shares, the categories it mistakes most, whether its confidence holds. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from complaints.suggestions.model import Model, Stems, Suggestion

TOP = 3
BANDS = ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0))
WORST = 5


class Judged(NamedTuple):
    """A text's category, and what the model suggested."""

    category: str
    suggestions: Sequence[Suggestion]

    @property
    def first(self) -> str | None:
        return self.suggestions[0].category if self.suggestions else None

    @property
    def confidence(self) -> float:
        return self.suggestions[0].confidence if self.suggestions else 0.0

    @property
    def right(self) -> bool:
        return self.first == self.category


def judge(model: Model, texts: Iterable[tuple[str, Stems]]) -> list[Judged]:
    """What the model says of texts whose category is known."""
    return [Judged(category, model.suggest(stems, TOP)) for category, stems in texts]


def measure(judged: Sequence[Judged]) -> dict[str, Any]:
    """`texts`, `accuracy`, `top_three`, `calibration` by band of confidence, `worst` categories; shares are null of no text."""
    among = sum(any(each.category == judgment.category for each in judgment.suggestions) for judgment in judged)
    return {
        "texts": len(judged),
        "accuracy": _share(sum(each.right for each in judged), len(judged)),
        "top_three": _share(among, len(judged)),
        "calibration": [_band(judged, *band) for band in BANDS],
        "calibration_error": _calibration_error(judged),
        "worst": _worst(judged),
    }


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _in_band(judged: Sequence[Judged], low: float, high: float) -> list[Judged]:
    return [each for each in judged if low <= each.confidence and (each.confidence < high or high == 1.0)]


def _band(judged: Sequence[Judged], low: float, high: float) -> Mapping[str, Any]:
    inside = _in_band(judged, low, high)
    return {
        "from": low,
        "to": high,
        "texts": len(inside),
        "confidence": _share(sum(each.confidence for each in inside), len(inside)),
        "right": _share(sum(each.right for each in inside), len(inside)),
    }


def _calibration_error(judged: Sequence[Judged]) -> float | None:
    """By how much confidence and share right differ, on average over the texts."""
    bands = [_in_band(judged, *band) for band in BANDS]
    apart = sum(abs(sum(each.confidence - each.right for each in inside)) for inside in bands)
    return _share(apart, len(judged))


def _worst(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The categories of which the smallest share is recognised, each with what it is mistaken for most."""
    by_category: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        by_category[each.category].append(each)
    rows: list[dict[str, Any]] = [
        {
            "category": category,
            "texts": len(found),
            "right": sum(each.right for each in found),
            "mistaken_for": dict(
                Counter(each.first for each in found if each.first is not None and not each.right).most_common(3)
            ),
        }
        for category, found in by_category.items()
        if not all(each.right for each in found)
    ]
    return sorted(rows, key=lambda row: (row["right"] / row["texts"], -row["texts"], row["category"]))[:WORST]


class Automatic(NamedTuple):
    """From which confidence a model may decide by itself: `texts` held out were at or above it, `right` of them rightly."""

    confidence: float
    texts: int
    right: int


def at_least(judged: Sequence[Judged], confidence: float) -> Automatic:
    """How the model does on those texts of which it is so sure."""
    sure = [each for each in judged if each.confidence >= confidence]
    return Automatic(confidence, len(sure), sum(each.right for each in sure))
