"""The sums that results are read from: kept by deltas, recomputed from the answers for any instant or as a check."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement, Statements
from evaluation.surveys.answers import CHANNEL_DAY, WHOLE, Cell
from evaluation.surveys.tally import Tally, Union, nothing, united

Cells = Mapping[tuple[str, str], Tally]
"""Tallies by (dimension, code); the whole is ("all", "")."""

# In the order of the key, so that two writers never wait for each other in a circle. Place by place: adding arrays by
# unnesting them took half of what a batch's sums cost.
_ADD = """
WITH added AS (
INSERT INTO survey_aggregates AS held (survey_id, day, dimension, code, n, sums, square_sum)
SELECT CAST(:survey_id AS uuid), change.day, change.dimension, change.code, change.n, change.sums, change.square_sum
FROM jsonb_to_recordset(CAST(:changes AS jsonb)) AS change
    (day date, dimension text, code text, n bigint, sums bigint[], square_sum bigint)
ORDER BY change.day, change.dimension, change.code
ON CONFLICT (survey_id, day, dimension, code) DO UPDATE SET
    n = held.n + excluded.n,
    sums = (ARRAY[{places}])[1:cardinality(excluded.sums)],
    square_sum = held.square_sum + excluded.square_sum
RETURNING day, dimension, code, n)
SELECT code, n FROM added WHERE dimension = :limited
"""
_ADDING = Statements()


def _added(width: int) -> TextClause:
    places = ", ".join(f"held.sums[{place}] + excluded.sums[{place}]" for place in range(1, width + 1))
    return text(_ADD.format(places=places))


# Element by element, then put together again: PostgreSQL has no sum of arrays.
_SUMMED = """
, by_element AS (
    SELECT dimension, code, place, CAST(sum(value) AS bigint) AS value
    FROM picked, unnest(picked.sums) WITH ORDINALITY AS each_sum (value, place) GROUP BY dimension, code, place),
summed AS (
    SELECT dimension, code, array_agg(value ORDER BY place) AS sums FROM by_element GROUP BY dimension, code),
counted AS (
    SELECT dimension, code, CAST(sum(n) AS bigint) AS n, CAST(sum(square_sum) AS bigint) AS square_sum FROM picked GROUP BY dimension, code)
SELECT * FROM counted JOIN summed USING (dimension, code)
"""
_KEPT = Statement(
    """WITH picked AS (
    SELECT * FROM survey_aggregates WHERE survey_id = CAST(:survey_id AS uuid) AND dimension <> 'channel_day')"""  # noqa: S608
    + _SUMMED
)

_COLUMNS = "scores, expectations, channel, service_id, sex, age_band, education, occupation, disability"
# Answers received before the instant, each as it stood then; a version holds from its own instant until the next one's.
_RECOMPUTED = Statement(
    f"""WITH standing AS (
    SELECT {_COLUMNS} FROM survey_responses
    WHERE survey_id = CAST(:survey_id AS uuid) AND received_at < CAST(:until AS timestamptz)
      AND version_at < CAST(:until AS timestamptz) AND counted
    UNION ALL
    SELECT {_COLUMNS} FROM survey_response_versions
    WHERE survey_id = CAST(:survey_id AS uuid) AND received_at < CAST(:until AS timestamptz)
      AND from_at < CAST(:until AS timestamptz) AND to_at >= CAST(:until AS timestamptz) AND counted),
picked AS (
    SELECT cell.dimension, cell.code, 1 AS n, standing.scores AS sums,
           (SELECT sum(score) FROM unnest(standing.scores) AS each_score (score)) ^ 2 AS square_sum
    FROM standing CROSS JOIN LATERAL (VALUES
        ('all', ''), ('channel', channel), ('service', CAST(service_id AS text)), ('sex', sex), ('age_band', age_band),
        ('education', education), ('occupation', occupation), ('disability', disability)) AS cell (dimension, code)
    WHERE cell.code IS NOT NULL
    UNION ALL
    SELECT 'expectation', asked.code, 1, ARRAY[asked.expected, asked.perceived],
           (asked.perceived - asked.expected) ^ 2
    FROM standing CROSS JOIN LATERAL unnest(
        (SELECT elements FROM surveys WHERE id = CAST(:survey_id AS uuid)), standing.scores, standing.expectations
    ) AS asked (code, perceived, expected)
    WHERE asked.expected IS NOT NULL)"""  # noqa: S608 - our own column names
    + _SUMMED
)

_SUBJECTS = {
    "institution": "aggregate.dimension = 'all' AND survey.institution_id = ANY(CAST(:ids AS uuid[]))",
    "unit": "aggregate.dimension = 'all' AND survey.unit_id = ANY(CAST(:ids AS uuid[]))",
    "service": "aggregate.dimension = 'service' AND aggregate.code = ANY(CAST(CAST(:ids AS uuid[]) AS text[]))",
}
_PICKED = """FROM survey_aggregates aggregate JOIN surveys survey ON survey.id = aggregate.survey_id
    WHERE {condition} AND survey.definition_code = :definition
      AND aggregate.day >= CAST(:from_day AS date) AND aggregate.day < CAST(:to_day AS date)
      AND (survey.state IN ('published', 'followed_up') OR NOT CAST(:published_only AS boolean))"""
_WIDEST = {
    kind: Statement(f"SELECT coalesce(max(cardinality(survey.elements)), 0) FROM {source}")  # noqa: S608 - our own names
    for kind, source in {
        "institution": "surveys survey WHERE survey.institution_id = ANY(CAST(:ids AS uuid[]))",
        "unit": "surveys survey WHERE survey.unit_id = ANY(CAST(:ids AS uuid[]))",
        "service": f"""survey_aggregates aggregate JOIN surveys survey ON survey.id = aggregate.survey_id
                       WHERE {_SUBJECTS["service"]}""",
    }.items()
}
_UNITED = Statements()


def _united(kind: str, widest: int) -> TextClause:
    """By set of elements, but first by survey: sets are lists of text, and hashing one for each month took three quarters.

    Place by place, because unnesting the rows of a ministry takes four times as long.
    """
    places = ", ".join(f"CAST(sum(aggregate.sums[{place}]) AS bigint)" for place in range(1, widest + 1))
    summed = f"""CAST(sum(aggregate.n) AS bigint) AS n, ARRAY[{places}] AS sums,
           CAST(sum(aggregate.square_sum) AS bigint) AS square_sum"""
    return text(
        f"""WITH by_survey AS (
    SELECT survey.id, {summed} {_PICKED.format(condition=_SUBJECTS[kind])} GROUP BY survey.id)
SELECT elements, n, sums[1:cardinality(elements)] AS sums, square_sum
FROM (SELECT elements, {summed} FROM by_survey aggregate JOIN surveys USING (id) GROUP BY elements) found"""  # noqa: S608 - our own names
    )


async def add(connection: Connection, survey_id: UUID, changes: Mapping[Cell, Tally]) -> list[Row]:
    """Add these tallies to the survey's aggregates, in the caller's transaction; of those of CHANNEL_DAY the code and the new n."""
    rows = [
        {"day": day, "dimension": dimension, "code": code, "n": of.n, "sums": of.sums, "square_sum": of.square_sum}
        for (day, dimension, code), of in changes.items()
    ]
    width = max((len(of.sums) for of in changes.values()), default=0) or 1
    return await _ADDING.get(width, lambda: _added(width)).fetch(
        connection, survey_id=survey_id, changes=rows, limited=CHANNEL_DAY
    )


async def kept(connection: Connection, survey_id: UUID) -> Cells:
    """What the aggregates say of the survey now."""
    return _cells(await _KEPT.fetch(connection, survey_id=survey_id))


async def recomputed(connection: Connection, survey_id: UUID, until: datetime) -> Cells:
    """The same from the answers: those received before `until`, corrected and withdrawn as far as had been done by then."""
    return _cells(await _RECOMPUTED.fetch(connection, survey_id=survey_id, until=until))


async def united_answers(
    connection: Connection,
    kind: str,
    identifiers: Sequence[UUID],
    *,
    definition: str,
    from_day: date,
    to_day: date,
    published_only: bool,
) -> Union:
    """The answers received in [from_day, to_day) to all surveys of these units, institutions or services, as they stand now.

    Both are first days of months: sums are kept by month.
    """
    values = {
        "ids": list(identifiers),
        "definition": definition,
        "from_day": from_day,
        "to_day": to_day,
        "published_only": published_only,
    }
    widest: int = await _WIDEST[kind].fetchval(connection, ids=values["ids"])
    if not widest:
        return {}
    rows = await _UNITED.get((kind, widest), lambda: _united(kind, widest)).fetch(connection, **values)
    return united((row["elements"], _tally(row)) for row in rows)


def whole(cells: Cells, elements: Sequence[str]) -> Tally:
    """The tally of all answers."""
    return cells.get(WHOLE, nothing(elements))


def _cells(rows: Sequence[Row]) -> Cells:
    found = {(row["dimension"], row["code"]): _tally(row) for row in rows}
    return {cell: tally for cell, tally in found.items() if tally.n}


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(row["n"], tuple(row["sums"]), row["square_sum"])
