"""How callers authenticate, as OpenAPI states it: one scheme for the whole API, with the scopes of clients."""

from typing import Any

from gateway.clients.scopes import SCOPES

_TOKEN_ADDRESS = "/v1/oauth/token"  # noqa: S105 - an address

SECURITY_SCHEME: dict[str, Any] = {
    "type": "oauth2",
    "description": "Programs get a token by `client_credentials`, people by `password` (in development) or from the OpenID "
    "Connect provider, and send it as `Authorization: Bearer …`. People have no scopes: they act by their appointments.",
    "flows": {
        "clientCredentials": {
            "tokenUrl": _TOKEN_ADDRESS,
            "scopes": {scope: meaning.en for scope, meaning in SCOPES.items()},
        },
        "password": {"tokenUrl": _TOKEN_ADDRESS, "refreshUrl": _TOKEN_ADDRESS, "scopes": {}},
    },
}
