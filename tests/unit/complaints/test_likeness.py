"""Hints at duplicates: alike by text, place and time; nothing finer than two kilometres or than shared words."""

from datetime import date, timedelta

import pytest

from complaints.intake.likeness import Matter, Where, likeness, question, where

DAY = date(2026, 3, 2)
HERE = Where("51.71", (-433, 5761))
STEMS = frozenset({"jalan", "lubang", "aspal", "lampu"})


def matter(stems: frozenset[str] = STEMS, place: Where = HERE, day: date = DAY) -> Matter:
    return Matter(stems, place, day)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (matter(), 1.0),
        (matter(frozenset({"jalan", "lubang"})), 0.7),  # .6 x 2/4 + .25 + .15
        (matter(day=DAY - timedelta(days=45)), 0.92),  # half the window: .6 + .25 + .075, to two places
        (matter(day=DAY - timedelta(days=400)), 0.85),
        (matter(place=Where("51.71", None)), 0.94),  # the same regency: .6 + .25 x .75 + .15, to two places
        (matter(place=Where("51.03", None)), 0.75),
        (matter(place=Where("51.71", (-430, 5761))), 0.75),  # three cells off
        (matter(place=Where("51.71", (-432, 5762))), 1.0),  # a neighbour: a point may lie at the edge of its cell
        (matter(place=Where(None, None)), 0.88),  # a place that isn't named says half
        (matter(frozenset()), 0.4),
    ],
)
def test_likeness(other: Matter, expected: float) -> None:
    assert likeness(matter(), other) == pytest.approx(expected, abs=0.006)
    assert likeness(other, matter()) == likeness(matter(), other)


def test_a_point_is_known_to_two_kilometres_and_a_region_to_its_regency() -> None:
    exact = where("51.71.02.1001", {"lat": -8.6631, "lon": 115.2146, "address": "Jalan Rahasia 1"})
    near = where("51.71.03", {"lat": -8.6655, "lon": 115.2171, "address": None})
    assert exact == near
    assert where(None, None) == Where(None, None)
    assert where("51", {"lat": None, "lon": None}) == Where("51", None)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], None),
        (["jalan"], "jalan"),
        (["jalan", "lubang", "aspal"], "jalan lubang or jalan aspal or lubang aspal"),
    ],
)
def test_what_is_searched_shares_two_words(words: list[str], asked: str | None) -> None:
    assert question(words) == asked


def test_a_search_is_bounded() -> None:
    asked = question([f"kata{number}" for number in range(1000)])
    assert asked is not None
    assert asked.count(" or ") == 14  # the pairs of six
