"""The gateway's face: one ASGI application that keeps its own addresses and gives every other to the data path."""

from collections.abc import Collection
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.edge import trace_of
from chassis.http.problems import Problem
from chassis.ops.identifiers import new_id
from gateway.admission import Gatekeeper
from gateway.metering import metered
from gateway.proxy.forward import Forward
from gateway.proxy.headers import read_headers
from gateway.proxy.refusals import reply

NAME = "gateway"
_SECURITY_HEADERS = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
_NOT_FOR_OWN = (b"internal-token",)


class Front:
    """Splits by path. `own` is the gateway's own application, `resources` are its first segments below /v1/."""

    def __init__(self, own: ASGIApp, *, forward: Forward, gatekeeper: Gatekeeper, resources: Collection[str]) -> None:
        self._own, self._forward, self._gatekeeper = own, forward, gatekeeper
        self._resources = frozenset(resources)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._own(scope, receive, send)
            return
        send = _protected(send, _trace(scope))
        path: str = scope["path"]
        if not path.startswith("/v1/"):
            await self._own(_without_identity(scope), receive, send)
        elif path.split("/", 3)[2] in self._resources:
            await self._enter(scope, receive, send)
        else:
            await metered(self._forward, scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The gateway's own rooms get callers as services do: by an internal token, for the audience `gateway`."""
        try:
            admission = await self._gatekeeper.admit(scope, NAME, scope["path"])
        except Problem as problem:
            await _refuse(problem, scope, receive, send)
            return
        inner = _without_identity(scope)
        inner["headers"].append((b"internal-token", admission.internal_token))

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", []).extend(admission.headers)
            await send(message)

        await self._own(inner, receive, tell)


def _without_identity(scope: Scope) -> dict[str, Any]:
    headers = [header for header in scope["headers"] if header[0] not in _NOT_FOR_OWN]
    return {**scope, "headers": headers}


def _trace(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The caller's traceparent, if it is one: whoever answers, it is echoed."""
    return [header for header in scope["headers"] if header[0] == b"traceparent" and trace_of(header[1])][:1]


def _protected(send: Send, echoed: list[tuple[bytes, bytes]]) -> Send:
    """`send` that adds those of the security headers, and of what is echoed, which an answer lacks."""
    added = _SECURITY_HEADERS + echoed

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.setdefault("headers", [])
            present = {name for name, _ in headers}
            headers.extend(header for header in added if header[0] not in present)
        await send(message)

    return tell


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        incoming = read_headers(scope["headers"])
        language, request_id = incoming.accept_language, (incoming.request_id or b"").decode()
    except Problem as worse:
        problem, language, request_id = worse, b"", ""
    response = reply(problem, accept_language=language, request_id=request_id or str(new_id()))
    response.headers["API-Version"] = "1.0.0"
    await response(scope, receive, send)
