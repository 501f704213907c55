"""`/v1/accounts/me`: what people do with their own account."""

from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Once
from chassis.http.pages import PartOfList
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from gateway.accounts import operations, queries, sessions
from gateway.accounts.rights import KeptHere, OwnId, Person
from gateway.accounts.schemas import Account, PasswordChange, SessionList

routes = router(tags=["accounts"])


@routes.get("/accounts/me", operation_id="get_own_account", summary="My account", response_model=Account)
async def get_own_account(request: Request, person: Person, connection: Snapshot) -> Response:
    """The caller's account. One of an OpenID Connect provider has an id alone."""
    try:
        account = await queries.find(connection, request.app.state.book, UUID(person.id))
    except ValueError:
        account = None
    content = account or queries.of_provider(person.id)
    return single(request, content, version=content["version"])


@routes.delete(
    "/accounts/me", operation_id="erase_own_account", summary="Erase my account", status_code=204, response_model=None
)
async def erase_own_account(account_id: OwnId, connection: Transaction, expected: IfMatch, now: Now) -> Response:
    """Names, password and sessions are deleted. What was done under the account stays, under its id alone."""
    await operations.erase(connection, account_id, expected=expected, now=now)
    return Response(status_code=204)


@routes.post(
    "/accounts/me/password",
    operation_id="change_own_password",
    summary="Change my password",
    status_code=204,
    response_model=None,
)
async def change_own_password(
    account_id: OwnId,
    _once: Once,
    book: KeptHere,
    connection: Transaction,
    *,
    wanted: PasswordChange,
    expected: IfMatch,
    now: Now,
) -> Response:
    """The password so far and the new one. Every session ends, this one too. If-Match carries the account's ETag."""
    await operations.change_password(
        connection,
        book,
        account_id,
        current=wanted.current_password.get_secret_value(),
        password=wanted.password.get_secret_value(),
        expected=expected,
        now=now,
    )
    return Response(status_code=204)


@routes.get(
    "/accounts/me/sessions", operation_id="list_own_sessions", summary="My sessions", response_model=SessionList
)
async def list_own_sessions(account_id: OwnId, connection: Snapshot, now: Now, part: PartOfList) -> Response:
    """Where the caller is signed in, the newest first, at most 200."""
    rows = await sessions.list_sessions(connection, account_id, now)
    body = encode(part.of([dict(row) for row in rows], key="id"))
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@routes.delete(
    "/accounts/me/sessions/{session_id}",
    operation_id="end_own_session",
    summary="End a session",
    status_code=204,
    response_model=None,
)
async def end_own_session(
    account_id: OwnId, connection: Transaction, *, session_id: UUID, expected: IfMatch, now: Now
) -> Response:
    """Its tokens stop counting. If-Match carries the account's ETag."""
    await operations.end_session(connection, account_id, session_id, expected=expected, now=now)
    return Response(status_code=204)
