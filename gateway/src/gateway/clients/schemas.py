"""The wire models of clients."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Line, Shape
from gateway.clients.scopes import SCOPES

_UNKNOWN = Text("Lingkup ini tidak dikenal.", "This scope isn't known.")


def _known(scope: str) -> str:
    if scope not in SCOPES:
        raise Broken("unknown_scope", _UNKNOWN)
    return scope


Scope = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(SCOPES)})]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES))]


class NewClient(Body):
    """A client of an institution's own programs."""

    name: Line
    institution_id: UUID
    scopes: Scopes


class ClientChange(Body):
    """What may change of a client; what is left out stays."""

    name: Line | None = None
    scopes: Scopes | None = None
    state: Literal["active", "disabled"] | None = None


class SecretHint(Shape):
    """A secret as it may be shown: its last letters."""

    id: UUID
    hint: str
    created_at: datetime


class Client(Shape):
    """A program that calls in its own name. `institution_id` is null for the platform's own."""

    id: str
    name: str
    institution_id: UUID | None
    scopes: list[str]
    platform: bool
    state: Literal["active", "disabled"]
    created_at: datetime
    version: int
    secrets: list[SecretHint]


class ClientWithSecret(Client):
    """A new client. `client_secret` is shown this once."""

    client_secret: str


class NewSecret(SecretHint):
    """A new secret. `client_secret` is shown this once."""

    client_id: str
    client_secret: str


class ClientPage(Shape):
    items: list[Client]
    next: str | None
    count: int | None = None
