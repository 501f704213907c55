"""How long cases like this one took: told to the reporter at filing, from the last year's resolved ones."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.data.pool import Pool
from chassis.data.statements import Statement

FEWEST = 5
"""Fewer cases than this tell nothing, and might tell of one person."""
_KEPT = timedelta(minutes=10)
_MOST_KEPT = 5_000
_QUANTILES = """
SELECT count(*) AS cases,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS p50_days,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY days) AS p90_days
FROM (SELECT extract(epoch FROM resolved_at - received_at) / 86400.0 AS days FROM cases
      WHERE {column} = CAST(:subject AS uuid) AND custody = 'ordinary' AND resolved_at IS NOT NULL
        AND created_at >= CAST(:since AS timestamptz)
      ORDER BY created_at DESC LIMIT 1000) latest
"""
_OF_SERVICE = Statement(_QUANTILES.format(column="service_id"))
_OF_UNIT = Statement(_QUANTILES.format(column="unit_id"))


class Expectations:
    """Quantiles by service or unit, asked again every ten minutes at most."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: dict[UUID, tuple[datetime, dict[str, float] | None]] = {}
        self._asking = asyncio.Lock()

    async def find(self, service_id: UUID | None, unit_id: UUID | None, now: datetime) -> dict[str, Any] | None:
        """`{"p50_days", "p90_days"}` of the service, else of the unit; None where too few were resolved."""
        subject = service_id or unit_id
        if subject is None:
            return None
        kept = self._kept.get(subject)
        if kept is not None and kept[0] > now:
            return kept[1]
        async with self._asking:  # one asks, the others find the answer
            kept = self._kept.get(subject)
            if kept is not None and kept[0] > now:
                return kept[1]
            return await self._ask(subject, _OF_SERVICE if service_id else _OF_UNIT, now)

    async def _ask(self, subject: UUID, statement: Statement, now: datetime) -> dict[str, float] | None:
        async with self._pool.acquire(timeout=2) as connection:
            row = await statement.fetchrow(connection, subject=subject, since=now - timedelta(days=365))
        found = None
        if row is not None and row["cases"] >= FEWEST:
            found = {name: round(float(row[name]), 1) for name in ("p50_days", "p90_days")}
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[subject] = (now + _KEPT, found)
        return found
