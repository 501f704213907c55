"""`/v1/accounts`: registration and forgotten passwords, by codes; and what administrators do."""

from typing import Any
from uuid import UUID

import orjson
from fastapi import Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.transactions import Snapshot, Transaction
from chassis.http.idempotency import Claim, Once, give_back
from chassis.http.identity import Public
from chassis.http.problems import NotFound, Problem, problem_response
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, etag, single
from chassis.ops.clock import Now
from gateway.accounts import codes, operations, queries
from gateway.accounts.book import Book
from gateway.accounts.codes import Code, CodeNotValid
from gateway.accounts.rights import KeptHere
from gateway.accounts.schemas import Account, CodeSent, NewAccount, Reset, ResetRequest, Verification
from gateway.rights import Administrator, manager

routes = router(tags=["accounts"])
_PRIVATE = frozenset({"email", "phone", "username", "development"})
_NO_STORE = {"Cache-Control": "no-store"}


@routes.post(
    "/accounts",
    operation_id="create_account",
    summary="Register",
    status_code=202,
    response_model=CodeSent,
    responses={201: {"model": Account, "description": "Made at once, by an administrator"}},
)
async def create_account(
    caller: Public, book: KeptHere, once: Once, connection: Transaction, wanted: NewAccount, now: Now
) -> Response:
    """A person registers with an e-mail address or a telephone number, and gets a code; a client with `clients:manage` makes
    an account at once. The reply doesn't tell whether there is such an account already.
    """
    _keep_without_names(once)
    if caller.kind == "anonymous":
        code, _ = await codes.register(connection, book, wanted, now=now)
        return _sent(code)
    await manager(caller)
    account_id = await operations.create(connection, book, wanted, now=now)
    return await _shown(connection, book, account_id, status=201)


@routes.post(
    "/accounts/verification",
    operation_id="verify_account",
    summary="Finish a registration",
    status_code=201,
    response_model=Account,
)
async def verify_account(
    request: Request,
    _caller: Public,
    once: Once,
    book: KeptHere,
    connection: Transaction,
    *,
    wanted: Verification,
    now: Now,
) -> Response:
    """The code makes the account. It may be tried five times within ten minutes."""
    _keep_without_names(once)
    account_id = await codes.verify(connection, book, wanted.verification_id, digits=wanted.code, now=now)
    if account_id is None:
        return await _refused(request, CodeNotValid())
    return await _shown(connection, book, account_id, status=201)


@routes.post(
    "/accounts/password-reset",
    operation_id="ask_for_password_reset",
    summary="Ask for a new password",
    status_code=202,
    response_model=CodeSent,
)
async def ask_for_password_reset(
    _caller: Public, once: Once, book: KeptHere, connection: Transaction, *, wanted: ResetRequest, now: Now
) -> Response:
    """A code is sent, if there is such an account; the reply doesn't tell."""
    _keep_without_names(once)
    code, _ = await codes.ask_for_reset(connection, book, wanted.login, now=now)
    return _sent(code)


@routes.post(
    "/accounts/password-reset/confirmation",
    operation_id="reset_password",
    summary="Set a new password",
    status_code=204,
    response_model=None,
)
async def reset_password(
    request: Request, _caller: Public, _once: Once, book: KeptHere, connection: Transaction, *, wanted: Reset, now: Now
) -> Response:
    """The code and a new password. Every session ends."""
    done = await codes.reset(
        connection,
        book,
        wanted.verification_id,
        digits=wanted.code,
        password=wanted.password.get_secret_value(),
        now=now,
    )
    return Response(status_code=204) if done else await _refused(request, CodeNotValid())


@routes.get("/accounts/{account_id}", operation_id="get_account", summary="An account", response_model=Account)
async def get_account(request: Request, _caller: Administrator, connection: Snapshot, account_id: UUID) -> Response:
    """For clients with `platform:admin`."""
    account = await queries.find(connection, request.app.state.book, account_id)
    if account is None:
        raise NotFound
    return single(request, account, version=account["version"])


@routes.delete(
    "/accounts/{account_id}",
    operation_id="erase_account",
    summary="Erase an account",
    status_code=204,
    response_model=None,
)
async def erase_account(
    _caller: Administrator, connection: Transaction, *, account_id: UUID, expected: IfMatch, now: Now
) -> Response:
    """For clients with `platform:admin`. It can't be undone."""
    await operations.erase(connection, account_id, expected=expected, now=now)
    return Response(status_code=204)


def _keep_without_names(once: Claim | None) -> None:
    """Kept replies aren't sealed: a replay has null in place of names and codes."""
    if once is not None:
        once.redact = _without_names


def _without_names(reply: bytes) -> bytes:
    found = orjson.loads(reply)
    return orjson.dumps({name: None if name in _PRIVATE else value for name, value in found.items()})


def _sent(code: Code) -> Response:
    """Accounts are kept here in development alone, where the reply stands for the message."""
    content: dict[str, Any] = {
        "verification_id": code.id,
        "expires_at": code.expires_at,
        "development": {"code": code.digits},
    }
    return Response(encode(content), status_code=202, media_type="application/json", headers=_NO_STORE)


async def _shown(connection: Connection, book: Book, account_id: UUID, *, status: int) -> Response:
    account = await queries.find(connection, book, account_id)
    assert account is not None
    body = encode(account)
    headers = {"Location": f"/v1/accounts/{account_id}", "ETag": etag(account["version"], body), **_NO_STORE}
    return Response(body, status_code=status, media_type="application/json", headers=headers)


async def _refused(request: Request, problem: Problem) -> Response:
    """Returned, not raised: the attempt that was counted must be committed."""
    await give_back(request)
    return problem_response(problem, language=request.state.language, request_id=request.state.request_id)
