"""A rule that assigns by itself: after triage has spoken, to a unit that may have the case, and never a second time."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from directory.zones import national_day
from support.directory import settled_country
from support.filings import Desk
from support.services import ServiceUnderTest

CLASSIFIED = {"class": "non_supervisory", "category": "population"}
ELSEWHERE = {"reason": "not_our_authority", "explanation": "Bukan wewenang kami."}


@pytest.fixture
async def city(complaints: ServiceUnderTest) -> Desk:
    """A city of its own for each test: rules hold for all that is filed with it."""
    return Desk(complaints, await settled_country(complaints, "51.93"))


async def make(desk: Desk, unit_id: UUID | None, **changes: Any) -> httpx.Response:
    """One rule of the city that sends everything to a unit."""
    rule = {"code": "all", "name": "Semua", "unit_id": str(unit_id) if unit_id else None, "assigns": True} | changes
    body = {
        "institution_id": str(desk.country.city),
        "effective_from": str(national_day(desk.service.app.state.clock())),
        "note": "SK Wali Kota 1/2026",
        "rules": [rule],
    }
    reply = await desk.service.call("POST", "/v1/routing-rules", caller=desk.account("admin"), json=body)
    desk.service.app.state.router.forget()
    return reply


async def triaged(desk: Desk, **changes: Any) -> dict[str, Any]:
    """The case after it was verified and classified."""
    filed = await desk.file(**changes)
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    return await desk.done(filed["id"], "classification", "admin", CLASSIFIED)


async def test_the_unit_has_the_case_at_once_and_its_clocks_run(city: Desk) -> None:
    made = await make(city, city.country.works)
    assert made.json()["rules"][0]["assigns"] is True
    filed = await city.file()
    verified = await city.done(filed["id"], "verification", "admin", {"complete": True})
    assert verified["state"] == "verified"  # nobody has said yet what it is
    case = await city.done(filed["id"], "classification", "admin", CLASSIFIED)
    assert (case["state"], case["unit_id"]) == ("assigned", str(city.country.works))
    entry = (await city.get(case["id"], "admin", "/timeline")).json()["items"][-1]
    assert (entry["action"], entry["actor"]["role"]) == ("assignment", "system")
    [_, trace] = (await city.get(case["id"], "admin", "/routing")).json()["items"]
    assert (trace["by"], trace["sequence"], trace["steps"][0]["rule"]) == ("rule", entry["sequence"], "all")
    duties = (await city.get(case["id"], "admin", "/deadline")).json()["duties"]
    assert {"acceptance", "first_response", "handling"} <= {
        duty["stage"] for duty in duties if duty["status"] == "running"
    }
    assert (await city.get(case["id"], "works_liaison")).status_code == 200


async def test_a_rule_that_only_proposes_leaves_it_to_triage(city: Desk) -> None:
    await make(city, city.country.works, assigns=False)
    case = await triaged(city)
    assert (case["state"], case["proposed_unit_id"]) == ("verified", str(city.country.works))


async def test_the_rules_are_asked_of_what_triage_said(city: Desk) -> None:
    await make(city, city.country.works, categories=["population"])
    case = await triaged(city, category="transport")  # filed as something else
    assert (case["state"], case["unit_id"]) == ("assigned", str(city.country.works))


async def test_what_was_refused_is_for_people(city: Desk) -> None:
    await make(city, city.country.works)
    case = await triaged(city)
    await city.done(case["id"], "refusal", "works_liaison", ELSEWHERE)
    again = await city.done(case["id"], "classification", "admin", CLASSIFIED)
    assert (again["state"], again["unit_id"]) == ("verified", None)


async def test_never_the_unit_complained_of_nor_against_the_reporter_s_word_nor_on_the_protected_path(
    city: Desk,
) -> None:
    await make(city, city.country.counter)
    filed = await city.file()
    async with city.service.connection() as connection:
        await connection.execute(
            "UPDATE cases SET accused_unit_id = $2 WHERE id = $1", filed["id"], city.country.registry_office
        )
    await city.done(filed["id"], "verification", "admin", {"complete": True})
    accused = await city.done(filed["id"], "classification", "admin", CLASSIFIED)
    assert accused["state"] == "verified"
    named = await triaged(city, service_id=None, unit_id=str(city.country.works))
    assert (named["state"], named["proposed_unit_id"]) == ("verified", str(city.country.works))
    secret = await city.file(protected=True)
    await city.done(secret["id"], "verification", "auditor", {"complete": True})
    held = await city.done(
        secret["id"], "classification", "auditor", {"class": "supervisory", "category": "population"}
    )
    assert held["state"] == "verified"


async def test_an_institution_that_was_handed_the_case_asks_its_own_rules(city: Desk) -> None:
    await make(city, city.country.works)
    filed = await city.file()
    body = {"institution_id": str(city.country.other_city), "reason": "Wilayah lain."}
    await city.done(filed["id"], "transfer", "admin", body)
    await city.done(filed["id"], "verification", "other_admin", {"complete": True})
    case = await city.done(filed["id"], "classification", "other_admin", CLASSIFIED)
    assert (case["state"], case["institution_id"]) == ("verified", str(city.country.other_city))


async def test_only_a_unit_is_assigned_to(city: Desk) -> None:
    refused = await make(city, None)
    flaws = {flaw["pointer"]: flaw["code"] for flaw in refused.json()["errors"]}
    assert flaws == {"/rules/0/unit_id": "missing", "/rules/0/assigns": "needs_unit"}
