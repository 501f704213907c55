"""A follow-up consultation of a version under review: the version stays as it is, what is accepted goes into the next."""

from typing import Any

import httpx
import pytest

from api.registry.standards_stage import (
    Agency,
    a_draft,
    build_agency,
    consult,
    decree,
    draft,
    facts,
    finalise,
    minutes,
    opening,
    pointers,
    published,
)
from support.services import ServiceUnderTest

FASTER = {"component": "completion_time", "summary": "Dipercepat"}
ACCEPTED = {"disposition": "accepted", "change": FASTER}
ANSWERED = {"disposition": "answered", "reason": "Sudah dijelaskan."}
CONFIRMATION = {"report": "Tidak ada yang berubah."}


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def under_review(agency: Agency) -> str:
    """A version in force whose review has begun."""
    standard_id = await published(agency)
    begun = await agency.act(standard_id, "review", {"cause": "review_due", "reason": "Tiga tahun"})
    assert begun.status_code == 200, begun.text
    return standard_id


async def comment(agency: Agency, standard_id: str, **changes: Any) -> httpx.Response:
    body = {"component": "completion_time", "body": "Terlalu lama"} | changes
    return await agency.call("POST", f"/standards/{standard_id}/comments", by=None, json=body)


async def dispose(agency: Agency, standard_id: str, comment_id: str, body: dict[str, Any]) -> httpx.Response:
    return await agency.act(standard_id, f"comments/{comment_id}/disposition", body, match=False)


async def test_a_review_is_discussed_with_society_and_confirmed(agency: Agency) -> None:
    standard_id = await under_review(agency)
    await consult(agency, standard_id)
    held = (await agency.call("GET", f"/standards/{standard_id}/consultation", by=None)).json()
    assert (held["round"], held["sessions"][0]["summary"]) == (2, "Dibahas bersama.")
    assert (await facts(agency, f"consultations/{held['id']}"))[0]["type"] == "consultation.opened"
    said = await comment(agency, standard_id)
    assert said.status_code == 201, said.text
    signed = await agency.act(standard_id, "minutes", minutes(), match=False)
    assert signed.status_code == 201, signed.text
    comment_id = said.json()["id"]
    open_comment = await agency.act(standard_id, "confirmation", CONFIRMATION)
    assert (open_comment.status_code, pointers(open_comment)) == (422, {f"/comments/{comment_id}"})
    assert (await dispose(agency, standard_id, comment_id, ANSWERED)).status_code == 200
    confirmed = await agency.act(standard_id, "confirmation", CONFIRMATION)
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "published")
    assert (await comment(agency, standard_id)).json()["code"] == "comments_closed"
    late = await dispose(agency, standard_id, comment_id, ACCEPTED)
    assert (late.status_code, late.json()["code"]) == (409, "move_not_allowed")


async def test_agreements_of_every_round_are_followed_up(agency: Agency) -> None:
    standard_id = await under_review(agency)
    path = f"/standards/{standard_id}/minutes"
    await consult(agency, standard_id)
    # The round has no minutes yet: those signed last are shown, and still followed up.
    first = (await agency.call("GET", path, by=None)).json()
    report = {"agreement": 1, "state": "in_progress", "report": "Mobil dipesan."}
    assert (await agency.call("POST", f"{path}/follow-up", json=report)).status_code == 201
    await agency.act(standard_id, "minutes", minutes(), match=False)
    last = (await agency.call("GET", path, by=None)).json()
    assert last["consultation_id"] != first["consultation_id"]
    done = await agency.call("POST", f"{path}/follow-up", json=report | {"round": 1, "state": "done"})
    assert (done.status_code, done.json()["consultation_id"]) == (201, first["consultation_id"])
    assert (await agency.call("GET", f"{path}?round=1", by=None)).json()["agreements"][0]["state"] == "done"
    assert (await agency.call("GET", path, by=None)).json()["agreements"][0]["state"] == "open"
    assert (await agency.call("GET", f"{path}?round=3", by=None)).status_code == 404


async def test_what_a_review_accepts_goes_into_the_next_version(agency: Agency) -> None:
    standard_id = await under_review(agency)
    await consult(agency, standard_id)
    comment_id = (await comment(agency, standard_id)).json()["id"]
    following = await draft(agency)
    assert (await dispose(agency, standard_id, comment_id, ACCEPTED)).status_code == 200
    refused = await agency.act(standard_id, "confirmation", CONFIRMATION)
    assert [each["code"] for each in refused.json()["errors"]] == ["change_accepted"]
    assert (await agency.call("GET", f"/standards/{following}")).json()["changeable_components"] == ["completion_time"]
    await consult(agency, following)
    await finalise(agency, following)
    await agency.act(following, "minutes", minutes(), match=False)
    missing = await agency.act(following, "stipulation", decree())
    assert (missing.status_code, pointers(missing)) == (422, {f"/comments/{comment_id}"})
    path = f"/standards/{following}"
    faster = {"components": {"completion_time": {"amount": 3}}}
    assert (await agency.call("PATCH", path, json=faster, headers={"if-match": "*"})).status_code == 200
    assert (await agency.act(following, "stipulation", decree())).status_code == 200


async def test_a_next_version_that_says_it_already_has_made_the_change(agency: Agency) -> None:
    standard_id = await under_review(agency)
    await consult(agency, standard_id)
    comment_id = (await comment(agency, standard_id)).json()["id"]
    await dispose(agency, standard_id, comment_id, ACCEPTED)
    components = a_draft()["components"]
    components = components | {"completion_time": components["completion_time"] | {"amount": 3}}
    following = await draft(agency, components=components)
    await consult(agency, following)
    await finalise(agency, following)
    await agency.act(following, "minutes", minutes(), match=False)
    stipulated = await agency.act(following, "stipulation", decree())
    assert stipulated.status_code == 200, stipulated.text


async def test_each_review_has_its_own_round(agency: Agency) -> None:
    standard_id = await under_review(agency)
    await consult(agency, standard_id)
    twice = await agency.act(standard_id, "consultation", opening())
    assert (twice.status_code, twice.json()["code"]) == (409, "move_not_allowed")
    comment_id = (await comment(agency, standard_id)).json()["id"]
    await dispose(agency, standard_id, comment_id, ANSWERED)
    assert (await agency.act(standard_id, "confirmation", CONFIRMATION)).status_code == 200
    again = await agency.act(standard_id, "review", {"cause": "finding", "reason": "Temuan"})
    assert again.status_code == 200, again.text
    session = {"held_on": "2026-01-02", "summary": "x", "attendance": [standard_id]}
    for refused in (
        await comment(agency, standard_id),
        await dispose(agency, standard_id, comment_id, ACCEPTED),
        await agency.act(standard_id, "minutes", minutes(), match=False),
        await agency.act(standard_id, "consultation/sessions", session),
    ):
        assert refused.status_code == 409, refused.text
    assert (await agency.act(standard_id, "consultation", opening())).status_code == 201


async def test_only_the_head_opens_it_and_only_under_review(agency: Agency) -> None:
    standard_id = await published(agency)
    early = await agency.act(standard_id, "consultation", opening())
    assert (early.status_code, early.json()["code"]) == (409, "move_not_allowed")
    await agency.act(standard_id, "review", {"cause": "finding", "reason": "Temuan"})
    for by in ("officer", "responsible_officer", "internal_auditor"):
        assert (await agency.act(standard_id, "consultation", opening(), by=by)).status_code == 403
    nobody = await agency.act(standard_id, "consultation", opening(participants=[]))
    assert (nobody.status_code, pointers(nobody)) == (422, {"/participants"})
