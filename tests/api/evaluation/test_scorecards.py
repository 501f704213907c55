"""Scorecards: each figure reckoned by hand from a handful of cases, standards and answers."""

from typing import Any
from uuid import uuid4

from api.evaluation.conftest import Office, all_of, case, standard
from devstack.postgres import Cluster
from evaluation.service import SERVICE as EVALUATION
from support.directory import service as service_event
from support.directory import settled_country
from support.services import service_under_test

MARCH = "2026-03-02T01:00:00+00:00"


async def card(office: Office, kind: str, identifier: Any, period: str = "2026", **options: Any) -> dict[str, Any]:
    reply = await office.call("GET", f"/v1/scorecards/{kind}/{identifier}?period={period}", **options)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def filed(office: Office) -> None:
    """Of the counter in March: one open, three resolved after 2, 4 and 9 days, the last one late. One elsewhere, one protected."""
    country = office.country
    place: dict[str, Any] = {
        "institution_id": country.city,
        "unit_id": country.counter,
        "service_id": country.identity_card,
    }
    done: dict[str, Any] = {"state": "resolved", "filed_at": MARCH}
    await office.take(
        "complaints",
        case(**place, due_at="2026-03-09T01:00:00+00:00"),
        case(**place, **done, resolved_at="2026-03-04T01:00:00+00:00", rating=5),
        case(**place, **done, resolved_at="2026-03-06T01:00:00+00:00", type="aspiration"),
        case(**place, **done, resolved_at="2026-03-11T01:00:00+00:00", late=True, rating=2),
        case(institution_id=country.city, unit_id=country.works, filed_at=MARCH),
        case(institution_id=country.city, visibility_class="protected"),
        case(institution_id=country.other_city, unit_id=country.other_unit),
    )


async def test_complaints_of_a_unit(fresh: Office) -> None:
    await filed(fresh)
    found = (await card(fresh, "unit", fresh.country.registry_office))["complaints"]
    figures = {name: found[name]["value"] for name in ("received", "open", "overdue", "resolved")}
    assert figures == {"received": 4, "open": 1, "overdue": 1, "resolved": 3}
    assert found["on_time_percent"] == {"value": 66.67, "numerator": 2, "denominator": 3, "suppressed": False}
    assert (found["median_days"]["value"], found["median_days"]["denominator"]) == (4.0, 3)
    assert found["rating_mean"] == {"value": 3.5, "numerator": 7, "denominator": 2, "suppressed": False}
    assert {code: each["value"] for code, each in found["received_by_type"].items()} == {
        "complaint": 3,
        "aspiration": 1,
    }


async def test_subjects_and_periods(fresh: Office) -> None:
    await filed(fresh)
    country = fresh.country

    async def received(kind: str, identifier: Any, period: str = "2026") -> Any:
        return (await card(fresh, kind, identifier, period))["complaints"]["received"]["value"]

    assert await received("institution", country.city) == 5, "the protected one isn't counted"
    assert await received("unit", country.works) == 1
    assert await received("service", country.identity_card) == 4
    assert await received("unit", country.registry_office, "2026-Q1") == 4
    assert await received("unit", country.registry_office, "2026-03") == 4
    assert await received("unit", country.registry_office, "2026-04") == 0
    assert await received("unit", country.registry_office, "2025") == 0
    april = (await card(fresh, "unit", country.counter, "2026-04"))["complaints"]
    assert (april["open"]["value"], april["resolved"]["value"], april["on_time_percent"]["value"]) == (1, 0, None)


async def test_standards_of_a_unit(fresh: Office) -> None:
    country = fresh.country
    second, third = uuid4(), uuid4()
    await fresh.take(
        "registry",
        service_event(second, country.city, country.counter, "KIA"),
        service_event(third, country.city, country.registry_office, "Akta"),
        standard(country.identity_card, review_due_on="2026-02-01"),
        standard(second, state="superseded", effective_to="2026-02-01"),
        standard(third, state="stipulated", effective_on=None),
    )
    found = (await card(fresh, "unit", country.registry_office, "2026-03"))["standards"]
    figures = {name: found[name]["value"] for name in ("services", "with_standard", "review_due")}
    assert figures == {"services": 3, "with_standard": 1, "review_due": 1}
    assert found["coverage_percent"] == {"value": 33.33, "numerator": 1, "denominator": 3, "suppressed": False}
    assert {each["name"] for each in found["missing"]} == {"KIA", "Akta"}
    january = (await card(fresh, "unit", country.registry_office, "2026-01"))["standards"]
    assert (january["with_standard"]["value"], january["review_due"]["value"]) == (2, 0)


async def test_satisfaction_adds_up_the_tree(fresh: Office) -> None:
    """The union of all answers, not the mean of the surveys' indices."""
    country = fresh.country
    of_counter = await fresh.survey(period_from="2026-01-01")
    of_office = await fresh.survey(unit_id=str(country.registry_office), period_from="2026-01-01")
    of_works = await fresh.survey(unit_id=str(country.works), period_from="2026-01-01")
    received = {"received_at": "2026-03-02T02:00:00Z"}
    served = {"service_id": str(country.identity_card)}
    await fresh.batch(of_counter, [{"answers": all_of(4), **received, **served} for _ in range(3)])
    await fresh.batch(of_office, [{"answers": all_of(2), **received}])
    await fresh.batch(of_works, [{"answers": all_of(1), **received}])

    async def satisfied(kind: str, identifier: Any, period: str = "2026") -> tuple[int, float | None]:
        found = (await card(fresh, kind, identifier, period))["satisfaction"]
        return found["n"], found["index"]

    assert await satisfied("unit", country.counter) == (3, 100.0)
    assert await satisfied("unit", country.registry_office) == (4, 87.5)  # (3 x 4 + 2) / 4 x 25
    assert await satisfied("institution", country.city) == (5, 75.0)
    assert await satisfied("service", country.identity_card) == (3, 100.0)
    assert await satisfied("institution", country.city, "2026-Q1") == (5, 75.0)
    assert await satisfied("institution", country.city, "2026-Q2") == (0, None)


async def test_the_public_sees_published_surveys_and_no_small_cell(fresh: Office) -> None:
    await filed(fresh)
    country, anonymous = fresh.country, fresh.service.anonymous()
    survey = await fresh.survey()
    await fresh.batch(survey, [{"answers": all_of(3)} for _ in range(5)])
    period = "2026"
    path = ("unit", country.registry_office, period)
    hidden = {"value": None, "numerator": None, "denominator": None, "suppressed": True}
    shown = await card(fresh, *path, caller=anonymous)
    assert shown["complaints"]["received"] == hidden
    assert shown["complaints"]["on_time_percent"] == hidden
    assert {each["value"] for each in shown["complaints"]["received_by_type"].values()} == {None}
    assert shown["satisfaction"]["n"] == 0
    measured = [each for tagged in shown["principles"].values() for each in tagged]
    of_people = [each for each in measured if each["measure"] != "standards_coverage_percent"]
    assert {each["value"] for each in of_people} == {None}
    for caller in (fresh.officer("head"), fresh.service.integration("reports:read", country.city)):
        assert (await card(fresh, *path, caller=caller))["complaints"]["received"]["value"] == 4
    other = await card(fresh, *path, caller=fresh.officer("works_head"))
    assert other["complaints"]["received"] == hidden
    await fresh.act(survey, "closing")
    await fresh.act(survey, "publication")
    year = (await fresh.call("GET", f"/v1/surveys/{survey['id']}")).json()["opened_at"][:4]
    published = (await card(fresh, "unit", country.registry_office, year, caller=anonymous))["satisfaction"]
    assert (published["n"], published["index"], published["grade"]) == (5, 75.0, "c")


async def test_conformance_principles_and_sources(fresh: Office) -> None:
    await filed(fresh)
    country = fresh.country
    await fresh.take("registry", standard(country.identity_card))
    survey = await fresh.survey(period_from="2026-01-01")
    named: dict[str, Any] = {"service_id": str(country.identity_card), "received_at": "2026-03-02T02:00:00Z"}
    await fresh.answer(survey, all_of(4, completion_time=2), **named)
    found = await card(fresh, "service", country.identity_card)
    by_component = {each["component"]: each for each in found["conformance"]}
    time = by_component["completion_time"]
    assert time["promised"] == {"amount": 3, "unit": "working_day"}
    assert time["kept"] is None, "nothing measures it yet"
    assert (time["perceived"]["index"], time["perceived"]["grade"]) == (50.0, "d")
    assert by_component["complaint_handling"]["kept"]["numerator"] == 2
    measures = {code: {each["measure"] for each in tagged} for code, tagged in found["principles"].items()}
    assert measures["innovative"] == set()
    assert measures["effective"] == {"complaints_on_time_percent"}
    assert found["sources"]["complaints"]["position"] >= 1
    assert found["period"]["from"] == "2026-01-01"
    assert found["period"]["time_zone"] == "Asia/Makassar"


async def test_what_was_never_heard_of_is_null_not_zero(postgres: Cluster) -> None:
    async with service_under_test(postgres, EVALUATION) as service:
        alone = Office(service, await settled_country(service))
        found = await card(alone, "unit", alone.country.counter)
        assert (found["complaints"], found["standards"]) == (None, None)
        assert (found["sources"]["complaints"], found["sources"]["registry"]) == (None, None)
        assert (found["satisfaction"]["n"], found["satisfaction"]["index"]) == (0, None)
        assert {each["kept"] for each in found["conformance"]} == {None}


async def test_what_does_not_exist(office: Office) -> None:
    unit = office.country.counter
    assert (await office.call("GET", f"/v1/scorecards/unit/{uuid4()}")).status_code == 404
    assert (await office.call("GET", f"/v1/scorecards/country/{unit}")).status_code == 404
    assert (await office.call("GET", f"/v1/scorecards/unit/{unit}?period=2026-13")).status_code == 400
    assert (await office.call("GET", f"/v1/scorecards/unit/{unit}?period=2010")).status_code == 400
    assert (await office.call("GET", f"/v1/scorecards/unit/{unit}")).status_code == 200
