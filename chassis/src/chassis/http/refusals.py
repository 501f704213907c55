"""From exceptions to problem documents: validation, routing, and what PostgreSQL says."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.http.flaws import flaw
from chassis.http.languages import Text
from chassis.http.problems import (
    BadRequest,
    BodyTooLarge,
    Conflict,
    Flaw,
    Forbidden,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    Problem,
    Unavailable,
    Unexpected,
    Unprocessable,
    UnsupportedMediaType,
    problem_response,
)

_BY_STATUS: Mapping[int, type[Problem]] = {
    kind.status: kind
    for kind in (
        BadRequest,
        NotAuthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        Conflict,
        BodyTooLarge,
        UnsupportedMediaType,
        Unprocessable,
        Unavailable,
    )
}
_RETRY = {"Retry-After": "2"}
_MOST_FLAWS = 100
_REFERENCE = Text("Menunjuk ke sesuatu yang tidak ada.", "It refers to something that doesn't exist.")

Catalogue = Mapping[str, Problem]
"""Problems by the name of the database constraint whose breach they tell of."""

log = structlog.get_logger("chassis.refusals")


def _reply(request: Request, problem: Problem) -> Response:
    return problem_response(problem, language=request.state.language, request_id=request.state.request_id)


async def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return _reply(request, problem)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if "GET" in headers.get("Allow", "").split(", "):
        headers["Allow"] += ", HEAD"  # the edge answers it as GET
    problem = _BY_STATUS.get(error.status_code, BadRequest)(headers=headers)
    return _reply(request, problem)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _reply(request, told(error.errors(), error.body))


def told(errors: Sequence[Any], body: object = None) -> Problem:
    """The problem for Pydantic's errors and our flaws: 404 for a malformed id in the path, 400 for a parameter, a header
    or what isn't JSON, else 422."""
    flaws = [each if isinstance(each, Flaw) else flaw(each, body) for each in errors[:_MOST_FLAWS]]
    places = {each.pointer.partition("/")[0] for each in flaws}
    if "path" in places:
        return NotFound()
    detail = flaws[0].detail if len(flaws) == 1 else None
    if places & {"query", "header"} or any(each.code == "json_invalid" for each in flaws):
        return BadRequest(detail, errors=flaws)
    return Unprocessable(detail, errors=flaws)


def _database(catalogue: Catalogue) -> Any:
    async def answer(request: Request, error: Exception) -> Response:
        return _reply(request, database_problem(error, catalogue))

    return answer


def database_problem(error: Exception, catalogue: Catalogue) -> Problem:
    """What a database error means to the caller; one that no rule foresees is logged and unexpected."""
    known = catalogue.get(getattr(error, "constraint_name", None) or "")
    if known is not None:
        return known
    match error:
        case asyncpg.ForeignKeyViolationError():
            return Unprocessable(_REFERENCE)
        case asyncpg.UniqueViolationError() | asyncpg.ExclusionViolationError():
            return Conflict()
        case asyncpg.LockNotAvailableError():
            return Conflict(
                Text("Masih dikerjakan oleh permintaan lain.", "Another request is still at work on it."),
                headers=_RETRY,
            )
        case (
            asyncpg.SerializationError()
            | asyncpg.DeadlockDetectedError()
            | asyncpg.QueryCanceledError()
            | asyncpg.PostgresConnectionError()
            | asyncpg.CannotConnectNowError()
            | asyncpg.TooManyConnectionsError()
            | asyncpg.AdminShutdownError()
            | asyncpg.CrashShutdownError()
            | asyncpg.DiskFullError()
            | asyncpg.IdleInTransactionSessionTimeoutError()
            | asyncpg.InterfaceError()
            | OSError()
        ):
            log.warning("database_unavailable", error=type(error).__name__)
            return Unavailable(headers=_RETRY)
        case _ if getattr(error, "sqlstate", None) == "25P04":  # transaction_timeout
            return Unavailable(headers=_RETRY)
    log.error("database_error", exc_info=error)
    return Unexpected()


def add_refusals(app: FastAPI, catalogue: Catalogue) -> None:
    """Answer every exception of the application with a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    for kind in (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        app.add_exception_handler(kind, _database(catalogue))
