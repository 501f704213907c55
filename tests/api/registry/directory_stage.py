"""An institution of its own for each test, filled over the API."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.routing import Match

from registry.service import SERVICE
from support.services import ServiceUnderTest

SINCE = {"from": "2020-01-01"}


class Stage:
    """One institution; what is made is made by the platform's client unless a caller is named."""

    def __init__(self, registry: ServiceUnderTest, institution: dict[str, Any]) -> None:
        self.registry, self.institution = registry, institution
        self.id: str = institution["id"]

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call under /v1."""
        return await self.registry.call(method, f"/v1{path}", **options)

    async def make(self, collection: str, /, **body: Any) -> dict[str, Any]:
        """POST to a collection, and what was made."""
        reply = await self.call("POST", f"/{collection}", json=body)
        assert reply.status_code == 201, reply.text
        assert reply.headers["location"] == f"/v1/{collection}/{reply.json()['id']}"
        made: dict[str, Any] = reply.json()
        return made

    async def unit(self, name: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
        """A unit since 2020."""
        body = {"institution_id": self.id, "parent_id": parent, "code": code(), "kind": "department", "name": name}
        return await self.make("units", **{"valid_during": SINCE, **body, **more})

    async def person(self, name: str = "Ni Luh Sari", **more: Any) -> dict[str, Any]:
        """A person of the institution."""
        return await self.make("people", **{"institution_id": self.id, "name": name, **more})

    async def seat(
        self, role: str, *, unit: str | None = None, person: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """An appointment since 2020."""
        place = {"unit_id": unit} if unit else {"institution_id": self.id}
        body = {"person_id": person or (await self.person())["id"], "role": role, "decree_number": "SK 1/2020"}
        return await self.make("appointments", **{"valid_during": SINCE, **place, **body, **more})

    async def account(self, role: str, *, unit: str | None = None) -> dict[str, str]:
        """The headers of an account that holds a role here."""
        account_id = f"account-{uuid4()}"
        person = await self.person(account_id=account_id)
        await self.seat(role, unit=unit, person=person["id"])
        return self.registry.account(account_id)

    def client(self, scope: str = "registry:read registry:write") -> dict[str, str]:
        """The headers of the institution's own client."""
        return self.registry.integration(scope, UUID(self.id))

    async def read(self, path: str, **options: Any) -> dict[str, Any]:
        """GET that succeeds."""
        reply = await self.call("GET", path, **options)
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        self._check_shape(path, found)
        return found

    def _check_shape(self, path: str, content: dict[str, Any]) -> None:
        """The reply is what the route documents, no more and no less."""
        scope = {"type": "http", "method": "GET", "path": f"/v1{path.partition('?')[0]}"}
        route = next(
            route
            for router in SERVICE.routers
            for route in router.routes
            if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL
        )
        model: TypeAdapter[Any] = TypeAdapter(route.response_model)
        shown = model.dump_python(model.validate_python(content), mode="json", by_alias=True)
        if content.get("count") is None:
            shown.pop("count", None)
        assert shown == content

    async def change(
        self, path: str, body: dict[str, Any], *, method: str = "PATCH", seen_on: str | None = None, **options: Any
    ) -> httpx.Response:
        """PATCH (or POST an action) with the ETag that is current; of what is over by now, read as of a day."""
        seen = path.removesuffix("/ending") + ("" if seen_on is None else f"?as_of={seen_on}")
        tag = (await self.call("GET", seen)).headers["etag"]
        return await self.call(method, path, json=body, headers={"if-match": tag}, **options)

    async def events(self, subject: str) -> list[dict[str, Any]]:
        """The facts of a subject, oldest first."""
        await self.registry.sequenced()
        async with self.registry.connection() as connection:
            rows = await connection.fetch(
                "SELECT type, sequence, visibility, data FROM events WHERE subject = $1 ORDER BY position", subject
            )
        return [dict(row) for row in rows]


def code() -> str:
    """A code that nothing else has."""
    return uuid4().hex[:12]


async def stage(registry: ServiceUnderTest, **more: Any) -> Stage:
    """A new ministry, since 2000."""
    body = {"code": code(), "name": f"Kementerian Contoh {code()}", "kind": "ministry"}
    reply = await registry.call(
        "POST", "/v1/institutions", json={**body, "valid_during": {"from": "2000-01-01"}, **more}
    )
    assert reply.status_code == 201, reply.text
    return Stage(registry, reply.json())


async def until(status: int, call: Any) -> httpx.Response:
    """Repeat a call until it is answered with this status: a seat that changed is heard of within moments."""
    deadline = time.monotonic() + 5
    while True:
        reply: httpx.Response = await call()
        if reply.status_code == status or time.monotonic() > deadline:
            assert reply.status_code == status, reply.text
            return reply
        await asyncio.sleep(0.01)


def flaws(reply: httpx.Response) -> list[tuple[str, str]]:
    """Where a refusal points, and with which codes."""
    return [(each["pointer"], each["code"]) for each in reply.json()["errors"]]
