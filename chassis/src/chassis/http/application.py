"""FastAPI without what it puts around its routes: here the edge does that work, once."""

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http.edge import Edge
from chassis.http.switch import Switch


class Application(FastAPI):
    """An application behind the edge; each of its routes is a `chassis.http.routing.Route`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As Starlette answers; the telemetry that FastAPI looks for in each request is ours: logs and metrics."""
        await Starlette.__call__(self, scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """The edge and the refusals. FastAPI's five more took a seventh of a read."""
        return Edge(ExceptionMiddleware(Switch(self.router), handlers=self.exception_handlers))
