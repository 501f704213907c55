"""Problem documents (RFC 9457): every refusal is a small exception with a code, a status and a title of its own.

A problem never repeats the offending value and never shows a trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from starlette.responses import Response

from chassis.http.languages import Language, Text

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong. `pointer` is a JSON pointer into the body, or "query/…", "path/…", "header/…"."""

    pointer: str
    code: str
    detail: Text


class Problem(Exception):
    """The refusal of a request. Subclasses set `status`, `code` and `title`; `members` are further fields of the document."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Text]

    def __init__(
        self,
        detail: Text | None = None,
        *,
        errors: Sequence[Flaw] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(self.code)
        self.detail, self.errors, self.headers, self.members = detail, tuple(errors), dict(headers or {}), members


def problem_body(
    *,
    status: int,
    code: str,
    title: Text,
    language: Language,
    request_id: str,
    detail: Text | None = None,
    errors: Sequence[Flaw] = (),
    members: Mapping[str, Any] | None = None,
) -> bytes:
    """The document as JSON bytes."""
    document: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title.read(language),
        "status": status,
        "detail": (detail or title).read(language),
        "code": code,
        "request_id": request_id,
        "errors": [
            {"pointer": flaw.pointer, "code": flaw.code, "detail": flaw.detail.read(language)} for flaw in errors
        ],
    }
    document.update(members or {})
    return orjson.dumps(document)


def problem_response(problem: Problem, *, language: Language, request_id: str) -> Response:
    """The reply that tells of `problem`."""
    body = problem_body(
        status=problem.status,
        code=problem.code,
        title=problem.title,
        language=language,
        request_id=request_id,
        detail=problem.detail,
        errors=problem.errors,
        members=problem.members,
    )
    headers = {"Content-Language": language, "Cache-Control": "no-store", **problem.headers}
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


class BadRequest(Problem):
    status = 400
    code = "bad_request"
    title = Text("Permintaan tidak dapat dibaca", "The request can't be read")


class NotAuthenticated(Problem):
    status = 401
    code = "not_authenticated"
    title = Text("Perlu tanda masuk yang sah", "A valid token is needed")


class Forbidden(Problem):
    status = 403
    code = "forbidden"
    title = Text("Anda tidak berhak melakukan ini", "You may not do this")


class NotFound(Problem):
    status = 404
    code = "not_found"
    title = Text("Tidak ditemukan", "Not found")


class MethodNotAllowed(Problem):
    status = 405
    code = "method_not_allowed"
    title = Text("Metode ini tidak berlaku di alamat ini", "This address doesn't take this method")


class NotAcceptable(Problem):
    status = 406
    code = "not_acceptable"
    title = Text("Bentuk yang diminta tidak tersedia", "The form asked for isn't available")


class Conflict(Problem):
    status = 409
    code = "conflict"
    title = Text("Bertentangan dengan keadaan sekarang", "In conflict with the present state")


class StaleVersion(Problem):
    status = 412
    code = "stale_version"
    title = Text("Data telah berubah sejak Anda membacanya", "It has changed since you read it")


class BodyTooLarge(Problem):
    status = 413
    code = "body_too_large"
    title = Text("Isi permintaan terlalu besar", "The request's body is too large")


class UnsupportedMediaType(Problem):
    status = 415
    code = "unsupported_media_type"
    title = Text("Isi permintaan harus JSON", "The request's body must be JSON")


class Unprocessable(Problem):
    status = 422
    code = "invalid"
    title = Text("Isian tidak memenuhi aturan", "The content breaks a rule")


class VersionRequired(Problem):
    status = 428
    code = "version_required"
    title = Text("Sertakan If-Match dengan ETag terakhir", "Send If-Match with the last ETag")


class TooManyRequests(Problem):
    status = 429
    code = "too_many_requests"
    title = Text("Terlalu banyak permintaan", "Too many requests")


class Unexpected(Problem):
    status = 500
    code = "unexpected"
    title = Text("Terjadi kesalahan di pihak kami", "Something went wrong on our side")


class Unavailable(Problem):
    status = 503
    code = "unavailable"
    title = Text("Layanan sedang sibuk, coba lagi", "The service is busy, try again")


def known_problems() -> list[type[Problem]]:
    """Every problem class that is imported, by code."""
    found: dict[str, type[Problem]] = {}
    waiting = list(Problem.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if "code" in kind.__dict__ or "code" in dir(kind):
            found.setdefault(kind.code, kind)
    return [found[code] for code in sorted(found)]
