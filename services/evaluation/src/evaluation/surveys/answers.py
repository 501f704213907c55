"""Checking an answer against what its survey asks, and what an answer adds to the aggregates. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from evaluation.surveys.tally import Tally, tally_of

PROFILE = {
    "sex": "respondent_sex",
    "age_band": "respondent_age_bands",
    "education": "respondent_education",
    "occupation": "respondent_occupation",
    "disability": "respondent_disability",
}
"""What may be told of a respondent, each with its vocabulary: nothing that names a person."""
WHOLE = ("all", "")
DIMENSIONS = ("channel", "service", *PROFILE)

_MISSING = Text("Unsur ini belum dijawab.", "This element isn't answered.")
_UNKNOWN = Text("Unsur ini tidak ada dalam survei ini.", "This survey has no such element.")
_SCALE = Text("Jawaban harus antara {least} dan {most}.", "The answer must be {least} to {most}.")
_CODE = Text("Kode ini tidak ada dalam kosakata {name}.", "The vocabulary {name} has no such code.")
_QUALITATIVE = Text(
    "Cara ini bersifat kualitatif dan tidak masuk indeks.", "This method is qualitative and has no part in the index."
)
_FUTURE = Text("Waktu ini belum tiba.", "This instant hasn't come yet.")
_DRIFT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An answer as it is kept. `scores` stand in the order of the survey's elements."""

    scores: tuple[int, ...]
    day: date
    channel: str
    service_id: UUID | None
    profile: Mapping[str, str | None]

    def cells(self) -> list[tuple[str, str]]:
        """The breakdowns that the answer counts in, as (dimension, code)."""
        told = {"channel": self.channel, "service": str(self.service_id) if self.service_id else None, **self.profile}
        return [WHOLE, *((name, code) for name in DIMENSIONS if (code := told.get(name)) is not None)]


Cell = tuple[date, str, str]


def sum_cells(changes: Iterable[tuple[Counted, int]]) -> dict[Cell, Tally]:
    """What these answers add to (sign 1) or take from (sign −1) each (day, dimension, code)."""
    found: dict[Cell, Tally] = {}
    for answer, sign in changes:
        one = tally_of(answer.scores) if sign > 0 else -tally_of(answer.scores)
        for dimension, code in answer.cells():
            key = (answer.day, dimension, code)
            found[key] = found[key] + one if key in found else one
    return found


def flaws_of_scores(
    given: Mapping[str, int], elements: Sequence[str], *, least: int, most: int, pointer: str = "/answers"
) -> list[Flaw]:
    """Everything that is wrong with an answer's scores, each at the element's own place (a JSON pointer)."""
    told = _SCALE.filled(least=least, most=most)
    flaws = [Flaw(f"{pointer}/{code}", "missing_element", _MISSING) for code in elements if code not in given]
    strange = [code.replace("~", "~0").replace("/", "~1") for code in given if code not in elements]
    flaws += [Flaw(f"{pointer}/{code}", "unknown_element", _UNKNOWN) for code in strange]
    flaws += [
        Flaw(f"{pointer}/{code}", "off_scale", told)
        for code in elements
        if code in given and not least <= given[code] <= most
    ]
    return flaws


def flaws_of_circumstances(
    *,
    channel: str,
    profile: Mapping[str, str | None],
    received_at: datetime | None,
    now: datetime,
    vocabularies: Mapping[str, Mapping[str, Any]],
) -> list[Flaw]:
    """What is wrong with how, by whom and when it was answered."""
    flaws: list[Flaw] = []
    channels = {item["code"]: item["attributes"] for item in vocabularies["survey_channels"]["items"]}
    if channel not in channels:
        flaws.append(Flaw("/channel", "unknown_code", _CODE.filled(name="survey_channels")))
    elif channels[channel].get("in_index") is False:
        flaws.append(Flaw("/channel", "qualitative_channel", _QUALITATIVE))
    for name, vocabulary in PROFILE.items():
        code = profile.get(name)
        if code is not None and code not in _codes(vocabularies, vocabulary):
            flaws.append(Flaw(f"/profile/{name}", "unknown_code", _CODE.filled(name=vocabulary)))
    if received_at is not None and received_at > now + _DRIFT:
        flaws.append(Flaw("/received_at", "in_the_future", _FUTURE))
    return flaws


def _codes(vocabularies: Mapping[str, Mapping[str, Any]], name: str) -> Collection[str]:
    return {item["code"] for item in vocabularies[name]["items"]}


def by_dimension(cells: Mapping[tuple[str, str], Tally]) -> dict[str, dict[str, Tally]]:
    """Aggregates by dimension and code, without the whole."""
    found: dict[str, dict[str, Tally]] = defaultdict(dict)
    for (dimension, code), tally in cells.items():
        if (dimension, code) != WHOLE and tally.n:
            found[dimension][code] = tally
    return dict(found)
