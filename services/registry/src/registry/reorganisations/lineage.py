"""Lineage: whence a unit or an institution comes and where it goes, at any distance, and who holds what it counted."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from registry.reorganisations.queries import find_names
from registry.reorganisations.shares import ONE, Passing, allocate
from registry.reorganisations.steps import Kind

_SHOWN = ("reorganisation_id", "effective_on", "from_id", "to_id", "depth")


def _descent(kind: Kind, *, forth: bool) -> Statement:
    """Step by step along the time: what somebody got later wasn't there to pass on before."""
    here, there, later = ("from_id", "to_id", ">") if forth else ("to_id", "from_id", "<")
    return Statement(f"""
WITH RECURSIVE steps AS (
    SELECT s.*, 1 AS depth FROM {kind}_successions AS s WHERE s.{here} = CAST(:id AS uuid)
    UNION
    SELECT s.*, steps.depth + 1 FROM steps JOIN {kind}_successions AS s ON s.{here} = steps.{there}
    AND (s.effective_on, s.reorganisation_id) {later} (steps.effective_on, steps.reorganisation_id)
)
SELECT reorganisation_id, from_id, to_id, effective_on, numerator, denominator, min(depth) AS depth FROM steps
GROUP BY reorganisation_id, from_id, to_id, effective_on, numerator, denominator, position
ORDER BY depth, effective_on, reorganisation_id, from_id, position, to_id""")  # noqa: S608 - names of our own


_FORTH: dict[Kind, Statement] = {kind: _descent(kind, forth=True) for kind in ("unit", "institution")}
_BACK: dict[Kind, Statement] = {kind: _descent(kind, forth=False) for kind in ("unit", "institution")}
_EXISTS: dict[Kind, Statement] = {
    "unit": Statement("SELECT 1 FROM unit_identities WHERE id = CAST(:id AS uuid)"),
    "institution": Statement("SELECT 1 FROM institution_identities WHERE id = CAST(:id AS uuid)"),
}


async def find_lineage(connection: Connection, kind: Kind, identity: UUID, day: date) -> dict[str, Any] | None:
    """The lineage as of replies.Lineage, also of what is to happen later; None if there is no such thing.

    `allocation` takes the reorganisations up to `day`.
    """
    if await _EXISTS[kind].fetchval(connection, id=identity) is None:
        return None
    back = await _BACK[kind].fetch(connection, id=identity)
    forth = await _FORTH[kind].fetch(connection, id=identity)
    held = allocate({identity: ONE}, passings([row for row in forth if row["effective_on"] <= day]))
    ids = {identity, *(row[end] for row in (*back, *forth) for end in ("from_id", "to_id"))}
    names = await find_names(connection, list(ids))
    return {
        "id": identity,
        "predecessors": [_shown(row, names) for row in back],
        "successors": [_shown(row, names) for row in forth],
        "allocation": [{"id": unit, "name": names.get(unit, ""), "share": str(share)} for unit, share in held.items()],
    }


def passings(rows: Sequence[Row]) -> list[Passing[UUID]]:
    """Rows of successions as a lineage in order of time."""
    ordered = sorted(rows, key=lambda row: (row["effective_on"], row["reorganisation_id"]))
    return [
        Passing(row["effective_on"], row["reorganisation_id"], row["from_id"], row["to_id"], _share(row))
        for row in ordered
    ]


def _share(row: Row) -> Fraction:
    return Fraction(row["numerator"], row["denominator"])


def _shown(row: Row, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _SHOWN},
        "from_name": names.get(row["from_id"], ""),
        "to_name": names.get(row["to_id"], ""),
        "share": str(_share(row)),
    }
