"""/livez and /startupz as every process has them; /readyz, which also shows what is seen of the services; /metrics, apart."""

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg
from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.http import health
from chassis.http.routing import Route
from chassis.http.versions import encode
from gateway.proxy.upstreams import Upstream

LOOK_SECONDS = 0.5

routes = APIRouter(include_in_schema=False, route_class=Route)
routes.add_api_route("/livez", health.live, methods=["GET"])
routes.add_api_route("/startupz", health.started, methods=["GET"])
measured = APIRouter(include_in_schema=False, route_class=Route)
measured.add_api_route("/metrics", health.measured, methods=["GET"])
"""For the internal port alone."""


@routes.get("/readyz")
async def ready(request: Request) -> Response:
    """503 while the database doesn't answer. A service that is down is shown and doesn't refuse: the others are still served."""
    state = request.app.state
    database, services = await asyncio.gather(_database(state.pool), _services(state.upstreams))
    good = database == "ok"
    content = {"status": "ready" if good else "not ready", "checks": {"database": database, "services": services}}
    headers = {"Cache-Control": "no-store"}
    return Response(encode(content), status_code=200 if good else 503, media_type="application/json", headers=headers)


async def _database(pool: Any) -> str:
    try:
        async with asyncio.timeout(2), pool.acquire(timeout=2) as connection:
            await connection.fetchval("SELECT 1")
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return "unreachable"
    return "ok"


async def _services(upstreams: Mapping[str, Upstream]) -> dict[str, str]:
    seen = await asyncio.gather(*(_reachable(upstream) for upstream in upstreams.values()))
    return dict(zip(upstreams, seen, strict=True))


async def _reachable(upstream: Upstream) -> str:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            _, writer = await asyncio.open_connection(upstream.host, upstream.port)
    except OSError:  # TimeoutError is one
        return "unreachable"
    writer.close()
    return "reachable"
