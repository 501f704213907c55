"""An instrument as its document says it: aspects, forms, weights, rubrics, shares of the index, grades. Pure.

PermenPANRB 29/2022 jo 4/2023. F-01 isn't a form of its own here: the unit answers the evaluator's items, with evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

EVALUATOR, SERVICE_USER = "evaluator", "service_user"
SELF = "f01"
"""The unit's own answers to the items of the evaluator's form (pekppp_forms)."""
WHOLE = Decimal(100)
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grade:
    """A letter with the least index that earns it."""

    code: str
    least: Decimal
    label: Words
    note: str | None


@dataclass(frozen=True, slots=True)
class Aspect:
    """Of 100 in all, what the aspect weighs."""

    code: str
    label: Words
    weight: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question. `aspect` None: asked for information, it doesn't count. `proof`: what the platform may prove it by."""

    number: int
    code: str
    aspect: str | None
    label: Words
    weight: Decimal
    scored: bool
    proof: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """`note`: what a result must say of its weights."""

    code: str
    label: Words
    answered_by: str
    items: tuple[Item, ...]
    note: str | None

    def of_aspect(self, aspect: str) -> tuple[Item, ...]:
        """The items that count in an aspect."""
        return tuple(item for item in self.items if item.scored and item.aspect == aspect)

    @property
    def places(self) -> tuple[int, ...]:
        """Where the items that count stand, from 1 on."""
        return tuple(place for place, item in enumerate(self.items, 1) if item.scored)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One version. `grades`: the best first. The shares of both forms in the index add up to 1."""

    code: str
    version: int
    source: str
    scale_min: int
    scale_max: int
    evaluator_share: Decimal
    user_share: Decimal
    decimals: int
    grades: tuple[Grade, ...]
    aspects: tuple[Aspect, ...]
    forms: Mapping[str, Form]

    def grade_of(self, index: Decimal) -> Grade:
        """The letter of a rounded index: the bounds leave gaps for anything finer."""
        return next((grade for grade in self.grades if index >= grade.least), self.grades[-1])


def read_instrument(document: Mapping[str, Any]) -> Instrument:
    """The instrument of a stored document, whose grades are written out. Raises KeyError for another shape."""
    index = document["index"]
    grades = (Grade(each["code"], Decimal(each["min"]), each["label"], each.get("note")) for each in index["grades"])
    forms = [_form(each) for each in document["forms"]]
    return Instrument(
        code=document["code"],
        version=document["version"],
        source=document["source"],
        scale_min=document["scale"]["min"],
        scale_max=document["scale"]["max"],
        evaluator_share=Decimal(index["f02_weight"]),
        user_share=Decimal(index["f03_weight"]),
        decimals=index["decimals"],
        grades=tuple(sorted(grades, key=lambda grade: grade.least, reverse=True)),
        aspects=tuple(Aspect(each["code"], each["label"], Decimal(each["weight"])) for each in document["aspects"]),
        forms={form.code: form for form in forms},
    )


def _form(form: Mapping[str, Any]) -> Form:
    weighting = form["weighting"]
    items = tuple(
        Item(
            number=each["number"],
            code=each["code"],
            aspect=each["aspect"],
            label=each["label"],
            weight=Decimal(each.get("weight") or 0),
            scored=bool(each.get("scored", True)),
            # Levels mean what the proof says only as long as the rubric does: a changed item names another, or none.
            proof=each["proof"] if "proof" in each else each["code"],
        )
        for each in form["items"]
    )
    return Form(form["code"], form["label"], form["answered_by"], items, weighting.get("note"))
