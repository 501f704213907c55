"""`/v1/assessment-campaigns`: announced to all, held by organisers. And institutions' indexes over the years."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.pages import PartOfList
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import encode, single
from chassis.ops.clock import Now
from directory.access import Anyone
from evaluation.assessments import announced, campaigns, queries, replies
from evaluation.assessments.access import Organiser
from evaluation.assessments.result_schemas import AnnouncedIndexes, CampaignResult
from evaluation.assessments.schemas import Campaign, CampaignPage, NewCampaign
from evaluation.rights import READ, WRITE, reads

routes = router(tags=["assessments"])


@routes.post(
    "/assessment-campaigns",
    operation_id="create_assessment_campaign",
    summary="Hold a campaign",
    status_code=201,
    response_model=Campaign,
)
async def create_campaign(
    request: Request, campaign: NewCampaign, actor: Organiser, _once: Once, connection: Transaction, now: Now
) -> Response:
    """A round of PEKPPP by the instrument in force on its first day. The national scheme is for national administrators."""
    vocabularies = request.app.state.vocabularies
    row = await campaigns.create_campaign(connection, campaign, actor, vocabularies=vocabularies, now=now)
    headers = {"Location": f"/v1/assessment-campaigns/{row['id']}"}
    return single(request, replies.campaign(row), version=row["version"], status=201, headers=headers)


@routes.get(
    "/assessment-campaigns", operation_id="list_assessment_campaigns", summary="Campaigns", response_model=CampaignPage
)
async def list_campaigns(
    _actor: Anyone, connection: Reading, chosen: Annotated[Chosen, queries.CAMPAIGNS.dependency()]
) -> Response:
    """Campaigns by organiser, scheme and year."""
    page = await queries.CAMPAIGNS.page(connection, chosen, queries.LISTED_CAMPAIGNS)
    return Response(encode(page.written([replies.campaign(row) for row in page.rows])), media_type="application/json")


@routes.get(
    "/assessment-campaigns/{campaign_id}",
    operation_id="get_assessment_campaign",
    summary="A campaign",
    response_model=Campaign,
)
async def get_campaign(request: Request, campaign_id: UUID, _actor: Anyone, connection: Reading) -> Response:
    """Who evaluates, by which instrument, for which period."""
    row = await queries.find_campaign(connection, campaign_id)
    if row is None:
        raise NotFound
    return single(request, replies.campaign(row), version=row["version"])


@routes.get(
    "/assessment-campaigns/{campaign_id}/result",
    operation_id="get_assessment_campaign_result",
    summary="A campaign's results",
    response_model=CampaignResult,
)
async def get_campaign_result(campaign_id: UUID, actor: Anyone, connection: Snapshot) -> Response:
    """Institutions' means and their units: what is published, for the organiser what is confirmed too."""
    campaign = await queries.find_campaign(connection, campaign_id)
    if campaign is None:
        raise NotFound
    inside = reads(actor, campaign["institution_id"], (), READ, WRITE)
    content = await announced.campaign_result(connection, campaign, published_only=not inside)
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@routes.get(
    "/service-indexes",
    operation_id="list_service_indexes",
    summary="An institution's public service indexes over the years",
    response_model=AnnouncedIndexes,
)
async def list_service_indexes(
    _actor: Anyone,
    connection: Snapshot,
    institution: Annotated[UUID, Query(description="The institution")],
    part: PartOfList,
) -> Response:
    """The mean of its units in every campaign whose results are published."""
    items = await announced.announced_indexes(connection, institution)
    content = {"institution_id": institution, **part.of(items, key="campaign_id")}
    return Response(encode(content), media_type="application/json")
