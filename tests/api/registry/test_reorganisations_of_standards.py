"""Standards at a reorganisation: they pass on unchanged; those of a unit that ends go under review (corrections §4)."""

from typing import Any

from api.registry.standards_stage import Agency, build_agency, draft, facts, published
from support.services import ServiceUnderTest

DAY = "2026-02-01"


async def declare(agency: Agency, *steps: dict[str, Any]) -> dict[str, Any]:
    body = {
        "title": "Penataan",
        "effective_on": DAY,
        "decree_number": "Perda 5/2026",
        "decree_date": DAY,
        "steps": list(steps),
    }
    reply = await agency.registry.call("POST", "/v1/reorganisations", json=body)
    assert reply.status_code == 201, reply.text
    done: dict[str, Any] = reply.json()
    return done


async def standard(agency: Agency, identity: str) -> dict[str, Any]:
    found: dict[str, Any] = (await agency.call("GET", f"/standards/{identity}", by="client")).json()
    return found


async def test_a_standard_of_a_merged_unit_passes_on_unchanged_and_goes_under_review(
    registry: ServiceUnderTest,
) -> None:
    agency = await build_agency(registry)
    identity = await published(agency)
    before = await standard(agency, identity)
    into = {"unit_id": str(agency.office_id)}
    merged = {"type": "merge", "subjects": [{"unit_id": str(agency.unit_id)}], "into": into}
    done = await declare(agency, merged)
    assert [(each["id"], each["reviewed"]) for each in done["consequences"]["standards"]] == [(identity, True)]
    after = await standard(agency, identity)
    assert (before["state"], after["state"], after["in_force"]) == ("published", "under_review", True)
    assert after["unit_id"] == str(agency.office_id)
    kept = ("number", "version", "components", "considerations", "content_hash", "effective_on", "effective_to")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    told = (await facts(agency, f"standards/{identity}"))[-1]
    assert (told["type"], told["data"]["unit_id"]) == ("standard.under_review", str(agency.office_id))


async def test_a_standard_of_a_unit_that_goes_on_elsewhere_stays_published(registry: ServiceUnderTest) -> None:
    agency, other = await build_agency(registry), await build_agency(registry)
    identity = await published(agency)
    moved = {"type": "move", "subject": {"unit_id": str(agency.unit_id)}, "to": {"unit_id": str(other.office_id)}}
    done = await declare(agency, moved)
    assert [(each["id"], each["reviewed"]) for each in done["consequences"]["standards"]] == [(identity, False)]
    reply = await registry.call("GET", f"/v1/standards/{identity}")
    after = reply.json()
    assert (after["state"], after["institution_id"]) == ("published", str(other.institution_id))
    told = (await facts(agency, f"standards/{identity}"))[-1]
    assert (told["type"], told["data"]["institution_id"]) == ("standard.changed", str(other.institution_id))


async def test_a_draft_goes_along_with_its_service_and_nothing_is_told_of_it(registry: ServiceUnderTest) -> None:
    agency = await build_agency(registry)
    identity = await draft(agency)
    into = {"unit_id": str(agency.office_id)}
    done = await declare(agency, {"type": "merge", "subjects": [{"unit_id": str(agency.unit_id)}], "into": into})
    assert done["consequences"]["standards"] == []
    after = (await registry.call("GET", f"/v1/standards/{identity}")).json()
    assert (after["state"], after["unit_id"]) == ("draft", str(agency.office_id))
    assert await facts(agency, f"standards/{identity}") == []
