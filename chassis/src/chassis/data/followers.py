"""Following another service's feed: each event takes effect exactly once.

A batch is applied and the cursor moved in one transaction. An event that fails is tried again, then parked with its error
and shown in /readyz; the ones behind it go on. A copy is rebuilt from the feed alone: sequences are set back, the feed
is read anew, what it no longer mentions is swept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import asyncpg
import httpx
import structlog
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.data.events import Event
from chassis.data.pool import Connection, Pool
from chassis.data.transactions import begin
from chassis.ops.clock import utc_now

ATTEMPTS = 3
MANY, GATHERING_S = 100, 0.1
"""After a page of fewer events than that the next one gathers for so long: a page costs eight statements, however few it holds."""
POLL_S = 25
RETRY_PARKED_S = 60.0

log = structlog.get_logger("chassis.follower")


def add_follower_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Put `feed_cursors` and `parked_events` into a service's metadata; returns them in this order."""
    cursors = Table(
        "feed_cursors",
        metadata,
        Column("feed", Text, primary_key=True),
        Column("stream", Text),
        Column("position", BigInteger, nullable=False, server_default=text("0")),
        Column("rebuilding", Boolean, nullable=False, server_default=text("false")),
        Column("moved_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    )
    parked = Table(
        "parked_events",
        metadata,
        Column("feed", Text, primary_key=True),
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("event", JSONB, nullable=False),
        Column("error", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("parked_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    )
    return cursors, parked


class Copy(Protocol):
    """What a follower keeps of a feed."""

    async def apply(self, connection: Connection, event: Event) -> None:
        """Take the event in, if its subject's sequence is newer than what is held."""

    async def reset(self, connection: Connection) -> None:
        """Before a rebuild: set every held sequence to 0, so that the feed's every event applies."""

    async def sweep(self, connection: Connection) -> None:
        """After a rebuild: remove what still has sequence 0, which the feed never mentioned."""


@runtime_checkable
class TakesPages(Protocol):
    """A copy that takes many events in at once, by the same statements as many single ones."""

    async def apply_all(self, connection: Connection, events: Sequence[Event]) -> None:
        """The same as applying each in turn."""


Fetch = Callable[[str | None, int], Awaitable[httpx.Response]]
"""Ask the feed for what follows an event id, waiting up to so many seconds."""


class StrangeStream(Exception):
    """The feed says that our cursor belongs to another stream: it was restored from a backup."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a feed; `end` is the id after its last position, also where nothing was for us."""

    events: Sequence[Event]
    end: str | None


def read_event(raw: Mapping[str, Any]) -> Event:
    """An event from its CloudEvents JSON form."""
    stream, _, position = raw["id"].rpartition("-")
    institution = raw.get("institutionid")
    return Event(
        stream=stream,
        position=int(position),
        type=raw["type"].removeprefix("id.prima.").removesuffix(".v1"),
        subject=raw["subject"],
        sequence=int(raw["sequence"]),
        visibility=raw["visibility"],
        institution_id=UUID(institution) if institution else None,
        data=raw["data"],
        occurred_at=datetime.fromisoformat(raw["time"]),
    )


class Follower:
    """Keeps `copy` up to date with the feed named `feed`."""

    def __init__(self, feed: str, copy: Copy, *, pool: Pool, fetch: Fetch) -> None:
        self.feed, self.copy = feed, copy
        self._pool, self._fetch = pool, fetch
        self.healthy = False
        self.parked = 0
        self._late_s: float | None = None
        """How old the newest event of the last page was when it took effect; 0 if none was there."""
        self._reached = 0.0

    def lag_s(self) -> float | None:
        """How far the copy is behind its feed, in seconds; None if this process hasn't followed it."""
        if self._late_s is None:
            return None
        # A poll that waits tells that there is nothing new; while none gets through, the copy grows older.
        return self._late_s if self.healthy else self._late_s + asyncio.get_running_loop().time() - self._reached

    async def run(self) -> None:
        """Follow until cancelled; one replica of a service at a time does, by a lock that lasts as long as its connection."""
        while True:
            try:
                async with self._pool.acquire() as guard:
                    if await guard.fetchval("SELECT pg_try_advisory_lock(7234912, hashtext($1))", self.feed):
                        await self._follow_under(guard)
                    self.healthy, self._late_s = True, None
                await asyncio.sleep(5)
            except StrangeStream:
                log.warning("feed_was_restored", feed=self.feed)
                await self.rebuild()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, httpx.HTTPError, OSError, TimeoutError) as error:
                self.healthy = False
                log.warning("follower_waits", feed=self.feed, error=type(error).__name__)
                await asyncio.sleep(1)

    async def _follow_under(self, guard: Connection) -> None:
        """Follow while the guard's connection lives. Raises TimeoutError when it is lost, and its lock with it."""
        async with asyncio.timeout(None) as scope:

            def give_up(_connection: object) -> None:
                scope.reschedule(asyncio.get_running_loop().time())

            guard.add_termination_listener(give_up)
            try:
                await self._follow()
            finally:
                guard.remove_termination_listener(give_up)
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # it is gone with the connection
                    await guard.execute("SELECT pg_advisory_unlock(7234912, hashtext($1))", self.feed)

    async def _follow(self) -> None:
        tried = asyncio.get_running_loop().time()
        while True:
            taken = await self.step(POLL_S)
            self.healthy = True
            if taken < MANY:
                await asyncio.sleep(GATHERING_S)
            if self.parked and asyncio.get_running_loop().time() - tried > RETRY_PARKED_S:
                await self.retry_parked()
                tried = asyncio.get_running_loop().time()

    async def step(self, wait_s: int) -> int:
        """Fetch one page, apply it, move the cursor; how many events it held. Raises StrangeStream after a restore."""
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(
                "SELECT stream, position, rebuilding FROM feed_cursors WHERE feed = $1", self.feed
            )
            self.parked = await connection.fetchval("SELECT count(*) FROM parked_events WHERE feed = $1", self.feed)
        after = f"{row['stream']}-{row['position']}" if row is not None and row["stream"] else None
        rebuilding = row is not None and row["rebuilding"]
        page = await self._read(after, 0 if rebuilding else wait_s)
        if page.end is not None and page.end != after:
            await self._take(page)
        elif rebuilding:
            await self._finish_rebuild()
        newest = page.events[-1].occurred_at if page.events else None
        self._late_s = max((utc_now() - newest).total_seconds(), 0.0) if newest is not None else 0.0
        self._reached = asyncio.get_running_loop().time()
        return len(page.events)

    async def _read(self, after: str | None, wait_s: int) -> Page:
        response = await self._fetch(after, wait_s)
        if response.status_code == httpx.codes.CONFLICT:
            raise StrangeStream
        response.raise_for_status()
        following = response.links.get("next", {}).get("url")
        end = httpx.URL(following).params.get("lastEventId") if following else after
        return Page([read_event(raw) for raw in response.json()], end)

    async def _take(self, page: Page) -> None:
        assert page.end is not None
        stream, _, position = page.end.rpartition("-")
        try:
            async with begin(self._pool) as connection:
                await self._apply_all(connection, page.events)
                await self._move(connection, stream, int(position))
        except (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, OSError, TimeoutError):
            raise
        except Exception:
            log.warning("page_fails", feed=self.feed, end=page.end)
            await self._take_one_by_one(page, stream, int(position))

    async def _apply_all(self, connection: Connection, events: Sequence[Event]) -> None:
        if isinstance(self.copy, TakesPages):
            await self.copy.apply_all(connection, events)
            return
        for event in events:
            await self.copy.apply(connection, event)

    async def _take_one_by_one(self, page: Page, stream: str, position: int) -> None:
        async with begin(self._pool) as connection:
            for event in page.events:
                error = await self._attempt(connection, event)
                if error is not None:
                    await self._park(connection, event, error)
            await self._move(connection, stream, position)

    async def _attempt(self, connection: Connection, event: Event) -> str | None:
        error = ""
        for _ in range(ATTEMPTS):
            try:
                async with connection.transaction():
                    await self.copy.apply(connection, event)
            except (asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
                raise
            except Exception as caught:
                error = f"{type(caught).__name__}: {getattr(caught, 'constraint_name', '') or ''}".rstrip(": ")
            else:
                return None
        return error

    async def _park(self, connection: Connection, event: Event, error: str) -> None:
        log.error("event_parked", feed=self.feed, position=event.position, type=event.type, error=error)
        await connection.execute(
            """INSERT INTO parked_events (feed, position, event, error, attempts) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (feed, position) DO UPDATE SET error = excluded.error, attempts = parked_events.attempts + $5""",
            self.feed,
            event.position,
            _written(event),
            error,
            ATTEMPTS,
        )

    async def retry_parked(self) -> int:
        """Try each parked event once more; how many are still parked."""
        async with begin(self._pool) as connection:
            rows = await connection.fetch(
                "SELECT event FROM parked_events WHERE feed = $1 ORDER BY position", self.feed
            )
            for row in rows:
                event = read_event(row["event"])
                error = await self._attempt(connection, event)
                if error is None:
                    await connection.execute(
                        "DELETE FROM parked_events WHERE feed = $1 AND position = $2", self.feed, event.position
                    )
            self.parked = await connection.fetchval("SELECT count(*) FROM parked_events WHERE feed = $1", self.feed)
        return self.parked

    async def rebuild(self) -> None:
        """Begin reading the feed from its start; the copy stays usable meanwhile."""
        async with begin(self._pool) as connection:
            await self.copy.reset(connection)
            await connection.execute("DELETE FROM parked_events WHERE feed = $1", self.feed)
            await connection.execute(
                """INSERT INTO feed_cursors (feed, stream, position, rebuilding) VALUES ($1, NULL, 0, true)
                   ON CONFLICT (feed) DO UPDATE SET stream = NULL, position = 0, rebuilding = true, moved_at = now()""",
                self.feed,
            )

    async def _finish_rebuild(self) -> None:
        async with begin(self._pool) as connection:
            await self.copy.sweep(connection)
            await connection.execute("UPDATE feed_cursors SET rebuilding = false WHERE feed = $1", self.feed)

    async def _move(self, connection: Connection, stream: str, position: int) -> None:
        await connection.execute(
            """INSERT INTO feed_cursors (feed, stream, position) VALUES ($1, $2, $3)
               ON CONFLICT (feed) DO UPDATE SET stream = $2, position = $3, moved_at = now()""",
            self.feed,
            stream,
            position,
        )


def _written(event: Event) -> dict[str, Any]:
    return {
        "id": f"{event.stream}-{event.position}",
        "type": f"id.prima.{event.type}.v1",
        "subject": event.subject,
        "sequence": str(event.sequence),
        "visibility": event.visibility,
        "institutionid": str(event.institution_id) if event.institution_id else None,
        "data": dict(event.data),
        "time": event.occurred_at.isoformat(),
    }
