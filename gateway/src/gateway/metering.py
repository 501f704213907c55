"""Counts and times what the data path carries. The services log each request; here a line each would cost more than the rest."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.ops import metrics
from gateway.proxy.routes import owner

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


async def metered(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Run `app`, then note its answer by method, service and status: few labels, whatever callers send."""
    status = 0

    async def tell(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    began = time.perf_counter()
    try:
        await app(scope, receive, tell)
    finally:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = owner(scope["path"]) or "unknown"
        metrics.requests.labels(method, route, status).inc()
        metrics.seconds.labels(method, route).observe(time.perf_counter() - began)
