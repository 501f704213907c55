"""`/v1/survey-definitions`: what surveys ask and how their results are computed, by version; open to all."""

from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from chassis.data.transactions import Reading
from chassis.http.filters import Chosen
from chassis.http.identity import Public
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import encode, single
from evaluation.surveys import queries
from evaluation.surveys.definition_schemas import DefinitionPage, SurveyDefinition

routes = router(tags=["surveys"])


@routes.get(
    "/survey-definitions",
    operation_id="list_survey_definitions",
    summary="Definitions of surveys and their versions",
    response_model=DefinitionPage,
)
async def list_definitions(
    _caller: Public, connection: Reading, chosen: Annotated[Chosen, queries.DEFINITIONS.dependency()]
) -> Response:
    """Every version, by code and number."""
    page = await queries.DEFINITIONS.page(connection, chosen, queries.LISTED_DEFINITIONS)
    return Response(encode(page.written([dict(row) for row in page.rows])), media_type="application/json")


@routes.get(
    "/survey-definitions/{definition}/{version}",
    operation_id="get_survey_definition",
    summary="A version of a survey's definition",
    response_model=SurveyDefinition,
)
async def get_definition(
    request: Request,
    definition: str,
    version: Annotated[int, Path(ge=1, le=100_000)],
    _caller: Public,
    connection: Reading,
) -> Response:
    """Elements with their wording, the weightings, the bounds of the grades, and the table of sample sizes."""
    document = await queries.find_definition_document(connection, definition, version)
    if document is None:
        raise NotFound
    return single(request, document, version=version)
