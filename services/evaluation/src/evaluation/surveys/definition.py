"""A survey's definition as versioned data: elements, scale, weightings, grades, sample size (PermenPANRB 14/2017). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade with the least index that earns it."""

    code: str
    least: Decimal
    label: Mapping[str, str]
    performance: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SampleRule:
    """The parameters of Krejcie and Morgan (1970)."""

    chi_square: Fraction
    proportion: Fraction
    margin: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version. `weights`: by weighting, None for 1/n. `grades`: the best first."""

    code: str
    version: int
    source: str
    elements: tuple[str, ...]
    scale_min: int
    scale_max: int
    factor: Fraction
    decimals: int
    default_weighting: str
    weights: Mapping[str, Fraction | None]
    grades: tuple[Grade, ...]
    sample: SampleRule
    questions: Sequence[Mapping[str, Any]]


def read_definition(document: Mapping[str, Any]) -> Definition:
    """The definition that a document of data/surveys holds. Raises KeyError or ValueError for another shape."""
    index, sample = document["index"], document["sample_size"]
    grades = [
        Grade(each["code"], Decimal(each["min"]), each["label"], each["performance"]) for each in document["grades"]
    ]
    return Definition(
        code=document["code"],
        version=document["version"],
        source=document["source"],
        elements=tuple(each["code"] for each in document["elements"]),
        scale_min=document["scale"]["min"],
        scale_max=document["scale"]["max"],
        factor=Fraction(index["conversion_factor"]),
        decimals=index["decimals"],
        default_weighting=index["default_weighting"],
        weights={each["code"]: Fraction(each["weight"]) if each["weight"] else None for each in index["weightings"]},
        grades=tuple(sorted(grades, key=lambda grade: grade.least, reverse=True)),
        sample=SampleRule(Fraction(sample["chi_square"]), Fraction(sample["proportion"]), Fraction(sample["margin"])),
        questions=document["elements"],
    )
