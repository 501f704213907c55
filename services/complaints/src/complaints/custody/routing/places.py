"""Where the authority resolver sends a filing: its service's or unit's institution, else the government of its region.

By the local copy of the registry alone. What the copy doesn't know yet is taken all the same (no wrong door).
"""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from complaints.custody.routing.rules import Answer, Routed, named_by_reporter, stands
from directory.copy import load_world
from directory.resolver import resolve
from directory.world import World
from directory.zones import DEFAULT_ZONE


class Place(NamedTuple):
    """`unit_id` is proposed to triage, not yet its holder. `known`: whatever was named is known to the copy."""

    institution_id: UUID | None
    unit_id: UUID | None
    time_zone: str
    known: bool
    reasons: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer:
        """As the rules are told of it."""
        return Answer(self.institution_id, self.unit_id, self.reasons)


class Named(NamedTuple):
    """What a filing says of where it belongs."""

    service_id: UUID | None
    unit_id: UUID | None
    region_code: str | None


NOWHERE = Place(None, None, DEFAULT_ZONE, known=True)


async def find_place(connection: Connection, named: Named, day: date) -> Place:
    """The place of a filing on a day."""
    return (await find_places(connection, [named], day))[named]


async def find_places(connection: Connection, named: Collection[Named], day: date) -> dict[Named, Place]:
    """The places of filings on a day: five short queries, however many there are."""
    if all(each == Named(None, None, None) for each in named):
        return dict.fromkeys(named, NOWHERE)
    world = await load_world(
        connection,
        day,
        service_ids={each.service_id for each in named if each.service_id},
        unit_ids={each.unit_id for each in named if each.unit_id},
        region_codes={each.region_code for each in named if each.region_code},
    )
    return {each: _place(world, each, day) for each in named}


def _place(world: World, named: Named, day: date) -> Place:
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
        tuple(reason.code for reason in found.reasons),
    )


def without_rules(place: Place, named: Named, *, protected: bool) -> Routed | None:
    """Where a filing goes of which no rule is asked; None: the rules are to be asked.

    A protected case goes to the auditors of its institution, a unit that the reporter named stands, and what isn't known yet
    is placed once it is.
    """
    if protected or not place.known:
        return stands(place.answer)
    if named.unit_id is not None and named.service_id is None:
        return named_by_reporter(place.answer)
    return None
