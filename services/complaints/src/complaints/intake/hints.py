"""Finding public cases that may be the same matter as one that is about to be filed."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.cases.public import PUBLIC
from complaints.intake.hint_schemas import AboutToFile
from complaints.intake.likeness import WINDOW_DAYS, Matter, likeness, question, where
from complaints.suggestions.suggester import Suggester
from directory.zones import national_day

MOST_SHOWN = 5
FAINTEST = 0.35
_MOST_COMPARED = 200
_TIME_LIMIT = "SET LOCAL statement_timeout = '500ms'"
_ALIKE = """
SELECT id, type, state, category, region_code, location, unit_id, occurred_on, received_at, title, body
FROM cases
WHERE case_words(((title || ' ') || body)) @@ case_question(:question)
  AND {public} AND created_at >= CAST(:since AS timestamptz){place}
ORDER BY created_at DESC LIMIT CAST(:most AS integer)
"""
_IN_REGION = " AND (region_code IS NULL OR region_code = :region OR starts_with(region_code, :region || '.'))"
_ANYWHERE = Statement(_ALIKE.format(public=PUBLIC, place=""))
_NEARBY = Statement(_ALIKE.format(public=PUBLIC, place=_IN_REGION))
_NAMES = Statement("""
SELECT DISTINCT ON (id) id, name FROM directory_units WHERE id = ANY(CAST(:ids AS uuid[]))
ORDER BY id, valid_during @> CAST(:day AS date) DESC, valid_during DESC
""")


async def find_alike(
    connection: Connection, filing: AboutToFile, suggester: Suggester, now: datetime
) -> tuple[list[dict[str, Any]], bool]:
    """Public cases like this one, the likest first, in the caller's transaction; and whether the search came to its end."""
    telling = await suggester.telling(f"{filing.title}\n{filing.body}")
    asked = question(list(telling.values()))
    if asked is None:
        return [], True
    try:
        rows = await _candidates(connection, asked, filing.region_code, now)
    except asyncpg.QueryCanceledError:  # a hint isn't worth more
        return [], False
    today = national_day(now)
    location = filing.location.model_dump() if filing.location else None
    new = Matter(telling.keys(), where(filing.region_code, location), filing.occurred_on or today)
    ranked = sorted(((likeness(new, _matter(row, telling.keys(), suggester)), row) for row in rows), key=_order)
    found = [(alike, row) for alike, row in ranked if alike >= FAINTEST][:MOST_SHOWN]
    names = await _unit_names(connection, [row for _, row in found], today)
    return [_shown(alike, row, names) for alike, row in found], True


async def _candidates(connection: Connection, asked: str, region_code: str | None, now: datetime) -> list[Row]:
    await connection.execute(_TIME_LIMIT)
    values = {"question": asked, "since": now - timedelta(days=WINDOW_DAYS), "most": _MOST_COMPARED}
    if region_code is None:
        return await _ANYWHERE.fetch(connection, **values)
    return await _NEARBY.fetch(connection, **values, region=where(region_code, None).region)


def _matter(row: Row, asked: Any, suggester: Suggester) -> Matter:
    """Of another's text nothing is compared but the words that were asked for."""
    day = row["occurred_on"] or national_day(row["received_at"])
    held = suggester.stems(f"{row['title']}\n{row['body']}")
    return Matter(held & set(asked), where(row["region_code"], row["location"]), day)


def _order(each: tuple[float, Row]) -> tuple[float, float]:
    return -each[0], -each[1]["received_at"].timestamp()


async def _unit_names(connection: Connection, rows: list[Row], day: date) -> dict[UUID, str]:
    ids = sorted({row["unit_id"] for row in rows if row["unit_id"] is not None})
    if not ids:
        return {}
    return {row["id"]: row["name"] for row in await _NAMES.fetch(connection, ids=ids, day=day)}


def _shown(alike: float, row: Row, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "likeness": alike,
        "type": row["type"],
        "state": row["state"],
        "category": row["category"],
        "region_code": where(row["region_code"], None).region,
        "unit_id": row["unit_id"],
        "unit_name": names.get(row["unit_id"]) if row["unit_id"] else None,
        "received_on": national_day(row["received_at"]),
    }
