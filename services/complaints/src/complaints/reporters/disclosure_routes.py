"""`/v1/complaints/{id}/identity-disclosure`."""

from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Transaction
from chassis.http.idempotency import Once, without
from chassis.http.routing import router
from chassis.http.versions import IfMatch, single
from chassis.ops.clock import Now
from complaints.cases import access, queries, shown
from complaints.cases.operations import open_case
from complaints.cases.rights import Keys, Staff
from complaints.reporters import disclosure
from complaints.reporters.disclosure import Disclosure
from complaints.reporters.schemas import Disclosed, Identity
from complaints.reporters.sealing import unseal

routes = router(tags=["tracking"])


@routes.post(
    "/complaints/{case_id}/identity-disclosure",
    operation_id="disclose_identity",
    summary="Open the identity of an anonymous or protected reporter",
    response_model=Disclosed,
    status_code=201,
    responses={409: {"description": "identity_not_withheld, no_identity"}},
)
async def disclose(
    request: Request,
    case_id: UUID,
    caller: Staff,
    once: Once,
    expected: IfMatch,
    connection: Transaction,
    now: Now,
    keys: Keys,
    body: Disclosure,
) -> Response:
    """By the internal auditor, with reason and recipients. The reply shows the identity once; later it is read at `/reporter`."""
    opened = await open_case(connection, case_id, caller, expected=expected, action="identity_disclosure", now=now)
    sealed = await disclosure.disclose(connection, opened, body, now=now)
    await access.note_reading(connection, opened.row, caller, roles=opened.acting, what="identity", now=now)
    given = unseal(keys, case_id, sealed)
    if once is not None:
        once.redact = without("identity")
    row = await queries.find_case(connection, case_id, now)
    assert row is not None
    identity = {name: given.get(name) for name in Identity.model_fields} | {"kind": sealed["kind"]}
    content = {**shown.detail(row, opened.roles, request.state.language), "identity": identity}
    headers = {"Location": f"/v1/complaints/{case_id}/reporter"}
    return single(request, content, version=row["version"], status=201, headers=headers, cache="no-store")
