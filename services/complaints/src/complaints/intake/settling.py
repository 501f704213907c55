"""Looking up what filings need, before any transaction: their place, their plan of duties, what reporters are told to expect."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from chassis.http.problems import Problem, Unprocessable
from chassis.http.refusals import told
from complaints.codes import Codes
from complaints.custody.routing.places import Named
from complaints.custody.routing.router import Router
from complaints.deadlines.planning import Filing, FilingPlan, Planner
from complaints.intake import operations
from complaints.intake.expectation import Expectations
from complaints.intake.placing import Places, Routing, assign, matter_of, route
from complaints.intake.schemas import Complaint
from complaints.intake.validity import all_flaws
from complaints.keys import CaseKeys
from complaints.suggestions.suggester import Assigned, Suggester

BREATH = 25
"""Filings after which other requests get their turn."""


class Workshop(NamedTuple):
    """What a filing is made with."""

    codes: Codes
    keys: CaseKeys
    places: Places
    router: Router
    suggester: Suggester
    planner: Planner
    expectations: Expectations


class Settled(NamedTuple):
    """A filing without flaws, and all that was looked up for it."""

    filing: Complaint
    routing: Routing
    assigned: Assigned | None
    plan: FilingPlan
    expected: Mapping[str, Any] | None


async def settle(items: Sequence[Any], shop: Workshop, now: datetime) -> list[Settled | Problem]:
    """Check each filing and look up what it needs, or say what is wrong with it. The plan of duties is made once for all of a
    kind."""
    plans: dict[Filing, FilingPlan] = {}
    found: list[Settled | Problem] = []
    for index, item in enumerate(items):
        filing = _read(item, shop.codes, now)
        found.append(filing if isinstance(filing, Problem) else await _settled(filing, shop, plans, now))
        if index % BREATH == BREATH - 1:
            await asyncio.sleep(0)
    return found


def _read(item: Any, codes: Codes, now: datetime) -> Complaint | Problem:
    try:
        filing = Complaint.model_validate(item)
    except ValidationError as error:
        return told([{**each, "loc": ("body", *each["loc"])} for each in error.errors()])
    flaws = all_flaws(filing, codes, now)
    return Unprocessable(errors=flaws) if flaws else filing


async def _settled(filing: Complaint, shop: Workshop, plans: dict[Filing, FilingPlan], now: datetime) -> Settled:
    named = Named(filing.service_id, filing.unit_id, filing.region_code)
    place = await shop.places.find(named, now)
    case_class, protected = operations.classed(filing, shop.codes)
    assigned = await assign(filing, shop.suggester, protected=bool(protected))
    matter = matter_of(filing, assigned)
    routing = await route(place, named, matter, shop.router, protected=bool(protected), now=now)
    subject = operations.deadline_subject(filing, routing.place, case_class, now)
    plan = plans.get(subject)
    if plan is None:
        plan = plans[subject] = await shop.planner.plan(subject, now)
    expected = await shop.expectations.find(filing.service_id, routing.place.unit_id, now)
    return Settled(filing, routing, assigned, plan, expected)
