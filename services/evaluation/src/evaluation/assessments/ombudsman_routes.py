"""`/v1/ombudsman-opinions`: what the Ombudsman announced of institutions, recorded by the scheme of its year."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from pydantic import Field
from sqlalchemy import bindparam, insert, select
from starlette.responses import Response

from chassis.data import events
from chassis.data.statements import Row, Statement
from chassis.data.transactions import Reading, Transaction
from chassis.http.filters import Chosen, Filters, Sort, one_of
from chassis.http.idempotency import Once
from chassis.http.languages import Text
from chassis.http.models import Body, Line, Shape
from chassis.http.problems import Conflict, Flaw, Forbidden, NotFound, Unprocessable
from chassis.http.routing import router
from chassis.http.versions import encode, single
from chassis.ops.clock import Now
from chassis.ops.identifiers import new_id
from directory.access import Anyone, acting, may
from directory.roles import NATIONAL_ADMIN, OMBUDSMAN, RESPONSIBLE_OFFICER, Actor
from evaluation.assessments.ombudsman import Judged, judge, schemes_of
from evaluation.assessments.tables import ombudsman_opinions
from evaluation.facts.subjects import find_subject
from evaluation.instruments.schemas import ItemCode
from evaluation.rights import INSTITUTION_ADMIN, WRITE
from evaluation.surveys.results import number

routes = router(tags=["assessments"])

RECORDING = (OMBUDSMAN, NATIONAL_ADMIN, INSTITUTION_ADMIN, RESPONSIBLE_OFFICER)
Recorder = Annotated[Actor, acting(*RECORDING, scope=WRITE)]
_UNKNOWN = Text("Tidak dikenal dalam registri.", "The registry doesn't know it.")


class OpinionExists(Conflict):
    """One assessment a year is announced of an institution."""

    code = "ombudsman_opinion_exists"
    title = Text("Opini tahun ini sudah dicatat", "This year's opinion is recorded already")


PROBLEMS = {"ombudsman_opinions_year_key": OpinionExists()}


class NewOpinion(Body):
    """An announced result. `category` and `zone` may be left out where the scheme's bounds give them."""

    institution_id: UUID
    year: int = Field(ge=2013, le=2100)
    scheme: Line = Field(description="The scheme by its years", examples=["2022-2024"])
    score: Decimal = Field(ge=0, le=100, decimal_places=2)
    category: ItemCode | None = Field(None, description="Code of the scheme's vocabulary; of an opinion its quality")
    zone: ItemCode | None = None
    opinion: ItemCode | None = Field(None, description="Needed from 2025 on, see ombudsman_opinions_2025")
    source: Line | None = None


class Opinion(Shape):
    id: UUID
    institution_id: UUID
    year: int
    scheme: str
    score: float
    category: str
    zone: str | None
    opinion: str | None
    source: str | None
    created_at: datetime


class OpinionPage(Shape):
    items: list[Opinion]
    next: str | None
    count: int | None = None


_TABLE = ombudsman_opinions
_INSERT = Statement(insert(_TABLE).values({each.name: bindparam(each.name, type_=each.type) for each in _TABLE.c}))
_LISTED = select(_TABLE)
_FIND = Statement(_LISTED.where(_TABLE.c.id == bindparam("id", type_=_TABLE.c.id.type)))
FILTERS = Filters(
    parameters=[
        one_of("institution", _TABLE.c.institution_id, UUID, "Institution"),
        one_of("year", _TABLE.c.year, int, "Year"),
        one_of("scheme", _TABLE.c.scheme, str, "Scheme by its years"),
    ],
    sorts={
        "created_at": Sort((_TABLE.c.created_at, _TABLE.c.id), (datetime, UUID)),
        "year": Sort((_TABLE.c.year, _TABLE.c.id), (int, UUID)),
    },
    default_sort="-year",
)


@routes.post(
    "/ombudsman-opinions",
    operation_id="record_ombudsman_opinion",
    summary="Record an opinion of the Ombudsman",
    status_code=201,
    response_model=Opinion,
    responses={409: {"description": "ombudsman_opinion_exists"}},
)
async def record_opinion(
    request: Request, new: NewOpinion, actor: Recorder, _once: Once, connection: Transaction, now: Now
) -> Response:
    """By the scheme of its year: score, category and zone must agree with the scheme's bounds, where it has some."""
    if await find_subject(connection, "institution", new.institution_id, now) is None:
        raise Unprocessable(errors=[Flaw("/institution_id", "unknown_subject", _UNKNOWN)])
    if not may(actor, WRITE, *RECORDING, institution_id=new.institution_id, ancestors=frozenset()):
        raise Forbidden
    judged = judge(schemes_of(request.app.state.vocabularies), **new.model_dump(exclude={"institution_id", "source"}))
    if not isinstance(judged, Judged):
        raise Unprocessable(errors=judged)
    row: dict[str, Any] = {
        "id": new_id(),
        **new.model_dump(),
        "category": judged.category,
        "zone": judged.zone,
        "recorded_by": f"{actor.kind}:{actor.id}",
        "created_at": now,
    }
    await _INSERT.execute(connection, **row)
    content = _written(row)
    await events.record(
        connection,
        "ombudsman_opinion.recorded",
        subject=f"ombudsman-opinions/{row['id']}",
        sequence=1,
        data=content,
        at=now,
        institution_id=new.institution_id,
    )
    headers = {"Location": f"/v1/ombudsman-opinions/{row['id']}"}
    return single(request, content, version=1, status=201, headers=headers)


@routes.get(
    "/ombudsman-opinions", operation_id="list_ombudsman_opinions", summary="Opinions", response_model=OpinionPage
)
async def list_opinions(
    _actor: Anyone, connection: Reading, chosen: Annotated[Chosen, FILTERS.dependency()]
) -> Response:
    """By institution, year and scheme."""
    page = await FILTERS.page(connection, chosen, _LISTED)
    return Response(encode(page.written([_written(row) for row in page.rows])), media_type="application/json")


@routes.get(
    "/ombudsman-opinions/{opinion_id}",
    operation_id="get_ombudsman_opinion",
    summary="An opinion of the Ombudsman",
    response_model=Opinion,
)
async def get_opinion(request: Request, opinion_id: UUID, _actor: Anyone, connection: Reading) -> Response:
    """As it was announced."""
    row = await _FIND.fetchrow(connection, id=opinion_id)
    if row is None:
        raise NotFound
    return single(request, _written(row), version=1)


def _written(row: Row) -> dict[str, Any]:
    return {**{name: row[name] for name in Opinion.model_fields}, "score": number(row["score"])}
