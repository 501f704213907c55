"""Standards at a reorganisation: they pass on unchanged; those of a unit that ends go under review (corrections §4)."""

from datetime import UTC, datetime
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


async def test_a_day_and_an_instant_give_back_the_unit_that_a_standard_had(registry: ServiceUnderTest) -> None:
    """What was answered before a merger is answered again: its unit on a day is that of its service on the day."""
    agency = await build_agency(registry)
    identity = await published(agency)
    before, unit, heir = "2026-01-31", str(agency.unit_id), str(agency.office_id)
    paths = [
        *(f"/standards/{identity}?as_of={day}" for day in (before, DAY)),
        *(
            f"/standards?{asked}&as_of={day}&count=exact"
            for asked in (f"unit={unit}", f"unit={heir}", f"unit={heir}&scope=subtree", f"service={agency.service_id}")
            for day in (before, DAY)
        ),
        f"/services/{agency.service_id}/standards?as_of={before}",
        f"/standards/{identity}?",
        f"/standards?unit={unit}",
        f"/services/{agency.service_id}/standards?",
    ]

    async def read(path: str) -> Any:
        reply = await agency.call("GET", path, by=None)
        assert reply.status_code == 200, reply.text
        return reply.json()

    answered = {path: await read(path) for path in paths}
    known_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    await declare(agency, {"type": "merge", "subjects": [{"unit_id": unit}], "into": {"unit_id": heir}})
    assert {path: await read(f"{path}&known_at={known_at}") for path in paths} == answered
    # By now it is known that the unit ended on 1 February: the days before are still its own.
    assert [(await read(f"/standards/{identity}?as_of={day}"))["unit_id"] for day in (before, DAY)] == [unit, heir]
    counts = {
        (asked, day): len((await read(f"/standards?unit={asked}&as_of={day}"))["items"])
        for asked in (unit, heir)
        for day in (before, DAY)
    }
    assert counts == {(unit, before): 1, (unit, DAY): 0, (heir, before): 0, (heir, DAY): 1}
    listed = await read(f"/services/{agency.service_id}/standards?as_of={before}")
    assert [found["unit_id"] for found in listed["items"]] == [unit]
    page = await agency.call("GET", f"/standards/{identity}/page?as_of={before}", by=None)
    assert "<p>Bidang</p>" in page.text


async def test_what_a_day_shows_goes_by_who_reads_the_service_now(registry: ServiceUnderTest) -> None:
    """Who keeps a service that went to another institution sees its internal components of any day, who had it doesn't."""
    agency, other = await build_agency(registry), await build_agency(registry)
    identity = await published(agency, manufacturing_public=False)
    moved = {"type": "move", "subject": {"unit_id": str(agency.unit_id)}, "to": {"unit_id": str(other.office_id)}}
    await declare(agency, moved)
    path = f"/standards/{identity}?as_of=2026-01-31"
    former, present = [(await each.call("GET", path, by="supervisor")).json() for each in (agency, other)]
    assert former["institution_id"] == present["institution_id"] == str(agency.institution_id)
    assert ("staff_number" in former["components"], "staff_number" in present["components"]) == (False, True)
