"""What is checked of an answer before it is kept: scores, circumstances, the service named. What is kept: `Entry`."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Unprocessable
from chassis.ops.identifiers import acceptable, new_id
from directory.zones import local_day
from evaluation.surveys.answer_schemas import NewAnswer
from evaluation.surveys.answers import (
    BY_CODE,
    DEFAULT_CHANNEL,
    ONE_TIME_CODE,
    PROFILE,
    Counted,
    Known,
    circumstances,
    flaws_of_circumstances,
    flaws_of_expectations,
    flaws_of_scores,
)
from evaluation.surveys.codes import reference_hash
from evaluation.surveys.lifecycle import OPEN, moves_from

_OWN_ID = Text(
    "Id harus UUID versi 7 dan tidak dari masa depan.", "The id must be a UUID version 7, not of the future."
)
_ITS_TIME = Text("Jawaban luring perlu waktunya.", "An answer taken offline needs its time.")
_NEEDS_CODE = Text("Saluran ini memerlukan kode.", "This channel needs a code.")
_NOT_WITH_CODE = Text("Tidak untuk jawaban dengan kode.", "Not for an answer by a code.")
_OTHER_SERVICE = Text("Survei ini tentang pelayanan lain.", "The survey is of another service.")
_ELSEWHERE = Text("Pelayanan ini bukan milik yang disurvei.", "It isn't a service of what is surveyed.")
_OUTSIDE = Text("Waktu ini di luar masa survei.", "This instant is outside the survey's period.")


class SurveyNotOpen(Conflict):
    """Answers are taken while a survey is open; by the public only within its period."""

    code = "survey_not_open"
    title = Text("Survei ini tidak sedang dibuka", "The survey isn't open")


_OWN_SERVICES = Statement("""
SELECT id FROM directory_services
WHERE id = ANY(CAST(:ids AS uuid[])) AND institution_id = CAST(:institution_id AS uuid)
  AND (CAST(:unit_id AS uuid) IS NULL OR unit_id IN (
    SELECT a.unit_id FROM directory_unit_ancestors a
    WHERE a.ancestor_id = CAST(:unit_id AS uuid) AND a.valid_during @> CAST(:day AS date)))
""")


SAME = ("scores", "expectations", "channel", "service_id", *PROFILE, "received_at", "reference_hash")
"""What two arrivals of one answer have in common."""


class Entry(NamedTuple):
    """An answer that is ready to be kept. `brought`: its id is the caller's own, so that it may have come before."""

    id: UUID
    counted: Counted
    received_at: datetime
    reference: bytes | None
    brought: bool

    def facts(self) -> tuple[object, ...]:
        """The values of SAME."""
        counted = self.counted
        profile = (counted.told.profile[name] for name in PROFILE)
        told = (counted.scores, counted.expectations, counted.told.channel, counted.told.service_id)
        return (*told, *profile, self.received_at, self.reference)

    def row(self) -> dict[str, Any]:
        """As the insert statement reads it."""
        return {
            "id": self.id,
            "scores": self.counted.scores,
            "channel": self.counted.told.channel,
            "service_id": self.counted.told.service_id,
            **self.counted.told.profile,
            "expectations": self.counted.expectations,
            "received_at": self.received_at,
            "day": self.counted.day,
            "reference_hash": None if self.reference is None else f"\\x{self.reference.hex()}",
        }


def require_open(survey: Row) -> None:
    """Raises SurveyNotOpen."""
    if survey["state"] != OPEN:
        raise SurveyNotOpen(allowed_actions=moves_from(survey["state"]))


def local_day_of(survey: Row, at: datetime) -> date:
    """The day of an instant in the survey's zone."""
    return local_day(at, survey["time_zone"])


async def find_own_services(connection: Connection, survey: Row, named: Collection[UUID], now: datetime) -> set[UUID]:
    """Those of the services named by answers that belong to what is surveyed."""
    if survey["service_id"] is not None:
        return {survey["service_id"]}
    if not named:
        return set()
    rows = await _OWN_SERVICES.fetch(
        connection,
        ids=sorted(named),
        institution_id=survey["institution_id"],
        unit_id=survey["unit_id"],
        day=local_day_of(survey, now),
    )
    return {row["id"] for row in rows}


def check_entry(survey: Row, answer: NewAnswer, own_services: set[UUID], *, known: Known, now: datetime) -> Entry:
    """The answer as it will be kept. Raises Unprocessable with everything that is wrong, or SurveyNotOpen.

    Whoever has a code answers within the period, and so was whatever was `received_at` another time; what an officer
    enters without saying when counts as received now.
    """
    profile: dict[str, str | None] = {name: getattr(answer.profile, name) for name in PROFILE}
    channel = answer.channel or (ONE_TIME_CODE if answer.code is not None else DEFAULT_CHANNEL)
    received = min(answer.received_at or now, now)
    day = local_day_of(survey, received)
    inside = survey["period_from"] <= day and (survey["period_to"] is None or day < survey["period_to"])
    flaws = flaws_of_scores(answer.answers, survey["elements"], least=survey["scale_min"], most=survey["scale_max"])
    flaws += flaws_of_circumstances(
        channel=channel, profile=profile, received_at=answer.received_at, now=now, known=known
    )
    flaws += flaws_of_expectations(
        answer.expectations,
        survey["elements"],
        asked=survey["expectations"],
        least=survey["scale_min"],
        most=survey["scale_max"],
    )
    if answer.code is None and channel in BY_CODE:
        flaws.append(Flaw("/channel", "needs_a_code", _NEEDS_CODE))
    if answer.id is not None and not acceptable(answer.id, now):
        flaws.append(Flaw("/id", "own_id", _OWN_ID))
    if answer.id is not None and answer.received_at is None:
        flaws.append(Flaw("/received_at", "needed_with_an_id", _ITS_TIME))
    if answer.id is not None and answer.code is not None:
        flaws.append(Flaw("/id", "not_with_a_code", _NOT_WITH_CODE))
    if answer.received_at is not None and not inside:
        flaws.append(Flaw("/received_at", "outside_the_period", _OUTSIDE))
    if answer.received_at is not None and answer.code is not None:
        flaws.append(Flaw("/received_at", "not_with_a_code", _NOT_WITH_CODE))
    if answer.service_id is not None and answer.service_id not in own_services:
        told = _OTHER_SERVICE if survey["service_id"] is not None else _ELSEWHERE
        flaws.append(Flaw("/service_id", "other_service", told))
    if flaws:
        raise Unprocessable(errors=flaws)
    if answer.code is not None and not inside:
        raise SurveyNotOpen(allowed_actions=[])
    expected = answer.expectations
    counted = Counted(
        elements=tuple(survey["elements"]),
        expectations=tuple(expected.get(code) for code in survey["elements"]) if expected else None,
        scores=tuple(answer.answers[code] for code in survey["elements"]),
        day=day,
        told=circumstances(channel, answer.service_id or survey["service_id"], tuple(profile.values())),
    )
    reference = None if answer.reference is None else reference_hash(survey["id"], answer.reference)
    return Entry(answer.id or new_id(), counted, received, reference, answer.id is not None)
