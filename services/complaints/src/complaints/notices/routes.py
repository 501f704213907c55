"""`GET /v1/complaints/{id}/notices`: what was told to whom, when and by which way."""

from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Reading
from chassis.http.languages import Language
from chassis.http.routing import router
from chassis.http.versions import encode
from chassis.ops.clock import Now
from complaints.cases.rights import Reader
from complaints.cases.routes import seen
from complaints.cases.shown import is_outside
from complaints.notices import queries
from complaints.notices.rules import REPORTER, shown_kind
from complaints.notices.schemas import Notices
from complaints.notices.texts import sentence

routes = router(tags=["tracking"])


@routes.get(
    "/complaints/{case_id}/notices",
    operation_id="list_complaint_notices",
    summary="What was told to whom",
    response_model=Notices,
)
async def list_notices(request: Request, case_id: UUID, caller: Reader, connection: Reading, now: Now) -> Response:
    """Newest first, at most 500. Reporters read what they were told; officers also what lies at whose desk."""
    case, roles = await seen(connection, case_id, caller, now)
    outside = is_outside(roles)
    rows = await queries.find_notices(connection, case_id, reporters=outside)
    items = [shown_notice(row, case["custody"], request.state.language, outside=outside) for row in rows]
    return Response(
        encode({"items": items}), media_type="application/json", headers={"Cache-Control": "private, no-store"}
    )


def shown_notice(row: Row, custody: str, language: Language, *, outside: bool) -> dict[str, Any]:
    """A notice as it is sent; `outside`: to the reporter, whom it names no desk. Pure."""
    told = row["recipient"] == REPORTER
    kind = shown_kind(row["kind"], custody) if outside else row["kind"]
    way = {"channel": "tracking" if told else "desk", "state": "shown", "at": row["at"], "error": None}
    ways = [{**each, "error": None} if outside else each for each in row["ways"]]
    return {
        "id": row["id"],
        "kind": kind,
        "recipient": row["recipient"],
        "at": row["at"],
        "text": sentence(shown_kind(row["kind"], custody), custody).read(language) if told else None,
        "about_case_id": None if outside or row["about_case_id"] == row["case_id"] else row["about_case_id"],
        "institution_id": row["institution_id"],
        "unit_id": row["unit_id"],
        "ways": [way, *ways],
    }
