"""How many protected cases an institution had in a year: all that its head and its Pembina are told of them (case-lifecycle §4).

Whole calendar years of one institution alone, and no filter: the difference of two overlapping questions could be one case.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from complaints.cases.callers import CaseCaller
from complaints.statistics.question import midnight
from directory.reach import reach_of
from directory.roles import RESPONSIBLE_OFFICER, SUPERVISOR

LEAST = 5
_COUNT = Statement("""
SELECT count(*) FROM cases
WHERE custody = 'protected' AND institution_id = CAST(:institution_id AS uuid)
  AND created_at >= CAST(:start AS timestamptz) AND created_at < CAST(:end AS timestamptz)
  AND NOT CAST(:person_id AS uuid) = ANY(accused_person_ids)
""")
_NOBODY = UUID(int=0)


async def find_protected_total(
    connection: Connection, caller: CaseCaller, values: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The total for a question that may be given one; None for any other question or caller."""
    institution_id = _institution(caller, values)
    year = _year(values.get("created_from"), values.get("created_to"))
    if institution_id is None or year is None or not values.keys() <= {"institution", "created_from", "created_to"}:
        return None
    filed: int = await _COUNT.fetchval(
        connection,
        institution_id=institution_id,
        start=midnight(date(year, 1, 1)),
        end=midnight(date(year + 1, 1, 1)),
        person_id=caller.actor.person_id or _NOBODY,
    )
    small = 0 < filed < LEAST
    return {"filed": None if small else filed, "suppressed": small}


def _institution(caller: CaseCaller, values: Mapping[str, Any]) -> UUID | None:
    """The one institution that is asked of and that the caller heads or supervises."""
    if caller.actor.unbound:
        return None
    headed = reach_of(caller.actor, RESPONSIBLE_OFFICER, SUPERVISOR).institutions
    asked = values.get("institution", sorted(headed))
    return asked[0] if len(asked) == 1 and asked[0] in headed else None


def _year(start: datetime | None, end: datetime | None) -> int | None:
    """The one calendar year that a period is."""
    if start is None or end is None or not 1900 <= start.year < 9000:
        return None
    year = (end.year if end.month == 1 else start.year + 1) - 1
    whole = start == midnight(date(year, 1, 1)) and end == midnight(date(year + 1, 1, 1))
    return year if whole else None
