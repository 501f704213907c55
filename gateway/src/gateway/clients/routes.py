"""`/v1/clients`: for clients that hold `clients:manage` (their institution's) or `platform:admin` (all)."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from starlette.responses import Response

from chassis.data.transactions import Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once, without
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, etag, single
from chassis.ops.clock import Now
from gateway.clients import operations, queries
from gateway.clients.schemas import Client, ClientChange, ClientPage, ClientWithSecret, NewClient, NewSecret
from gateway.rights import Manager

routes = router(tags=["clients"])


ClientId = Annotated[str, Path(max_length=64, description="The client's id, as in `client_id`")]


@routes.get("/clients", operation_id="list_clients", summary="List clients", response_model=ClientPage)
async def list_clients(
    caller: Manager, connection: Snapshot, chosen: Annotated[Chosen, queries.FILTERS.dependency()]
) -> Response:
    """The clients that the caller manages, without their secrets."""
    reach = queries.reach(None if operations.manages_all(caller) else caller.institution_id)
    page = await queries.FILTERS.page(connection, chosen, queries.LISTED, reach=reach)
    body = encode(page.written(await queries.shown(connection, page.rows)))
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@routes.post(
    "/clients",
    operation_id="create_client",
    summary="Register a client",
    status_code=201,
    response_model=ClientWithSecret,
)
async def create_client(caller: Manager, once: Once, connection: Transaction, wanted: NewClient, now: Now) -> Response:
    """A client of an institution. The reply holds its first secret, which is shown this once: a replay leaves it out."""
    if once is not None:
        once.redact = without("client_secret")
    client_id, secret = await operations.create(connection, caller, wanted, now=now)
    client = await queries.find(connection, client_id)
    assert client is not None
    headers = {
        "Location": f"/v1/clients/{client_id}",
        "ETag": etag(client["version"], encode(client)),
        "Cache-Control": "no-store",
    }
    body = encode({**client, "client_secret": secret})
    return Response(body, status_code=201, media_type="application/json", headers=headers)


@routes.get("/clients/{client_id}", operation_id="get_client", summary="A client", response_model=Client)
async def get_client(request: Request, caller: Manager, connection: Snapshot, client_id: ClientId) -> Response:
    """One client, without its secrets."""
    client = await queries.find(connection, client_id)
    if client is None or not (operations.manages_all(caller) or client["institution_id"] == caller.institution_id):
        raise NotFound
    return single(request, client, version=client["version"])


@routes.patch("/clients/{client_id}", operation_id="change_client", summary="Change a client", response_model=Client)
async def change_client(
    request: Request,
    caller: Manager,
    connection: Transaction,
    *,
    client_id: ClientId,
    wanted: ClientChange,
    expected: IfMatch,
    now: Now,
) -> Response:
    """Change name, scopes or state. A client that may do less than before has to ask for a new token."""
    await operations.change(connection, caller, client_id, wanted=wanted, expected=expected, now=now)
    client = await queries.find(connection, client_id)
    assert client is not None
    return single(request, client, version=client["version"])


@routes.delete(
    "/clients/{client_id}",
    operation_id="disable_client",
    summary="Disable a client",
    status_code=204,
    response_model=None,
)
async def disable_client(
    caller: Manager, connection: Transaction, *, client_id: ClientId, expected: IfMatch, now: Now
) -> Response:
    """It gets no more tokens, and those that it has stop counting. It stays on record, as what it did names it."""
    await operations.disable(connection, caller, client_id, expected=expected, now=now)
    return Response(status_code=204)


@routes.post(
    "/clients/{client_id}/secrets",
    operation_id="add_client_secret",
    summary="Make a further secret",
    status_code=201,
    response_model=NewSecret,
)
async def add_client_secret(
    caller: Manager, once: Once, connection: Transaction, *, client_id: ClientId, expected: IfMatch, now: Now
) -> Response:
    """The secret is shown this once. If-Match carries the client's ETag."""
    if once is not None:
        once.redact = without("client_secret")
    secret_id, secret = await operations.add_secret(connection, caller, client_id, expected=expected, now=now)
    client = await queries.find(connection, client_id)
    assert client is not None
    made = next(shown for shown in client["secrets"] if shown["id"] == secret_id)
    headers = {
        "Location": f"/v1/clients/{client_id}",
        "ETag": etag(client["version"], encode(client)),
        "Cache-Control": "no-store",
    }
    body = encode({**made, "client_id": client_id, "client_secret": secret})
    return Response(body, status_code=201, media_type="application/json", headers=headers)


@routes.delete(
    "/clients/{client_id}/secrets/{secret_id}",
    operation_id="delete_client_secret",
    summary="Delete a secret",
    status_code=204,
    response_model=None,
)
async def delete_client_secret(
    caller: Manager, connection: Transaction, *, client_id: ClientId, secret_id: UUID, expected: IfMatch, now: Now
) -> Response:
    """If-Match carries the client's ETag. The client's tokens stop counting: it asks for new ones with another secret."""
    await operations.delete_secret(connection, caller, client_id, secret_id=secret_id, expected=expected, now=now)
    return Response(status_code=204)
