"""A ministry with two hundred units, each with a survey of its year, and their answers, loaded by COPY."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.country import named
from chassis.data.pool import Connection

MINISTRY = named("institution", "ministry")
UNITS = [named("unit", "ministry", number) for number in range(200)]
SURVEYS = [named("survey", "ministry", number) for number in range(len(UNITS))]
START = date(2026, 1, 1)
DAYS = 300
BATCH = 20_000

COLUMNS = (
    *("id", "survey_id", "scores", "channel", "service_id", "sex", "age_band", "education", "occupation", "disability"),
    *("received_at", "day", "counted", "version", "version_at", "created_at"),
)
CHANNELS = ("paper", "kiosk", "qr_code")
SEXES, AGES = ("male", "female"), ("17_25", "26_35", "36_45", "46_55")
EDUCATIONS, OCCUPATIONS = (
    ("senior_secondary", "diploma", "bachelor"),
    ("private_employee", "entrepreneur", "farmer_fisher"),
)
NONE_DISABLED = "none"

# What the service would have kept, summed in one go.
_AGGREGATES = """
INSERT INTO survey_aggregates (survey_id, day, dimension, code, n, sums, square_sum)
SELECT survey_id, date_trunc('month', day)::date, dimension, code, count(*),
       ARRAY[sum(scores[1]), sum(scores[2]), sum(scores[3]), sum(scores[4]), sum(scores[5]), sum(scores[6]),
             sum(scores[7]), sum(scores[8]), sum(scores[9])],
       sum((SELECT sum(score) FROM unnest(scores) AS each_score (score)) ^ 2)
FROM survey_responses CROSS JOIN LATERAL (VALUES ('all', ''), ('channel', channel), ('sex', sex),
     ('age_band', age_band), ('education', education), ('occupation', occupation), ('disability', disability)
) AS cell (dimension, code)
GROUP BY 1, 2, 3, 4"""
_SURVEY = """
INSERT INTO surveys (id, subject, institution_id, unit_id, time_zone, title, definition_code, definition_version, elements,
    additional_elements, scale_min, scale_max, weighting, channel_limits, period_from, state, version, created_at, opened_at)
SELECT $1, 'unit', $2, $3, 'Asia/Jakarta', 'SKM', code, version,
       ARRAY(SELECT jsonb_array_elements(document -> 'elements') ->> 'code'), '[]', 1, 4, 'exact', '{}', $4, 'open', 1,
       now(), now()
FROM survey_definitions WHERE code = 'skm'"""


async def load(connection: Connection, answers: int) -> None:
    """Put so many answers into an empty, migrated database of evaluation, and what the service would keep beside them."""
    async with connection.transaction():
        await connection.execute(
            """INSERT INTO directory_institutions (id, code, name, kind, time_zone, aliases, valid_during)
               VALUES ($1, 'ministry', 'Kementerian Contoh', 'ministry', 'Asia/Jakarta', '{}', '[2020-01-01,)')""",
            MINISTRY,
        )
        for number, (unit, survey) in enumerate(zip(UNITS, SURVEYS, strict=True)):
            await connection.execute(
                """INSERT INTO directory_units (id, institution_id, code, name, kind, functions, valid_during)
                   VALUES ($1, $2, $3, $3, 'directorate', '{}', '[2020-01-01,)')""",
                unit,
                MINISTRY,
                f"Direktorat {number}",
            )
            await connection.execute(
                """INSERT INTO directory_unit_ancestors (unit_id, ancestor_id, depth, valid_during)
                   VALUES ($1, $1, 0, '[2020-01-01,)')""",
                unit,
            )
            await connection.execute(_SURVEY, survey, MINISTRY, unit, START)
    for start in range(0, answers, BATCH):
        rows = list(made(start, min(BATCH, answers - start)))
        await connection.copy_records_to_table("survey_responses", records=rows, columns=COLUMNS)
    await connection.execute(_AGGREGATES)
    await connection.execute("VACUUM ANALYZE")


def made(start: int, count: int, *, survey: UUID | None = None) -> Iterator[tuple[Any, ...]]:
    """Rows of answers number `start` on, of all surveys in turn or of one; the same for the same numbers."""
    for number in range(start, start + count):
        chance = random.Random(number)
        day = START + timedelta(days=chance.randrange(DAYS))
        received = datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(seconds=chance.randrange(20_000))
        yield (
            UUID(int=int(received.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | number),
            survey or SURVEYS[number % len(SURVEYS)],
            [chance.choice((2, 3, 3, 4, 4, 4)) for _ in range(9)],
            chance.choice(CHANNELS),
            None,
            chance.choice(SEXES),
            chance.choice(AGES),
            chance.choice(EDUCATIONS),
            chance.choice(OCCUPATIONS),
            NONE_DISABLED,
            received,
            day,
            True,
            1,
            received,
            received,
        )
