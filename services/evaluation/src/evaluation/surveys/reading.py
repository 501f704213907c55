"""Computing a survey's result from its aggregates, or from its answers as of a day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw
from directory.zones import zone
from evaluation.surveys import aggregates, queries
from evaluation.surveys.definition import Definition
from evaluation.surveys.index import WeightingUnfit, grade_of, index_of
from evaluation.surveys.results import number, survey_result
from evaluation.surveys.tally import united

_UNFIT = Text("Bobot ini hanya untuk sembilan unsur.", "This weighting is for nine elements alone.")


def end_of(day: date, time_zone: str) -> datetime:
    """The first instant after a day in a zone, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone(time_zone)).astimezone(UTC)


async def compute_result(
    connection: Connection,
    survey: Row,
    *,
    now: datetime,
    for_public: bool,
    weighting: str | None = None,
    as_of: date | None = None,
) -> dict[str, Any]:
    """The result now, or as it stood at the end of a local day. Plain JSON values. Raises BadRequest for an unfit weighting."""
    definition = await queries.find_definition(connection, survey["definition_code"], survey["definition_version"])
    chosen = weighting or survey["weighting"]
    until = None if as_of is None else end_of(as_of, survey["time_zone"])
    cells = await _cells(connection, survey["id"], until)
    before = await _before(connection, survey, definition, chosen, until=until, for_public=for_public)
    try:
        result = survey_result(
            survey,
            definition,
            cells,
            weighting=chosen,
            as_of=as_of,
            now=now,
            before=before,
            for_public=for_public,
        )
    except (KeyError, WeightingUnfit):
        raise BadRequest(_UNFIT, errors=[Flaw("query/weighting", "weighting_unfit", _UNFIT)]) from None
    # Through JSON and back: what is kept and what is sent are the same values.
    plain: dict[str, Any] = orjson.loads(orjson.dumps(result, option=orjson.OPT_UTC_Z))
    return plain


async def _cells(connection: Connection, survey_id: UUID, until: datetime | None) -> aggregates.Cells:
    """A survey's sums now, or as they stood at an instant."""
    if until is None:
        return await aggregates.kept(connection, survey_id)
    return await aggregates.recomputed(connection, survey_id, until)


async def _before(
    connection: Connection,
    survey: Row,
    definition: Definition,
    weighting: str,
    *,
    until: datetime | None,
    for_public: bool,
) -> dict[str, Any] | None:
    found = await queries.find_survey_before(connection, survey, until=until, published_only=for_public)
    if found is None:
        return None
    tally = aggregates.whole(await _cells(connection, found["id"], until), found["elements"])
    try:
        index = index_of(united([(found["elements"], tally)]), definition, weighting)
    except (KeyError, WeightingUnfit):
        index = None
    return {
        "survey_id": found["id"],
        "title": found["title"],
        "period_from": found["period_from"],
        "n": tally.n,
        "index": number(index),
        "grade": None if index is None else grade_of(index, definition).code,
    }
