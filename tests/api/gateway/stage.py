"""A gateway between a caller and a service, all on loopback and in this process; the service says what a test makes it say."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httptools
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from gateway.proxy.edge import EdgeProtocol
from gateway.proxy.exchange import Bounds
from gateway.proxy.forward import Admission, Forward
from gateway.proxy.pool import Room
from gateway.proxy.upstreams import Upstream

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
BRISK = Bounds(first_byte_seconds=0.4, chunk_seconds=0.4, upload_seconds=5.0)
PATIENT = Bounds(first_byte_seconds=5.0, chunk_seconds=5.0, upload_seconds=20.0)


@dataclass
class Message:
    """A request that the service got, or an answer that the caller got."""

    method: str = ""
    target: str = ""
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    whole: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    def header(self, name: str) -> str | None:
        """The values, joined; None if there is no such header."""
        values = [value for key, value in self.headers if key == name]
        return ", ".join(values) if values else None


class _Collector:
    def __init__(self) -> None:
        self.message = Message()
        self.complete: list[Message] = []
        self.parser: httptools.HttpRequestParser | httptools.HttpResponseParser

    def on_message_begin(self) -> None:
        self.message = Message()

    def on_url(self, url: bytes) -> None:
        self.message.target += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.message.headers.append((name.decode().lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        if isinstance(self.parser, httptools.HttpRequestParser):
            self.message.method = self.parser.get_method().decode()
        else:
            self.message.status = self.parser.get_status_code()

    def on_body(self, data: bytes) -> None:
        self.message.pieces.append(data)

    def on_message_complete(self) -> None:
        self.message.whole = True
        self.complete.append(self.message)


class Visit:
    """One connection to the service."""

    def __init__(self, service: "Service", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.service, self.reader, self.writer = service, reader, writer
        self._collector = _Collector()
        self._collector.parser = httptools.HttpRequestParser(self._collector)

    async def request(self) -> Message | None:
        """The next request, whole; None once the gateway closes the connection."""
        while not self._collector.complete:
            data = await self.reader.read(65536)
            if not data:
                return None
            self._collector.parser.feed_data(data)
        message = self._collector.complete.pop(0)
        self.service.requests.append(message)
        return message

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        self.writer.transport.abort()

    async def until_closed(self) -> None:
        """Returns when the gateway cuts the connection."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass


Behaviour = Callable[[Visit], Awaitable[None]]


@dataclass
class Service:
    """What the service saw."""

    requests: list[Message] = field(default_factory=list)
    connections: int = 0


@dataclass
class Stage:
    """Where to call, and what came behind the gateway."""

    port: int
    service: Service
    upstream: Upstream
    forward: Forward
    cuts: list[BaseException]

    async def call(
        self, target: str, *, method: str = "GET", headers: str = "", body: bytes = b"", head: bytes | None = None
    ) -> Message:
        """One request over a connection of its own. `headers`: lines; `head`: all of the head, in place of the rest."""
        if head is None:
            length = f"content-length: {len(body)}\r\n" if body else ""
            head = f"{method} {target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{length}{headers}\r\n".encode(
                "latin-1"
            )
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(head + body)
            return await read_answer(reader, head_only=method == "HEAD")
        finally:
            writer.close()


async def read_answer(reader: asyncio.StreamReader, *, head_only: bool = False) -> Message:
    """The next answer on a connection; `whole` is false if it was cut."""
    collector = _Collector()
    collector.parser = httptools.HttpResponseParser(collector)
    async with asyncio.timeout(20):
        while not [message for message in collector.complete if message.status >= 200]:
            try:
                data = await reader.read(65536)
            except ConnectionError:
                break
            if not data:
                break
            collector.parser.feed_data(data)
            if head_only and collector.message.status >= 200:
                break
    return collector.message


async def admit(scope: Scope, service: str, path: str) -> Admission:
    return Admission(f"token-for-{service}".encode(), ((b"ratelimit", b'"default";r=98;t=30'),))


@asynccontextmanager
async def serve(app: ASGIApp) -> AsyncIterator[int]:
    """The application behind the gateway's own edge, on a free port."""
    config = uvicorn.Config(app, http=EdgeProtocol, ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: EdgeProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=5)


@asynccontextmanager
async def stage(
    behaviour: Behaviour, *, bounds: Bounds = PATIENT, body_limit: int = 2 * 1024 * 1024, room: Room | None = None
) -> AsyncIterator[Stage]:
    """A running service that behaves so, and the gateway before it. `room` replaces the upstream's rooms."""
    service = Service()
    visits: set[asyncio.Task[None]] = set()
    cuts: list[BaseException] = []

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        service.connections += 1
        task = asyncio.current_task()
        assert task is not None
        visits.add(task)
        try:
            await behaviour(Visit(service, reader, writer))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            visits.discard(task)

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    rooms = {} if room is None else {"quick_room": room, "bulk_room": room, "polls_room": room}
    upstream = Upstream("127.0.0.1", port, **rooms)
    forward = Forward({"registry": upstream}, admit, bounds=bounds, body_limit=lambda _path: body_limit)

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await forward(scope, receive, send)
        except BaseException as error:
            cuts.append(error)
            raise

    try:
        async with serve(watched) as gateway_port:
            yield Stage(gateway_port, service, upstream, forward, cuts)
    finally:
        forward.close()
        server.close()
        for task in list(visits):
            task.cancel()
        if visits:
            await asyncio.wait(visits, timeout=5)


def answers(data: bytes) -> Behaviour:
    """A service that gives this answer to every request, and keeps the connection."""

    async def behave(visit: Visit) -> None:
        while await visit.request():
            await visit.say(data)

    return behave


async def until(condition: Callable[[], bool], *, seconds: float = 3.0) -> None:
    """Polls until the condition holds; fails after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in code that sets no event
            await asyncio.sleep(0.005)


def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
