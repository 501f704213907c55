"""What of the registry can be exported: the lists that everybody reads, as they are on the day of the work."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from fastapi import Depends, Request
from pydantic import BaseModel

from chassis.data.statements import Row
from chassis.exports.resources import Asked, Resource
from chassis.exports.routes import export_routes
from chassis.http.filters import Filters, Listed
from chassis.http.identity import Caller, policy, signed_in
from chassis.http.languages import DEFAULT
from chassis.http.streams import Open, walking
from directory.zones import national_day
from registry.appointments import queries as appointments
from registry.appointments.schemas import Appointment
from registry.appointments.showing import shown as shown_appointment
from registry.institutions import queries as institutions
from registry.institutions.schemas import Institution
from registry.moments import Moment
from registry.services import queries as services
from registry.services.lists import FILTERS as SERVICE_FILTERS
from registry.services.schemas import Service
from registry.units import queries as units
from registry.units.schemas import Unit


@policy("signed in")
async def _allowed(request: Request) -> Caller:
    return signed_in(request)


def _list(
    name: str,
    filters: Filters,
    find: Callable[..., Awaitable[Listed]],
    shown: Callable[[Row], Mapping[str, Any]],
    model: type[BaseModel],
) -> Resource:
    async def open_(asked: Asked) -> Open:
        moment = Moment(national_day(asked.now), stated=False)
        return walking(asked.form, asked.chosen, partial(find, moment=moment), shown, model)

    return Resource(name, filters, open_)


async def _open_appointments(asked: Asked) -> Open:
    moment = Moment(national_day(asked.now), stated=False)
    find = partial(appointments.find_appointments, moment=moment, always=False)
    shown = partial(shown_appointment, terms=asked.state.terms, day=moment.day, language=DEFAULT)
    return walking(asked.form, asked.chosen, find, shown, Appointment)


RESOURCES = (
    _list("institutions", institutions.FILTERS, institutions.find_institutions, institutions.shown, Institution),
    _list("units", units.FILTERS, units.find_units, units.shown, Unit),
    _list("services", SERVICE_FILTERS, services.find_services, services.shown, Service),
    Resource("appointments", appointments.FILTERS, _open_appointments),
)
routes = export_routes("registry", RESOURCES, Depends(_allowed))
