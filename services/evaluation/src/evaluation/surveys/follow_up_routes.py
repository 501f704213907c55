"""`/v1/surveys/{id}/follow-up-plan`: what is done about a result, and how far that has come."""

from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Once
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from directory.access import Anyone
from directory.zones import local_day
from evaluation.rights import Conductor
from evaluation.surveys import following_up
from evaluation.surveys.access import open_survey, shows_result
from evaluation.surveys.follow_up import realisation_of
from evaluation.surveys.follow_up_schemas import FollowUpItem, FollowUpPatch, FollowUpPlan, NewFollowUp
from evaluation.surveys.reading import compute_result
from evaluation.surveys.results import number

routes = router(tags=["surveys"])

_PATH = "/surveys/{survey_id}/follow-up-plan"
_SHOWN = ("id", "element", "programme", "due_on", "owner", "realised_on", "proof", "version")


@routes.get(
    _PATH, operation_id="get_follow_up_plan", summary="The plan of follow-up of a survey", response_model=FollowUpPlan
)
async def get_plan(survey_id: UUID, actor: Anyone, connection: Snapshot, now: Now) -> Response:
    """Items, the share realised, and the speed from the publication on, as PEKPPP counts them. Public with the result."""
    survey, inside = await open_survey(connection, survey_id, actor, now)
    if not shows_result(survey, inside=inside):
        raise NotFound
    items = await following_up.find_items(connection, survey_id)
    published_at = survey["published_at"]
    published_on = None if published_at is None else local_day(published_at, survey["time_zone"])
    found = realisation_of(items, published_on)
    result = await compute_result(connection, survey, now=now, for_public=not inside)
    mended = {item["element"] for item in items}
    content = {
        "survey_id": survey_id,
        "state": survey["state"],
        "published_on": published_on,
        "items": [_written(item, survey, now) for item in items],
        "realisation": {
            "planned": found.planned,
            "realised": found.realised,
            "percent": number(found.percent),
            "level": found.level,
            "finished_on": found.finished_on,
            "speed_level": found.speed_level,
        },
        "uncovered": [code for code in result["lowest"] if code not in mended],
    }
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@routes.post(
    f"{_PATH}/items",
    operation_id="add_follow_up_item",
    summary="Plan a programme",
    status_code=201,
    response_model=FollowUpItem,
    responses={409: {"description": "follow_up_plan_not_open"}},
)
async def add_item(
    request: Request,
    survey_id: UUID,
    new: NewFollowUp,
    actor: Conductor,
    _once: Once,
    connection: Transaction,
    now: Now,
) -> Response:
    """For an element, usually one of the lowest: what is done, by when, and who sees to it."""
    row = await following_up.add_item(connection, survey_id, new, actor, now)
    return await _reply(request, connection, row, actor, now, status=201)


@routes.patch(
    f"{_PATH}/items/{{item_id}}",
    operation_id="change_follow_up_item",
    summary="Change a programme or record that it was realised",
    response_model=FollowUpItem,
    responses={409: {"description": "follow_up_plan_not_open"}},
)
async def change_item(
    request: Request,
    survey_id: UUID,
    item_id: UUID,
    changes: FollowUpPatch,
    actor: Conductor,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
) -> Response:
    """What was realised is told with its day and its proof."""
    row = await following_up.change_item(connection, survey_id, item_id, changes, actor, expected=expected, now=now)
    return await _reply(request, connection, row, actor, now, status=200)


@routes.delete(
    f"{_PATH}/items/{{item_id}}",
    operation_id="drop_follow_up_item",
    summary="Take a programme out of the plan",
    status_code=204,
    responses={409: {"description": "follow_up_plan_not_open"}},
)
async def drop_item(
    survey_id: UUID, item_id: UUID, actor: Conductor, expected: IfMatch, connection: Transaction, now: Now
) -> Response:
    """As long as the result isn't published: what was announced stays."""
    await following_up.drop_item(connection, survey_id, item_id, actor, expected=expected, now=now)
    return Response(status_code=204)


async def _reply(
    request: Request, connection: Transaction, row: Row, actor: Conductor, now: Now, *, status: int
) -> Response:
    survey, _ = await open_survey(connection, row["survey_id"], actor, now)
    headers = {"Location": f"/v1/surveys/{row['survey_id']}/follow-up-plan"} if status == 201 else {}
    return single(request, _written(row, survey, now), version=row["version"], status=status, headers=headers)


def _written(row: Row, survey: Row, now: Now) -> dict[str, Any]:
    day = row["realised_on"] or local_day(now, survey["time_zone"])
    return {**{name: row[name] for name in _SHOWN}, "late": day > row["due_on"]}
