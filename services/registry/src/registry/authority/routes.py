"""`/v1/authority`: who acts, answers and supervises, with the reasons; open to everybody."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from chassis.data.transactions import Reading
from chassis.http.identity import Public
from chassis.http.languages import Language, Text
from chassis.http.models import Instant, RegionCode
from chassis.http.problems import BadRequest, Flaw
from chassis.http.routing import router
from chassis.http.versions import encode, single
from chassis.ops.clock import Now
from directory.reasons import Reason
from directory.resolver import Authority as Found
from directory.resolver import Holding, resolve
from directory.world import Appointment
from directory.zones import local_day, national_day
from registry.authority.queries import load_world
from registry.authority.schemas import Answers, Authority, Question, Questions
from registry.moments import Moment

_NOTHING = Text("Sebutkan service, unit, institution, atau region.", "Name a service, unit, institution or region.")
_TWICE = Text("Sebutkan at atau as_of, tidak keduanya.", "State at or as_of, not both.")
KnownAt = Annotated[Instant | None, Query(description="As it was recorded at this instant; default now")]

routes = router(tags=["authority"])


@routes.get("/authority", operation_id="get_authority", summary="Who is responsible", response_model=Authority)
async def get_authority(
    request: Request,
    _caller: Public,
    connection: Reading,
    now: Now,
    service: Annotated[UUID | None, Query(description="A service")] = None,
    unit: Annotated[UUID | None, Query(description="A unit")] = None,
    institution: Annotated[UUID | None, Query(description="An institution")] = None,
    region: Annotated[RegionCode | None, Query(description="Where: the local government of the region")] = None,
    at: Annotated[date | Instant | None, Query(description="The day, or an instant of it; default now")] = None,
    as_of: Annotated[date | None, Query(description="The day, as in every read; not beside `at`")] = None,
    known_at: KnownAt = None,
) -> Response:
    """By the most precise of what is named; every holder with the reason why it is he or she.

    An instant is of the day that it is at the institution: late in the evening of Jakarta Jayapura's next seats hold.
    """
    if service is None and unit is None and institution is None and region is None:
        raise BadRequest(_NOTHING, errors=[Flaw("query/service", "nothing_named", _NOTHING)])
    if at is not None and as_of is not None:
        raise BadRequest(_TWICE, errors=[Flaw("query/as_of", "stated_twice", _TWICE)])
    at = at or as_of
    question = Question(service=service, unit=unit, institution=institution, region=region)
    ((found, day),) = await _answers(connection, [question], at, known_at, now=now)
    answer = _shown(found, day, request.state.language)
    return single(request, answer, version=0)  # it is of many things' versions: the tag's hash tells them apart


@routes.post(
    "/authority/batch",
    operation_id="get_authorities",
    summary="Who is responsible, for many at once",
    response_model=Answers,
    status_code=207,
)
async def get_authorities(
    request: Request,
    _caller: Public,
    connection: Reading,
    now: Now,
    body: Questions,
    known_at: KnownAt = None,
) -> Response:
    """An answer for each question, in their order; the statements are as few as for one."""
    found = await _answers(connection, body.items, body.at, known_at, now=now)
    answers = [_shown(each, day, request.state.language) for each, day in found]
    content = {"items": [{"status": 200, "authority": answer} for answer in answers]}
    return Response(encode(content), status_code=207, media_type="application/json")


async def _answers(
    connection: Reading,
    questions: list[Question],
    at: date | datetime | None,
    known_at: datetime | None,
    *,
    now: datetime,
) -> list[tuple[Found, date]]:
    """Each answer with its day: of an instant the day that it is at the institution, which the capital's day finds."""
    instant = at if isinstance(at, datetime) else None
    day = national_day(instant) if instant else at or national_day(now)
    found = await _resolved(connection, questions, Moment(day, at is not None, known_at), now=now)
    answers = [(each, day) for each in found]
    if instant is None:
        return answers
    elsewhere: dict[date, list[int]] = {}
    for place, each in enumerate(found):
        there = local_day(instant, each.institution.time_zone) if each.institution else day
        if there != day:
            elsewhere.setdefault(there, []).append(place)
    for there, places in elsewhere.items():
        again = await _resolved(
            connection, [questions[place] for place in places], Moment(there, stated=True, known_at=known_at), now=now
        )
        for place, each in zip(places, again, strict=True):
            answers[place] = (each, there)
    return answers


async def _resolved(connection: Reading, questions: list[Question], moment: Moment, *, now: datetime) -> list[Found]:
    world = await load_world(
        connection,
        moment,
        ahead=moment.day > national_day(moment.known_at or now),
        service_ids={each.service for each in questions if each.service},
        unit_ids={each.unit for each in questions if each.unit},
        institution_ids={each.institution for each in questions if each.institution},
        region_codes={each.region for each in questions if each.region},
    )
    return [
        resolve(
            world,
            day=moment.day,
            service_id=each.service,
            unit_id=each.unit,
            institution_id=each.institution,
            region_code=each.region,
        )
        for each in questions
    ]


def _shown(found: Found, day: date, language: Language) -> dict[str, Any]:
    institution, unit = found.institution, found.responsible_unit
    return {
        "at": day,
        "institution": institution
        and {name: getattr(institution, name) for name in ("id", "code", "name", "kind", "region_code")},
        "unit": unit and {"id": unit.id, "name": unit.name, "kind": unit.kind},
        "acts": [_holding(each, language) for each in found.acts],
        "answers": found.answers and _holding(found.answers, language),
        "supervises": [_holding(each, language) for each in found.supervises],
        "vacancies": [each._asdict() for each in found.vacancies],
        "reasons": [_reason(each, language) for each in found.reasons],
    }


def _holding(holding: Holding, language: Language) -> dict[str, Any]:
    return {
        "role": holding.role,
        "institution_id": holding.institution_id,
        "unit_id": holding.unit_id,
        "seats": [_seat(seat) for seat in holding.seats],
        "reasons": [_reason(each, language) for each in holding.reasons],
    }


def _seat(seat: Appointment) -> dict[str, Any]:
    return {
        "appointment_id": seat.id,
        "person_id": seat.person_id,
        "person_name": seat.person_name,
        "acting": seat.acting,
        "decree_number": seat.decree_number,
        "valid_during": {"from": seat.valid_from, "to": seat.valid_to},
    }


def _reason(reason: Reason, language: Language) -> dict[str, str]:
    return {"code": reason.code, "detail": Text(reason.text_id, reason.text_en).read(language)}
