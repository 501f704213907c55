"""The wire models of the token endpoint (RFC 6749 §5)."""

from typing import Literal

from chassis.http.models import Shape


class TokenReply(Shape):
    """A new access token. `refresh_token` comes with accounts' tokens; it is good for one use."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str
    refresh_token: str | None = None


class TokenRefusal(Shape):
    """Why no token was given (RFC 6749 §5.2)."""

    error: Literal[
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    ]
    error_description: str


TOKEN_FORM = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials", "password", "refresh_token"]},
        "client_id": {"type": "string", "description": "unless it stands in the Authorization header (HTTP Basic)"},
        "client_secret": {"type": "string", "format": "password"},
        "scope": {"type": "string", "description": "fewer scopes than the client holds, separated by spaces"},
        "username": {"type": "string", "description": "e-mail address, telephone number or name (`password`)"},
        "password": {"type": "string", "format": "password"},
        "refresh_token": {"type": "string"},
    },
    "examples": [
        {"grant_type": "client_credentials", "client_id": "bootstrap", "client_secret": "…", "scope": "registry:read"}
    ],
}
"""The form, for the OpenAPI document."""
