"""A campaign of PEKPPP and a unit on its way through it, for tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from api.evaluation.conftest import Office
from unit.evaluation.instruments import instrument

PEKPPP = instrument()
USER_ITEMS = PEKPPP.forms["f03_a"].codes
SCORED = tuple(item.code for item in PEKPPP.forms["f02_a"].items if item.scored)


@dataclass
class Assessed:
    """An assessment by its id, with the people who take part in it."""

    office: Office
    id: str
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/v1/assessments/{self.id}"

    async def get(self, what: str = "", *, by: str | None = None) -> httpx.Response:
        return await self.office.call("GET", f"{self.path}{what}", caller=self._caller(by))

    async def post(self, what: str, body: Any, *, by: str | None = None, **options: Any) -> httpx.Response:
        return await self.office.call("POST", f"{self.path}/{what}", caller=self._caller(by), json=body, **options)

    async def move(self, action: str, *, by: str | None = None, body: Any = None) -> httpx.Response:
        """An action with the newest ETag."""
        headers = {"if-match": (await self.get()).headers["etag"]}
        options = {} if body is None else {"json": body}
        caller = self._caller(by)
        return await self.office.call("POST", f"{self.path}/{action}", caller=caller, headers=headers, **options)

    async def moved(self, action: str, *, by: str | None = None, body: Any = None) -> dict[str, Any]:
        reply = await self.move(action, by=by, body=body)
        assert reply.status_code == 201, reply.text
        found: dict[str, Any] = reply.json()
        return found

    async def levels(self, answers: Mapping[str, int], *, form: str = "f02_a", by: str | None = "evaluator") -> None:
        reply = await self.post("answers", {"form": form, "answers": answers}, by=by)
        assert reply.status_code == 201, reply.text

    async def users(self, *answers: Mapping[str, int]) -> list[str]:
        """Service users answer, each with a code of its own; the codes."""
        made = await self.post("codes", {"count": len(answers)}, by="evaluator")
        assert made.status_code == 201, made.text
        codes: list[str] = made.json()["codes"]
        for code, given in zip(codes, answers, strict=True):
            reply = await self.as_user(given, code)
            assert reply.status_code == 201, reply.text
        return codes

    async def as_user(self, answers: Mapping[str, int], code: str | None) -> httpx.Response:
        body: dict[str, Any] = {"form": "f03_a", "answers": answers}
        anonymous = self.office.service.anonymous()
        return await self.office.call(
            "POST", f"{self.path}/answers", caller=anonymous, json=body | ({"code": code} if code else {})
        )

    async def to_evaluation(self) -> "Assessed":
        await self.moved("opening", by="admin")
        await self.moved("submission", by="head")
        return self

    async def to_verification(self, levels: Mapping[str, int], *answers: Mapping[str, int]) -> "Assessed":
        await self.to_evaluation()
        await self.levels(levels)
        await self.users(*answers)
        await self.moved("completion", by="evaluator")
        return self

    async def to_publication(self, levels: Mapping[str, int], *answers: Mapping[str, int]) -> "Assessed":
        await self.to_verification(levels, *answers)
        await self.moved("verification", by="evaluator", body={"decision": "confirmed"})
        await self.moved("publication", by="admin")
        return self

    def _caller(self, by: str | None) -> dict[str, str]:
        if by == "nobody":
            return self.office.service.anonymous()
        return self.office.officer(by) if by else self.office.service.bootstrap()


def campaign_body(office: Office, **fields: Any) -> dict[str, Any]:
    return {
        "institution_id": str(office.country.city),
        "title": "PEKPPP Mandiri 2026",
        "scheme": "self_run",
        "year": 2026,
        "evaluator_form": "f02_a",
        "user_form": "f03_a",
        "period_from": "2026-01-01",
        "period_to": "2027-01-01",
    } | fields


async def campaign(office: Office, *, by: str | None = None, **fields: Any) -> dict[str, Any]:
    caller = office.officer(by) if by else office.service.bootstrap()
    reply = await office.call("POST", "/v1/assessment-campaigns", caller=caller, json=campaign_body(office, **fields))
    assert reply.status_code == 201, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def add_unit(
    office: Office,
    campaign_id: str,
    unit: UUID | None = None,
    *,
    by: str | None = None,
    people: tuple[str, ...] = ("evaluator",),
) -> httpx.Response:
    body = {
        "campaign_id": campaign_id,
        "unit_id": str(unit or office.country.counter),
        "evaluator_ids": [str(office.country.people[name]) for name in people],
    }
    caller = office.officer(by) if by else office.service.bootstrap()
    return await office.call("POST", "/v1/assessments", caller=caller, json=body)


async def assessed(office: Office, unit: UUID | None = None, **fields: Any) -> Assessed:
    """A unit (the counter) in a campaign of its own, evaluated by the city's evaluator."""
    reply = await add_unit(office, (await campaign(office, **fields))["id"], unit)
    assert reply.status_code == 201, reply.text
    return Assessed(office, reply.json()["id"], reply.json())


def all_users(level: int, **others: int) -> dict[str, int]:
    return dict.fromkeys(USER_ITEMS, level) | others


def all_levels(level: int, **others: int) -> dict[str, int]:
    return dict.fromkeys(SCORED, level) | others


def codes(reply: Any) -> set[tuple[str, str]]:
    """Where and what each error is."""
    return {(error["pointer"], error["code"]) for error in reply.json()["errors"]}
