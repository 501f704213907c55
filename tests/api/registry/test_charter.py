"""The charter (maklumat pelayanan): its three statements, what it covers, and when it must be signed anew."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.registry.standards_stage import (
    Agency,
    add_service,
    build_agency,
    facts,
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
    # In the order of the law (UU 25/2009 art. 22), as they are read.
    assert [one["code"] for one in charter["statements"]] == [
        "promise_to_serve",
        "promise_to_improve",
        "accept_sanction",
    ]
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


async def test_a_signer_who_heads_another_unit_by_now_left_the_seat(agency: Agency, registry: ServiceUnderTest) -> None:
    standard_id = await stipulated(agency)
    body = publication()
    body["charter"]["signer"]["person_id"] = str(agency.people["unit_head"])
    assert (await agency.act(standard_id, "publication", body)).status_code == 200
    unit = {
        "institution_id": str(agency.institution_id),
        "code": "bidang_ii",
        "valid_during": {"from": "2020-01-01"},
        "name": "Bidang II",
        "kind": "department",
    }
    made = await registry.call("POST", "/v1/units", json=unit)
    assert made.status_code == 201, made.text
    async with registry.connection() as connection:
        await connection.execute(
            "UPDATE appointments SET unit_id = $2 WHERE person_id = $1",
            agency.people["unit_head"],
            UUID(made.json()["id"]),
        )
    warned = (await agency.call("GET", f"/standards/{standard_id}/charter", by=None)).json()["warnings"]
    assert [one["code"] for one in warned] == ["signer_left_seat"]


async def test_a_charter_of_a_unit_that_ended_is_signed_anew_by_its_heir(
    agency: Agency, registry: ServiceUnderTest
) -> None:
    standard_id, heir = await published(agency), str(agency.office_id)
    merger = {"type": "merge", "subjects": [{"unit_id": str(agency.unit_id)}], "into": {"unit_id": heir}}
    declared = {
        "title": "Penataan", "effective_on": "2026-02-01", "decree_number": "Perda 5/2026", "decree_date": "2026-02-01",
    }  # fmt: skip
    reply = await registry.call("POST", "/v1/reorganisations", json=declared | {"steps": [merger]})
    assert reply.status_code == 201, reply.text
    path = f"/standards/{standard_id}/charter"
    charter = (await agency.call("GET", path, by=None)).json()
    assert [one["code"] for one in charter["warnings"]] == ["signer_unit_ended"]
    assert charter["unit_id"] == str(agency.unit_id), "it is the promise of who signed it"
    before = (await agency.call("GET", f"{path}?as_of=2026-01-31", by=None)).json()
    assert before["warnings"] == []
    signed = await agency.act(standard_id, "charter/signature", signature(), by="client")
    assert signed.status_code == 200, signed.text
    charter = (await agency.call("GET", path, by=None)).json()
    assert (charter["warnings"], charter["unit_id"]) == ([], heir)


def signature(**changes: Any) -> dict[str, Any]:
    return {"signer": {"name": "Ketut Rai", "post": "Kepala Bidang"}, "signed_on": "2026-03-01"} | changes


async def test_a_charter_is_signed_anew_for_all_that_it_covers(agency: Agency, registry: ServiceUnderTest) -> None:
    first = await published(agency)
    charter_id = (await agency.call("GET", f"/standards/{first}/charter")).json()["id"]
    agency.service_id = uuid4()
    async with registry.connection() as connection:
        await add_service(connection, agency, agency.service_id, f"{agency.code}_c")
    second = await stipulated(agency)
    assert (
        await agency.act(second, "publication", publication(charter=None, charter_id=charter_id))
    ).status_code == 200
    reply = await agency.act(first, "charter/signature", signature())
    assert reply.status_code == 200, reply.text
    for standard_id in (first, second):
        charter = (await agency.call("GET", f"/standards/{standard_id}/charter", by=None)).json()
        assert (charter["id"], charter["signer"]["name"], charter["number"]) == (charter_id, "Ketut Rai", "MP/1/2026")
        assert [one["signer"]["name"] for one in charter["signings"]] == ["Ketut Rai", "Ni Made Sari"]
        assert (await facts(agency, f"standards/{standard_id}"))[-1]["type"] == "standard.changed"
    then = (await agency.call("GET", f"/standards/{first}/charter?as_of=2026-02-01", by=None)).json()
    assert then["signer"]["name"] == "Ni Made Sari"
    assert (await agency.call("GET", f"/standards/{first}/charter?as_of=2026-01-04", by=None)).status_code == 404
    page, before = [
        (await agency.call("GET", f"/standards/{first}/page{day}", by=None)).text for day in ("", "?as_of=2026-02-01")
    ]
    assert ("Ketut Rai" in page, "Ketut Rai" in before) == (True, False), "the page is of the day, as the charter is"


async def test_a_signature_has_its_day_and_its_signer(agency: Agency) -> None:
    standard_id = await published(agency)
    for body, pointer, flaw in (
        (signature(signed_on=None), "/signer", "charter_unsigned"),
        (signature(signer=None), "/signer", "charter_unsigned"),
        (signature(signed_on="2026-01-04"), "/signed_on", "before_last_signing"),
        (signature(signed_on="2999-01-01"), "/signed_on", "in_the_future"),
        (signature(statements=["promise_to_serve"]), "/statements/accept_sanction", "statement_missing"),
    ):
        reply = await agency.act(standard_id, "charter/signature", body)
        assert reply.status_code == 422
        assert (pointer, flaw) in [(each["pointer"], each["code"]) for each in reply.json()["errors"]]


async def test_only_the_head_signs_and_only_what_is_in_force(agency: Agency) -> None:
    standard_id = await published(agency)
    for by in ("officer", "internal_auditor"):
        assert (await agency.act(standard_id, "charter/signature", signature(), by=by)).status_code == 403
    decree = {"decree_number": "2", "decree_date": "2026-02-01", "reason": "Dicabut"}
    assert (await agency.act(standard_id, "revocation", decree)).status_code == 200
    reply = await agency.act(standard_id, "charter/signature", signature())
    assert (reply.status_code, reply.json()["code"]) == (409, "move_not_allowed")


async def test_followers_are_told_how_a_standard_came_about(agency: Agency, registry: ServiceUnderTest) -> None:
    first = await stipulated(agency)
    body = publication(channels=[{"medium": "banner_board"}, {"medium": "leaflet"}, {"medium": "leaflet"}])
    assert (await agency.act(first, "publication", body)).status_code == 200
    told = (await facts(agency, f"standards/{first}"))[-1]["data"]
    # Those who attended, by element; the media once each; not electronic, so the fourth of the five steps (PEKPPP F-02).
    assert told["consultation_elements"] == ["provider", "related_institutions", "service_users"]
    assert told["publication_media"] == ["banner_board", "leaflet"]
    assert (told["charter_state"], told["reviewed_on"]) == ("published_non_electronic", None)
    charter_id = (await agency.call("GET", f"/standards/{first}/charter")).json()["id"]
    agency.service_id = uuid4()
    async with registry.connection() as connection:
        await add_service(connection, agency, agency.service_id, f"{agency.code}_d")
    second = await stipulated(agency)
    online = publication(charter=None, charter_id=charter_id, channels=[{"medium": "sippn"}])
    assert (await agency.act(second, "publication", online)).status_code == 200
    # The charter is online now, also for what it covered before.
    assert (await facts(agency, f"standards/{first}"))[-1]["data"]["charter_state"] == "published_electronic"
    assert (await facts(agency, f"standards/{second}"))[-1]["data"]["charter_state"] == "published_electronic"
