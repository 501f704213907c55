"""The gateway's second port, for the platform itself: the keys of internal tokens, metrics, health. The public port has
neither keys nor metrics, so that a deployment keeps them in by publishing the one port alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from chassis.http.app import add_routes
from chassis.http.application import Application
from chassis.http.refusals import add_refusals
from gateway import health
from gateway.tokens.routes import keys

LAST_ANSWERS_SECONDS = 1.0


def create_inside(own: FastAPI) -> ASGIApp:
    """The application of the internal port; it shares the state of the gateway's own."""
    inside = Application(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    inside.state = own.state
    for routes in (health.routes, health.measured, keys):
        add_routes(inside, routes)
    add_refusals(inside, {})
    return inside


@asynccontextmanager
async def listening(app: ASGIApp, *, host: str, port: int, shared: bool) -> AsyncIterator[int]:
    """Serve `app` beside what uvicorn serves; yields the port, which was free to choose if `port` is 0.

    `shared`: other processes of the gateway listen there too. Raises OSError if the port is taken.
    """
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False)
    config.load()
    served = ServerState()

    def connected() -> HttpToolsProtocol:
        return HttpToolsProtocol(config=config, server_state=served, app_state={})

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connected, host, port, reuse_port=shared or None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for connection in list(served.connections):
            connection.shutdown()
        if served.tasks:
            await asyncio.wait(served.tasks, timeout=LAST_ANSWERS_SECONDS)
