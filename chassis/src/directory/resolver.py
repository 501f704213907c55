"""The authority resolver: who acts, who answers and who supervises, for a service, unit, institution or place, with reasons.

Pure: a World and a local day go in. The nearest unit upward that has a holder of a role speaks for it.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from directory import reasons
from directory.reasons import Reason
from directory.roles import LIAISON, OFFICER, RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD, counts_as_holder
from directory.world import JAKARTA, Appointment, Institution, Unit, World


class NothingNamed(ValueError):
    """Neither a service, a unit, an institution nor a region was named."""


class Vacancy(NamedTuple):
    """A place at which a role was looked for and not filled: a Plh beside an empty seat leaves it vacant."""

    role: str
    institution_id: UUID
    unit_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A role and who holds it at the nearest place that has anybody; no seats when nobody does anywhere above."""

    role: str
    institution_id: UUID
    unit_id: UUID | None
    seats: tuple[Appointment, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The answer. `supervises` goes upward, the nearest first; the first of them with seats is the one in charge."""

    institution: Institution | None
    responsible_unit: Unit | None
    acts: tuple[Holding, ...]
    answers: Holding | None
    supervises: tuple[Holding, ...]
    reasons: tuple[Reason, ...]
    vacancies: tuple[Vacancy, ...]


class Route(NamedTuple):
    """Where something without service or unit goes, and why."""

    institution: Institution | None
    reason: Reason


def route_by_region(world: World, region_code: str, day: date) -> Route:
    """The government of the longest autonomous prefix of a region code: the regency's or city's, else the province's.

    In DK Jakarta (31) only the province is autonomous; its regency and cities are administrative areas.
    """
    parts = region_code.split(".")
    jakarta = parts[0] == JAKARTA
    if len(parts) > 1 and not jakarta:
        local = world.government(".".join(parts[:2]), day)
        if local is not None:
            return Route(local, reasons.REGION_AUTONOMOUS)
    province = world.government(parts[0], day)
    if province is None:
        return Route(None, reasons.REGION_UNKNOWN)
    if len(parts) == 1:
        return Route(province, reasons.REGION_AUTONOMOUS)
    return Route(province, reasons.REGION_JAKARTA if jakarta else reasons.REGION_PROVINCE)


def resolve(
    world: World,
    *,
    day: date,
    service_id: UUID | None = None,
    unit_id: UUID | None = None,
    institution_id: UUID | None = None,
    region_code: str | None = None,
) -> Authority:
    """Who acts, answers and supervises on a day, by the most precise of what is named (service, unit, institution, region).

    What is unknown or not in force is left out with a reason, and the next less precise is taken. Raises NothingNamed.
    """
    if service_id is None and unit_id is None and institution_id is None and region_code is None:
        raise NothingNamed
    why: list[Reason] = []
    service = world.service(service_id) if service_id is not None else None
    if service is not None:
        if region_code is not None and not service.covers(region_code):
            why.append(reasons.OUTSIDE_SERVICE_AREA)
        unit_id, institution_id = service.unit_id, service.institution_id
    unit = world.unit(unit_id, day) if unit_id is not None else None
    if (service_id is not None and service is None) or (unit_id is not None and unit is None):
        why.append(reasons.NOT_IN_FORCE)
    if unit is not None:
        institution = world.institution(unit.institution_id, day)
        why.append(reasons.SERVICE_UNIT if service is not None else reasons.UNIT_GIVEN)
    elif institution_id is not None:
        institution = world.institution(institution_id, day)
        why.append(reasons.INSTITUTION_GIVEN if institution is not None else reasons.NOT_IN_FORCE)
    elif region_code is not None:
        institution, reason = route_by_region(world, region_code, day)
        why.append(reason)
    else:
        institution = None
    return _authority(world, institution, unit, day=day, why=why)


def _authority(
    world: World, institution: Institution | None, unit: Unit | None, *, day: date, why: list[Reason]
) -> Authority:
    if institution is None:
        return Authority(
            institution=None,
            responsible_unit=None,
            acts=(),
            answers=None,
            supervises=(),
            reasons=tuple(dict.fromkeys(why)),
            vacancies=(),
        )
    units = [above for above in world.chain(unit.id, day) if above.institution_id == institution.id] if unit else []
    vacancies: list[Vacancy] = []
    acts = [
        _nearest(world, institution, units, role, day=day, vacancies=vacancies)
        for role in (LIAISON, OFFICER, UNIT_HEAD)
    ]
    answers = _nearest(world, institution, units, RESPONSIBLE_OFFICER, day=day, vacancies=vacancies)
    supervises = _upward(world, institution, day=day, vacancies=vacancies)
    return Authority(
        institution=institution,
        responsible_unit=unit,
        acts=tuple(acts),
        answers=answers,
        supervises=supervises,
        reasons=tuple(dict.fromkeys(why)),
        vacancies=tuple(dict.fromkeys(vacancies)),
    )


def _nearest(
    world: World, institution: Institution, units: list[Unit], role: str, *, day: date, vacancies: list[Vacancy]
) -> Holding:
    """The holders at the nearest place upward that has any: the unit, those above it, then the institution itself."""
    places: list[UUID | None] = [unit.id for unit in units]
    # One responsible officer answers for the whole institution: a unit without one has no vacancy.
    expected = {places[0]} if places and role != RESPONSIBLE_OFFICER else {None}
    for distance, place in enumerate([*places, None]):
        seats = world.seats(institution.id, place, role, day)
        if place in expected and not any(counts_as_holder(seat.acting) for seat in seats):
            vacancies.append(Vacancy(role, institution.id, place))
        if seats:
            where = reasons.HELD_AT_INSTITUTION if place is None else reasons.HELD_ABOVE
            return _holding(institution, place, role, seats, reasons.HELD_AT_UNIT if place and not distance else where)
    return Holding(
        role=role,
        institution_id=institution.id,
        unit_id=places[0] if places else None,
        seats=(),
        reasons=(reasons.VACANT,),
    )


def _holding(
    institution: Institution, unit_id: UUID | None, role: str, seats: tuple[Appointment, ...], where: Reason
) -> Holding:
    why = [where]
    if any(seat.acting not in ("definitive", "plh") for seat in seats):
        why.append(reasons.ACTING_HOLDER)
    if not any(counts_as_holder(seat.acting) for seat in seats):
        why.append(reasons.VACANT)
    if any(not counts_as_holder(seat.acting) for seat in seats):
        why.append(reasons.DAILY_ACTING)
    return Holding(role=role, institution_id=institution.id, unit_id=unit_id, seats=seats, reasons=tuple(why))


def _upward(world: World, institution: Institution, *, day: date, vacancies: list[Vacancy]) -> tuple[Holding, ...]:
    """The supervisors level by level along supervision edges; in DK Jakarta's areas it begins with the governor."""
    found: list[Holding] = []
    level: list[Institution] = [institution]
    seen = {institution.id}
    while level:
        for each in level:
            if each.is_administrative_area:
                continue  # it has no supervisor's seat: the governor's comes next
            seats = world.seats(each.id, None, SUPERVISOR, day)
            if not any(counts_as_holder(seat.acting) for seat in seats):
                vacancies.append(Vacancy(SUPERVISOR, each.id, None))
            where = reasons.OWN_SUPERVISOR if each == institution else reasons.SUPERVISING_INSTITUTION
            if institution.is_administrative_area and each.region_code == JAKARTA:
                where = reasons.GOVERNOR_OF_JAKARTA
            found.append(_holding(each, None, SUPERVISOR, seats, where))
        above = [up for each in level for up in world.supervisors(each, day) if up.id not in seen]
        level = list(dict.fromkeys(above))
        seen.update(each.id for each in level)
    return tuple(found)
