"""The office that tests of evaluation sit at: the service with a small country, its answers and its facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.data.events import Event
from evaluation.facts.copies import ComplaintsFacts, RegistryFacts
from support.directory import Country, settled_country
from support.services import ServiceUnderTest

ELEMENTS = (
    "requirements",
    "procedure",
    "completion_time",
    "fee",
    "product",
    "staff_competence",
    "staff_behaviour",
    "complaint_handling",
    "facilities",
)


def all_of(score: int, **others: int) -> dict[str, int]:
    """The same score for every element, save for `others`."""
    return dict.fromkeys(ELEMENTS, score) | others


@dataclass
class Office:
    """The service and its country; calls are made by an officer of the country, or by the platform's own client."""

    service: ServiceUnderTest
    country: Country

    def officer(self, name: str) -> dict[str, str]:
        return self.service.account(self.country.accounts[name])

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.service.call(method, path, **options)

    async def survey(self, *, caller: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        """A new survey, of the counter unless `fields` name another subject; its detail with `etag`."""
        body: dict[str, Any] = {"title": "SKM 2026"}
        if not {"unit_id", "service_id", "institution_id"} & fields.keys():
            body["unit_id"] = str(self.country.counter)
        reply = await self.call("POST", "/v1/surveys", caller=caller, json=body | fields)
        assert reply.status_code == 201, reply.text
        return {**reply.json(), "etag": reply.headers["etag"]}

    async def answer(self, survey: Mapping[str, Any], answers: dict[str, int], **fields: Any) -> dict[str, Any]:
        reply = await self.call("POST", f"/v1/surveys/{survey['id']}/responses", json={"answers": answers, **fields})
        assert reply.status_code == 201, reply.text
        found: dict[str, Any] = reply.json()
        return found

    async def batch(self, survey: Mapping[str, Any], items: list[dict[str, Any]], **options: Any) -> httpx.Response:
        path = f"/v1/surveys/{survey['id']}/responses/batch"
        return await self.call("POST", path, json={"items": items}, **options)

    async def act(self, survey: Mapping[str, Any], action: str, **options: Any) -> httpx.Response:
        """Open, close or publish, with the newest ETag."""
        path = f"/v1/surveys/{survey['id']}"
        etag = (await self.call("GET", path)).headers["etag"]
        return await self.call("POST", f"{path}/{action}", headers={"if-match": etag}, **options)

    async def result(self, survey: Mapping[str, Any], query: str = "", **options: Any) -> httpx.Response:
        return await self.call("GET", f"/v1/surveys/{survey['id']}/result{query}", **options)

    async def take(self, feed: str, *events: Event) -> None:
        """Let events of a feed arrive, as its follower would."""
        copy = RegistryFacts() if feed == "registry" else ComplaintsFacts()
        async with self.service.app.state.pool.acquire() as connection, connection.transaction():
            for event in events:
                await copy.apply(connection, event)
            await connection.execute(
                """INSERT INTO feed_cursors (feed, stream, position) VALUES ($1, 's', 1)
                   ON CONFLICT (feed) DO UPDATE SET stream = 's', position = feed_cursors.position + 1""",
                feed,
            )


def event(type_: str, subject: str, data: Mapping[str, Any], sequence: int = 1) -> Event:
    return Event("s", 1, type_, subject, sequence, "public", None, data, datetime(2026, 7, 1, tzinfo=UTC))


def case(sequence: int = 1, identifier: UUID | None = None, **fields: Any) -> Event:
    """A case's event as complaints sends it: neither who filed it nor what was written."""
    data: dict[str, Any] = {
        "id": str(identifier or uuid4()),
        "type": "complaint",
        "class": "non_supervisory",
        "state": "in_progress",
        "institution_id": None,
        "unit_id": None,
        "service_id": None,
        "category": None,
        "region_code": "51.99",
        "channel": "web",
        "filed_at": "2026-03-02T01:00:00+00:00",
        "due_at": None,
        "resolved_at": None,
        "closed_at": None,
        "late": False,
        "rating": None,
        "visibility_class": "public",
    }
    data |= {name: str(value) if isinstance(value, UUID) else value for name, value in fields.items()}
    return event("case.changed", f"cases/{data['id']}", data, sequence)


def standard(service_id: UUID, sequence: int = 1, identifier: UUID | None = None, **fields: Any) -> Event:
    """A standard's event as the registry sends it."""
    data: dict[str, Any] = {
        "id": str(identifier or uuid4()),
        "service_id": str(service_id),
        "unit_id": None,
        "institution_id": None,
        "number": "SP-1",
        "version": 1,
        "state": "published",
        "effective_on": "2026-01-01",
        "effective_to": None,
        "completion_time": {"amount": 3, "unit": "working_day"},
        "fee": {"amount_idr": 0},
        "review_due_on": "2029-01-01",
        "consultation_elements": None,
        "publication_media": None,
        "charter_state": None,
        "reviewed_on": None,
    }
    return event("standard.published", f"standards/{data['id']}", data | fields, sequence)


@pytest.fixture(scope="session")
async def office(evaluation: ServiceUnderTest) -> Office:
    """One country for all tests: each holds its own surveys."""
    return Office(evaluation, await settled_country(evaluation))


@pytest.fixture
async def fresh(evaluation: ServiceUnderTest) -> Office:
    """A country of this test's own, for figures that add up everything of a subject."""
    return Office(evaluation, await settled_country(evaluation, region="52.97"))
