"""What the platform itself can prove of an indicator: a level that its records reach, with the records. Pure.

An offer is a floor for the evaluator to take or to better: paper the platform never saw may prove more. What isn't known
offers nothing. Levels are those of the rubric of PEKPPP's F-02 of 2023-2025, by the item's `proof`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.http.languages import Text
from evaluation.surveys.follow_up import Realisation

Evidence = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """`evidence`: the records that prove the level."""

    level: int
    basis: Text
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedService:
    """An active service with its standard in force. None: the platform doesn't know it."""

    service_id: UUID
    standard_id: UUID | None
    version: int | None = None
    effective_on: date | None = None
    elements: tuple[str, ...] | None = None
    media: tuple[str, ...] | None = None
    charter_state: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSurvey:
    """A satisfaction survey whose answers are in. `required` None: nobody said how many users there are."""

    survey_id: UUID
    n: int
    required: int | None
    published_on: date | None
    plan: Realisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Closures:
    """Complaints that came in, and how many of them were followed up to the end; `lapor`: through SP4N-LAPOR!."""

    lapor: int
    lapor_finished: int
    others: int
    others_finished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that the platform knows of a unit and those below it. `surveys`: the newest first."""

    day: date
    services: tuple[PromisedService, ...]
    surveys: tuple[HeldSurvey, ...]
    closures: Closures


_NOT_SOCIETY = frozenset({"provider"})
_NATIONAL = "sippn"
_CHARTER_LEVELS = {
    "available": 1,
    "stipulated": 2,
    "compliant": 3,
    "published_non_electronic": 4,
    "published_electronic": 5,
}

_AVAILABLE = Text(
    "Setiap layanan punya standar yang berlaku: 14 komponen, ditetapkan, dipublikasikan.",
    "Every service has a standard in force: 14 components, stipulated, published.",
)
_ELEMENTS = Text("Unsur masyarakat dalam konsultasi standar.", "Elements of society in the standards' consultations.")
_MEDIA = Text("Media publikasi komponen service delivery.", "Media that publish the service-delivery components.")
_REVIEW = Text("Umur peninjauan terakhir setiap standar.", "Age of each standard's last review.")
_CHARTER = Text("Keadaan maklumat setiap layanan.", "State of the charter of each service.")
_SURVEY = Text("SKM terlaksana, dengan jumlah jawaban dan sampel.", "A survey was held; its answers and its sample.")
_PUBLISHED = Text("Hasil SKM dipublikasikan pada platform ini.", "The survey's result is published on this platform.")
_PLAN = Text("Rencana tindak lanjut SKM dan realisasinya.", "The survey's follow-up plan and what was realised.")
_CLOSURE = Text("Pengaduan yang ditindaklanjuti hingga selesai.", "Complaints followed up to the end.")


def _standard_available(known: Known) -> Offer | None:
    if not _all_promised(known):
        return None
    evidence = [_of_standard(each) for each in known.services]
    took_part = all(each.elements and set(each.elements) - _NOT_SOCIETY for each in known.services)
    return Offer(4 if took_part else 3, _AVAILABLE, evidence)


def _participation(known: Known) -> Offer | None:
    counts = [None if each.elements is None else len(set(each.elements) - _NOT_SOCIETY) for each in known.services]
    evidence = [_of_standard(each, consultation_elements=each.elements) for each in known.services]
    return _least([None if count is None else min(count, 5) for count in counts], known, _ELEMENTS, evidence)


def _publication(known: Known) -> Offer | None:
    levels = [None if each.media is None else _media_level(frozenset(each.media)) for each in known.services]
    evidence = [_of_standard(each, publication_media=each.media) for each in known.services]
    return _least(levels, known, _MEDIA, evidence)


def _media_level(media: frozenset[str]) -> int:
    others = len(media - {_NATIONAL})
    if _NATIONAL in media and others >= 2:
        return min(others + 1, 5)
    return min(len(media), 2)


def _review(known: Known) -> Offer | None:
    if not _all_promised(known):
        return None
    reviewed = [_last_reviewed(each) for each in known.services]
    ages = [None if day is None else years_between(day, known.day) for day in reviewed]
    within = [sum(age is not None and age <= years for age in ages) for years in (1, 2)]
    everything = len(ages)
    if within[0] == everything:
        level = 5
    elif within[0]:
        level = 4
    elif within[1] == everything:
        level = 3
    elif within[1]:
        level = 2
    elif None not in ages:
        level = 1
    else:
        return None
    evidence = [_of_standard(each, reviewed_on=day) for each, day in zip(known.services, reviewed, strict=True)]
    return Offer(level, _REVIEW, evidence)


def _last_reviewed(service: PromisedService) -> date | None:
    renewed = service.effective_on if service.version is not None and service.version > 1 else None
    return max((day for day in (renewed, service.reviewed_on) if day is not None), default=None)


def years_between(earlier: date, later: date) -> int:
    """Years begun since: 1 until the first anniversary included, then 2."""
    whole = later.year - earlier.year - ((later.month, later.day) < (earlier.month, earlier.day))
    exact = (later.month, later.day) == (earlier.month, earlier.day)
    return max(1, whole if exact else whole + 1)


def _charter(known: Known) -> Offer | None:
    levels = [_CHARTER_LEVELS.get(each.charter_state or "") for each in known.services]
    evidence = [_of_standard(each, charter_state=each.charter_state) for each in known.services]
    return _least(levels, known, _CHARTER, evidence)


def _survey_held(known: Known) -> Offer | None:
    held = [each for each in known.surveys if each.n]
    if not held:
        return None
    best = max(held, key=lambda each: (_conforms(each), each.n))
    evidence = [{**_of_survey(best), "n": best.n, "sample_required": best.required}]
    return Offer(2 if _conforms(best) else 1, _SURVEY, evidence)


def _conforms(survey: HeldSurvey) -> bool:
    return survey.required is not None and survey.n >= survey.required


def _survey_published(known: Known) -> Offer | None:
    published = [each for each in known.surveys if each.published_on]
    if not published:
        return None
    return Offer(1, _PUBLISHED, [{**_of_survey(each), "published_on": each.published_on} for each in published])


def _follow_up_share(known: Known) -> Offer | None:
    planned = _planned(known)
    return None if planned is None else Offer(planned.plan.level, _PLAN, [_of_plan(planned)])


def _follow_up_speed(known: Known) -> Offer | None:
    planned = _planned(known)
    if planned is None or planned.plan.speed_level is None:
        return None
    return Offer(planned.plan.speed_level, _PLAN, [_of_plan(planned)])


def _planned(known: Known) -> HeldSurvey | None:
    """The newest survey with a plan of follow-up; a plan kept elsewhere isn't known."""
    return next((each for each in known.surveys if each.plan.planned), None)


def _closure(known: Known) -> Offer | None:
    found = known.closures
    if not found.lapor + found.others:
        return None
    if found.lapor_finished:
        share = found.lapor_finished * 100
        level = 5 if share >= found.lapor * 90 else 4 if share >= found.lapor * 50 else 3
    elif found.others_finished:
        level = 2 if found.others_finished * 100 >= found.others * 50 else 1
    else:
        level = 0
    evidence = {name: getattr(found, name) for name in ("lapor", "lapor_finished", "others", "others_finished")}
    return Offer(level, _CLOSURE, [{"kind": "complaint_counts", **evidence}])


PROOFS: Mapping[str, Callable[[Known], Offer | None]] = {
    "standard_available": _standard_available,
    "standard_participation": _participation,
    "standard_publication_media": _publication,
    "standard_review": _review,
    "charter_cycle": _charter,
    "survey_conforming": _survey_held,
    "survey_publication_media": _survey_published,
    "survey_follow_up_share": _follow_up_share,
    "survey_follow_up_speed": _follow_up_speed,
    "follow_up": _closure,
}
"""By the `proof` of an item."""


def _all_promised(known: Known) -> bool:
    return bool(known.services) and all(each.standard_id is not None for each in known.services)


def _least(levels: Sequence[int | None], known: Known, basis: Text, evidence: Sequence[Evidence]) -> Offer | None:
    """What all services reach; nothing while one of them isn't known."""
    told = [level for level in levels if level is not None]
    if not _all_promised(known) or len(told) < len(levels):
        return None
    return Offer(min(told), basis, evidence)


def _of_standard(service: PromisedService, **more: Any) -> Evidence:
    return {"kind": "standard", "service_id": service.service_id, "standard_id": service.standard_id, **more}


def _of_survey(survey: HeldSurvey) -> Evidence:
    return {"kind": "survey", "survey_id": survey.survey_id}


def _of_plan(survey: HeldSurvey) -> Evidence:
    plan = survey.plan
    return {
        **_of_survey(survey),
        "planned": plan.planned,
        "realised": plan.realised,
        "published_on": survey.published_on,
        "finished_on": plan.finished_on,
    }
