"""Neither a unit nor an institution is ended under what stands on it: the refusal counts it, names it, and says the way."""

from datetime import timedelta
from typing import Any

import pytest

from api.registry.standards_stage import Agency, build_agency, draft, published, today
from support.services import ServiceUnderTest


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def end(agency: Agency, path: str, *, days: int = 0) -> Any:
    body = {"valid_during": {"to": str(today(agency) + timedelta(days=days))}}
    return await agency.registry.call("PATCH", f"/v1{path}", json=body, headers={"if-match": "*"})


async def end_appointments(agency: Agency, unit_id: Any) -> None:
    async with agency.registry.connection() as connection:
        await connection.execute("UPDATE appointments SET cancelled = true WHERE unit_id = $1", unit_id)


async def deactivate(agency: Agency) -> None:
    async with agency.registry.connection() as connection:
        await connection.execute("UPDATE services SET state = 'inactive' WHERE id = $1", agency.service_id)


def told(reply: Any) -> dict[str, tuple[int, list[str]]]:
    """What a refusal says stands there: how many of each kind, and the first names."""
    assert (reply.status_code, reply.json()["code"]) == (409, "still_in_use"), reply.text
    return {each["kind"]: (each["count"], [one["name"] for one in each["first"]]) for each in reply.json()["standing"]}


async def test_a_unit_is_not_ended_under_what_stands_on_it(agency: Agency) -> None:
    standard_id = await draft(agency)
    number = (await agency.call("GET", f"/standards/{standard_id}")).json()["number"]
    path = f"/units/{agency.unit_id}"
    refused = await end(agency, path)
    assert told(refused) == {
        "appointment": (3, ["officer", "plh", "unit_head"]),
        "service": (1, [agency.code]),
        "standard": (1, [number]),
    }
    assert "reorganisasi" in refused.json()["detail"]
    await end_appointments(agency, agency.unit_id)
    assert told(await end(agency, path)).keys() == {"service", "standard"}
    await agency.act(standard_id, "abandonment", {"reason": "Layanan dihentikan"})
    assert told(await end(agency, path)).keys() == {"service"}
    await deactivate(agency)
    ended = await end(agency, path)
    assert ended.status_code == 200, ended.text


async def test_a_unit_is_not_ended_under_its_children(agency: Agency) -> None:
    assert told(await end(agency, f"/units/{agency.office_id}"))["unit"] == (1, ["Bidang"])


async def test_a_standard_that_is_in_force_keeps_its_unit(agency: Agency) -> None:
    await published(agency)
    await end_appointments(agency, agency.unit_id)
    await deactivate(agency)
    assert told(await end(agency, f"/units/{agency.unit_id}", days=30)).keys() == {"standard"}


async def test_an_institution_is_not_ended_under_what_stands_on_it(agency: Agency) -> None:
    refused = await end(agency, f"/institutions/{agency.institution_id}")
    assert told(refused) == {
        "appointment": (7, ["internal_auditor", "officer", "plh"]),
        "service": (1, [agency.code]),
        "unit": (2, ["Bidang", "Dinas"]),
    }


async def test_what_ends_by_then_stands_in_no_way(agency: Agency) -> None:
    async with agency.registry.connection() as connection:
        await connection.execute(
            "UPDATE appointments SET valid_during = daterange('2020-01-01', $2) WHERE unit_id = $1",
            agency.unit_id,
            today(agency),
        )
    assert told(await end(agency, f"/units/{agency.unit_id}")).keys() == {"service"}
    assert told(await end(agency, f"/units/{agency.unit_id}", days=-1)).keys() == {"appointment", "service"}
