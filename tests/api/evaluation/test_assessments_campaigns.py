"""Campaigns of PEKPPP: who holds them, which units and evaluators they name, what comes of them over the years."""

from typing import Any
from uuid import uuid4

from api.evaluation.assessed import (
    Assessed,
    add_unit,
    all_levels,
    all_users,
    assessed,
    campaign,
    campaign_body,
    codes,
)
from api.evaluation.conftest import Office
from support.directory import seat, settle


async def test_who_may_hold_a_campaign(office: Office) -> None:
    path, body = "/v1/assessment-campaigns", campaign_body(office)
    for name, status in (("admin", 201), ("responsible", 201), ("national", 201), ("other_admin", 403), ("head", 403)):
        assert (await office.call("POST", path, caller=office.officer(name), json=body)).status_code == status, name
    assert (await office.call("POST", path, caller=office.service.anonymous(), json=body)).status_code == 401
    national = body | {"scheme": "national"}
    assert (await office.call("POST", path, caller=office.officer("admin"), json=national)).status_code == 403
    assert (await office.call("POST", path, caller=office.officer("national"), json=national)).status_code == 201
    wrong = body | {"scheme": "private", "evaluator_form": "f03_a", "user_form": "f09"}
    refused = await office.call("POST", path, json=wrong)
    assert codes(refused) == {
        ("/scheme", "unknown_code"),
        ("/evaluator_form", "unknown_form"),
        ("/user_form", "unknown_form"),
    }
    early = body | {"period_from": "2020-01-01", "period_to": "2021-01-01"}
    assert codes(await office.call("POST", path, json=early)) == {("/instrument", "not_in_force")}


async def test_campaigns_are_announced_to_all(office: Office) -> None:
    made = await campaign(office, year=2031, title="PEKPPP 2031")
    nobody = office.service.anonymous()
    found = await office.call("GET", f"/v1/assessment-campaigns/{made['id']}", caller=nobody)
    assert found.json() == made
    query = f"/v1/assessment-campaigns?institution={office.country.city}&year=2031"
    listed = (await office.call("GET", query, caller=nobody)).json()["items"]
    assert made in listed
    assert (await office.call("GET", f"/v1/assessment-campaigns/{uuid4()}", caller=nobody)).status_code == 404


async def test_units_of_a_campaign(office: Office) -> None:
    country, made = office.country, await campaign(office)
    assert (await add_unit(office, made["id"], by="other_admin")).status_code == 403
    assert (await add_unit(office, made["id"], by="admin")).status_code == 201
    twice = await add_unit(office, made["id"], by="admin")
    assert (twice.status_code, twice.json()["code"]) == (409, "unit_in_campaign")
    elsewhere = await add_unit(office, made["id"], country.other_unit, people=())
    assert codes(elsewhere) == {("/unit_id", "other_institution")}
    assert codes(await add_unit(office, str(uuid4()), uuid4())) == {
        ("/campaign_id", "unknown_subject"),
        ("/unit_id", "unknown_subject"),
    }
    provincial = await campaign(office, institution_id=str(country.province))
    supervised = await add_unit(office, provincial["id"], country.other_unit, people=())
    assert supervised.status_code == 201, supervised.text


async def test_nobody_evaluates_the_own_unit_or_its_line(office: Office) -> None:
    country, made = office.country, await campaign(office)
    places = {"own": country.counter, "above": country.registry_office, "beside": country.works}
    for name, place in places.items():
        account = f"evaluator-{name}-{uuid4().hex[:6]}"
        country.people[f"evaluator_{name}"], country.accounts[f"evaluator_{name}"] = uuid4(), account
        await settle(
            office.service, seat(country.people[f"evaluator_{name}"], account, "evaluator", country.city, place)
        )
    for name in ("own", "above"):
        refused = await add_unit(office, made["id"], people=("evaluator", f"evaluator_{name}"))
        assert (refused.status_code, refused.json()["code"]) == (422, "evaluator_unfit")
        assert codes(refused) == {("/evaluator_ids/1", "evaluator_of_own_unit")}
        assert "unit" in refused.json()["errors"][0]["detail"]
    below = await add_unit(office, made["id"], country.registry_office, people=("evaluator_own",))
    assert codes(below) == {("/evaluator_ids/0", "evaluator_of_own_unit")}
    assert codes(await add_unit(office, made["id"], people=("auditor",))) == {("/evaluator_ids/0", "not_an_evaluator")}
    fit = await add_unit(office, made["id"], people=("evaluator", "evaluator_beside"))
    assert fit.status_code == 201, fit.text

    # Somebody who moves into the unit's line after having been assigned is refused where the levels are given.
    unit = await Assessed(office, fit.json()["id"]).to_evaluation()
    moved = seat(
        country.people["evaluator_beside"],
        country.accounts["evaluator_beside"],
        "officer",
        country.city,
        country.registry_office,
    )
    await settle(office.service, moved)
    body = {"form": "f02_a", "answers": {"parking": 3}}
    refused = await unit.post("answers", body, by="evaluator_beside")
    assert (refused.status_code, refused.json()["code"]) == (403, "evaluator_of_own_unit")
    assert (await unit.post("answers", body, by="evaluator")).status_code == 201


async def test_codes_for_users_are_made_by_nobody_of_the_unit_s_line(fresh: Office) -> None:
    """Whoever holds codes can answer as service users: an organiser who also serves in the unit gets none."""
    country, unit = fresh.country, await assessed(fresh)
    assert (await unit.post("codes", {"count": 1}, by="admin")).status_code == 201
    both = seat(country.people["admin"], country.accounts["admin"], "officer", country.city, country.counter)
    await settle(fresh.service, both)
    refused = await unit.post("codes", {"count": 1}, by="admin")
    assert (refused.status_code, refused.json()["code"]) == (403, "evaluator_of_own_unit")
    assert (await unit.post("codes", {"count": 1}, by="evaluator")).status_code == 201


async def test_evaluators_are_changed_by_the_organiser(office: Office) -> None:
    unit = await (await assessed(office)).to_evaluation()
    body: dict[str, Any] = {"evaluator_ids": []}
    etag = {"if-match": (await unit.get()).headers["etag"]}
    path = f"{unit.path}/evaluators"
    assert (await office.call("PUT", path, caller=office.officer("head"), headers=etag, json=body)).status_code == 403
    changed = await office.call("PUT", path, caller=office.officer("admin"), headers=etag, json=body)
    assert (changed.status_code, changed.json()["evaluator_ids"]) == (200, [])
    assert (await unit.post("answers", {"form": "f02_a", "answers": {"parking": 1}}, by="evaluator")).status_code == 403
    assert (await office.call("PUT", path, headers=etag, json=body)).status_code == 412


async def test_an_institution_has_the_mean_and_a_unit_its_history(fresh: Office) -> None:
    country = fresh.country
    last_year: dict[str, Any] = {"year": 2025, "period_from": "2025-01-01", "period_to": "2026-01-01"}
    before = await (await assessed(fresh, **last_year)).to_publication(all_levels(3), all_users(3))
    made = await campaign(fresh)
    indexes = {}
    for unit_id, level in ((country.counter, 5), (country.registry_office, 4)):
        reply = await add_unit(fresh, made["id"], unit_id)
        unit = Assessed(fresh, reply.json()["id"])
        await unit.to_publication(all_levels(level), all_users(level - 1))
        indexes[unit_id] = unit
    waiting = await add_unit(fresh, made["id"], country.secretariat)
    assert waiting.status_code == 201

    # 0.75 · 5 + 0.25 · 4 = 4.75; 0.75 · 4 + 0.25 · 3 = 3.75; their mean 4.25.
    nobody = fresh.service.anonymous()
    result = (await fresh.call("GET", f"/v1/assessment-campaigns/{made['id']}/result", caller=nobody)).json()
    (institution,) = result["institutions"]
    assert (institution["institution_id"], institution["units"]) == (str(country.city), 2)
    assert (institution["ipp"], institution["grade"]) == (4.25, "a_minus")
    assert [unit["ipp"] for unit in result["units"]] == [4.75, 3.75]
    assert result["evaluated"] == 3

    years = (await fresh.call("GET", f"/v1/service-indexes?institution={country.city}", caller=nobody)).json()["items"]
    assert [(each["year"], each["ipp"], each["units"]) for each in years] == [(2026, 4.25, 2), (2025, 3.0, 1)]
    trend = (await indexes[country.counter].get("/result", by="nobody")).json()["trend"]
    assert (trend["assessment_id"], trend["ipp"], trend["difference"]) == (before.id, 3.0, 1.75)
    history = await fresh.call("GET", f"/v1/assessments?unit={country.counter}&state=published", caller=nobody)
    assert [(each["year"], each["ipp"]) for each in history.json()["items"]] == [(2026, 4.75), (2025, 3.0)]
    below = await fresh.call(
        "GET", f"/v1/assessments?unit={country.registry_office}&scope=subtree&count=exact", caller=nobody
    )
    assert below.json()["count"] == 3
    assert (await fresh.call("GET", "/v1/assessments?scope=subtree", caller=nobody)).status_code == 400
