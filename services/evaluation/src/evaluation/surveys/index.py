"""The satisfaction index (IKM), exact until its last step: PermenPANRB 14/2017 and its annex. Pure.

Of every answer the mean of its scores, of these the mean, times 25: for one survey that is the sum of the weighted means
by element, and it stays right for answers with different numbers of elements. Grades are looked up on the rounded index,
because the bounds of the means leave gaps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from evaluation.surveys.definition import EXACT, Definition, Grade, SampleRule
from evaluation.surveys.tally import Tally, Union

SCORE_DECIMALS = 4
CONFIDENCE = "0.95"
INTERVAL_METHOD = "normal_of_answer_means"
"""Mean ± 1.96 standard errors of the answers' own indices, sample variance (n − 1), no finite-population correction."""
_Z = Decimal("1.96")
_PRINTED_FROM, _PRINTED = 100_000, 384
"""The printed table of Krejcie and Morgan gives 384 from 100,000 on, where the formula first gives 383."""


class WeightingUnfit(ValueError):
    """A fixed weight of 0.11 is that of nine elements."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of the index at 95 %, clipped to what an index can be."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class ElementScore:
    """One element: how many answered it, the sum, the mean (4 decimals), the mean times 25 and its grade."""

    code: str
    n: int
    sum: int
    score: Decimal
    index: Decimal
    grade: Grade


def half_up(value: Fraction, decimals: int) -> Decimal:
    """Exact rounding, halves away from zero."""
    scale = 10**decimals
    scaled = abs(value) * scale + Fraction(1, 2)
    digits = scaled.numerator // scaled.denominator
    return Decimal(-digits if value < 0 else digits).scaleb(-decimals)


def weight_of(definition: Definition, weighting: str, elements: int) -> Fraction:
    """The weight of each of so many elements. Raises KeyError for a weighting the definition lacks, or WeightingUnfit."""
    fixed = definition.weights[weighting]
    if fixed is None:
        return Fraction(1, elements)
    if elements != len(definition.elements):
        raise WeightingUnfit
    return fixed


def index_of(answers: Union, definition: Definition, weighting: str = EXACT) -> Decimal | None:
    """The index of all answers, rounded; None if there are none. Raises as `weight_of`."""
    n = sum(tally.n for tally in answers.values())
    if n == 0:
        return None
    return half_up(_index_sum(answers, definition, weighting) / n, definition.decimals)


def grade_of(index: Decimal, definition: Definition) -> Grade:
    """The grade of a rounded index; below the last bound (possible with a fixed weight) the last."""
    return next((grade for grade in definition.grades if index >= grade.least), definition.grades[-1])


def interval_of(answers: Union, definition: Definition, weighting: str = EXACT) -> Interval | None:
    """The interval of the index, see INTERVAL_METHOD; None for fewer than two answers."""
    n = sum(tally.n for tally in answers.values())
    if n < 2:
        return None
    total = _index_sum(answers, definition, weighting)
    squares = sum(
        (
            (definition.factor * weight_of(definition, weighting, len(elements))) ** 2 * tally.square_sum
            for elements, tally in answers.items()
        ),
        Fraction(0),
    )
    variance_of_mean = (squares - total * total / n) / ((n - 1) * n)
    error = (Decimal(variance_of_mean.numerator) / Decimal(variance_of_mean.denominator)).sqrt()
    mean = Decimal(total.numerator) / Decimal(total.denominator) / n
    least, most = _bounds(answers, definition, weighting)
    return Interval(
        _rounded(max(least, mean - _Z * error), definition.decimals),
        _rounded(min(most, mean + _Z * error), definition.decimals),
    )


def element_scores(answers: Union, definition: Definition) -> list[ElementScore]:
    """Each element over those who were asked for it, in the order of the definition, added ones after."""
    found: dict[str, tuple[int, int]] = {}
    for elements, tally in answers.items():
        for code, total in zip(elements, tally.sums, strict=True):
            n, before = found.get(code, (0, 0))
            found[code] = (n + tally.n, before + total)
    place = {code: number for number, code in enumerate(definition.elements)}
    ordered = sorted(found.items(), key=lambda item: (place.get(item[0], len(place)), item[0]))
    return [_element(code, n, total, definition) for code, (n, total) in ordered if n]


def sample_required(population: int, rule: SampleRule) -> int:
    """Respondents needed for a population, at 95 % and 5 points (Krejcie and Morgan 1970)."""
    if population >= _PRINTED_FROM:
        return _PRINTED
    spread = rule.chi_square * rule.proportion * (1 - rule.proportion)
    return int(half_up(spread * population / (rule.margin**2 * (population - 1) + spread), 0))


def _index_sum(answers: Mapping[tuple[str, ...], Tally], definition: Definition, weighting: str) -> Fraction:
    parts = (weight_of(definition, weighting, len(elements)) * tally.total for elements, tally in answers.items())
    return definition.factor * sum(parts, Fraction(0))


def _bounds(answers: Union, definition: Definition, weighting: str) -> tuple[Decimal, Decimal]:
    spans = [len(elements) * weight_of(definition, weighting, len(elements)) for elements in answers]
    least, most = min(spans) * definition.factor * definition.scale_min, max(spans) * definition.factor
    high = most * definition.scale_max
    return Decimal(least.numerator) / least.denominator, Decimal(high.numerator) / high.denominator


def _element(code: str, n: int, total: int, definition: Definition) -> ElementScore:
    mean = Fraction(total, n)
    index = half_up(mean * definition.factor, definition.decimals)
    return ElementScore(code, n, total, half_up(mean, SCORE_DECIMALS), index, grade_of(index, definition))


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
