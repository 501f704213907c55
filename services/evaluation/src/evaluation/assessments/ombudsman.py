"""The Ombudsman's assessments by scheme: years, bounds and opinions, as the vocabularies say them. Pure.

A vocabulary `ombudsman_grades_<from>_<to>` is a scheme of grades with bounds (until 2024); `ombudsman_opinions_<from>` one
of opinions, whose bounds aren't confirmed (Peraturan ORI 61/2025): there the score settles nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chassis.http.languages import Text
from chassis.http.problems import Flaw

_NAME = re.compile(r"^ombudsman_(grades|opinions)_(\d{4})(?:_(\d{4}))?$")
_SCHEME = Text("Skema ini tidak dikenal.", "This scheme isn't known.")
_YEAR = Text("Skema ini tidak berlaku pada tahun itu.", "The scheme wasn't in use that year.")
_CATEGORY = Text("Kategori ini tidak ada dalam skema.", "The scheme has no such category.")
_BOUNDS = Text("Kategori tidak sesuai dengan skor menurut skema.", "By the scheme's bounds the score isn't of it.")
_ZONE = Text("Zona tidak sesuai dengan kategori.", "The zone isn't that of the category.")
_OPINION = Text("Opini ini tidak ada dalam skema.", "The scheme has no such opinion.")
_NEEDED = Text("Skema ini memerlukan opini.", "This scheme needs an opinion.")
_QUALITY = Text("Kategori tidak sesuai dengan opini.", "The category isn't that of the opinion.")


@dataclass(frozen=True, slots=True)
class Grade:
    """A category with the least score that earns it: scores have two decimals, so that no bound leaves a gap."""

    code: str
    least: Decimal
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """`last` None: still in use. Either `grades` with bounds, or `opinions` with the quality that each is of."""

    code: str
    first: int
    last: int | None
    grades: tuple[Grade, ...] = ()
    opinions: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """An opinion completed from its scheme."""

    category: str
    zone: str | None


def schemes_of(vocabularies: Mapping[str, Mapping[str, Any]]) -> dict[str, Scheme]:
    """The schemes, by code: `2013-2021`, `2022-2024`, `2025`."""
    found = [_read(match, vocabularies[name]) for name in vocabularies if (match := _NAME.match(name))]
    return {scheme.code: scheme for scheme in sorted(found, key=lambda scheme: scheme.first)}


def judge(
    schemes: Mapping[str, Scheme],
    *,
    scheme: str,
    year: int,
    score: Decimal,
    category: str | None,
    zone: str | None,
    opinion: str | None,
) -> Judged | Sequence[Flaw]:
    """What the scheme makes of it, or everything that is wrong. What isn't said is taken from the scheme."""
    found = schemes.get(scheme)
    if found is None:
        return [Flaw("/scheme", "unknown_scheme", _SCHEME)]
    flaws = []
    if year < found.first or (found.last is not None and year > found.last):
        flaws.append(Flaw("/year", "not_in_use", _YEAR))
    if found.opinions is None:
        judged, more = _by_bounds(found, score, category, zone)
    else:
        judged, more = _by_opinion(found.opinions, category, zone, opinion)
    flaws += more
    return flaws if judged is None or flaws else judged


def _by_bounds(
    scheme: Scheme, score: Decimal, category: str | None, zone: str | None
) -> tuple[Judged | None, list[Flaw]]:
    grade = next(each for each in scheme.grades if each.least <= score)
    if category is not None and category not in {each.code for each in scheme.grades}:
        return None, [Flaw("/category", "unknown_code", _CATEGORY)]
    flaws = []
    if category not in (None, grade.code):
        flaws.append(Flaw("/category", "against_the_bounds", _BOUNDS))
    if zone not in (None, grade.zone):
        flaws.append(Flaw("/zone", "against_the_category", _ZONE))
    return Judged(grade.code, grade.zone), flaws


def _by_opinion(
    opinions: Mapping[str, str], category: str | None, zone: str | None, opinion: str | None
) -> tuple[Judged | None, list[Flaw]]:
    if opinion is None:
        return None, [Flaw("/opinion", "missing", _NEEDED)]
    if opinion not in opinions:
        return None, [Flaw("/opinion", "unknown_code", _OPINION)]
    quality = opinions[opinion]
    flaws = [Flaw("/category", "against_the_opinion", _QUALITY)] if category not in (None, quality) else []
    return Judged(quality, zone), flaws


def _read(match: re.Match[str], vocabulary: Mapping[str, Any]) -> Scheme:
    kind, first, last = match.groups()
    code = first if last is None else f"{first}-{last}"
    begun, ended = int(first), None if last is None else int(last)
    items = vocabulary["items"]
    if kind == "opinions":
        return Scheme(
            code=code, first=begun, last=ended, opinions={each["code"]: each["attributes"]["quality"] for each in items}
        )
    grades = [Grade(each["code"], Decimal(each["attributes"]["min"]), each["attributes"]["zone"]) for each in items]
    return Scheme(
        code=code, first=begun, last=ended, grades=tuple(sorted(grades, key=lambda grade: grade.least, reverse=True))
    )
