"""Replies in the form that a caller asks for: which form that is, a PDF, a page."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.documents.document import Document
from chassis.documents.press import Press
from chassis.http.edge import LOOKED_AT
from chassis.http.problems import NotAcceptable
from chassis.http.versions import etag

JSON, PDF, HTML = "application/json", "application/pdf", "text/html"
OPEN = "public, no-cache"
"""Anybody may keep it, and asks each time whether it still stands: names of units change."""
PRIVATE = "private, no-cache"
SECRET = "no-store"  # noqa: S105 - a Cache-Control
FORMS: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}},
    406: {"description": "not_acceptable: Accept names none of the forms"},
    503: {"description": "press_busy, document_not_printed: as PDF not now; as JSON always"},
}
"""`responses` of a route that also gives a PDF."""


def chosen_form(request: Request, forms: Sequence[str]) -> str:
    """The one of `forms` that Accept weighs highest (RFC 9110 §12.5.1), among equals the earliest; without Accept the first.

    Raises NotAcceptable.
    """
    request.state.looked_at = (b"Accept", *LOOKED_AT)
    header = request.headers.get("accept")
    if header is None:
        return forms[0]
    ranges = [_media_range(part) for part in header.split(",")[:50]]
    weights = [_weight(form, ranges) for form in forms]
    best = max(weights)
    if best <= 0:
        raise NotAcceptable
    return forms[weights.index(best)]


def _media_range(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return kind, min(float(weight), 1.0)
    except ValueError:
        return kind, 0.0


def _weight(form: str, ranges: Sequence[tuple[str, float]]) -> float:
    """What the most precise range says of a form; 0 if none covers it."""
    for wanted in (form, form.partition("/")[0] + "/*", "*/*"):
        for kind, weight in ranges:
            if kind == wanted:
                return weight
    return 0.0


class _Printed(Response):
    """Made when it is sent: then the request's database connection is free again."""

    def __init__(self, press: Press, document: Document, *, keep: bool, headers: dict[str, str]) -> None:
        super().__init__()
        self._press, self._document, self._keep, self._sent = press, document, keep, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        make = self._press.find if self._keep else self._press.make
        made = await make(self._document)
        await Response(made, media_type=PDF, headers=self._sent)(scope, receive, send)


def pdf_reply(
    request: Request, press: Press, document: Document, *, version: int, name: str, keep: bool, cache: str
) -> Response:
    """A document as PDF, 304 if the caller holds it. `keep`: it was published and may stay on the press's shelf.

    `name` of the file, without ending: only ASCII letters, digits and `-_.` of it are taken.
    """
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in name)
    headers = {
        **_headers(etag(version, document.digest.encode()), cache),
        "Content-Disposition": f'inline; filename="{safe}.pdf"',
    }
    if _holds(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return _Printed(press, document, keep=keep, headers=headers)


def page_reply(request: Request, page: str, *, version: int, style: str, cache: str) -> Response:
    """A page without script or outside asset, whose one style is `style`; the browser itself refuses everything else."""
    body = page.encode()
    headers = {**_headers(etag(version, body), cache), "Content-Security-Policy": _policy(style)}
    if _holds(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=HTML, headers=headers)


def _headers(tag: str, cache: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": cache, "Vary": "Accept, Accept-Language"}


def _holds(request: Request, tag: str) -> bool:
    held = request.headers.get("if-none-match", "")
    return held.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in held.split(",")}


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
