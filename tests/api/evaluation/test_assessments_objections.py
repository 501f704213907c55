"""Nobody decides on the objection to a level that they gave: another evaluator does, or the organiser."""

from typing import Any
from uuid import uuid4

import pytest

from api.evaluation.assessed import Assessed, all_levels, all_users, assessed, codes
from api.evaluation.conftest import Office
from support.directory import seat, settle

OWN = {("/objections/0", "own_level")}


async def objected(office: Office) -> tuple[Assessed, dict[str, Any]]:
    """A unit that objects to a level the evaluator gave, and what rejects it."""
    unit = await (await assessed(office)).to_verification(all_levels(3), all_users(3))
    raised = await unit.post("objection", {"item": "parking", "reason": "Lima fasilitas."}, by="head")
    assert raised.status_code == 201, raised.text
    return unit, {"id": raised.json()["id"], "decision": "rejected", "reason": "Bukti kurang."}


async def assign_another(unit: Assessed) -> str:
    """A second evaluator of the city, assigned by the organiser beside the first; the name."""
    office, name = unit.office, f"evaluator-{uuid4().hex[:8]}"
    office.country.people[name], office.country.accounts[name] = uuid4(), name
    await settle(office.service, seat(office.country.people[name], name, "evaluator", office.country.city, None))
    assigned = await office.call(
        "PUT",
        f"{unit.path}/evaluators",
        caller=office.officer("admin"),
        json={"evaluator_ids": [str(office.country.people[each]) for each in ("evaluator", name)]},
        headers={"if-match": (await unit.get()).headers["etag"]},
    )
    assert assigned.status_code == 200, assigned.text
    return name


@pytest.mark.parametrize("decision", ["confirmed", "returned"])
async def test_the_evaluator_who_gave_the_level_decides_neither_way(office: Office, decision: str) -> None:
    unit, rejected = await objected(office)
    accepted = rejected | {"decision": "accepted"}
    for body in (
        {"decision": decision, "objections": [rejected]},
        {"decision": decision, "objections": [accepted], "adjustments": {"parking": 5}},
    ):
        refused = await unit.move("verification", by="evaluator", body=body)
        assert (refused.status_code, refused.json()["code"], codes(refused)) == (403, "own_level", OWN)
    assert (await unit.get("/objection", by="head")).json()["items"][0]["decision"] is None
    assert (await unit.get()).json()["state"] == "verification"


async def test_the_refusal_says_who_decides_in_both_languages(office: Office) -> None:
    unit, rejected = await objected(office)
    body = {"decision": "confirmed", "objections": [rejected]}
    etag = (await unit.get()).headers["etag"]
    for language, told in (("id", "Evaluator lain atau penyelenggara"), ("en", "Another evaluator or the organiser")):
        headers = {"if-match": etag, "accept-language": language, **office.officer("evaluator")}
        refused = await unit.post("verification", body, by="evaluator", headers=headers)
        assert told in refused.json()["errors"][0]["detail"]


@pytest.mark.parametrize("who", ["admin", "responsible"])
async def test_with_a_single_evaluator_the_organiser_decides(office: Office, who: str) -> None:
    unit, rejected = await objected(office)
    confirmed = await unit.moved("verification", by=who, body={"decision": "confirmed", "objections": [rejected]})
    assert confirmed["state"] == "final"


async def test_another_evaluator_decides_whom_the_organiser_may_assign_then(office: Office) -> None:
    unit, rejected = await objected(office)
    other = await assign_another(unit)
    confirmed = await unit.moved("verification", by=other, body={"decision": "confirmed", "objections": [rejected]})
    assert confirmed["state"] == "final"


async def test_levels_given_anew_after_a_return_open_no_way_round(office: Office) -> None:
    """The objection stands against the first evaluator's level, whoever repeats it; nor does who repeated it decide."""
    unit, rejected = await objected(office)
    await unit.moved("verification", by="evaluator", body={"decision": "returned"})
    other = await assign_another(unit)
    await unit.levels({"parking": 3}, by=other)
    await unit.moved("completion", by=other)
    body = {"decision": "confirmed", "objections": [rejected]}
    for who in ("evaluator", other):
        refused = await unit.move("verification", by=who, body=body)
        assert (refused.status_code, codes(refused)) == (403, OWN), who
    assert (await unit.moved("verification", by="admin", body=body))["state"] == "final"


async def test_of_several_evaluators_each_decides_on_the_others_levels(office: Office) -> None:
    unit, of_parking = await objected(office)
    await unit.moved("verification", by="evaluator", body={"decision": "returned"})
    other = await assign_another(unit)
    await unit.levels({"toilet": 2}, by=other)
    await unit.moved("completion", by=other)
    raised = await unit.post("objection", {"item": "toilet", "reason": "Bersih."}, by="head")
    of_toilet = of_parking | {"id": raised.json()["id"]}
    both = {"decision": "confirmed", "objections": [of_toilet, of_parking]}
    assert codes(await unit.move("verification", by="evaluator", body=both)) == {("/objections/1", "own_level")}
    assert codes(await unit.move("verification", by=other, body=both)) == {("/objections/0", "own_level")}
    returned = {"decision": "returned"}
    await unit.moved("verification", by="evaluator", body=returned | {"objections": [of_toilet]})
    await unit.moved("completion", by="evaluator")
    confirmed = await unit.moved("verification", by=other, body={"decision": "confirmed", "objections": [of_parking]})
    assert confirmed["state"] == "final"
