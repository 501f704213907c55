"""Checking an answer against what its survey asks, and what an answer adds to the aggregates. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from evaluation.surveys.copy_format import field
from evaluation.surveys.tally import Tally, tally_of_gaps, tally_of_many

PROFILE = {
    "sex": "respondent_sex",
    "age_band": "respondent_age_bands",
    "education": "respondent_education",
    "occupation": "respondent_occupation",
    "disability": "respondent_disability",
}
"""What may be told of a respondent, each with its vocabulary: nothing that names a person."""
WHOLE = ("all", "")
DEFAULT_CHANNEL = "online_link"
EXPECTATION = "expectation"
"""Sums by element of what was expected and what was perceived, of those who told both: never a part of the index."""
ONE_TIME_CODE = "one_time_code"
AFTER_COMPLAINT = "after_complaint"
"""The channel of answers by the code that a reporter got when the case was closed."""
BY_CODE = frozenset({ONE_TIME_CODE, AFTER_COMPLAINT})
"""Channels that nobody claims without a code: neither who enters answers nor a batch."""
CHANNEL_DAY = "channel_day"
"""Answers by channel and day, without sums: what limits of a day are held against."""

_MISSING = Text("Unsur ini belum dijawab.", "This element isn't answered.")
_UNKNOWN = Text("Unsur ini tidak ada dalam survei ini.", "This survey has no such element.")
_UNASKED = Text("Survei ini tidak menanyakan harapan.", "This survey doesn't ask for expectations.")
_SCALE = Text("Jawaban harus antara {least} dan {most}.", "The answer must be {least} to {most}.")
UNKNOWN_CODE = Text("Kode ini tidak ada dalam kosakata {name}.", "The vocabulary {name} has no such code.")
_QUALITATIVE = Text(
    "Cara ini bersifat kualitatif dan tidak masuk indeks.", "This method is qualitative and has no part in the index."
)
_FUTURE = Text("Waktu ini belum tiba.", "This instant hasn't come yet.")
DRIFT = timedelta(minutes=1)
"""How far ahead the clock of a device may be."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """How, of which service and by whom it was answered: many answers share theirs."""

    channel: str
    service_id: UUID | None
    profile: Mapping[str, str | None]

    @cached_property
    def cells(self) -> list[tuple[str, str]]:
        """The breakdowns that the answer counts in, as (dimension, code)."""
        told = {"channel": self.channel, "service": str(self.service_id) if self.service_id else None, **self.profile}
        return [WHOLE, *((dimension, code) for dimension, code in told.items() if code is not None)]

    @cached_property
    def copied(self) -> bytes:
        """The same as fields of COPY: channel, service_id, and those of PROFILE."""
        service = field(None if self.service_id is None else self.service_id.bytes)
        terms = (self.profile[name] for name in PROFILE)
        profile = (field(None if term is None else term.encode()) for term in terms)
        return b"".join([field(self.channel.encode()), service, *profile])


@lru_cache(maxsize=2_048)
def circumstances(channel: str, service_id: UUID | None, terms: tuple[str | None, ...]) -> Circumstances:
    """Those of an answer; the same for all that were given alike, so that what follows from them is made once.

    `terms` stand in the order of PROFILE.
    """
    return Circumstances(channel=channel, service_id=service_id, profile=dict(zip(PROFILE, terms, strict=True)))


class Counted(NamedTuple):
    """An answer as it is kept. `scores` stand in the order of the survey's elements, and so do `expectations`.

    What was expected is told for as many elements as the respondent likes, None for the others.
    """

    elements: tuple[str, ...]
    scores: tuple[int, ...]
    expectations: tuple[int | None, ...] | None
    day: date
    told: Circumstances

    def gaps(self) -> list[tuple[str, tuple[int, int]]]:
        """By element for which something was expected: (expected, perceived)."""
        if self.expectations is None:
            return []
        return [
            (code, (expected, perceived))
            for code, perceived, expected in zip(self.elements, self.scores, self.expectations, strict=True)
            if expected is not None
        ]


Cell = tuple[date, str, str]


class Sums:
    """What answers to one survey add to each cell, gathered one by one.

    Channels that are `limited` a day are counted by day too, as CHANNEL_DAY.
    """

    def __init__(self, *, limited: Collection[str] = ()) -> None:
        self._limited = limited
        self._scores: dict[tuple[date, int], dict[tuple[str, str], list[tuple[int, ...]]]] = {}
        self._gaps: dict[tuple[date, int], dict[str, list[tuple[int, int]]]] = {}
        self._days: dict[Cell, Tally] = {}

    def add(self, answer: Counted, sign: int) -> None:
        """Add an answer (sign 1) or take it away (sign −1)."""
        day, scores = answer.day, answer.scores
        key = (day if day.day == 1 else day.replace(day=1), sign)
        cells = self._scores.get(key)
        if cells is None:
            cells = self._scores[key] = defaultdict(list)
        told = (*scores, sum(scores) ** 2)
        for cell in answer.told.cells:
            cells[cell].append(told)
        if answer.expectations is not None:
            gaps = self._gaps.setdefault(key, defaultdict(list))
            for code, gap in answer.gaps():
                gaps[code].append(gap)
        channel = answer.told.channel
        if channel in self._limited:
            of_day = (day, CHANNEL_DAY, channel)
            self._days[of_day] = self._days.get(of_day, Tally(0, (), 0)) + Tally(sign, (), 0)

    def by_cell(self) -> dict[Cell, Tally]:
        """The tallies by (first day of the month, dimension, code); those of CHANNEL_DAY by the day itself."""
        found = dict(self._days)
        for (month, sign), cells in self._scores.items():
            for (dimension, code), answers in cells.items():
                _put(found, (month, dimension, code), sign, tally_of_many(answers))
        for (month, sign), gaps in self._gaps.items():
            for code, pairs in gaps.items():
                _put(found, (month, EXPECTATION, code), sign, tally_of_gaps(pairs))
        return found


def _put(found: dict[Cell, Tally], cell: Cell, sign: int, tally: Tally) -> None:
    signed = tally if sign > 0 else -tally
    found[cell] = found[cell] + signed if cell in found else signed


def sum_cells(changes: Iterable[tuple[Counted, int]], *, limited: Collection[str] = ()) -> dict[Cell, Tally]:
    """The `Sums` of these changes."""
    sums = Sums(limited=limited)
    for answer, sign in changes:
        sums.add(answer, sign)
    return sums.by_cell()


def flaws_of_scores(
    given: Mapping[str, int], elements: Sequence[str], *, least: int, most: int, pointer: str = "/answers"
) -> list[Flaw]:
    """Everything that is wrong with an answer's scores, each at the element's own place (a JSON pointer)."""
    if len(given) == len(elements) and all(code in given and least <= given[code] <= most for code in elements):
        return []
    flaws = [Flaw(f"{pointer}/{code}", "missing_element", _MISSING) for code in elements if code not in given]
    return flaws + _flaws_of_given(given, elements, least=least, most=most, pointer=pointer)


def flaws_of_expectations(
    given: Mapping[str, int] | None, elements: Sequence[str], *, asked: bool, least: int, most: int
) -> list[Flaw]:
    """What is wrong with what was expected: of as many elements as one likes, where the survey asks for it."""
    if given is None:
        return []
    if not asked:
        return [Flaw("/expectations", "not_asked", _UNASKED)]
    return _flaws_of_given(given, elements, least=least, most=most, pointer="/expectations")


def _flaws_of_given(
    given: Mapping[str, int], elements: Sequence[str], *, least: int, most: int, pointer: str
) -> list[Flaw]:
    told = _SCALE.filled(least=least, most=most)
    strange = [code.replace("~", "~0").replace("/", "~1") for code in given if code not in elements]
    flaws = [Flaw(f"{pointer}/{code}", "unknown_element", _UNKNOWN) for code in strange]
    return flaws + [
        Flaw(f"{pointer}/{code}", "off_scale", told)
        for code in elements
        if code in given and not least <= given[code] <= most
    ]


@dataclass(frozen=True, slots=True)
class Known:
    """The codes that an answer may name: channels, those of them that are qualitative, and the profile's terms."""

    channels: frozenset[str]
    qualitative: frozenset[str]
    profile: Mapping[str, frozenset[str]]


def known_codes(vocabularies: Mapping[str, Mapping[str, Any]]) -> Known:
    """Read off the vocabularies once, for any number of answers."""
    channels = vocabularies["survey_channels"]["items"]
    return Known(
        frozenset(item["code"] for item in channels),
        frozenset(item["code"] for item in channels if item["attributes"].get("in_index") is False),
        {
            name: frozenset(item["code"] for item in vocabularies[vocabulary]["items"])
            for name, vocabulary in PROFILE.items()
        },
    )


def flaws_of_circumstances(
    *,
    channel: str,
    profile: Mapping[str, str | None],
    received_at: datetime | None,
    now: datetime,
    known: Known,
) -> list[Flaw]:
    """What is wrong with how, by whom and when it was answered."""
    flaws: list[Flaw] = []
    if channel not in known.channels:
        flaws.append(Flaw("/channel", "unknown_code", UNKNOWN_CODE.filled(name="survey_channels")))
    elif channel in known.qualitative:
        flaws.append(Flaw("/channel", "qualitative_channel", _QUALITATIVE))
    for name, vocabulary in PROFILE.items():
        code = profile.get(name)
        if code is not None and code not in known.profile[name]:
            flaws.append(Flaw(f"/profile/{name}", "unknown_code", UNKNOWN_CODE.filled(name=vocabulary)))
    if received_at is not None and received_at > now + DRIFT:
        flaws.append(Flaw("/received_at", "in_the_future", _FUTURE))
    return flaws


def by_dimension(cells: Mapping[tuple[str, str], Tally]) -> dict[str, dict[str, Tally]]:
    """Aggregates of answers by dimension and code, without the whole."""
    found: dict[str, dict[str, Tally]] = defaultdict(dict)
    for (dimension, code), tally in cells.items():
        if dimension != EXPECTATION and (dimension, code) != WHOLE and tally.n:
            found[dimension][code] = tally
    return dict(found)
