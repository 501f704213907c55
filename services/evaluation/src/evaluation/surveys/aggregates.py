"""The sums that results are read from: kept by deltas, recomputed from the answers for any instant or as a check."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
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

_PLACES = 9
"""As many elements as the regulation asks for, and so nearly every survey."""
# By survey first, and from there to its sums: a plan made for days it doesn't know reads the months of the whole country.
# Hashing sets of elements, which are lists of text, for each month took longer than the sums.
_OF_SURVEYS = """JOIN LATERAL (
    SELECT {summed} FROM survey_aggregates aggregate
    WHERE aggregate.survey_id = survey.id AND aggregate.dimension = 'all' AND {period}) aggregate
    ON survey.{column} = ANY(CAST(:ids AS uuid[])) AND aggregate.n IS NOT NULL"""
_OF_SERVICES = """JOIN (
    SELECT aggregate.survey_id, {summed} FROM survey_aggregates aggregate
    WHERE aggregate.dimension = 'service' AND aggregate.code = ANY(CAST(CAST(:ids AS uuid[]) AS text[])) AND {period}
    GROUP BY aggregate.survey_id) aggregate ON aggregate.survey_id = survey.id"""
_SUBJECTS = {"institution": _OF_SURVEYS, "unit": _OF_SURVEYS, "service": _OF_SERVICES}
_UNITED = Statements()


def _united(kind: str, places: int) -> TextClause:
    """By set of elements. Place by place, because unnesting the rows of a ministry takes four times as long."""
    sums = ", ".join(f"CAST(sum(aggregate.sums[{place}]) AS bigint)" for place in range(1, places + 1))
    summed = "CAST(sum(aggregate.{0}) AS bigint) AS {0}"
    figures = f"{summed.format('n')}, {summed.format('square_sum')}"
    source = _SUBJECTS[kind].format(
        summed=f"{figures}, ARRAY[{sums}] AS sums",
        period="aggregate.day >= CAST(:from_day AS date) AND aggregate.day < CAST(:to_day AS date)",
        column=f"{kind}_id",
    )
    return text(
        f"""SELECT survey.elements, {figures}, (ARRAY[{sums}])[1:cardinality(survey.elements)] AS sums
FROM surveys survey {source}
WHERE survey.definition_code = :definition
  AND (survey.state IN ('published', 'followed_up') OR NOT CAST(:published_only AS boolean))
GROUP BY survey.elements"""  # noqa: S608 - our own names
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
    places = _PLACES
    while True:
        statement = _UNITED.get((kind, places), partial(_united, kind, places))
        rows = await statement.fetch(connection, **values)
        widest = max((len(row["elements"]) for row in rows), default=0)
        if widest <= places:
            return united((row["elements"], _tally(row)) for row in rows)
        places = widest  # units added elements of their own


def whole(cells: Cells, elements: Sequence[str]) -> Tally:
    """The tally of all answers."""
    return cells.get(WHOLE, nothing(elements))


def _cells(rows: Sequence[Row]) -> Cells:
    found = {(row["dimension"], row["code"]): _tally(row) for row in rows}
    return {cell: tally for cell, tally in found.items() if tally.n}


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(row["n"], tuple(row["sums"]), row["square_sum"])
