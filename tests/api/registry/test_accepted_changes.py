"""A comment that is accepted changes the text: what may change, and what must, follows from the dispositions as they stand."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from api.registry.standards_stage import (
    EXAMPLES,
    Agency,
    build_agency,
    consult,
    decree,
    draft,
    finalise,
    minutes,
    pointers,
)
from support.services import ServiceUnderTest

TIED = {"component": "completion_time", "summary": "Dipercepat"}
EXAMPLE = EXAMPLES["ktp_el_new"]["standard"]
ACCEPTED = {"disposition": "accepted", "change": TIED}
REJECTED = {"disposition": "rejected", "reason": "Belum mampu"}
FASTER = {"completion_time": {"amount": 3}}
AS_DISCUSSED = {"completion_time": {"amount": 1}}


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def commented(agency: Agency, *, component: str | None = "completion_time") -> tuple[str, str]:
    """A draft that was discussed, signed for, and is being finalised; and what somebody said of it."""
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    said = {"component": component, "body": "Terlalu lama"}
    made = await agency.call("POST", f"/standards/{standard_id}/comments", by=None, json=said)
    assert made.status_code == 201, made.text
    await finalise(agency, standard_id)
    await agency.act(standard_id, "minutes", minutes(), match=False)
    return standard_id, made.json()["id"]


async def dispose(agency: Agency, standard_id: str, comment_id: str, body: dict[str, Any]) -> None:
    reply = await agency.act(standard_id, f"comments/{comment_id}/disposition", body, match=False)
    assert reply.status_code == 200, reply.text


async def redraft(agency: Agency, standard_id: str, components: dict[str, Any]) -> httpx.Response:
    return await agency.call(
        "PATCH", f"/standards/{standard_id}", json={"components": components}, headers={"if-match": "*"}
    )


async def changeable(agency: Agency, standard_id: str) -> list[str]:
    found: list[str] = (await agency.call("GET", f"/standards/{standard_id}")).json()["changeable_components"]
    return found


@pytest.mark.parametrize("component", ["completion_time", None])  # of the component, or of the standard as a whole
@pytest.mark.parametrize("disposition", ["accepted", "accepted_partly"])
async def test_an_accepted_change_is_made_before_the_decree(
    agency: Agency, disposition: str, component: str | None
) -> None:
    standard_id, comment_id = await commented(agency, component=component)
    body = ACCEPTED | {"disposition": disposition, "reason": "Sebagian"}
    await dispose(agency, standard_id, comment_id, body)
    refused = await agency.act(standard_id, "stipulation", decree())
    assert (refused.status_code, pointers(refused)) == (422, {f"/comments/{comment_id}"})
    (error,) = refused.json()["errors"]
    assert error["code"] == "accepted_change_missing"
    assert "completion_time" in error["detail"]
    assert (await redraft(agency, standard_id, FASTER)).status_code == 200
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200


async def test_a_change_that_was_undone_is_not_made(agency: Agency) -> None:
    standard_id, comment_id = await commented(agency)
    await dispose(agency, standard_id, comment_id, ACCEPTED)
    await redraft(agency, standard_id, FASTER)
    await redraft(agency, standard_id, AS_DISCUSSED)
    refused = await agency.act(standard_id, "stipulation", decree())
    assert pointers(refused) == {f"/comments/{comment_id}"}


async def test_a_disposition_that_is_taken_back_closes_its_component(agency: Agency) -> None:
    standard_id, comment_id = await commented(agency)
    await dispose(agency, standard_id, comment_id, ACCEPTED)
    assert await changeable(agency, standard_id) == ["completion_time"]
    await dispose(agency, standard_id, comment_id, REJECTED)
    assert await changeable(agency, standard_id) == []
    refused = await redraft(agency, standard_id, FASTER)
    assert (refused.status_code, pointers(refused)) == (422, {"/components/completion_time"})


async def test_a_component_stays_open_while_another_disposition_names_it(agency: Agency) -> None:
    standard_id, first = await commented(agency)
    session = (await agency.call("GET", f"/standards/{standard_id}/consultation")).json()["sessions"][0]["id"]
    forum = {"body": "Tiga hari saja", "session_id": session, "element": "service_users"}
    second = (await agency.call("POST", f"/standards/{standard_id}/comments", json=forum)).json()["id"]
    await dispose(agency, standard_id, first, ACCEPTED)
    await dispose(agency, standard_id, second, ACCEPTED)
    await dispose(agency, standard_id, first, REJECTED)
    assert await changeable(agency, standard_id) == ["completion_time"]


async def test_only_what_is_accepted_opens_a_component(agency: Agency) -> None:
    standard_id, comment_id = await commented(agency)
    path, body = f"comments/{comment_id}/disposition", REJECTED | {"change": TIED}
    refused = await agency.act(standard_id, path, body, match=False)
    assert (refused.status_code, pointers(refused)) == (422, {"/change"})
    await dispose(agency, standard_id, comment_id, REJECTED)
    assert await changeable(agency, standard_id) == []


async def test_a_change_whose_disposition_was_taken_back_goes_back_too(agency: Agency) -> None:
    standard_id, comment_id = await commented(agency)
    await dispose(agency, standard_id, comment_id, ACCEPTED)
    await redraft(agency, standard_id, FASTER)
    await dispose(agency, standard_id, comment_id, REJECTED)
    refused = await agency.act(standard_id, "stipulation", decree())
    assert (refused.status_code, pointers(refused)) == (422, {"/components/completion_time"})
    assert refused.json()["errors"][0]["code"] == "beyond_dispositions"
    assert (await redraft(agency, standard_id, AS_DISCUSSED)).status_code == 200
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200


async def discussed_again(agency: Agency, standard_id: str, body: str = "Masih terlalu lama") -> str:
    """A second round, closed and signed for; what somebody said of the time in it."""
    returned = await agency.act(standard_id, "return", {"reason": "Dibahas lagi"})
    assert returned.status_code == 200, returned.text
    people = (await agency.call("GET", f"/standards/{standard_id}/consultation")).json()["participants"]
    session = {"held_on": "2026-01-02", "summary": "Lagi", "attendance": [each["id"] for each in people]}
    await agency.act(standard_id, "consultation/sessions", session)
    said = {"component": "completion_time", "body": body}
    comment_id: str = (await agency.call("POST", f"/standards/{standard_id}/comments", by=None, json=said)).json()["id"]
    await finalise(agency, standard_id)
    await agency.act(standard_id, "minutes", minutes(), match=False)
    return comment_id


async def test_a_later_round_may_take_an_earlier_change_back(agency: Agency) -> None:
    standard_id, first = await commented(agency)
    await dispose(agency, standard_id, first, ACCEPTED)
    await redraft(agency, standard_id, FASTER)
    second = await discussed_again(agency, standard_id, "Terlalu cepat, mutu turun")
    await dispose(agency, standard_id, second, ACCEPTED)
    assert (await redraft(agency, standard_id, AS_DISCUSSED)).status_code == 200
    stipulated = await agency.act(standard_id, "stipulation", decree())
    assert stipulated.status_code == 200, stipulated.text


async def test_what_an_earlier_round_has_changed_is_open_no_more(agency: Agency) -> None:
    standard_id, first = await commented(agency)
    await dispose(agency, standard_id, first, ACCEPTED)
    await redraft(agency, standard_id, FASTER)
    second = await discussed_again(agency, standard_id)
    assert await changeable(agency, standard_id) == []
    await dispose(agency, standard_id, second, REJECTED)
    refused = await redraft(agency, standard_id, AS_DISCUSSED)
    assert (refused.status_code, pointers(refused)) == (422, {"/components/completion_time"})
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200


async def test_what_an_earlier_round_left_undone_is_still_to_do(agency: Agency) -> None:
    standard_id, first = await commented(agency)
    await dispose(agency, standard_id, first, ACCEPTED)
    second = await discussed_again(agency, standard_id)
    await dispose(agency, standard_id, second, REJECTED)
    assert await changeable(agency, standard_id) == ["completion_time"]
    assert pointers(await agency.act(standard_id, "stipulation", decree())) == {f"/comments/{first}"}
    await redraft(agency, standard_id, FASTER)
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200


async def test_what_the_row_remembers_decides_nothing(agency: Agency) -> None:
    standard_id, comment_id = await commented(agency)
    await dispose(agency, standard_id, comment_id, ACCEPTED)
    async with agency.registry.connection() as connection:
        await connection.execute("UPDATE standards SET changeable = '{}' WHERE id = $1", UUID(standard_id))
    assert (await redraft(agency, standard_id, FASTER)).status_code == 200
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200


async def test_a_later_round_discusses_the_changed_text(agency: Agency) -> None:
    standard_id, first = await commented(agency)
    await dispose(agency, standard_id, first, ACCEPTED)
    await redraft(agency, standard_id, FASTER)
    second = await discussed_again(agency, standard_id)
    await dispose(agency, standard_id, second, ACCEPTED)
    # The first was met by the text that the second is about; the second isn't met yet.
    assert pointers(await agency.act(standard_id, "stipulation", decree())) == {f"/comments/{second}"}
    await redraft(agency, standard_id, {"completion_time": {"amount": 2}})
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200


SERVICE_DELIVERY = ("requirements", "procedure", "completion_time", "fee", "product", "complaint_handling")
INTERNAL = {code: value for code, value in EXAMPLE["components"].items() if code not in SERVICE_DELIVERY}


async def half_drafted(agency: Agency) -> str:
    """A version that was discussed with what must be discussed alone: the six components of service delivery."""
    components = {code: EXAMPLE["components"][code] for code in SERVICE_DELIVERY}
    standard_id = await draft(agency, components=components, considerations={"capability": "Cukup"})
    await consult(agency, standard_id)
    await finalise(agency, standard_id)
    await agency.act(standard_id, "minutes", minutes(), match=False)
    return standard_id


async def test_what_was_empty_when_it_was_discussed_is_filled_before_the_decree(agency: Agency) -> None:
    """The eight internal components and the considerations are the provider's own to settle (PermenPANRB 15/2014)."""
    standard_id = await half_drafted(agency)
    assert await changeable(agency, standard_id) == sorted(INTERNAL)
    refused = await agency.act(standard_id, "stipulation", decree())
    assert pointers(refused) == {
        *(f"/components/{code}" for code in INTERNAL),
        "/considerations/community_needs",
        "/considerations/local_conditions",
    }
    content = {"components": INTERNAL, "considerations": EXAMPLE["considerations"]}
    filled = await agency.call("PATCH", f"/standards/{standard_id}", json=content, headers={"if-match": "*"})
    assert filled.status_code == 200, filled.text
    assert await changeable(agency, standard_id) == []
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200


async def test_what_was_filled_is_put_right_until_the_decree(agency: Agency) -> None:
    standard_id = await half_drafted(agency)
    for total in (3, 4):
        assert (await redraft(agency, standard_id, {"staff_number": {"total": total}})).status_code == 200


async def test_filling_opens_nothing_that_was_discussed(agency: Agency) -> None:
    standard_id = await half_drafted(agency)
    refused = await redraft(agency, standard_id, {**INTERNAL, **FASTER})
    assert (refused.status_code, pointers(refused)) == (422, {"/components/completion_time"})


async def test_an_internal_component_that_was_discussed_changes_by_dispositions_alone(agency: Agency) -> None:
    standard_id, _ = await commented(agency)
    refused = await redraft(agency, standard_id, {"staff_number": {"total": 9, "by_post": []}})
    assert (refused.status_code, pointers(refused)) == (422, {"/components/staff_number"})


async def test_considerations_are_improved_until_the_decree(agency: Agency) -> None:
    standard_id, _ = await commented(agency)
    content = {"considerations": {"capability": "Dua loket, lima petugas"}}
    reply = await agency.call("PATCH", f"/standards/{standard_id}", json=content, headers={"if-match": "*"})
    assert (reply.status_code, reply.json()["considerations"]["capability"]) == (200, "Dua loket, lima petugas")
