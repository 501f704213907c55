"""An institution's ethics cases of a year in numbers: no names, no units, small cells hidden (case-lifecycle §4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from evaluation.ethics import queries
from evaluation.ethics.catalogues import read_sanctions
from evaluation.surveys.small_cells import LEAST, hidden_cells

_OF_YEAR = """institution_id = CAST(:institution_id AS uuid)
  AND created_at >= CAST(:start AS timestamptz) AND created_at < CAST(:end AS timestamptz)"""
_COUNTS = {
    "by_state": Statement(f"SELECT state AS code, count(*) AS n FROM ethics_cases WHERE {_OF_YEAR} GROUP BY 1"),  # noqa: S608
    "by_value": Statement(f"""
        SELECT value AS code, count(*) AS n FROM ethics_cases, unnest("values") AS value
        WHERE {_OF_YEAR} GROUP BY 1"""),  # noqa: S608 - our own condition
    "by_verdict": Statement(f"""
        SELECT verdict AS code, count(*) AS n FROM ethics_accused
        JOIN ethics_cases ON id = case_id AND {_OF_YEAR} WHERE verdict IS NOT NULL GROUP BY 1"""),  # noqa: S608
    "sanctions": Statement(f"""
        SELECT sanctions_version, regime, sanction, count(*) AS n FROM ethics_accused
        JOIN ethics_cases ON id = case_id AND {_OF_YEAR} WHERE sanction IS NOT NULL GROUP BY 1, 2, 3"""),  # noqa: S608
}
_TOTAL = Statement(f"SELECT count(*) FROM ethics_cases WHERE {_OF_YEAR}")  # noqa: S608 - our own condition


async def count_cases(connection: Connection, institution_id: UUID, year: int, zone: ZoneInfo) -> dict[str, Any]:
    """The figures of the cases opened in a local calendar year, as they are sent.

    Whole years alone: the difference of two overlapping periods could be a single case.
    """
    span = {
        "institution_id": institution_id,
        "start": datetime(year, 1, 1, tzinfo=zone),
        "end": datetime(year + 1, 1, 1, tzinfo=zone),
    }
    total = await _TOTAL.fetchval(connection, **span)
    counts: dict[str, dict[str, int]] = {}
    for name in ("by_state", "by_verdict", "by_value"):
        counts[name] = {row["code"]: row["n"] for row in await _COUNTS[name].fetch(connection, **span)}
    severities: dict[str, int] = {}
    for row in await _COUNTS["sanctions"].fetch(connection, **span):
        document = await queries.find_version(connection, "sanctions", row["sanctions_version"])
        severity = read_sanctions(document).severity(row["regime"], row["sanction"])
        severities[severity] = severities.get(severity, 0) + row["n"]
    counts["by_severity"] = severities
    small = 0 < total < LEAST
    return {
        "institution_id": institution_id,
        "year": year,
        "total": None if small else total,
        "suppressed": small,
        **{name: _cells(found, everything_hidden=small) for name, found in counts.items()},
    }


def _cells(counts: Mapping[str, int], *, everything_hidden: bool) -> list[dict[str, Any]]:
    hidden = frozenset(counts) if everything_hidden else hidden_cells(counts)
    return [
        {"code": code, "n": None if code in hidden else n, "suppressed": code in hidden}
        for code, n in sorted(counts.items())
    ]
