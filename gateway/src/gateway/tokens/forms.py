"""The token endpoint's form and its refusals: RFC 6749 §4.1.2.1, §5.2 — not problem documents."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request
from starlette.responses import JSONResponse, Response

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20


class Refused(Exception):
    """The token request is refused: `code` of RFC 6749 §5.2, and a sentence for developers."""

    def __init__(self, code: str, description: str, *, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.description, self.status = code, description, status


def refusal(refused: Refused) -> Response:
    """The error object of RFC 6749 §5.2."""
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="prima", charset="UTF-8"'
    content = {"error": refused.code, "error_description": refused.description}
    return JSONResponse(content, status_code=refused.status, headers=headers)


async def answer_refusal(_request: Request, error: Exception) -> Response:
    """The exception handler."""
    assert isinstance(error, Refused)
    return refusal(error)


async def read_form(request: Request) -> dict[str, str]:
    """The fields; one that is empty counts as left out (RFC 6749 §3.2). Raises Refused."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refused("invalid_request", f"The body must be {FORM}.")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise Refused("invalid_request", "The form can't be read.") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused("invalid_request", "A parameter stands there twice.")
    return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Presented:
    """A client's id and the secret it shows, as it may have been meant (encoded by RFC 6749 §2.3.1, or plain)."""

    client_id: str
    secrets: tuple[str, ...]


def presented_client(request: Request, form: Mapping[str, str]) -> Presented:
    """The client's credentials, from the Authorization header or from the form, never from both. Raises Refused."""
    authorization = request.headers.getlist("authorization")
    if authorization:
        if "client_secret" in form or len(authorization) > 1:
            raise Refused("invalid_request", "Give the client's credentials once: in the header or in the form.")
        return _from_header(authorization[0])
    if "client_id" not in form or "client_secret" not in form:
        raise Refused("invalid_client", "Give client_id and client_secret.", status=401)
    if "\0" in form["client_id"]:
        raise Refused("invalid_client", "The client isn't known, or its secret is wrong.", status=401)
    return Presented(form["client_id"], (form["client_secret"],))


def _from_header(authorization: str) -> Presented:
    scheme, _, credentials = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError
        client_id, colon, secret = b64decode(credentials.strip(), validate=True).decode("utf-8").partition(":")
        if not colon or "\0" in unquote_plus(client_id):
            raise ValueError
    except (NotBase64, ValueError) as error:
        raise Refused("invalid_client", "The Authorization header isn't HTTP Basic.", status=401) from error
    return Presented(unquote_plus(client_id), tuple({secret, unquote_plus(secret)}))
