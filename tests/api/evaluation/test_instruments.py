"""Instruments: read by all, added by the platform's administrators, refused with every reason, never changed."""

import copy
from typing import Any
from uuid import uuid4

from api.evaluation.conftest import Office
from devstack.layout import DATA
from evaluation import reference
from unit.evaluation.instruments import SHIPPED


def new_version(**fields: Any) -> dict[str, Any]:
    return copy.deepcopy(SHIPPED) | {"code": f"trial_{uuid4().hex[:8]}"} | fields


async def test_the_instrument_that_ships_is_there(office: Office) -> None:
    reply = await office.call("GET", "/v1/instruments/pekppp/1", caller=office.service.anonymous())
    assert reply.status_code == 200, reply.text
    found = reply.json()
    assert [aspect["weight"] for aspect in found["aspects"]] == ["24", "25", "18", "11", "10", "12"]
    assert {form["code"]: len(form["items"]) for form in found["forms"]} == {
        "f02_a": 31,
        "f02_b": 30,
        "f03_a": 14,
        "f03_b": 11,
    }
    assert [grade["label"]["id"] for grade in found["index"]["grades"]][:3] == ["A", "A-", "B"]
    listed = (await office.call("GET", "/v1/instruments?code=pekppp")).json()["items"]
    assert [(each["code"], each["version"]) for each in listed] == [("pekppp", 1)]
    for unknown in ("pekppp/2", "unknown/1"):
        assert (await office.call("GET", f"/v1/instruments/{unknown}")).status_code == 404


async def test_a_new_version_is_data(office: Office) -> None:
    document = new_version(version=7)
    added = await office.call("POST", "/v1/instruments", json=document)
    assert added.status_code == 201, added.text
    assert added.headers["location"] == f"/v1/instruments/{document['code']}/7"
    assert (await office.call("GET", added.headers["location"])).json() == added.json()
    again = await office.call("POST", "/v1/instruments", json=document)
    assert (again.status_code, again.json()["code"]) == (409, "instrument_exists")


async def test_what_does_not_hold_together_is_refused_with_every_reason(office: Office) -> None:
    document = new_version()
    document["forms"][0]["items"][0]["weight"] = "18"
    document["forms"][0]["items"][3]["code"] = "standard_available"
    del document["forms"][0]["items"][1]["rubric"]["5"]
    refused = await office.call("POST", "/v1/instruments", json=document)
    assert (refused.status_code, refused.json()["code"]) == (422, "instrument_invalid")
    assert {(error["pointer"], error["code"]) for error in refused.json()["errors"]} == {
        ("/forms/0/items/0/weight", "weights_dont_add_up"),
        ("/forms/0/items/3/code", "code_repeated"),
        ("/forms/0/items/1/rubric", "rubric_level_missing"),
    }


async def test_only_the_platforms_administrators_add_one(office: Office) -> None:
    service = office.service
    for caller, status in (
        (service.anonymous(), 401),
        (office.officer("admin"), 403),
        (service.account("nobody-in-particular"), 403),
        (office.officer("national"), 201),
        (service.integration("evaluation:write", office.country.city), 403),
    ):
        reply = await office.call("POST", "/v1/instruments", caller=caller, json=new_version())
        assert reply.status_code == status


async def test_loading_again_changes_nothing(office: Office) -> None:
    before = (await office.call("GET", "/v1/instruments/pekppp/1")).json()
    async with office.service.app.state.pool.acquire() as connection:
        await reference.load(connection, DATA)
    assert (await office.call("GET", "/v1/instruments/pekppp/1")).json() == before
