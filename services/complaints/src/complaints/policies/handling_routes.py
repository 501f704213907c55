"""`/v1/handling-policies`: whose approval an answer needs, and what evidence a resolution, by class. Read by everybody."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.identity import Public
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import FOREVER, MayMatch, encode, single
from chassis.ops.clock import Now
from complaints.codes import KnownCodes
from complaints.policies.handling_operations import set_policy
from complaints.policies.handling_queries import FILTERS, LISTED, find_handling_policy, shown
from complaints.policies.handling_schemas import HandlingPolicy, HandlingPolicyBody, HandlingPolicyPage
from directory.access import acting, may
from directory.roles import RESPONSIBLE_OFFICER, Actor
from directory.zones import national_day

routes = router(tags=["policies"])
SETTERS = ("institution_admin", RESPONSIBLE_OFFICER)
_ACT = "complaints:act"


@routes.get(
    "/handling-policies",
    operation_id="list_handling_policies",
    summary="How answers are approved and proven",
    response_model=HandlingPolicyPage,
)
async def list_handling_policies(
    _caller: Public, connection: Reading, chosen: Annotated[Chosen, FILTERS.dependency()]
) -> Response:
    """Every version there was, newest first; also the one that ships, whose `institution_id` is null."""
    page = await FILTERS.page(connection, chosen, LISTED)
    return Response(encode(page.written([shown(row) for row in page.rows])), media_type="application/json")


@routes.get(
    "/handling-policies/{policy_id}",
    operation_id="get_handling_policy",
    summary="A version of a handling policy",
    response_model=HandlingPolicy,
)
async def get_handling_policy(request: Request, policy_id: UUID, _caller: Public, connection: Reading) -> Response:
    """As it was set: versions never change."""
    row = await find_handling_policy(connection, policy_id)
    if row is None:
        raise NotFound
    return single(request, shown(row), version=row["version"], cache=FOREVER)


@routes.post(
    "/handling-policies",
    operation_id="set_handling_policy",
    summary="Set how answers are approved and proven",
    response_model=HandlingPolicy,
    status_code=201,
)
async def set_handling_policy(
    request: Request,
    body: HandlingPolicyBody,
    actor: Annotated[Actor, acting(*SETTERS, scope=_ACT)],
    connection: Transaction,
    expected: MayMatch,
    _once: Once,
    codes: KnownCodes,
    now: Now,
) -> Response:
    """For the institution, or one of its units and all below it. With If-Match only if nobody set a version meanwhile."""
    if not may(actor, _ACT, *SETTERS, institution_id=body.institution_id, ancestors=frozenset()):
        raise NotFound
    today = national_day(now)
    by = f"{actor.kind}:{actor.id}"
    row = await set_policy(connection, body, codes=codes, expected=expected, by=by, today=today, now=now)
    headers = {"Location": f"/v1/handling-policies/{row['id']}"}
    return single(request, shown(row), version=row["version"], status=201, headers=headers)
