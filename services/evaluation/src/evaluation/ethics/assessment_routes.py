"""`/v1/ethics-assessments`: by oneself, by superiors, by citizens; read by the line above, the assessed and their authors."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.identity import SignedIn
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import encode
from chassis.ops.clock import Now
from directory.access import AnyActor, may
from directory.reach import Reach, reach_by_scope, reach_of
from directory.roles import RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD, Actor
from directory.zones import local_day, national_day
from evaluation.ethics import assessment_operations, assessment_queries
from evaluation.ethics.assessment_schemas import Assessment, AssessmentPage, AssessmentSummary, NewAssessment
from evaluation.ethics.catalogues import Document
from evaluation.ethics.queries import find_catalogue, find_version
from evaluation.facts.subjects import find_subject
from evaluation.rights import INTERNAL_AUDITOR, READ
from evaluation.surveys.small_cells import LEAST

routes = router(tags=["ethics"])

REVIEWING = (UNIT_HEAD, RESPONSIBLE_OFFICER, SUPERVISOR, INTERNAL_AUDITOR)
"""Roles that see the assessments of their reach: colleagues of the assessed don't."""
_SHOWN = tuple(Assessment.model_fields)


@routes.post(
    "/ethics-assessments",
    operation_id="give_ethics_assessment",
    summary="Assess a unit or an officer",
    status_code=201,
    response_model=Assessment,
    responses={409: {"description": "assessed_already"}},
)
async def assess(
    new: NewAssessment, _caller: SignedIn, actor: AnyActor, _once: Once, connection: Transaction, now: Now
) -> Response:
    """By the values of the code of ethics in force, with the rules of conduct as a checklist. Each period once."""
    row = await assessment_operations.assess(connection, new, actor, now)
    headers = {"Location": f"/v1/ethics-assessments?unit={new.unit_id}"}
    return Response(encode(_written(row)), status_code=201, media_type="application/json", headers=headers)


@routes.get(
    "/ethics-assessments",
    operation_id="list_ethics_assessments",
    summary="Ethics assessments",
    response_model=AssessmentPage,
)
async def list_assessments(
    _caller: SignedIn,
    actor: AnyActor,
    connection: Snapshot,
    chosen: Annotated[Chosen, assessment_queries.FILTERS.dependency()],
    now: Now,
) -> Response:
    """Those of the caller's reach, those the caller gave, and what superiors said of the caller."""
    seen = assessment_queries.visible(_reach(actor), actor.person_id, national_day(now))
    page = await assessment_queries.FILTERS.page(connection, chosen, assessment_queries.LISTED, reach=seen)
    return Response(encode(page.written([_written(row) for row in page.rows])), media_type="application/json")


@routes.get(
    "/ethics-assessments/summary",
    operation_id="get_ethics_assessment_summary",
    summary="A unit or an officer by the values",
    response_model=AssessmentSummary,
)
async def get_summary(
    _caller: SignedIn,
    actor: AnyActor,
    connection: Snapshot,
    now: Now,
    unit: Annotated[UUID, Query(description="The unit, or where the officer serves")],
    period_from: Annotated[date, Query(description="Assessments of periods that begin on this day or later")],
    period_to: Annotated[date, Query(description="and end on this day or before; exclusive")],
    person: Annotated[UUID | None, Query(description="An officer; else the unit itself")] = None,
) -> Response:
    """Means by value and kind of assessor, for the line above and the officer concerned. Fewer than five citizens aren't shown.

    By the newest version of the values that assessed these periods; where nobody assessed, by the one in force.
    """
    subject = await find_subject(connection, "unit", unit, now)
    if subject is None:
        raise NotFound
    own = person is not None and person == actor.person_id
    within = may(actor, READ, *REVIEWING, institution_id=subject.institution_id, ancestors=subject.ancestors)
    if not (own or within):
        raise NotFound
    version = await assessment_queries.find_values_version(connection, unit, person, start=period_from, end=period_to)
    values = (
        await find_catalogue(connection, "values", local_day(now, subject.time_zone))
        if version is None
        else await find_version(connection, "values", version)
    )
    if values is None:
        raise NotFound
    means = await assessment_queries.find_means(
        connection, unit, person, start=period_from, end=period_to, values_version=values["version"]
    )
    conduct = await assessment_queries.find_conduct(connection, unit, person, start=period_from, end=period_to)
    content = {
        "subject": "unit" if person is None else "officer",
        "unit_id": unit,
        "person_id": person,
        "period_from": period_from,
        "period_to": period_to,
        "values_version": values["version"],
        "values": _by_value(values, means),
        "conduct": [{name: row[name] for name in ("code", "kept", "breached")} for row in conduct],
    }
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "private, no-cache"})


def _reach(actor: Actor) -> Reach:
    found = reach_of(actor, *REVIEWING) if actor.kind != "client" else Reach()
    return found | reach_by_scope(actor, READ)


def _written(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN}


def _by_value(values: Document, means: list[Row]) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {item["code"]: [] for item in values["items"]}
    for row in means:
        hidden = row["kind"] == "citizen" and row["n"] < LEAST
        mean = (Decimal(row["total"]) / row["n"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
        found[row["code"]].append(
            {
                "kind": row["kind"],
                "n": None if hidden else row["n"],
                "mean": None if hidden else float(mean),
                "suppressed": hidden,
            }
        )
    return [{"code": item["code"], "label": item["label"], "by_kind": found[item["code"]]} for item in values["items"]]
