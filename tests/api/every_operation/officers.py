"""Every seat of a small country filled, in the copy of the registry that complaints and evaluation keep."""

from uuid import UUID, uuid4

from support.cast import (
    ABOVE,
    AT_THE_INSPECTORATE,
    AT_UNITS,
    BESIDE,
    ELSEWHERE,
    HEAD_OF_AUDIT,
    REACHING_ALL,
    WITHIN,
    Cast,
)
from support.directory import Country, seat, settle
from support.services import ServiceUnderTest

Place = tuple[UUID, UUID | None]


def _places(country: Country) -> dict[str, Place]:
    """Institution and unit of each caller's seat. Heads sit at the office above the counter."""
    counter, office = (country.city, country.counter), (country.city, country.registry_office)
    found: dict[str, Place] = dict.fromkeys(WITHIN, (country.city, None))
    found |= dict.fromkeys(AT_UNITS, counter) | {"unit_head": office}
    found |= dict.fromkeys((*AT_THE_INSPECTORATE, HEAD_OF_AUDIT), (country.city, country.inspectorate))
    found |= {"information_officer": (country.city, country.secretariat)}
    found |= dict.fromkeys(BESIDE, (country.city, country.works))
    units = (*AT_UNITS, *AT_THE_INSPECTORATE, "information_officer")
    for name in ELSEWHERE:
        found[name] = (country.other_city, country.other_unit if name.partition("@")[0] in units else None)
    return found | dict.fromkeys((*ABOVE, *REACHING_ALL), (country.province, None))


async def enlist(service: ServiceUnderTest, country: Country) -> tuple[Cast, dict[str, UUID]]:
    """The callers of a country, each with one seat, and the people behind them."""
    cast, people, events = Cast(service, country.city, country.other_city), {}, []
    for name, (institution, unit) in _places(country).items():
        role = "unit_head" if name == HEAD_OF_AUDIT else name.partition("@")[0]
        people[name], cast.accounts[name] = uuid4(), f"akun-{uuid4()}"
        events += seat(people[name], cast.accounts[name], role, institution, unit)
    await settle(service, events)
    return cast, people
