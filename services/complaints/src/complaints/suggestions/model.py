"""The model: multinomial naive Bayes over stems, smoothed towards how often a stem occurs at all. Pure; data in, data out.

The lexicon counts as a few texts of each category, officers' decisions as what they are, so that with time the decisions
prevail. A temperature, fitted on texts that it didn't learn from, makes its confidence one that can be believed.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

Stems = Collection[str]


class Suggestion(NamedTuple):
    """A category and how sure the model is, from 0 to 1."""

    category: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Settings:
    """`smoothing`: occurrences by which a category is pulled towards the whole; `lexicon_weight`: texts for which a word of the
    lexicon counts; `fewest_texts`: that a stem must be in to be learned."""

    smoothing: float
    lexicon_weight: float
    fewest_texts: int


@dataclass(frozen=True, slots=True)
class Model:
    """`start` by category before any stem, `absent` for each known stem that the category lacks; `weights` by stem are added
    for the categories that have it."""

    categories: tuple[str, ...]
    start: tuple[float, ...]
    absent: tuple[float, ...]
    weights: Mapping[str, tuple[tuple[int, float], ...]]
    temperature: float = 1.0

    def scores(self, stems: Stems) -> list[float] | None:
        """The logarithm of how likely each category is, up to a constant; None if no stem is known."""
        known = [found for found in map(self.weights.get, stems) if found is not None]
        if not known:
            return None
        count = len(known)
        scores = [start + count * absent for start, absent in zip(self.start, self.absent, strict=True)]
        for found in known:
            for index, weight in found:
                scores[index] += weight
        return scores

    def suggest(self, stems: Stems, most: int) -> list[Suggestion]:
        """The likeliest categories, the likeliest first; none if nothing is known of the text."""
        scores = self.scores(stems)
        if scores is None:
            return []
        shares = _shares(scores, self.temperature)
        ranked = sorted(zip(shares, self.categories, strict=True), key=lambda each: (-each[0], each[1]))
        return [Suggestion(category, share) for share, category in ranked[:most]]

    def telling(self, stem: str) -> float:
        """How much a stem says of a category; 0 for one that isn't known."""
        return max((weight for _, weight in self.weights.get(stem, ())), default=0.0)

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "categories": self.categories,
            "start": self.start,
            "absent": self.absent,
            "weights": {stem: [list(pair) for pair in found] for stem, found in self.weights.items()},
            "temperature": self.temperature,
        }


def read_model(document: Mapping[str, Any]) -> Model:
    """A model as it was stored. Raises KeyError, ValueError for what isn't one."""
    return Model(
        categories=tuple(document["categories"]),
        start=tuple(document["start"]),
        absent=tuple(document["absent"]),
        weights={
            stem: tuple((int(index), float(weight)) for index, weight in found)
            for stem, found in document["weights"].items()
        },
        temperature=float(document["temperature"]),
    )


def train(
    lexicon: Mapping[str, Stems], texts: Iterable[tuple[str, Stems]], settings: Settings, categories: Sequence[str]
) -> Model:
    """A model of the lexicon's stems by category and of texts with the category that an officer gave them.

    Categories of which nothing is known are left out: nothing speaks for them.
    """
    decided = [(category, frozenset(stems)) for category, stems in texts if category in categories]
    spread = Counter(stem for _, stems in decided for stem in stems)
    words = {stem for stems in lexicon.values() for stem in stems}
    shared = words | {stem for stem, times in spread.items() if times >= settings.fewest_texts}
    counts: dict[str, Counter[str]] = {category: Counter() for category in categories}
    amounts = Counter(category for category, _ in decided)
    for category, stems in lexicon.items():
        counts[category].update(dict.fromkeys(stems, settings.lexicon_weight))
    for category, stems in decided:
        counts[category].update(stems & shared)
    return _fitted({category: found for category, found in counts.items() if found}, amounts, settings.smoothing)


def _fitted(counts: Mapping[str, Counter[str]], amounts: Mapping[str, int], smoothing: float) -> Model:
    whole: Counter[str] = Counter()
    for found in counts.values():
        whole.update(found)
    total = whole.total()
    texts = sum(amounts.values())
    # One text more than there are for each category: what officers haven't seen yet isn't impossible.
    start = tuple(math.log((amounts.get(each, 0) + 1) / (texts + len(counts))) for each in counts)
    absent = tuple(math.log(smoothing / (found.total() + smoothing)) for found in counts.values())
    weights = {
        stem: tuple(
            (index, math.log1p(found[stem] / (smoothing * whole[stem] / total)))
            for index, found in enumerate(counts.values())
            if stem in found
        )
        for stem in whole
    }
    return Model(tuple(counts), start, absent, weights)


def calibrated(model: Model, texts: Iterable[tuple[str, Stems]]) -> Model:
    """The model with the temperature under which these texts, which it hasn't learned from, are the least surprising."""
    seen = [
        (scores, model.categories.index(category))
        for category, stems in texts
        if category in model.categories and (scores := model.scores(stems)) is not None
    ]
    if not seen:
        return model
    steps = [1.15**power for power in range(-10, 25)]  # 0.25 to 29
    return replace(model, temperature=min(steps, key=lambda each: _surprise(seen, each)))


def _surprise(seen: Sequence[tuple[list[float], int]], temperature: float) -> float:
    return -math.fsum(math.log(max(_shares(scores, temperature)[right], 1e-300)) for scores, right in seen)


def _shares(scores: Sequence[float], temperature: float) -> list[float]:
    highest = max(scores)
    powers = [math.exp((score - highest) / temperature) for score in scores]
    total = math.fsum(powers)
    return [power / total for power in powers]
