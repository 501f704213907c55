"""What the gateway is made of: its rooms, and the data path before them. Nothing is decided here."""

from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from chassis.http.app import add_routes, check_policies
from chassis.http.application import Application
from chassis.http.identity import Verifier
from chassis.http.refusals import add_refusals
from chassis.ops.clock import Clock, utc_now
from gateway import health
from gateway.accounts import own_routes as own_account
from gateway.accounts import routes as accounts
from gateway.accounts.book import Book
from gateway.admission import Gatekeeper
from gateway.clients import routes as clients
from gateway.credentials.keyring import Keyring
from gateway.credentials.revocations import Revocations
from gateway.credentials.sealing import derived, read_secret
from gateway.documentation import routes as documentation
from gateway.front import NAME, Front
from gateway.lifespan import lifespan
from gateway.limits.limiter import Limiter, quotas_from
from gateway.proxy.exchange import Bounds
from gateway.proxy.forward import Forward
from gateway.proxy.upstreams import Upstream
from gateway.settings import GatewaySettings
from gateway.tokens import routes as tokens
from gateway.tokens.access import AccessTokens
from gateway.tokens.forms import Refused, answer_refusal
from gateway.tokens.grants import SignIns
from gateway.tokens.internal import InternalTokens
from gateway.tokens.provider import Provider

ROOMS = (tokens.routes, clients.routes, own_account.routes, accounts.routes)
READ_BY_BROWSERS = ("ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id")
"""Headers that a page of another origin may read."""


def create_own(settings: GatewaySettings, *, clock: Clock = utc_now) -> FastAPI:
    """The gateway's own application: its rooms, without the data path.

    Raises RouteWithoutPolicy if a route of the API doesn't say who may call it.
    """
    own = Application(
        title="Prima gateway",
        version="1.0.0",
        description="Tokens, accounts, clients; the way to the services.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        separate_input_output_schemas=True,
    )
    _furnish(own, settings, clock)
    for room in ROOMS:
        add_routes(own, room)
    add_routes(own, documentation.described)
    check_policies(own)
    for room in (health.routes, documentation.routes):
        add_routes(own, room)
    add_refusals(own, {})
    own.add_exception_handler(Refused, answer_refusal)
    return own


def _furnish(own: FastAPI, settings: GatewaySettings, clock: Clock) -> None:
    """Put on `app.state` what the rooms and the data path share."""
    secret = read_secret(settings.gateway_secret.get_secret_value())
    state = own.state
    state.name, state.settings, state.clock = NAME, settings, clock
    state.keyring, state.revocations = Keyring(secret), Revocations()
    state.verifier = Verifier(NAME, lambda: state.keyring.public)
    state.book, state.sign_ins = Book(secret), SignIns()
    state.library = documentation.Library(settings.docs_dir)
    state.http = httpx.AsyncClient(timeout=5, trust_env=False)
    issuer = settings.oidc_issuer
    provider = Provider(issuer, audience=settings.oidc_audience, http=state.http) if issuer else None
    state.tokens = AccessTokens(state.keyring, state.revocations, issuer=provider)
    state.upstreams = {name: _upstream(url) for name, url in settings.service_urls.items()}
    # The same in every process of the gateway, and gone with the secret: an address can't be found out from its key.
    limiter = Limiter(quotas_from(settings.rate_limits), secret=derived(secret, "caller addresses"))
    state.gatekeeper = Gatekeeper(state.tokens, InternalTokens(state.keyring), limiter)
    state.forward = Forward(state.upstreams, state.gatekeeper.admit, bounds=Bounds())


def create_front(own: FastAPI) -> ASGIApp:
    """The whole gateway: its own application and the data path, behind one face."""
    state = own.state
    resources = {path.split("/")[2] for path in own.openapi()["paths"]}
    front: ASGIApp = Front(own, forward=state.forward, gatekeeper=state.gatekeeper, resources=resources)
    origins = [origin.strip() for origin in state.settings.cors_origins.split(",") if origin.strip()]
    if not origins:
        return front
    return CORSMiddleware(
        front,
        allow_origins=origins,
        allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["*"],
        expose_headers=READ_BY_BROWSERS,
        max_age=600,
    )


def _upstream(url: str) -> Upstream:
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or not parts.port:
        raise ValueError(f"{url} isn't the address of a service: http://host:port")
    return Upstream(parts.hostname, parts.port)
