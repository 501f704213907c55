"""Where a filing goes: the place that the authority gives it, kept in the process, and the routing rules over it.

No wrong door: what the copy doesn't know yet is taken all the same, and placed when the registry's facts arrive.
"""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from chassis.data.pool import Pool
from complaints.custody.routing.places import Named, Place, find_place, without_rules
from complaints.custody.routing.router import Router
from complaints.custody.routing.rules import Matter
from complaints.custody.routing.words import Wording
from complaints.intake.schemas import Complaint
from complaints.suggestions.suggester import Assigned, Suggester
from directory.zones import national_day

_MOST_KEPT = 20_000


class Routing(NamedTuple):
    """The place after the rules, and why it is that one."""

    place: Place
    trace: Mapping[str, Any]


def matter_of(filing: Complaint, assigned: Assigned | None) -> Matter:
    """What the rules ask of a filing."""
    text = Wording(filing.title, filing.body)
    category = filing.category if assigned is None else assigned.category
    return Matter(filing.type, category, filing.service_id, filing.region_code, text)


async def assign(filing: Complaint, suggester: Suggester, *, protected: bool) -> Assigned | None:
    """The category that the model gives a filing without one. Of a protected case the words decide nothing."""
    if filing.category is not None or protected:
        return None
    return await suggester.assign(f"{filing.title}\n{filing.body}")


async def route(
    place: Place, named: Named, matter: Matter, router: Router, *, protected: bool, now: datetime
) -> Routing:
    """Ask the routing rules about what the authority placed, where they are to be asked at all."""
    found = without_rules(place, named, protected=protected) or await router.route(place.answer, matter, now)
    return Routing(place._replace(institution_id=found.institution_id, unit_id=found.unit_id), found.trace)


class Places:
    """Places kept in the process until the directory changes (`forget`) or the day does."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: dict[tuple[Named, date], Place] = {}
        self._generation = 0
        self._looking = asyncio.Lock()

    def forget(self) -> None:
        """The directory changed."""
        self._kept.clear()
        self._generation += 1

    async def find(self, named: Named, now: datetime) -> Place:
        """The place of a filing now."""
        key = (named, national_day(now))
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        async with self._looking:  # one looks it up, the others find it
            return self._kept.get(key) or await self._look_up(key)

    async def _look_up(self, key: tuple[Named, date]) -> Place:
        generation = self._generation
        async with self._pool.acquire(timeout=2) as connection:
            found = await find_place(connection, *key)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        if generation == self._generation:
            self._kept[key] = found
        return found
