"""Is the process alive, has it started, can it work: /livez, /startupz, /readyz; and /metrics. Not routed by the gateway."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg
from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.data import backlogs
from chassis.data.pool import Pool
from chassis.http.identity import policy
from chassis.http.routing import Route
from chassis.http.versions import encode
from chassis.ops import metrics

UNREACHABLE = (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What a database that doesn't answer raises."""


@policy("health")
def health_policy() -> None:
    """Health answers whoever reaches the port; the gateway doesn't route here."""


routes = APIRouter(include_in_schema=False, route_class=Route)


def _json(content: Any, status: int = 200) -> Response:
    return Response(
        encode(content), status_code=status, media_type="application/json", headers={"Cache-Control": "no-store"}
    )


@routes.get("/livez")
async def live() -> Response:
    """The event loop turns."""
    return _json({"status": "alive"})


@routes.get("/startupz")
async def started(request: Request) -> Response:
    """The lifespan has begun; the port is open only then."""
    return _json({"status": "started", "service": request.app.state.name})


@routes.get("/readyz")
async def ready(request: Request) -> Response:
    """503 while the database doesn't answer or a task doesn't run; parked events are shown and don't refuse."""
    state = request.app.state
    checks: dict[str, Any] = {}
    try:
        async with asyncio.timeout(2), state.side_pool.acquire(timeout=2) as connection:
            await connection.fetchval("SELECT 1")
        checks["database"] = "ok"
    except UNREACHABLE:
        checks["database"] = "unreachable"
    checks["sequencer"] = "ok" if state.sequencer.healthy else "waiting"
    checks["notices"] = "ok" if state.bell.listening else "waiting"
    checks["feeds"] = {
        follower.feed: {"following": follower.healthy, "parked": follower.parked} for follower in state.followers
    }
    checks["keys"] = "ok" if state.keys.known else "waiting"
    good = all(checks[name] == "ok" for name in ("database", "sequencer", "notices", "keys"))
    return _json({"status": "ready" if good else "not ready", "checks": checks}, 200 if good else 503)


@routes.get("/metrics")
async def measured(request: Request) -> Response:
    """Prometheus's text. While the database doesn't answer, what waits in it is as it was seen last."""
    state = request.app.state
    note_pools(requests=state.pool, background=state.side_pool)
    for follower in state.followers:
        if (lag_s := follower.lag_s()) is not None:
            metrics.follower_lag.labels(follower.feed).set(lag_s)
        else:
            with suppress(KeyError):
                metrics.follower_lag.remove(follower.feed)
    try:
        async with asyncio.timeout(2), state.side_pool.acquire(timeout=2) as connection:
            await backlogs.observe(
                connection, tables=state.tables, feeds=[follower.feed for follower in state.followers]
            )
        metrics.database_up.set(1)
    except UNREACHABLE:
        metrics.database_up.set(0)
    return exposed()


def note_pools(**pools: Pool) -> None:
    """Set the metrics of these pools, by name."""
    for name, pool in pools.items():
        metrics.pool_size.labels(name).set(pool.get_size())
        metrics.pool_in_use.labels(name).set(pool.get_size() - pool.get_idle_size())


def exposed() -> Response:
    """All metrics of the process, as Prometheus reads them."""
    return Response(metrics.exposition(), media_type="text/plain; version=0.0.4")
