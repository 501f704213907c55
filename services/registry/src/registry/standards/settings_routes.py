"""`/v1/institutions/{id}/standard-settings`: what the law leaves to each institution."""

from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.routing import router
from chassis.http.versions import IfMatch, single
from chassis.ops.clock import Now
from directory.access import Anyone
from directory.zones import DEFAULT_ZONE
from registry.moments import OnDay, cut_at
from registry.rights import Manager, require_manager
from registry.standards import settings
from registry.standards.schemas import Settings, SettingsBody

routes = router(tags=["standards"])


@routes.get(
    "/institutions/{institution_id}/standard-settings",
    operation_id="get_standard_settings",
    summary="An institution's settings for standards",
    response_model=Settings,
)
async def get_standard_settings(
    request: Request, _actor: Anyone, connection: Snapshot, institution_id: UUID, moment: OnDay
) -> Response:
    """Whether acting heads may stipulate, whether and how long drafts are tested in public; with `as_of`, what held that day."""
    found = await settings.settings_of(connection, institution_id, cut=cut_at(moment, DEFAULT_ZONE))
    return single(request, _without_version(found), version=found["version"])


@routes.put(
    "/institutions/{institution_id}/standard-settings",
    operation_id="put_standard_settings",
    summary="Change an institution's settings for standards",
    response_model=Settings,
)
async def put_standard_settings(
    request: Request,
    actor: Manager,
    connection: Transaction,
    institution_id: UUID,
    body: SettingsBody,
    expected: IfMatch,
    now: Now,
) -> Response:
    """What the law leaves to each institution."""
    require_manager(actor, institution_id)
    found = await settings.put_settings(connection, institution_id, body.model_dump(), now=now, expected=expected)
    return single(request, _without_version(found), version=found["version"])


def _without_version(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "version"}
