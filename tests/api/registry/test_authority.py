"""Who acts, answers and supervises, asked of the registry itself; the resolver's own cases are unit tests."""

from datetime import UTC, datetime

from api.registry.directory_stage import Stage, code, stage
from support.services import ServiceUnderTest


async def a_service(here: Stage, unit: str, **more: object) -> dict[str, object]:
    return await here.make(
        "services", **{"unit_id": unit, "code": code(), "name": "KTP", "kind": "administrative", **more}
    )


async def test_a_service_leads_to_its_people(registry: ServiceUnderTest) -> None:
    above = await stage(registry)
    here = await stage(registry, supervisor_ids=[above.id])
    top = await here.unit("Dinas")
    counter = await here.unit("Loket", top["id"])
    service = await a_service(here, counter["id"])
    head = await here.seat("unit_head", unit=top["id"])
    officer = await here.seat("responsible_officer")
    pembina, higher = await here.seat("supervisor"), await above.seat("supervisor")
    answer = await here.read(f"/authority?service={service['id']}", caller=registry.anonymous())
    assert answer["institution"]["id"] == here.id
    assert answer["unit"]["id"] == counter["id"]
    acts = {holding["role"]: holding for holding in answer["acts"]}
    assert [seat["appointment_id"] for seat in acts["unit_head"]["seats"]] == [head["id"]]
    assert "held_above" in [reason["code"] for reason in acts["unit_head"]["reasons"]]
    assert [seat["appointment_id"] for seat in answer["answers"]["seats"]] == [officer["id"]]
    supervises = [[seat["appointment_id"] for seat in holding["seats"]] for holding in answer["supervises"]]
    assert supervises == [[pembina["id"]], [higher["id"]]]
    assert {"role": "unit_head", "institution_id": here.id, "unit_id": counter["id"]} in answer["vacancies"]


async def test_a_day_and_what_was_known_then(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Loket")
    first = await here.seat("unit_head", unit=unit["id"], valid_during={"from": "2020-01-01", "to": "2024-01-01"})
    second = await here.seat("unit_head", unit=unit["id"], valid_during={"from": "2024-01-01"})
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    await here.change(f"/appointments/{second['id']}", {"valid_during": {"from": "2025-01-01"}})

    async def heads(query: str) -> list[str]:
        answer = await here.read(f"/authority?unit={unit['id']}&{query}")
        return [seat["appointment_id"] for holding in answer["acts"][2:] for seat in holding["seats"]]

    assert await heads("at=2023-12-31") == [first["id"]]
    assert await heads("at=2024-06-01") == []
    assert await heads(f"at=2024-06-01&known_at={before}") == [second["id"]]
    assert await heads("as_of=2023-12-31") == [first["id"]], "the same as in every other read"
    twice = await here.call("GET", f"/authority?unit={unit['id']}&at=2024-01-01&as_of=2024-01-01")
    assert (twice.status_code, twice.json()["errors"][0]["pointer"]) == (400, "query/as_of")


async def test_a_place_leads_to_its_government(registry: ServiceUnderTest) -> None:
    async def governs(region: str) -> tuple[str, str]:
        reply = await registry.call("GET", f"/v1/authority?region={region}")
        return reply.json()["institution"]["code"], reply.json()["reasons"][0]["code"]

    assert await governs("33.74.01") == ("pemda-33.74", "region_autonomous")
    assert await governs("31.74") == ("pemda-31", "region_jakarta")  # no mayor of its own


async def test_many_at_once_in_their_order(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Loket")
    body = {"items": [{"region": "31.71"}, {"unit": unit["id"]}, {"institution": here.id}], "at": "2026-01-01"}
    reply = await registry.call("POST", "/v1/authority/batch", json=body, caller=registry.anonymous(), key=None)
    assert reply.status_code == 207
    found = [item["authority"]["institution"]["code"] for item in reply.json()["items"]]
    assert found == ["pemda-31", here.institution["code"], here.institution["code"]]


async def test_nothing_named_and_nothing_found(registry: ServiceUnderTest) -> None:
    assert (await registry.call("GET", "/v1/authority")).status_code == 400
    assert (await registry.call("POST", "/v1/authority/batch", json={"items": [{}]})).status_code == 422
    reply = await registry.call("GET", "/v1/authority?unit=01900000-0000-7000-8000-000000000000")
    assert reply.status_code == 200
    assert reply.json()["institution"] is None
    assert [reason["code"] for reason in reply.json()["reasons"]] == ["not_in_force"]


async def test_an_instant_is_of_the_day_that_it_is_at_the_institution(registry: ServiceUnderTest) -> None:
    here = await stage(registry, time_zone="wit")
    unit = await here.unit("Dinas")
    await here.seat("unit_head", unit=unit["id"], valid_during={"from": "2020-01-01", "to": "2026-03-02"})
    await here.seat("unit_head", unit=unit["id"], valid_during={"from": "2026-03-02"})
    # 16:00 UTC on the first of March is 23:00 in Jakarta, and 01:00 of the second in Jayapura.
    for asked, day in (("2026-03-01T14:00:00Z", "2026-03-01"), ("2026-03-01T16:00:00Z", "2026-03-02")):
        found = await here.read(f"/authority?unit={unit['id']}&at={asked}")
        [head] = [each for each in found["acts"] if each["role"] == "unit_head"]
        assert found["at"] == day
        assert (head["seats"][0]["valid_during"]["to"] is None) == (day == "2026-03-02")
        body = {"items": [{"unit": unit["id"]}, {"region": "31.71"}], "at": asked}
        both = (await here.call("POST", "/authority/batch", json=body)).json()["items"]
        assert both[0]["authority"] == found
        assert both[1]["authority"]["at"] == "2026-03-01", "in Jakarta it is still the first"
    for wrong in ("2026-03-01T14:00:00", "yesterday"):
        reply = await here.call("GET", f"/authority?unit={unit['id']}&at={wrong}")
        assert reply.status_code in (400, 422), reply.text
