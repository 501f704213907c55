"""Each consideration can name the data that it rests on: staff and facilities, surveys and complaints, the region."""

from typing import Any

import pytest

from api.registry.standards_stage import Agency, a_draft, build_agency, consult, draft, finalise, pointers, stipulate
from support.services import ServiceUnderTest

DATA = {
    "capability": [{"kind": "staff", "reference": "/v1/posts?unit=1", "as_of": "2026-01-02"}],
    "community_needs": [
        {"kind": "survey_result", "reference": "/v1/surveys/1/result", "note": "SKM semester II 2025"},
        {"kind": "complaint_statistics", "reference": "/v1/complaint-statistics?service=1"},
    ],
    "local_conditions": [{"kind": "region", "region_code": "51.71"}],
}


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


def resting(data: Any) -> dict[str, Any]:
    held: dict[str, Any] = a_draft()["considerations"]
    return {**held, "data": data}


async def test_what_it_rests_on_is_kept_and_frozen_with_the_text(agency: Agency) -> None:
    standard_id = await draft(agency, considerations=resting(DATA))
    shown = (await agency.call("GET", f"/standards/{standard_id}")).json()
    assert shown["considerations"]["data"] == DATA
    await consult(agency, standard_id)
    await finalise(agency, standard_id)
    await stipulate(agency, standard_id)
    after = (await agency.call("GET", f"/standards/{standard_id}")).json()
    assert (after["considerations"], len(after["content_hash"])) == (shown["considerations"], 64)


async def test_without_data_nothing_of_it_is_said(agency: Agency) -> None:
    standard_id = await draft(agency, considerations=resting({"capability": []}))
    assert "data" not in (await agency.call("GET", f"/standards/{standard_id}")).json()["considerations"]


async def test_a_patch_changes_one_list_and_a_comparison_tells_it(agency: Agency) -> None:
    standard_id = await draft(agency, considerations=resting(DATA))
    tag = (await agency.call("GET", f"/standards/{standard_id}")).headers["etag"]
    patch = {"considerations": {"data": {"capability": [{"kind": "facilities", "reference": "BMN 2026"}]}}}
    reply = await agency.call("PATCH", f"/standards/{standard_id}", json=patch, headers={"if-match": tag})
    assert reply.status_code == 200, reply.text
    assert reply.json()["considerations"]["data"] == DATA | {
        "capability": [{"kind": "facilities", "reference": "BMN 2026"}]
    }


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"capability": [{"kind": "survey_result", "reference": "x"}]}, "/considerations/data/capability/0/kind"),
        ({"community_needs": [{"kind": "survey_result"}]}, "/considerations/data/community_needs/0/reference"),
        ({"local_conditions": [{"kind": "region"}]}, "/considerations/data/local_conditions/0"),
        (
            {"local_conditions": [{"kind": "region", "region_code": "Bali"}]},
            "/considerations/data/local_conditions/0/region_code",
        ),
        ({"weather": []}, "/considerations/data/weather"),
    ],
)
async def test_what_cannot_be_rested_on(agency: Agency, data: Any, pointer: str) -> None:
    reply = await agency.call(
        "POST", f"/services/{agency.service_id}/standards", json=a_draft(considerations=resting(data))
    )
    assert (reply.status_code, pointers(reply)) == (422, {pointer})
