"""Routing filings without a query: rule sets, what they meet and the load of units are kept in the process.

Open cases are counted in the background, for the units alone that a rule asks for: no filing waits for the count, and there
is no counter that filings and moves would queue for. A count is up to `LOAD_KEPT_S` old.
"""

import asyncio
import time
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import asyncpg
import structlog

from chassis.data.pool import Pool
from complaints.custody.routing import queries
from complaints.custody.routing.rules import Answer, Asked, Matter, Routed, locally, nationally
from directory.zones import national_day

LOAD_KEPT_S = 15.0
_MOST_KEPT = 2_000

log = structlog.get_logger("complaints.routing")


class Loads:
    """Open cases by unit, counted again in the background when the count is old."""

    def __init__(self, pool: Pool) -> None:
        self.counts: dict[UUID, int] = {}
        self._pool = pool
        self._wanted: set[UUID] = set()
        self._counted_at = 0.0
        self._counting: asyncio.Task[None] | None = None

    def want(self, counts: dict[UUID, int]) -> None:
        """From now on these units are counted too; `counts` is what they hold."""
        self._wanted.update(counts)
        self.counts.update(counts)
        self._counted_at = self._counted_at or time.monotonic()

    def forget(self) -> None:
        """Nobody asks for any unit until `want`."""
        self._wanted.clear()
        self.counts.clear()

    def freshen(self) -> None:
        """Count again if the count is old; nobody waits for it."""
        counting = self._counting is not None and not self._counting.done()
        if self._wanted and not counting and time.monotonic() - self._counted_at > LOAD_KEPT_S:
            self._counting = asyncio.create_task(self._count(frozenset(self._wanted)))

    async def _count(self, units: Collection[UUID]) -> None:
        self._counted_at = time.monotonic()
        try:
            async with self._pool.acquire(timeout=2) as connection:
                counts = await queries.find_loads(connection, units)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning("loads_not_counted", error=type(error).__name__)
        else:
            self.counts.update({unit: counts[unit] for unit in counts if unit in self._wanted})


class Router:
    """The rules in force, as filings ask for them."""

    def __init__(self, pool: Pool) -> None:
        self.loads = Loads(pool)
        self._pool = pool
        self._kept: dict[UUID | None, Asked | None] = {}
        self._day: date | None = None
        self._generation = 0
        self._learning = asyncio.Lock()

    def forget(self) -> None:
        """The directory's copy, or the rules, changed."""
        self._kept.clear()
        self.loads.forget()
        self._generation += 1

    async def route(self, answer: Answer, matter: Matter, now: datetime) -> Routed:
        """Where a filing goes by the rules in force now, the nation's first, then those of the institution that has it."""
        day = national_day(now)
        if day != self._day:
            self.forget()
            self._day = day
        found = nationally(answer, matter, await self._rules(None, day))
        if found.institution_id is not None:
            found = locally(found, answer, matter, await self._rules(found.institution_id, day))
        return found

    async def _rules(self, institution_id: UUID | None, day: date) -> Asked | None:
        try:
            asked = self._kept[institution_id]
        except KeyError:
            async with self._learning:  # one learns, the others find what it learned
                if institution_id in self._kept:
                    return self._kept[institution_id]
                return await self._learn(institution_id, day)
        if asked is not None and asked.rules.loaded_units:
            self.loads.freshen()
        return asked

    async def _learn(self, institution_id: UUID | None, day: date) -> Asked | None:
        generation = self._generation
        async with self._pool.acquire(timeout=2) as connection:
            rules = await queries.find_in_force(connection, institution_id, day)
            asked = None if rules is None else Asked(rules, await queries.find_situation(connection, [rules], day))
        if generation != self._generation:
            return asked
        if asked is not None:
            self.loads.want(dict(asked.situation.loads))
            asked = Asked(asked.rules, asked.situation._replace(loads=self.loads.counts))
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[institution_id] = asked
        return asked
