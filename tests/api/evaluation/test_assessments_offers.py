"""Levels that the platform proves from its own records, offered with them; and nothing where it knows nothing."""

from typing import Any
from uuid import uuid4

from api.evaluation.assessed import all_levels, all_users, assessed
from api.evaluation.conftest import Office, all_of, case, event, standard


async def offered(office: Office) -> dict[str, dict[str, Any]]:
    unit = await assessed(office)
    reply = await unit.get("/offered-levels", by="evaluator")
    assert reply.status_code == 200, reply.text
    return {each["item"]: each for each in reply.json()["items"]}


async def test_nothing_known_offers_nothing(fresh: Office) -> None:
    assert await offered(fresh) == {}


async def test_a_standard_as_the_registry_tells_of_it_today(fresh: Office) -> None:
    published = standard(fresh.country.identity_card)
    await fresh.take("registry", published)
    found = await offered(fresh)
    assert {item: each["level"] for item, each in found.items()} == {"standard_available": 3}
    (evidence,) = found["standard_available"]["evidence"]
    assert evidence == {
        "kind": "standard",
        "service_id": str(fresh.country.identity_card),
        "standard_id": published.data["id"],
    }
    assert set(found["standard_available"]["basis"]) == {"id", "en"}
    ended = {**published.data, "state": "revoked", "effective_to": "2026-02-01"}
    await fresh.take("registry", event("standard.revoked", published.subject, ended, 2))
    assert await offered(fresh) == {}


async def test_participation_media_review_and_charter_where_the_event_says_them(fresh: Office) -> None:
    more: dict[str, Any] = {
        "version": 2,
        "consultation_elements": ["provider", "service_users", "mass_media"],
        "publication_media": ["sippn", "website", "banner_board"],
        "charter_state": "published_electronic",
        "reviewed_on": None,
    }
    await fresh.take("registry", standard(fresh.country.identity_card, **more))
    assert {item: each["level"] for item, each in (await offered(fresh)).items()} == {
        "standard_available": 4,
        "standard_participation": 2,
        "standard_publication_media": 3,
        "standard_review": 5,
        "charter_cycle": 5,
    }


async def test_the_survey_and_its_follow_up(fresh: Office) -> None:
    survey = await fresh.survey(population=1, period_from="2026-01-01")
    await fresh.answer(survey, all_of(4))
    assert await offered(fresh) == {}, "a survey that is still open proves nothing"
    await fresh.act(survey, "closing")
    assert {item: each["level"] for item, each in (await offered(fresh)).items()} == {"survey_conforming": 2}
    plan = {"element": "fee", "programme": "Papan tarif", "due_on": "2026-12-01", "owner": "Loket"}
    made = await fresh.call("POST", f"/v1/surveys/{survey['id']}/follow-up-plan/items", json=plan)
    assert made.status_code == 201, made.text
    await fresh.act(survey, "publication", json={"method": "Kuesioner", "process": "Dua minggu"})
    found = await offered(fresh)
    assert {item: each["level"] for item, each in found.items()} == {
        "survey_conforming": 2,
        "survey_publication_media": 1,
        "survey_follow_up_share": 1,
    }
    assert found["survey_conforming"]["evidence"][0]["survey_id"] == survey["id"]


async def test_complaints_of_the_unit_and_those_below_it(fresh: Office) -> None:
    counter = fresh.country.counter
    lapor: dict[str, Any] = {"unit_id": counter, "channel": "lapor", "filed_at": "2026-03-02T01:00:00+00:00"}
    done: dict[str, Any] = {
        "state": "closed",
        "resolved_at": "2026-03-09T01:00:00+00:00",
        "closed_at": "2026-03-09T01:00:00+00:00",
    }
    await fresh.take(
        "complaints",
        case(**lapor, **done),
        case(**lapor),
        case(**lapor | {"state": "withdrawn"}),  # not the unit's to handle
        case(**lapor | {"filed_at": "2025-03-02T01:00:00+00:00"}),  # of the year before
        case(**lapor | {"visibility_class": "protected"}),
        case(**lapor | {"type": "aspiration"}),
        case(**lapor | {"unit_id": fresh.country.works}),
    )
    found = (await offered(fresh))["follow_up"]
    assert found["level"] == 4, "1 of 2: half"
    assert found["evidence"] == [
        {"kind": "complaint_counts", "lapor": 2, "lapor_finished": 1, "others": 0, "others_finished": 0}
    ]


async def test_what_was_offered_is_kept_when_the_evaluation_is_finished(fresh: Office) -> None:
    await fresh.take("registry", standard(fresh.country.identity_card, identifier=uuid4()))
    unit = await (await assessed(fresh)).to_verification(all_levels(3), all_users(3))
    last = (await unit.get("/history")).json()["items"][-1]
    assert (last["action"], last["detail"]) == ("completion", {"offered": {"standard_available": 3}})
