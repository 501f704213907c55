"""The gateway's own operations, tried by everybody who may not; that those who may can is tested in tests/api/gateway."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.every_operation.tables import Row, rights_of
from api.every_operation.world import ABSENT
from devstack.postgres import Cluster
from support.documents import Operation, documents, operations
from support.gateway import PASSWORD, GatewayUnderTest, gateway_under_test
from support.samples import Samples
from support.watch import watch, written

BY_ID = {operation.id: operation for operation in operations("gateway")}
ROWS = rights_of("gateway")
CALLERS = ("anonymous", "account", "other_account", "client", "manager", "manager@elsewhere", "platform")


@dataclass
class Stage:
    """The gateway with an account, a client and their managers: tokens by the caller's name, ids by the path's parameter."""

    gateway: GatewayUnderTest
    tokens: dict[str, str | None] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    institution: str = field(default_factory=lambda: str(uuid4()))

    async def attempt(self, operation: Operation, caller: str, *, absent: bool = False) -> httpx.Response:
        """What a caller gets for a request that could succeed."""
        path, body = operation.path, None
        for name in operation.parameters("path"):
            path = path.replace(f"{{{name}}}", ABSENT if absent else self.ids[name])
        if operation.id == "create_client":
            body = {"name": "Aplikasi", "institution_id": self.institution, "scopes": ["registry:read"]}
        elif operation.id == "change_own_password":
            body = {"current_password": PASSWORD, "password": "delapan ratus gajah"}
        elif operation.body is not None:
            body = Samples(documents()["gateway"], operation.body).body if operation.needs_body else {}
        options: dict[str, Any] = (
            {"headers": {"if-match": "*"}} if operation.parameters("header").get("if-match") else {}
        )
        options |= {} if body is None else {"json": body}
        return await self.gateway.call(operation.method, path, token=self.tokens[caller], **options)


@pytest.fixture(scope="module")
async def stage(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with gateway_under_test(postgres, tmp_path_factory.mktemp("gateway")) as gateway:
        found = Stage(gateway, {"anonymous": None, "platform": await gateway.token()})
        for caller in ("account", "other_account"):
            await gateway.register(f"{caller}@contoh.id")
            found.tokens[caller] = (await gateway.sign_in(f"{caller}@contoh.id"))["access_token"]
        institutions = {"client": found.institution, "manager": found.institution, "manager@elsewhere": str(uuid4())}
        for caller, institution in institutions.items():
            scopes = ("registry:read",) if caller == "client" else ("registry:read", "clients:manage")
            made = await gateway.make_client(*scopes, institution=institution)
            found.tokens[caller] = await gateway.token(made["id"], made["client_secret"])
            if caller == "client":
                found.ids |= {"client_id": made["id"], "secret_id": made["secrets"][0]["id"]}
        own = (await gateway.call("GET", "/v1/accounts/me", token=found.tokens["account"])).json()
        sessions = (await gateway.call("GET", "/v1/accounts/me/sessions", token=found.tokens["account"])).json()
        found.ids |= {"account_id": own["id"], "session_id": sessions["items"][0]["id"]}
        async with gateway.connection() as connection:
            await watch(connection)
        yield found


def test_every_operation_has_its_row() -> None:
    assert {row.operation for row in ROWS} == BY_ID.keys()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
async def test_who_may_not_is_refused_and_nothing_is_done(stage: Stage, row: Row) -> None:
    operation = BY_ID[row.operation]
    assert row.may <= set(CALLERS)
    for caller in CALLERS:
        if caller in row.may:
            continue
        reply = await stage.attempt(operation, caller)
        said = f"{caller}: {reply.status_code} {reply.text[:300]}"
        assert reply.status_code in ((401, 403, 404) if row.hidden else (401, 403)), said
        assert (reply.status_code == 401) == (caller == "anonymous"), said
        if row.hidden:
            none = await stage.attempt(operation, caller, absent=True)
            assert (none.status_code, none.json()["code"]) == (reply.status_code, reply.json()["code"]), said
    async with stage.gateway.connection() as connection:
        assert await written(connection) == set()
