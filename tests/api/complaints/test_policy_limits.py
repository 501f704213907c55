"""How often a unit may refuse and a reporter reopen is said by the policy in force when the case was filed, by nothing else."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from complaints.policies.loading import put_policy
from devstack.layout import DATA
from support.filings import Desk
from support.wall_clock import WallClock, wall_clock

ELSEWHERE = {"reason": "not_our_authority", "explanation": "Bukan wewenang kami."}
YEAR = 2033  # which no other test reaches: policies are shared


@pytest.fixture
async def wall(desk: Desk) -> AsyncIterator[WallClock]:
    """A version of the settings from 2033 on: three refusals, one reopening."""
    document = json.loads((DATA / "deadlines" / "deadline-policies.json").read_bytes())
    settings = next(each for each in document["policies"] if each["code"] == "prima_defaults")
    settings["effective_from"] = f"{YEAR}-01-01"
    settings["limits"] |= {"max_refusals_before_arbitration": 3, "max_reopenings": 1}
    async with desk.service.app.state.pool.acquire() as connection, connection.transaction():
        await put_policy(connection, settings, now=datetime.now(UTC))
    desk.service.app.state.planner.forget()
    with wall_clock(desk.service) as clock:
        yield clock


async def refused(desk: Desk, case_id: str) -> str:
    """The state after the counter refused the case."""
    return str((await desk.done(case_id, "refusal", "liaison", ELSEWHERE))["state"])


async def test_a_case_keeps_the_number_of_refusals_of_its_day(desk: Desk, wall: WallClock) -> None:
    before = await desk.assigned()
    wall.set(3, month=1, year=YEAR)
    after = await desk.assigned()
    again = {"unit_id": str(desk.country.counter)}
    for case_id, states in ((before, ["verified", "in_arbitration"]), (after, ["verified", "verified"])):
        found = [await refused(desk, case_id)]
        await desk.done(case_id, "assignment", "admin", again)
        found.append(await refused(desk, case_id))
        assert found == states
    await desk.done(after, "assignment", "admin", again)
    assert await refused(desk, after) == "in_arbitration"


async def test_two_that_refuse_to_each_other_get_an_arbiter_though_the_policy_lets_them_refuse_again(
    desk: Desk, wall: WallClock
) -> None:
    wall.set(3, month=1, year=YEAR)
    country = desk.country

    async def refuse(case_id: str, name: str, **proposal: Any) -> str:
        named = {key: str(value) for key, value in proposal.items()}
        return str((await desk.done(case_id, "refusal", name, ELSEWHERE | named))["state"])

    # The counter names the works department, and this the counter.
    mutual = await desk.assigned()
    assert await refuse(mutual, "liaison", proposed_unit_id=country.works) == "verified"
    await desk.done(mutual, "assignment", "admin", {})
    assert await refuse(mutual, "works_liaison", proposed_unit_id=country.counter) == "in_arbitration"

    # It names a third one, or nobody: nothing goes round yet.
    for proposal in ({"proposed_unit_id": country.registry_office}, {}):
        onward = await desk.assigned()
        await refuse(onward, "liaison", proposed_unit_id=country.works)
        await desk.done(onward, "assignment", "admin", {})
        assert await refuse(onward, "works_liaison", **proposal) == "verified"

    # The same between institutions.
    across = await desk.assigned()
    await refuse(across, "liaison", proposed_institution_id=country.other_city)
    handed_over = {"institution_id": str(country.other_city), "reason": "Wilayah lain."}
    await desk.done(across, "transfer", "admin", handed_over)
    await desk.done(across, "verification", "other_admin", {"complete": True})
    await desk.done(across, "assignment", "other_admin", {"unit_id": str(country.other_unit)})
    assert await refuse(across, "other_liaison", proposed_institution_id=country.city) == "in_arbitration"


async def test_a_reporter_reopens_as_often_as_the_policy_says(desk: Desk, wall: WallClock) -> None:
    wall.set(3, month=1, year=YEAR)
    filed = await desk.file()
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": "minor"})
    await desk.done(filed["id"], "assignment", "admin", {})
    await desk.done(filed["id"], "acceptance", "liaison")
    tracking = await desk.tracking(filed)

    async def resolve() -> None:
        answer = {
            "kind": "substantive",
            "body": "Kartu dicetak pada 5 Maret dan dapat diambil di loket 3.",
            "proposed_outcome": "fixed",
        }
        await desk.done(filed["id"], "response", "liaison", answer)
        await desk.done(filed["id"], "approval", "head", {"decision": "approved"})
        proof = "Kartu diserahkan pada 6 Maret."
        await desk.done(filed["id"], "resolution", "liaison", {"outcome_code": "fixed", "proof": proof})

    async def reopen() -> int:
        path, why = f"/v1/complaints/{filed['id']}/reopening", {"reason": "Kartu belum ada."}
        reply = await desk.service.call("POST", path, caller=tracking, json=why)
        return reply.status_code

    await resolve()
    assert "reopening" in (await desk.track(filed)).json()["allowed_actions"]
    assert await reopen() == 201
    await resolve()
    assert "reopening" not in (await desk.track(filed)).json()["allowed_actions"]
    assert await reopen() == 409
