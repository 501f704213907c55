"""Suggestions of categories: for whoever files, for officers on a case; and the models with their errors, for everybody."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Request
from starlette.responses import Response

from chassis.data.transactions import Reading
from chassis.http.identity import Public
from chassis.http.pages import PartOfList
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import FOREVER, encode, single
from chassis.ops.clock import Now
from complaints.cases import access, shown
from complaints.cases.rights import Reader
from complaints.cases.routes import seen
from complaints.cases.visibility import sees_content
from complaints.suggestions import queries
from complaints.suggestions.model import Suggestion
from complaints.suggestions.schemas import CategoryModel, CategoryModels, CategorySuggestions, Described
from complaints.suggestions.suggester import Speaking, Suggester

MOST_SHOWN = 50
routes = router(tags=["categories"])


async def _suggester_of(request: Request) -> Suggester:
    suggester: Suggester = request.app.state.suggester
    return suggester


Suggests = Annotated[Suggester, Depends(_suggester_of)]


@routes.post(
    "/categories/suggestion",
    operation_id="suggest_categories",
    summary="Suggest categories for a text",
    response_model=CategorySuggestions,
)
async def suggest_categories(_caller: Public, suggester: Suggests, body: Described) -> Response:
    """For a form while it is filled in. The choice stays with who files; the text is neither kept nor logged."""
    speaking = await suggester.speaking()
    found = await suggester.suggest(f"{body.title}\n{body.body}")
    headers = {"Cache-Control": "no-store"}
    return Response(encode(_written(speaking, found)), media_type="application/json", headers=headers)


@routes.get(
    "/complaints/{case_id}/category-suggestion",
    operation_id="get_complaint_category_suggestion",
    summary="Suggest categories for a case",
    response_model=CategorySuggestions,
)
async def suggest_for_case(
    request: Request, case_id: UUID, caller: Reader, connection: Reading, now: Now, suggester: Suggests
) -> Response:
    """By the newest model, for officers who may read the text."""
    row, roles = await seen(connection, case_id, caller, now)
    if shown.is_outside(roles) or not sees_content(roles, row):
        raise NotFound
    await access.note_reading(connection, row, caller, roles=roles, what="category_suggestion", now=now)
    speaking = await suggester.speaking()
    found = await suggester.suggest(f"{row['title']}\n{row['body']}")
    return single(request, _written(speaking, found), version=row["version"])


@routes.get(
    "/categories/models",
    operation_id="list_category_models",
    summary="The models that suggest categories",
    response_model=CategoryModels,
)
async def list_category_models(request: Request, _caller: Public, connection: Reading, part: PartOfList) -> Response:
    """The newest one first, each with its error on texts that it hasn't seen; the newest one speaks."""
    rows = [dict(row) for row in await queries.list_models(connection, MOST_SHOWN)]
    version = rows[0]["version"] if rows else 0
    return single(request, part.of(rows, key="version"), version=version, cache="public, max-age=60")


@routes.get(
    "/categories/models/{version}",
    operation_id="get_category_model",
    summary="A model that suggests categories",
    response_model=CategoryModel,
)
async def get_category_model(
    request: Request,
    _caller: Public,
    connection: Reading,
    version: Annotated[int, Path(ge=1, le=2_000_000_000)],
) -> Response:
    """With its error. A model never changes."""
    row = await queries.find_model(connection, version)
    if row is None:
        raise NotFound
    return single(request, dict(row), version=version, cache=FOREVER)


def _written(speaking: Speaking | None, found: Sequence[Suggestion]) -> dict[str, Any]:
    if speaking is None:
        return {"model": None, "items": []}
    items = [
        {
            "category": each.category,
            "label": speaking.labels[each.category].model_dump(),
            "confidence": round(each.confidence, 4),
        }
        for each in found
    ]
    return {"model": speaking.version, "items": items}
