"""`POST /v1/oauth/token` (RFC 6749), and the public keys at `/internal/jwks.json` (RFC 7517) of the internal port."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.data.transactions import Transaction
from chassis.http.identity import Public, policy
from chassis.http.routing import Route, router
from chassis.http.versions import encode
from chassis.ops.clock import Now
from gateway.tokens import grants
from gateway.tokens.access import issue
from gateway.tokens.forms import FORM, Refused, presented_client, read_form, refusal
from gateway.tokens.schemas import TOKEN_FORM, TokenRefusal, TokenReply

routes = router(tags=["tokens"])
keys = APIRouter(include_in_schema=False, route_class=Route)


@routes.post(
    "/oauth/token",
    operation_id="create_token",
    summary="Get an access token",
    response_model=TokenReply,
    responses={
        400: {"model": TokenRefusal, "description": "Refused (RFC 6749 §5.2)"},
        401: {"model": TokenRefusal, "description": "The client isn't known (RFC 6749 §5.2)"},
    },
    openapi_extra={"requestBody": {"required": True, "content": {FORM: {"schema": TOKEN_FORM}}}},
)
async def create_token(request: Request, _caller: Public, connection: Transaction, now: Now) -> Response:
    """`client_credentials` for programs; `password` for accounts, in development alone; `refresh_token` for accounts.

    Errors are RFC 6749's object, not a problem document. A refresh token is good for one use.
    """
    state = request.app.state
    form = await read_form(request)
    match form.get("grant_type"):
        case "client_credentials":
            granted = await grants.client_credentials(connection, presented_client(request, form), form)
        case "password" if state.settings.prima_env == "development":
            granted = await grants.password(connection, state.book, state.sign_ins, form=form, now=now)
        case "refresh_token":
            continued = await grants.refresh_token(connection, form, now)
            if continued is None:
                # Returned, not raised: that a stolen token ended its session must be committed.
                return refusal(Refused("invalid_grant", "The refresh token isn't valid any more."))
            granted = continued
        case None:
            raise Refused("invalid_request", "Give grant_type.")
        case _:
            raise Refused("unsupported_grant_type", "This grant isn't available here.")
    body = {
        "access_token": issue(state.keyring, granted.grant, now),
        "token_type": "Bearer",
        "expires_in": granted.grant.seconds,
        "scope": " ".join(granted.grant.scopes),
    }
    if granted.refresh_token is not None:
        body["refresh_token"] = granted.refresh_token
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(encode(body), media_type="application/json", headers=headers)


@policy("public keys")
async def _anybody() -> None:
    """Public keys are no secret."""


@keys.get("/internal/jwks.json")
async def published_keys(request: Request) -> Response:
    """The keys that the services verify internal tokens by."""
    headers = {"Cache-Control": "public, max-age=60"}
    return Response(encode(request.app.state.keyring.published()), media_type="application/json", headers=headers)
