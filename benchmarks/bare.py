"""The least application that could do the work: Starlette and asyncpg as they come, no rights, no validation, no idempotency.

Run as `python -m benchmarks.bare`; it is told DATABASE_URL_BARE, BARE_PORT and INSTITUTION_ID.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import statements
from chassis.data.statements import Statement
from chassis.ops.commands import KEEP_ALIVE_S
from chassis.ops.identifiers import new_id

_CREATE = Statement(statements.with_id(statements.CREATE_AT_ONCE, statements.GIVEN_ID))
_READ = Statement(statements.with_id(statements.READ, statements.GIVEN_ID))
_INBOX = Statement(statements.INBOX)
_POOL_SIZE = 8


async def create(request: Request) -> Response:
    """Take a complaint as the service takes it; only its title, text and service are looked at."""
    filed = orjson.loads(await request.body())
    case_id = new_id()
    async with request.app.state.pool.acquire() as connection:
        await _CREATE.execute(
            connection,
            id=case_id,
            title=filed["title"],
            body=filed["body"],
            service_id=UUID(filed["service_id"]),
            institution_id=request.app.state.institution_id,
            unit_id=None,
        )
    return _answer({"id": case_id}, status=201)


async def read(request: Request) -> Response:
    """One case, whoever asks."""
    async with request.app.state.pool.acquire() as connection:
        row = await _READ.fetchrow(connection, id=UUID(request.path_params["case_id"]))
    assert row is not None
    return _answer({name: value for name, value in row.items() if name != "chain"})


async def inbox(request: Request) -> Response:
    """The latest fifty of the institution."""
    async with request.app.state.pool.acquire() as connection:
        rows = await _INBOX.fetch(connection, institution_id=request.app.state.institution_id)
    return _answer({"items": [dict(row) for row in rows]})


def _answer(content: Any, *, status: int = 200) -> Response:
    return Response(orjson.dumps(content, default=_plain), status_code=status, media_type="application/json")


def _plain(value: Any) -> str:
    """What orjson doesn't know: asyncpg's own UUIDs, and bytes."""
    return value.hex() if isinstance(value, bytes) else str(value)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    url, settings = os.environ["DATABASE_URL_BARE"], {"jit": "off", "timezone": "UTC"}
    async with asyncpg.create_pool(url, min_size=_POOL_SIZE, max_size=_POOL_SIZE, server_settings=settings) as pool:
        app.state.pool = pool
        app.state.institution_id = UUID(os.environ["INSTITUTION_ID"])
        yield


app = Starlette(
    routes=[
        Route("/livez", lambda _request: Response()),
        Route("/v1/complaints", create, methods=["POST"]),
        Route("/v1/complaints", inbox),
        Route("/v1/complaints/{case_id}", read),
    ],
    lifespan=_lifespan,
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(os.environ["BARE_PORT"]),
        http="httptools",
        ws="none",
        loop="uvloop",
        access_log=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
