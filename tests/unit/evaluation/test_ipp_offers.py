"""What the platform may offer an evaluator, by the rubric of F-02; what it doesn't know it doesn't offer."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from evaluation.assessments.offers import PROOFS, Closures, HeldSurvey, Known, PromisedService, years_between
from evaluation.surveys.follow_up import realisation_of
from unit.evaluation.instruments import instrument

DAY = date(2026, 12, 31)
NO_CASES = Closures(lapor=0, lapor_finished=0, others=0, others_finished=0)
FIVE = (
    "service_users",
    "experts_practitioners_academics",
    "related_institutions",
    "civil_society_organisations",
    "mass_media",
)


def promised(**fields: Any) -> PromisedService:
    told: dict[str, Any] = {"standard_id": uuid4(), "version": 1, "effective_on": date(2026, 1, 1)}
    return PromisedService(service_id=uuid4(), **told | fields)


def held(*, n: int = 50, required: int | None = None, published: date | None = None, days: Any = ()) -> HeldSurvey:
    plan = realisation_of([{"realised_on": day} for day in days], published)
    return HeldSurvey(survey_id=uuid4(), n=n, required=required, published_on=published, plan=plan)


def level(
    proof: str, *services: PromisedService, surveys: tuple[HeldSurvey, ...] = (), closures: Closures = NO_CASES
) -> int | None:
    offer = PROOFS[proof](Known(day=DAY, services=services, surveys=surveys, closures=closures))
    assert offer is None or offer.evidence, "an offer shows what it stands on"
    return None if offer is None else offer.level


def test_nothing_known_offers_nothing() -> None:
    assert {level(proof) for proof in PROOFS} == {None}
    unpromised = PromisedService(service_id=uuid4(), standard_id=None)
    assert {level(proof, unpromised) for proof in PROOFS} == {None}
    assert {level(proof, promised(), unpromised) for proof in PROOFS} == {None}


def test_a_published_standard_alone_proves_that_it_is_available_and_nothing_else() -> None:
    assert {proof: level(proof, promised()) for proof in PROOFS if level(proof, promised()) is not None} == {
        "standard_available": 3
    }


def test_every_proof_is_of_an_indicator() -> None:
    forms = instrument().forms
    assert set(PROOFS) <= {item.proof for item in forms["f02_a"].items}


@pytest.mark.parametrize(
    ("elements", "available", "participation"),
    [
        ((), 3, 0),
        (("provider",), 3, 0),  # the provider isn't an element of society
        (("provider", "service_users"), 4, 1),
        (FIVE[:2], 4, 2),
        (FIVE[:4], 4, 4),
        (FIVE, 4, 5),
    ],
)
def test_elements_of_society(elements: tuple[str, ...], available: int, participation: int) -> None:
    service = promised(elements=elements)
    assert level("standard_available", service) == available
    assert level("standard_participation", service) == participation
    assert level("standard_participation", service, promised(elements=FIVE)) == participation, (
        "the least of all services"
    )
    assert level("standard_participation", service, promised(elements=None)) is None


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (("website",), 1),
        (("website", "leaflet"), 2),
        (("website", "leaflet", "banner_board", "radio_tv"), 2),  # without SIPPN never more
        (("sippn",), 1),
        (("sippn", "website"), 2),
        (("sippn", "website", "leaflet"), 3),
        (("sippn", "website", "leaflet", "radio_tv"), 4),
        (("sippn", "website", "leaflet", "radio_tv", "banner_board", "social_media"), 5),
    ],
)
def test_media(media: tuple[str, ...], expected: int) -> None:
    assert level("standard_publication_media", promised(media=media)) == expected


@pytest.mark.parametrize(
    ("reviewed", "expected"),
    [
        ((date(2026, 1, 1), date(2025, 12, 31)), 5),  # both within the year
        ((date(2026, 6, 1), date(2025, 12, 30)), 4),
        ((date(2026, 6, 1), None), 4),
        ((date(2025, 6, 1), date(2025, 1, 1)), 3),
        ((date(2025, 6, 1), date(2022, 1, 1)), 2),
        ((date(2023, 6, 1), date(2022, 1, 1)), 1),
        ((date(2023, 6, 1), None), None),
        ((None, None), None),
    ],
)
def test_reviews(reviewed: tuple[date | None, ...], expected: int | None) -> None:
    assert level("standard_review", *(promised(reviewed_on=day) for day in reviewed)) == expected


def test_a_later_version_is_a_review_the_first_isnt() -> None:
    assert level("standard_review", promised(version=2, effective_on=date(2026, 3, 1))) == 5
    assert level("standard_review", promised(version=1, effective_on=date(2026, 3, 1))) is None


@pytest.mark.parametrize(
    ("earlier", "later", "years"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), 1),
        (date(2025, 1, 1), date(2026, 1, 1), 1),
        (date(2025, 1, 1), date(2026, 1, 2), 2),
        (date(2024, 2, 29), date(2025, 2, 28), 1),
        (date(2024, 2, 29), date(2025, 3, 1), 2),
    ],
)
def test_years_begun(earlier: date, later: date, years: int) -> None:
    assert years_between(earlier, later) == years


def test_the_charter_counts_as_far_as_all_services_have_come() -> None:
    best, worse = promised(charter_state="published_electronic"), promised(charter_state="compliant")
    assert (level("charter_cycle", best), level("charter_cycle", best, worse)) == (5, 3)
    assert level("charter_cycle", best, promised()) is None


@pytest.mark.parametrize(
    ("survey", "conforming", "media"),
    [
        (held(n=0), None, None),
        (held(), 1, None),  # nobody said how many users there are: a sample can't be judged
        (held(required=51), 1, None),
        (held(required=50), 2, None),
        (held(required=50, published=date(2026, 9, 1)), 2, 1),
    ],
)
def test_surveys(survey: HeldSurvey, conforming: int | None, media: int | None) -> None:
    assert level("survey_conforming", surveys=(survey,)) == conforming
    assert level("survey_publication_media", surveys=(survey,)) == media


DONE = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("days", "share", "speed"),
    [
        ((), None, None),
        ((None, None), 1, None),
        ((DONE, None, None, None), 2, None),  # 25 %
        ((DONE, None), 3, None),  # 50 %
        ((DONE, DONE, DONE, DONE, None), 3, None),  # 80 %
        ((DONE,) * 5 + (None,), 4, None),  # 83 %
        ((DONE, DONE), 5, 5),  # within a month
        ((DONE, date(2026, 7, 30)), 5, 3),  # within six
    ],
)
def test_follow_up(days: tuple[date | None, ...], share: int | None, speed: int | None) -> None:
    survey = held(published=date(2026, 2, 1), days=days)
    assert level("survey_follow_up_share", surveys=(survey,)) == share
    assert level("survey_follow_up_speed", surveys=(survey,)) == speed


@pytest.mark.parametrize(
    ("lapor", "others", "expected"),
    [
        ((0, 0), (0, 0), None),
        ((2, 0), (3, 0), 0),
        ((0, 0), (10, 4), 1),
        ((0, 0), (10, 5), 2),
        ((100, 49), (0, 0), 3),
        ((100, 50), (0, 0), 4),
        ((100, 89), (0, 0), 4),
        ((100, 90), (0, 0), 5),
        ((1, 0), (10, 9), 2),
    ],
)
def test_complaints(lapor: tuple[int, int], others: tuple[int, int], expected: int | None) -> None:
    counted = Closures(lapor=lapor[0], lapor_finished=lapor[1], others=others[0], others_finished=others[1])
    assert level("follow_up", closures=counted) == expected
