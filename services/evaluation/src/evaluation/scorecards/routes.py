"""`/v1/scorecards/{kind}/{id}`: in full for those in reach, for everybody else with small cells hidden."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from chassis.data.transactions import Snapshot
from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw, NotFound
from chassis.http.routing import router
from chassis.http.versions import encode
from chassis.ops.clock import Now
from directory.access import Anyone
from directory.zones import local_day
from evaluation.facts.subjects import SubjectKind, find_subject
from evaluation.rights import READ, REPORTS, reads
from evaluation.scorecards.assembling import NoDefinition, assemble
from evaluation.scorecards.periods import PATTERN, read_period
from evaluation.scorecards.schemas import Scorecard

_TOO_EARLY = Text("Belum ada survei kepuasan pada masa itu.", "There was no satisfaction survey at that time.")

routes = router(tags=["scorecards"])


@routes.get(
    "/scorecards/{kind}/{subject_id}",
    operation_id="get_scorecard",
    summary="A scorecard",
    response_model=Scorecard,
)
async def get_scorecard(
    kind: SubjectKind,
    subject_id: UUID,
    actor: Anyone,
    connection: Snapshot,
    now: Now,
    period: Annotated[
        str | None,
        Query(pattern=PATTERN, description="2026, 2026-S2, 2026-Q4 or 2026-11; default: the current year"),
    ] = None,
) -> Response:
    """Standards, complaints, satisfaction and what they say of the promise, with numerators, denominators and sources.

    A unit's is of its whole subtree as of the period's end. Officers in reach and clients see it in full; the public
    sees published surveys only, and no figure behind which fewer than five cases or answers stand.
    """
    subject = await find_subject(connection, kind, subject_id, now)
    if subject is None:
        raise NotFound
    chosen = read_period(period or str(local_day(now, subject.time_zone).year))
    inside = reads(actor, subject.institution_id, subject.ancestors, READ, REPORTS)
    try:
        content = await assemble(connection, subject, chosen, for_public=not inside, now=now)
    except NoDefinition:
        raise BadRequest(_TOO_EARLY, errors=[Flaw("query/period", "no_definition", _TOO_EARLY)]) from None
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "private, no-cache"})
