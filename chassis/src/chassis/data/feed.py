"""`GET /v1/feeds/{service}`: the service's facts as a CloudEvents batch, by long polling (http-feeds.org).

A waiting poll holds no connection. A page that holds nothing for the caller still moves on, by its `Link: rel=next`.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from chassis.data.bell import Bell
from chassis.data.events import Visibility
from chassis.data.pool import Connection, Pool
from chassis.data.sequencer import CHANNEL
from chassis.data.statements import Row
from chassis.http.identity import Caller, scoped
from chassis.http.languages import Text
from chassis.http.models import Shape
from chassis.http.problems import BadRequest, Conflict, Flaw
from chassis.http.routing import router
from chassis.http.versions import encode

PAGE = 500
LONGEST_POLL_S = 60

_FORM = Text("lastEventId bukan penunjuk umpan ini.", "lastEventId isn't a position of this feed.")

_HEAD = "SELECT stream, position FROM feed_head"
_SCAN = """
SELECT position, type, subject, sequence, visibility, institution_id, data, occurred_at
FROM events WHERE position > $1 ORDER BY position LIMIT $2
"""


class CursorOfAnotherStream(Conflict):
    """The cursor was given by a stream that is no more: the database was restored. Read the feed from its start."""

    code = "cursor_of_another_stream"
    title = Text("Penunjuk berasal dari aliran lain", "The cursor belongs to another stream")


def parse_cursor(cursor: str | None, stream: str, head: int) -> int:
    """The position after which to read. Raises BadRequest, or CursorOfAnotherStream."""
    if cursor is None:
        return 0
    name, _, position = cursor.rpartition("-")
    if not position.isdigit() or len(position) > 18:
        raise BadRequest(_FORM, errors=[Flaw("query/lastEventId", "cursor", _FORM)])
    if name != stream or int(position) > head:
        raise CursorOfAnotherStream
    return int(position)


class CloudEvent(Shape):
    """A fact, as CloudEvents 1.0 has it. `id` is its position; `data` is the subject's whole public state after the change."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    sequence: str
    visibility: Visibility
    datacontenttype: Literal["application/json"]
    data: dict[str, Any]
    institutionid: SkipJsonSchema[None] | UUID = Field(None, description="Whose agency it concerns; left out if none's")


class Batch(Response):
    """A JSON array of CloudEvents."""

    media_type = "application/cloudevents-batch+json"


def _served(event: Row, caller: Caller) -> bool:
    if caller.unbound:
        return True
    if event["visibility"] == "agency":
        return caller.institution_id is not None and caller.institution_id == event["institution_id"]
    return bool(event["visibility"] == "public")


def _cloud_event(event: Row, service: str, stream: str) -> dict[str, Any]:
    institution = event["institution_id"]
    found = {
        "specversion": "1.0",
        "id": f"{stream}-{event['position']}",
        "source": f"/v1/feeds/{service}",
        "type": f"id.prima.{event['type']}.v1",
        "subject": event["subject"],
        "time": event["occurred_at"],
        "sequence": str(event["sequence"]),
        "visibility": event["visibility"],
        "datacontenttype": "application/json",
        "data": event["data"],
    }
    return found | ({"institutionid": str(institution)} if institution else {})


def feed_routes(service: str) -> APIRouter:
    """The feed of `service`."""
    routes = router(tags=["feeds"])

    @routes.get(
        f"/feeds/{service}",
        operation_id=f"follow_{service}",
        summary=f"Follow the facts of {service}",
        response_model=list[CloudEvent],
        response_class=Batch,
    )
    async def follow(
        request: Request,
        caller: Annotated[Caller, scoped("feeds:read")],
        last_event_id: Annotated[str | None, Query(alias="lastEventId", max_length=80)] = None,
        timeout: Annotated[int, Query(ge=0, le=LONGEST_POLL_S, description="Seconds to wait for news")] = 0,  # noqa: ASYNC109 - the name is http-feeds.org's
    ) -> Response:
        """Events after `lastEventId`, oldest first; an empty array after `timeout` seconds without news."""
        app = request.app
        async with app.state.pool.acquire(timeout=2) as connection:
            stream, after, rows = await _read(connection, last_event_id)
        if not rows and timeout and await app.state.bell.wait(CHANNEL, timeout):
            async with app.state.pool.acquire(timeout=2) as connection:
                stream, after, rows = await _read(connection, last_event_id)
        end = rows[-1]["position"] if rows else after
        batch = [_cloud_event(row, service, stream) for row in rows if _served(row, caller)]
        headers = {"Link": f'</v1/feeds/{service}?lastEventId={stream}-{end}>; rel="next"', "Cache-Control": "no-store"}
        return Batch(encode(batch), headers=headers)

    return routes


def own_feed(service: str, pool: Pool, bell: Bell) -> Callable[[str | None, int], Awaitable[httpx.Response]]:
    """How a `Follower` reads the feed of the service that it runs in: as others do, without leaving the process."""
    address = httpx.Request("GET", f"/v1/feeds/{service}")

    async def fetch(last_event_id: str | None, wait_s: int) -> httpx.Response:
        async def read() -> tuple[str, int, Sequence[Row]]:
            async with pool.acquire() as connection:
                return await _read(connection, last_event_id)

        try:
            stream, after, rows = await read()
            if not rows and wait_s and await bell.wait(CHANNEL, wait_s):
                stream, after, rows = await read()
        except CursorOfAnotherStream:
            return httpx.Response(CursorOfAnotherStream.status, request=address)
        end = rows[-1]["position"] if rows else after
        link = f'</v1/feeds/{service}?lastEventId={stream}-{end}>; rel="next"'
        batch = encode([_cloud_event(row, service, stream) for row in rows])
        return httpx.Response(200, content=batch, headers={"Link": link}, request=address)

    return fetch


async def _read(connection: Connection, cursor: str | None) -> tuple[str, int, Sequence[Row]]:
    head = await connection.fetchrow(_HEAD)
    stream = str(head["stream"])
    after = parse_cursor(cursor, stream, head["position"])
    return stream, after, await connection.fetch(_SCAN, after, PAGE)
