"""Surveys, assessments, an ethics case and a gift of one city, in the states that the operations ask for."""

from functools import partial
from typing import Any
from uuid import UUID

from api.evaluation.assessed import Assessed, add_unit, all_levels, all_users, campaign, campaign_body
from api.evaluation.conftest import Office, all_of
from api.evaluation.test_ethics_cases import WARNING, act, decision, examined, opened
from api.evaluation.test_gratification import GIFT
from api.evaluation.test_instruments import new_version
from api.every_operation.officers import enlist
from api.every_operation.world import World
from support.directory import settled_country
from support.services import ServiceUnderTest


async def evaluation_world(evaluation: ServiceUnderTest) -> World:
    """One city with something of each kind."""
    country = await settled_country(evaluation)
    office = Office(evaluation, country)
    cast, people = await enlist(evaluation, country)
    cast.others["author"] = partial(office.officer, "officer")  # reported a gift, and is accused in a case of ethics
    world = World(cast)
    world.ids |= {
        "institution_id": str(country.city),
        "unit_id": str(country.counter),
        "person_id": str(country.people["officer"]),
        "code": "pekppp",
        "definition": "skm",
        "version": "1",
        "kind": "unit",
        "subject_id": str(country.counter),
        "name": "survey_states",
    }
    await _surveys(world, office)
    await _assessments(world, office, people["evaluator"])
    await _conduct(world, office)
    world.bodies |= _bodies(world, office, people["evaluator"])
    world.queries |= {
        "get_ethics_assessment_summary": {
            "unit": str(country.counter),
            "period_from": "2026-01-01",
            "period_to": "2027-01-01",
        },
        "get_ethics_case_statistics": {"institution": str(country.city), "year": "2026"},
        "list_service_indexes": {"institution": str(country.city)},
    }
    return world


async def _surveys(world: World, office: Office) -> None:
    draft, held, closed, told = [
        await office.survey(state=state, period_from="2026-01-01") for state in ("draft", "open", "open", "open")
    ]
    answer = await office.answer(held, all_of(3))
    for survey in (closed, told):
        await office.answer(survey, all_of(2))
        await office.act(survey, "closing")
    await office.act(told, "publication", json={"method": "Kuesioner", "process": "Di loket"})
    item = {"element": "fee", "programme": "Papan tarif", "due_on": "2099-01-01", "owner": "Kepala loket"}
    planned = await office.call("POST", f"/v1/surveys/{closed['id']}/follow-up-plan/items", json=item)
    assert planned.status_code == 201, planned.text
    world.ids |= {
        "survey_id": draft["id"],
        "survey_id:open": held["id"],
        "survey_id:closed": closed["id"],
        "survey_id:published": told["id"],
        "response_id": answer["id"],
        "item_id": planned.json()["id"],
    }
    world.bodies["add_follow_up_item"] = item


async def _assessments(world: World, office: Office, evaluator: UUID) -> None:
    held = await campaign(office)
    world.ids["campaign_id"] = held["id"]
    found = []
    for _ in range(4):
        # Each in a campaign of its own: a unit takes part once.
        reply = await add_unit(office, (await campaign(office))["id"])
        assert reply.status_code == 201, reply.text
        one = Assessed(office, reply.json()["id"])
        etag = (await one.get()).headers["etag"]
        people = {"evaluator_ids": [str(evaluator), str(office.country.people["evaluator"])]}
        put = await office.call("PUT", f"{one.path}/evaluators", headers={"if-match": etag}, json=people)
        assert put.status_code == 200, put.text
        found.append(one)
    prepared, evaluated, verified, published = found
    await evaluated.to_evaluation()
    await verified.to_verification(all_levels(4), all_users(4), all_users(3))
    await published.to_publication(all_levels(4), all_users(4), all_users(3))
    world.ids |= {
        "assessment_id": prepared.id,
        "assessment_id:evaluation": evaluated.id,
        "assessment_id:verification": verified.id,
        "assessment_id:published": published.id,
    }


async def _conduct(world: World, office: Office) -> None:
    case = await opened(office, "officer")
    decided = await examined(office, "officer")
    verdict = await act(office, decided, "decision", decision(office, officer=WARNING), "head_auditor")
    assert verdict.status_code == 201, verdict.text
    gift = {"institution_id": str(office.country.city), **GIFT, "received_on": "2026-11-02"}
    reply = await office.call("POST", "/v1/gratification-reports", caller=office.officer("officer"), json=gift)
    assert reply.status_code == 201, reply.text
    opinion = {"institution_id": str(office.country.city), "year": 2023, "scheme": "2022-2024", "score": 88.0}
    given = await office.call("POST", "/v1/ombudsman-opinions", json=opinion)
    assert given.status_code == 201, given.text
    world.ids |= {
        "case_id": case.rpartition("/")[2],
        "case_id:decided": decided.rpartition("/")[2],
        "report_id": reply.json()["id"],
        "opinion_id": given.json()["id"],
    }
    world.bodies |= {"report_gratification": gift, "record_ombudsman_opinion": opinion | {"year": 2024}}
    said = {name: opinion[name] for name in ("scheme", "score")}
    world.bodies["correct_ombudsman_opinion"] = said | {"reason": "Salah baca lampiran."}


def _bodies(world: World, office: Office, evaluator: UUID) -> dict[str, Any]:
    officer = str(office.country.people["officer"])
    return {
        "create_survey": {"title": "SKM", "unit_id": world.ids["unit_id"]},
        "change_survey": {"title": "SKM baru"},
        "answer_survey": {"answers": all_of(4)},
        "answer_survey_batch": {"items": [{"answers": all_of(4)}]},
        "correct_survey_response": {"answers": all_of(1), "reason": "Salah ketik"},
        "change_follow_up_item": {"owner": "Kepala seksi"},
        "create_assessment_campaign": campaign_body(office),
        "assign_assessment_evaluators": {"evaluator_ids": [str(evaluator)]},
        "create_assessment": {"campaign_id": world.ids["campaign_id"], "unit_id": str(office.country.counter)},
        "answer_assessment": {"form": "f02_a", "answers": {"parking": 3}},
        "add_assessment_evidence": {"item": "parking", "title": "SK parkir", "document_number": "1/2026"},
        "object_to_assessment": {"item": "parking", "reason": "Ada tiga tempat parkir"},
        "verify_assessment": {"decision": "confirmed"},
        "add_instrument": new_version(),
        "give_ethics_assessment": {
            "kind": "citizen",
            "unit_id": world.ids["unit_id"],
            "period_from": "2026-01-01",
            "period_to": "2026-07-01",
            "scores": {"discipline": 4},
        },
        "open_ethics_case": {
            "institution_id": str(office.country.city),
            "values": ["refuses_bribes"],
            "accused": [{"person_id": officer}],
            "summary": "Diduga meminta imbalan.",
        },
        "accuse_in_ethics_case": {"accused": {"person_id": str(office.country.people["liaison"])}},
        "refer_ethics_case": {"body": "kpk", "reason": "Tindak pidana"},
    }
