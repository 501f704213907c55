"""The published figures that ship in data/surveys, as answers."""

import csv
import json
from collections.abc import Sequence
from typing import Any

from devstack.layout import DATA
from evaluation.surveys.definition import Definition, read_definition
from evaluation.surveys.tally import Tally, nothing

SURVEYS = DATA / "surveys"


def skm() -> Definition:
    return read_definition(json.loads((SURVEYS / "skm.json").read_bytes()))


def rows(name: str) -> list[dict[str, str]]:
    with (SURVEYS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_29_respondents() -> list[dict[str, int]]:
    """The 29 answers. The report prints how many gave which score by element; who gave which doesn't matter to the index."""
    by_element = {
        row["element"]: [score for score in (4, 3, 2, 1) for _ in range(int(row[f"answers_{score}"]))]
        for row in rows("skm-29-respondents.csv")
    }
    return [{code: scores[person] for code, scores in by_element.items()} for person in range(29)]


def expected_of_29() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SURVEYS / "skm-29-respondents-expected.json").read_bytes())
    return found


def tally_of(scores: Sequence[int]) -> Tally:
    """One answer's: its scores, and the square of their sum."""
    return Tally(1, tuple(scores), sum(scores) ** 2)


def tally(answers: list[dict[str, int]], elements: tuple[str, ...]) -> Tally:
    return sum((tally_of([answer[code] for code in elements]) for answer in answers), nothing(elements))
