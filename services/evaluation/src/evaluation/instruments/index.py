"""The index of public service (IPP), exact until its last step: PermenPANRB 29/2022 jo 4/2023. Pure.

An aspect is the sum of level times weight, F-02 the sum of aspects times their weights, F-03 the mean of what users
answered, the index their sum by the instrument's shares, rounded half up once, before its letter is looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaluation.instruments.document import WHOLE, Aspect, Form, Instrument
from evaluation.surveys.index import half_up

SCORE_DECIMALS = 4
"""As many as intermediate scores are shown with; nothing is computed from shown figures."""


@dataclass(frozen=True, slots=True)
class AspectScore:
    """`score` None while an item isn't answered. `rescaled`: the items' weights don't make 100 and count over their sum."""

    aspect: Aspect
    score: Fraction | None
    rescaled: bool


def aspect_scores(instrument: Instrument, form: Form, levels: Mapping[str, int]) -> list[AspectScore]:
    """Each aspect on the scale of the levels, in the order of the instrument."""
    return [_score(aspect, form, levels) for aspect in instrument.aspects]


def form_score(aspects: list[AspectScore]) -> Fraction | None:
    """F-02 on the scale of the levels; None while an aspect has no score."""
    total = Fraction(0)
    for each in aspects:
        if each.score is None:
            return None
        total += each.score * Fraction(each.aspect.weight) / Fraction(WHOLE)
    return total


def user_score(total: int, answers: int, items: int) -> Fraction | None:
    """F-03: the mean of the levels that users gave, each of whom answered every item that counts; None if nobody did."""
    return Fraction(total, answers * items) if answers else None


def index_of(instrument: Instrument, evaluator: Fraction | None, users: Fraction | None) -> Decimal | None:
    """The index, rounded half up to the instrument's decimals; None while one of both is missing."""
    if evaluator is None or users is None:
        return None
    exact = Fraction(instrument.evaluator_share) * evaluator + Fraction(instrument.user_share) * users
    return half_up(exact, instrument.decimals)


def mean_index(instrument: Instrument, indexes: list[Decimal]) -> Decimal | None:
    """An institution's index: the mean of its units' (as announced), rounded the same way; None without any."""
    if not indexes:
        return None
    return half_up(sum((Fraction(each) for each in indexes), Fraction(0)) / len(indexes), instrument.decimals)


def shown(score: Fraction | None) -> Decimal | None:
    """A score as it is shown."""
    return None if score is None else half_up(score, SCORE_DECIMALS)


def _score(aspect: Aspect, form: Form, levels: Mapping[str, int]) -> AspectScore:
    items = form.of_aspect(aspect.code)
    weight = sum((item.weight for item in items), Decimal(0))
    if any(item.code not in levels for item in items):
        return AspectScore(aspect, None, weight != WHOLE)
    total = sum((levels[item.code] * Fraction(item.weight) for item in items), Fraction(0))
    return AspectScore(aspect, total / Fraction(weight), weight != WHOLE)
