"""From the closing of a case in complaints to one answer in evaluation: both real applications, the feed read by real followers."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.data.feed import own_feed
from chassis.data.followers import Follower
from complaints.deadlines.shelf import Shelf
from complaints.escalation.scanner import scan
from complaints.service import SERVICE as COMPLAINTS
from devstack.postgres import Cluster
from evaluation.facts.copies import ComplaintsFacts
from evaluation.service import SERVICE as EVALUATION
from support.directory import Country, settle
from support.filings import Desk
from support.services import ServiceUnderTest, service_under_test
from support.wall_clock import WallClock, wall_clock

ELEMENTS = (
    *("requirements", "procedure", "completion_time", "fee", "product", "staff_competence", "staff_behaviour"),
    *("complaint_handling", "facilities"),
)
ANSWERS = dict.fromkeys(ELEMENTS, 4)
ANSWER = "Kartu dicetak pada 5 Maret dan dapat diambil di loket 3."


@dataclass
class Both:
    """The two services over one country, and the feed that goes from one to the other."""

    desk: Desk
    evaluation: ServiceUnderTest

    @property
    def country(self) -> Country:
        return self.desk.country

    async def follow(self) -> None:
        """Let each follower read all that there is: complaints its own feed, evaluation that of complaints."""
        service = self.desk.service
        state = service.app.state
        await service.sequenced()
        [own] = [each for each in state.followers if each.feed == "complaints"]
        await drain(own)
        await service.sequenced()
        feed = own_feed("complaints", state.side_pool, state.bell)
        await drain(Follower("complaints", ComplaintsFacts(), pool=self.evaluation.app.state.side_pool, fetch=feed))

    async def survey(self, **fields: Any) -> str:
        """A survey of the service, open."""
        body = {
            "title": "SKM 2026",
            "period_from": "2026-01-01",
            "service_id": str(self.country.identity_card),
        } | fields
        made = await self.evaluation.call("POST", "/v1/surveys", json=body)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def answer(self, survey: str, code: str, **fields: Any) -> httpx.Response:
        return await self.evaluation.call(
            "POST",
            f"/v1/surveys/{survey}/responses",
            caller=self.evaluation.anonymous(),
            json={"answers": ANSWERS, "code": code} | fields,
        )

    async def closed(self, **changes: Any) -> dict[str, Any]:
        """A case that its reporter confirmed: the reply to its filing."""
        filed = await self.resolved(**changes)
        caller = await self.desk.tracking(filed)
        path = f"/v1/complaints/{filed['id']}/reply"
        reply = await self.desk.service.call("POST", path, caller=caller, json={"satisfied": True})
        assert reply.json()["state"] == "closed", reply.text
        return filed

    async def resolved(self, **changes: Any) -> dict[str, Any]:
        desk = self.desk
        filed = await desk.file(**changes)
        await desk.done(filed["id"], "verification", "admin", {"complete": True})
        await desk.done(filed["id"], "classification", "admin", {"class": "minor", "category": "population"})
        await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(self.country.counter)})
        await desk.done(filed["id"], "acceptance", "liaison")
        body = {"kind": "substantive", "body": ANSWER, "proposed_outcome": "explained"}
        await desk.done(filed["id"], "response", "head", body)
        await desk.done(filed["id"], "resolution", "liaison", {"outcome_code": "explained"})
        return filed

    async def invitation(self, filed: dict[str, Any]) -> dict[str, Any] | None:
        """What the tracking page says of the survey."""
        found: dict[str, Any] | None = (await self.desk.track(filed)).json()["survey"]
        return found


async def drain(follower: Follower) -> None:
    while await follower.step(0):
        pass


@pytest.fixture(scope="module")
async def services(postgres: Cluster) -> AsyncIterator[Both]:
    async with (
        service_under_test(postgres, COMPLAINTS) as complaints,
        service_under_test(postgres, EVALUATION) as other,
    ):
        country = Country(region="53.99")
        facts = country.events()
        for service in (complaints, other):
            await settle(service, facts)
        yield Both(Desk(complaints, country), other)


@pytest.fixture
def both(services: Both) -> Iterator[Both]:
    with wall_clock(services.desk.service) as wall, wall_clock(services.evaluation) as other:
        services.wall, services.other_wall = wall, other  # type: ignore[attr-defined]
        yield services


def later(both: Both, day: int, month: int) -> None:
    """Let days pass for both."""
    walls: list[WallClock] = [both.wall, both.other_wall]  # type: ignore[attr-defined]
    for wall in walls:
        wall.set(day, month=month)


async def test_the_reporter_of_a_closed_case_answers_once(both: Both) -> None:
    survey = await both.survey()
    filed = await both.closed()
    assert await both.invitation(filed) is None  # nothing waits for it: the feed brings it a moment later
    await both.follow()
    invited = await both.invitation(filed)
    assert invited is not None
    assert (invited["service_id"], invited["answer_until"]) == (str(both.country.identity_card), "2026-05-31")
    assert invited["link"].endswith(f"/v1/surveys?service={both.country.identity_card}&state=open#{invited['code']}")
    taken = await both.answer(survey, invited["code"].lower().replace("-", " "))
    assert taken.status_code == 201, taken.text
    assert (taken.json()["channel"], taken.json()["service_id"]) == ("after_complaint", invited["service_id"])
    again = await both.answer(survey, invited["code"])
    assert (again.status_code, again.json()["code"]) == (409, "code_used")
    result = (await both.evaluation.call("GET", f"/v1/surveys/{survey}/result")).json()
    assert result["n"] == 1
    await both.follow()  # repeated facts change nothing
    assert (await both.answer(survey, invited["code"])).status_code == 409


async def test_of_two_answers_at_once_one_counts(both: Both) -> None:
    survey = await both.survey()
    filed = await both.closed()
    await both.follow()
    invited = await both.invitation(filed)
    assert invited is not None
    replies = await asyncio.gather(*(both.answer(survey, invited["code"]) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]


async def test_the_code_waits_for_a_survey_that_opens_later_but_not_for_ever(both: Both) -> None:
    early, late = await both.closed(), await both.closed()
    await both.follow()
    codes = [await both.invitation(each) for each in (early, late)]
    later(both, 31, 5)
    survey = await both.survey()
    assert codes[0] is not None
    assert codes[1] is not None
    assert (await both.answer(survey, codes[0]["code"])).status_code == 201
    later(both, 1, 6)  # ninety days after 2 March have ended
    refused = await both.answer(survey, codes[1]["code"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/code")
    assert await both.invitation(late) is None


async def test_a_case_that_closes_by_itself_invites_too(both: Both) -> None:
    filed = await both.resolved()
    later(both, 13, 3)  # the reporter's ten days ended on the twelfth
    while await scan(both.desk.service.app.state.side_pool, both.desk.service.app.state.clock(), Shelf()):
        if (await both.desk.track(filed)).json()["state"] == "closed":
            break
    await both.follow()
    assert await both.invitation(filed) is not None
    notices = await both.desk.service.call(
        "GET", f"/v1/complaints/{filed['id']}/notices", caller=await both.desk.tracking(filed)
    )
    assert "survey_invitation" in {item["kind"] for item in notices.json()["items"]}


async def test_only_the_reporter_is_given_the_code(both: Both) -> None:
    filed = await both.closed()
    await both.follow()
    invited = await both.invitation(filed)
    assert invited is not None
    path = f"/v1/complaints/{filed['id']}/survey-invitation"
    desk = both.desk
    own = await desk.service.call("GET", path, caller=await desk.tracking(filed))
    assert own.json()["code"] == invited["code"]
    for name in ("liaison", "head", "admin", "auditor"):
        assert (await desk.service.call("GET", path, caller=desk.account(name))).status_code == 403, name
    assert (await desk.service.call("GET", path, caller=desk.account("other_liaison"))).status_code == 404
    assert (await desk.service.call("GET", path, caller=desk.service.anonymous())).status_code == 401
    # Neither database holds the code, nor does the fact name the case.
    for service in (desk.service, both.evaluation):
        async with service.connection() as connection:
            tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for table in tables:
                rows = await connection.fetch(f'SELECT t::text AS row FROM "{table["tablename"]}" t')
                written = " ".join(row["row"] for row in rows)
                assert invited["code"] not in written, table
                assert invited["code"].replace("-", "") not in written, table
    async with desk.service.connection() as connection:
        facts = await connection.fetch(
            "SELECT subject, visibility, institution_id, data FROM events WHERE type = $1", "survey.invited"
        )
    assert facts
    for fact in facts:
        assert (fact["visibility"], fact["institution_id"]) == ("internal", None)
        assert filed["id"] not in json.dumps([fact["subject"], str(fact["data"])])


async def test_what_isnt_about_a_service_or_is_protected_invites_nobody(both: Both) -> None:
    filed = await both.closed(service_id=None, unit_id=str(both.country.counter))
    await both.follow()
    assert await both.invitation(filed) is None
    async with both.desk.service.connection() as connection:
        await connection.execute("UPDATE cases SET custody = 'protected' WHERE id = $1", filed["id"])
    assert await both.invitation(filed) is None


async def test_a_code_is_good_for_its_service_alone_and_the_channel_for_codes_alone(both: Both) -> None:
    country = both.country
    other = await both.survey(service_id=None, unit_id=str(country.works))
    whole = await both.survey(service_id=None, unit_id=str(country.registry_office))
    filed = await both.closed()
    await both.follow()
    invited = await both.invitation(filed)
    assert invited is not None
    code = invited["code"]
    assert (await both.answer(other, code)).json()["errors"][0]["pointer"] == "/code"
    for field, value in (("channel", "kiosk"), ("service_id", str(uuid4()))):
        refused = await both.answer(whole, code, **{field: value})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{field}")
    claimed = {"answers": ANSWERS, "channel": "after_complaint"}
    by_hand = await both.evaluation.call("POST", f"/v1/surveys/{whole}/responses", json=claimed)
    assert by_hand.json()["errors"][0]["code"] == "needs_an_invitation"
    batch = await both.evaluation.call("POST", f"/v1/surveys/{whole}/responses/batch", json={"items": [claimed]})
    assert batch.json()["items"][0]["status"] == 422
    # A survey of the unit above is one of its services too.
    assert (await both.answer(whole, code)).json()["service_id"] == str(country.identity_card)


async def test_reporters_of_merged_cases_are_invited_with_the_matter_s_and_each_by_a_code_of_their_own(
    both: Both,
) -> None:
    survey = await both.survey()
    matter = await both.resolved()
    same, unsaid = await both.desk.file(), await both.desk.file(service_id=None, unit_id=str(both.country.counter))
    merge = {"parent_id": matter["id"], "reason": "Antrean yang sama."}
    for child in (same, unsaid):
        await both.desk.done(child["id"], "merge", "admin", merge)
    await both.follow()
    assert await both.invitation(same) is None  # the matter isn't closed yet
    path = f"/v1/complaints/{matter['id']}/reply"
    caller = await both.desk.tracking(matter)
    closed = await both.desk.service.call("POST", path, caller=caller, json={"satisfied": True})
    assert closed.json()["state"] == "closed"
    await both.follow()
    invited = [await both.invitation(each) for each in (matter, same, unsaid)]
    codes = {each["code"] for each in invited if each is not None}
    assert len(codes) == 3
    assert {each["service_id"] for each in invited if each is not None} == {str(both.country.identity_card)}
    for code in codes:
        assert (await both.answer(survey, code)).status_code == 201
        assert (await both.answer(survey, code)).status_code == 409
    async with both.desk.service.connection() as connection:
        told = await connection.fetch(
            "SELECT case_id FROM notices WHERE kind = 'survey_invitation' AND about_case_id = $1", matter["id"]
        )
    assert {str(each["case_id"]) for each in told} == {each["id"] for each in (matter, same, unsaid)}
