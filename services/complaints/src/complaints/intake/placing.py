"""Where a filing goes: the institution and unit of its service or unit, else the government of its region; by the local copy.

No wrong door: what the copy doesn't know yet is taken all the same, and placed when the registry's facts arrive.
"""

import asyncio
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.data.pool import Connection, Pool
from directory.copy import load_world
from directory.resolver import resolve
from directory.zones import DEFAULT_ZONE, local_day

_MOST_KEPT = 20_000


class Place(NamedTuple):
    """`unit_id` is proposed to triage, not yet its holder. `known`: whatever was named is known to the copy."""

    institution_id: UUID | None
    unit_id: UUID | None
    time_zone: str
    known: bool


class Named(NamedTuple):
    """What a filing says of where it belongs."""

    service_id: UUID | None
    unit_id: UUID | None
    region_code: str | None


NOWHERE = Place(None, None, DEFAULT_ZONE, known=True)


async def find_place(connection: Connection, named: Named, day: date) -> Place:
    """The place of a filing on a day."""
    if named == Named(None, None, None):
        return NOWHERE
    world = await load_world(
        connection,
        day,
        service_ids=[named.service_id] if named.service_id else (),
        unit_ids=[named.unit_id] if named.unit_id else (),
        region_codes=[named.region_code] if named.region_code else (),
    )
    known = (named.service_id is None or world.service(named.service_id) is not None) and (
        named.unit_id is None or world.unit(named.unit_id, day) is not None
    )
    # A service that isn't known hides the unit and region that are: ask by what is.
    service_id = named.service_id if named.service_id and world.service(named.service_id) else None
    if service_id is None and named.unit_id is None and named.region_code is None:
        return Place(None, None, DEFAULT_ZONE, known)
    found = resolve(world, day=day, service_id=service_id, unit_id=named.unit_id, region_code=named.region_code)
    institution, unit = found.institution, found.responsible_unit
    return Place(
        institution.id if institution else None,
        unit.id if unit else None,
        institution.time_zone if institution else DEFAULT_ZONE,
        known,
    )


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
        key = (named, local_day(now, DEFAULT_ZONE))
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
