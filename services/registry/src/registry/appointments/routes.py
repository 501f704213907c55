"""`/v1/appointments`: who holds which seat; read by everybody, changed by the institution's own people."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Reading, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.identity import Public
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.streams import RESPONSES, Stream, stream_form, walking
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from registry.appointments import operations, queries
from registry.appointments.schemas import (
    Appointment,
    AppointmentPage,
    AppointmentPatch,
    Ending,
    Extension,
    NewAppointment,
)
from registry.appointments.showing import shown
from registry.moments import AtMoment
from registry.rights import Manager
from registry.terms import KnownTerms, Terms

_TAKEN: dict[int | str, dict[str, Any]] = {
    403: {"description": "own_appointment: nobody appoints oneself"},
    409: {"description": "seat_taken; `holder` says who holds the seat and until when"},
}
Always = Annotated[bool, Query(description="Also those that aren't in office on the day: ended, scheduled, cancelled")]

routes = router(tags=["appointments"])


def _reply(
    request: Request, row: Row, *, terms: Terms, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    content = shown(row, terms=terms, day=None, language=request.state.language)
    return single(request, content, version=row["version"], status=status, headers=headers)


@routes.get(
    "/appointments",
    operation_id="list_appointments",
    summary="Find appointments",
    response_model=AppointmentPage,
    responses=RESPONSES,
)
async def list_appointments(
    request: Request,
    _caller: Public,
    connection: Reading,
    moment: AtMoment,
    terms: KnownTerms,
    chosen: Annotated[Chosen, queries.FILTERS.dependency()],
    history: Always = False,
) -> Response:
    """Who is in office on a day; with `history=true` whenever."""
    show = partial(shown, terms=terms, day=moment.day, language=request.state.language)
    if (form := stream_form(request)) is not None:
        find = partial(queries.find_appointments, moment=moment, always=history)
        return Stream(request, form, walking(form, chosen, find, show, Appointment), name="appointments")
    page = await queries.find_appointments(connection, chosen, moment, always=history)
    items = [show(row) for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.get(
    "/appointments/{appointment_id}",
    operation_id="get_appointment",
    summary="An appointment",
    response_model=Appointment,
)
async def get_appointment(
    request: Request,
    _caller: Public,
    connection: Reading,
    moment: AtMoment,
    terms: KnownTerms,
    appointment_id: UUID,
) -> Response:
    """Whenever it is in office; `state` is that of the day."""
    row = await queries.find_appointment(connection, appointment_id, moment)
    if row is None:
        raise NotFound
    return single(
        request, shown(row, terms=terms, day=moment.day, language=request.state.language), version=row["version"]
    )


@routes.post(
    "/appointments",
    operation_id="appoint",
    summary="Appoint a person to a seat",
    response_model=Appointment,
    status_code=201,
    responses=_TAKEN,
)
async def appoint(
    request: Request,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    _once: Once,
    body: NewAppointment,
) -> Response:
    """A Plt, Pj or Pjs fills the seat in place of a holder, a Plh stands beside one. `warnings` tell what is unusual."""
    row = await operations.appoint(connection, body.model_dump(), actor=actor, terms=terms, now=now)
    headers = {"Location": f"/v1/appointments/{row['id']}"}
    return _reply(request, row, terms=terms, status=201, headers=headers)


@routes.patch(
    "/appointments/{appointment_id}",
    operation_id="correct_appointment",
    summary="Correct an appointment",
    response_model=Appointment,
    responses=_TAKEN,
)
async def correct_appointment(
    request: Request,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    expected: IfMatch,
    appointment_id: UUID,
    body: AppointmentPatch,
) -> Response:
    """What was registered wrongly; what was believed before stays readable by `known_at`."""
    row = await operations.correct(
        connection, appointment_id, body.stated(), actor=actor, terms=terms, now=now, expected=expected
    )
    return _reply(request, row, terms=terms)


@routes.post(
    "/appointments/{appointment_id}/extension",
    operation_id="extend_appointment",
    summary="Extend an appointment",
    response_model=Appointment,
    responses=_TAKEN,
)
async def extend_appointment(
    request: Request,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    _once: Once,
    expected: IfMatch,
    appointment_id: UUID,
    body: Extension,
) -> Response:
    """By a decree of its own. A Plt's term is extended once (agencies' rules after the circular of BKN); more is told of."""
    row = await operations.extend(
        connection, appointment_id, body.model_dump(), actor=actor, now=now, expected=expected
    )
    return _reply(request, row, terms=terms)


@routes.post(
    "/appointments/{appointment_id}/ending",
    operation_id="end_appointment",
    summary="End an appointment",
    response_model=Appointment,
    responses={409: {"description": "already_ended"}},
)
async def end_appointment(
    request: Request,
    actor: Manager,
    connection: Transaction,
    terms: KnownTerms,
    now: Now,
    _once: Once,
    expected: IfMatch,
    appointment_id: UUID,
    body: Ending,
) -> Response:
    """From a day on the seat isn't held any more; on its first day or before, the appointment is cancelled."""
    row = await operations.end(
        connection,
        appointment_id,
        valid_to=body.valid_to,
        reason=body.reason,
        actor=actor,
        now=now,
        expected=expected,
    )
    return _reply(request, row, terms=terms)
