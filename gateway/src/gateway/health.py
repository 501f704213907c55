"""/livez and /startupz as every process has them; /readyz, which also shows what is seen of the services; /metrics, apart."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import Gauge
from starlette.responses import Response

from chassis.http import health
from chassis.http.routing import Route
from chassis.http.versions import encode
from chassis.ops import metrics
from gateway.proxy.upstreams import Upstream

LOOK_SECONDS = 0.5

routes = APIRouter(include_in_schema=False, route_class=Route)
routes.add_api_route("/livez", health.live, methods=["GET"])
routes.add_api_route("/startupz", health.started, methods=["GET"])
measured = APIRouter(include_in_schema=False, route_class=Route)
"""For the internal port alone."""
_in_flight = Gauge(
    "prima_proxy_in_flight", "Requests that a service is at work on", ["service", "kind"], registry=metrics.registry
)
_waiting = Gauge(
    "prima_proxy_waiting", "Requests that wait for a place at a service", ["service", "kind"], registry=metrics.registry
)


@routes.get("/readyz")
async def ready(request: Request) -> Response:
    """503 while the database doesn't answer. A service that is down is shown and doesn't refuse: the others are still served."""
    state = request.app.state
    database, services = await asyncio.gather(_database(state.pool), _services(state.upstreams))
    good = database == "ok"
    content = {"status": "ready" if good else "not ready", "checks": {"database": database, "services": services}}
    headers = {"Cache-Control": "no-store"}
    return Response(encode(content), status_code=200 if good else 503, media_type="application/json", headers=headers)


@measured.get("/metrics")
async def measure(request: Request) -> Response:
    """Prometheus's text: also how much each service has been given to do, by kind of work."""
    state = request.app.state
    health.note_pools(requests=state.pool)
    upstreams: Mapping[str, Upstream] = state.upstreams
    for service, upstream in upstreams.items():
        for kind, pool in (("quick", upstream.quick), ("bulk", upstream.bulk), ("polls", upstream.polls)):
            _in_flight.labels(service, kind).set(pool.in_flight)
            _waiting.labels(service, kind).set(pool.waiting)
    metrics.database_up.set(await _database(state.pool) == "ok")
    return health.exposed()


async def _database(pool: Any) -> str:
    try:
        async with asyncio.timeout(2), pool.acquire(timeout=2) as connection:
            await connection.fetchval("SELECT 1")
    except health.UNREACHABLE:
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
