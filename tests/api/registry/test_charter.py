"""The charter (maklumat pelayanan): its three statements, what it covers, and when it must be signed anew."""

from datetime import date
from uuid import uuid4

import pytest

from api.registry.standards_stage import (
    Agency,
    add_service,
    build_agency,
    publication,
    published,
    stipulated,
)
from support.services import ServiceUnderTest


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def test_a_charter_holds_three_statements_and_its_signature(agency: Agency) -> None:
    standard_id = await published(agency)
    reply = await agency.call("GET", f"/standards/{standard_id}/charter", by=None)
    assert reply.status_code == 200
    charter = reply.json()
    assert {one["code"] for one in charter["statements"]} == {
        "promise_to_serve",
        "promise_to_improve",
        "accept_sanction",
    }
    assert all(one["text"] for one in charter["statements"])
    assert (charter["state"], charter["signer"]["name"]) == ("published_electronic", "Ni Made Sari")
    assert [one["id"] for one in charter["standards"]] == [standard_id]
    assert charter["warnings"] == []


async def test_the_units_own_words_are_kept(agency: Agency) -> None:
    standard_id = await stipulated(agency)
    body = publication(channels=[{"medium": "leaflet"}])
    body["charter"]["statements"] = {
        "promise_to_serve": "Kami melayani dengan senyum.",
        "promise_to_improve": None,
        "accept_sanction": None,
    }
    assert (await agency.act(standard_id, "publication", body)).status_code == 200
    charter = (await agency.call("GET", f"/standards/{standard_id}/charter", by=None)).json()
    assert {"code": "promise_to_serve", "text": "Kami melayani dengan senyum."} in charter["statements"]
    assert charter["state"] == "published_non_electronic"


async def test_no_charter_before_publication(agency: Agency) -> None:
    standard_id = await stipulated(agency)
    assert (await agency.call("GET", f"/standards/{standard_id}/charter")).status_code == 404


async def test_a_charter_covers_several_standards_of_its_unit(agency: Agency, registry: ServiceUnderTest) -> None:
    first = await published(agency)
    charter_id = (await agency.call("GET", f"/standards/{first}/charter")).json()["id"]
    agency.service_id = uuid4()
    async with registry.connection() as connection:
        await add_service(connection, agency, agency.service_id, f"{agency.code}_b")
    second = await stipulated(agency)
    stranger = await agency.act(second, "publication", publication(charter=None, charter_id=str(uuid4())))
    assert stranger.json()["errors"][0]["pointer"] == "/charter_id"
    reply = await agency.act(second, "publication", publication(charter=None, charter_id=charter_id))
    assert reply.status_code == 200
    charter = (await agency.call("GET", f"/standards/{second}/charter", by=None)).json()
    assert {one["id"] for one in charter["standards"]} == {first, second}


async def test_a_signer_who_left_is_told_of(agency: Agency, registry: ServiceUnderTest) -> None:
    standard_id = await stipulated(agency)
    body = publication()
    body["charter"]["signer"]["person_id"] = str(agency.people["unit_head"])
    assert (await agency.act(standard_id, "publication", body)).status_code == 200
    path = f"/standards/{standard_id}/charter"
    assert (await agency.call("GET", path)).json()["warnings"] == []
    async with registry.connection() as connection:
        await connection.execute(
            "UPDATE appointments SET valid_during = daterange(lower(valid_during), $2) WHERE person_id = $1",
            agency.people["unit_head"],
            date(2026, 2, 1),
        )
    warned = (await agency.call("GET", path, headers={"accept-language": "en"})).json()["warnings"]
    assert [one["code"] for one in warned] == ["signer_left_seat"]
