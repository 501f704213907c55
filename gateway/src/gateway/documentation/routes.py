"""`/v1/openapi.json`, `/docs` and `/problems/{code}`: open to everybody."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from chassis.http.identity import Public
from chassis.http.problems import NotFound
from chassis.http.routing import Route, router
from gateway.documentation.library import Library as Library
from gateway.documentation.pages import (
    DOCS_POLICY,
    PROBLEM_POLICY,
    PROBLEM_STYLE,
    START_SCRIPT,
    docs_page,
    problem_page,
)

_SHORT = "public, max-age=300"
_LONG = "public, max-age=86400"
_CSS, _SCRIPT = "text/css", "text/javascript"

# Swagger UI's own files, as the package carries them: nothing of its code is run.
_PACKAGED = files("fastapi_offline").joinpath("static")
ASSETS: Mapping[str, tuple[str, bytes]] = {
    "swagger-ui.css": (_CSS, _PACKAGED.joinpath("swagger-ui.css").read_bytes()),
    "swagger-ui-bundle.js": (_SCRIPT, _PACKAGED.joinpath("swagger-ui-bundle.js").read_bytes()),
    "start.js": (_SCRIPT, START_SCRIPT.encode()),
    "problem.css": (_CSS, PROBLEM_STYLE.encode()),
}
"""Name → (media type, bytes)."""

described = router(tags=["documentation"])
routes = APIRouter(include_in_schema=False, route_class=Route)


@described.get(
    "/openapi.json",
    operation_id="get_openapi",
    summary="This document",
    response_model=dict[str, Any],
)
async def get_openapi(request: Request, _caller: Public) -> Response:
    """The whole API as OpenAPI 3.1: operations, models, scopes, problems."""
    library: Library = request.app.state.library
    document = library.openapi
    if document is None:
        raise NotFound
    headers = {"ETag": document.etag, "Cache-Control": _SHORT}
    if document.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(document.body, media_type="application/json", headers=headers)


@routes.get("/")
async def home() -> Response:
    """Whoever comes with a browser wants to read."""
    return RedirectResponse("/docs", status_code=302)


@routes.get("/docs")
async def docs(request: Request) -> Response:
    """The page on which the API is read and tried."""
    headers = {"Content-Security-Policy": DOCS_POLICY, "Cache-Control": _SHORT, "Vary": "Accept-Language"}
    return Response(docs_page(request.state.language), media_type="text/html", headers=headers)


@routes.get("/docs/{name}")
async def asset(name: str) -> Response:
    """Style and scripts of the pages."""
    if name not in ASSETS:
        raise NotFound
    media_type, body = ASSETS[name]
    return Response(body, media_type=media_type, headers={"Cache-Control": _LONG})


@routes.get("/problems/{code}")
async def problem(request: Request, code: str) -> Response:
    """What the `type` of a problem document leads to."""
    library: Library = request.app.state.library
    found = library.problems.get(code)
    if found is None:
        raise NotFound
    headers = {"Content-Security-Policy": PROBLEM_POLICY, "Cache-Control": _SHORT}
    return Response(problem_page(found), media_type="text/html", headers=headers)
