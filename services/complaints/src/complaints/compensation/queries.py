"""Reading and writing claims."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Parameter, Sort, one_of
from complaints.cases.tables import cases
from complaints.compensation.tables import compensation_claims
from directory.reach import Reach

ACTION = "compensation"
_COLUMNS = [column.name for column in compensation_claims.c]
_VALUES = insert(compensation_claims).values(
    {column.name: bindparam(column.name, type_=column.type) for column in compensation_claims.c}
)
_SAVE = Statement(
    _VALUES.on_conflict_do_update(
        index_elements=[compensation_claims.c.case_id],
        set_={name: _VALUES.excluded[name] for name in _COLUMNS if name not in ("id", "case_id")},
    )
)
_OF_CASE = Statement(select(compensation_claims).where(compensation_claims.c.case_id == bindparam("case_id")))
_STEPS = Statement("""
SELECT at, public FROM case_history
WHERE case_id = CAST(:case_id AS uuid) AND action = 'compensation' ORDER BY sequence
""")
LISTED = (
    select(compensation_claims)
    .join_from(compensation_claims, cases, cases.c.id == compensation_claims.c.case_id)
    .where(cases.c.custody == "ordinary")
)


def _overdue() -> ColumnElement[bool]:
    late = and_(
        compensation_claims.c.state == "awarded",
        compensation_claims.c.pay_by < func.cast(func.timezone("Asia/Jakarta", func.now()), Date),
    )
    return late == bindparam("overdue")


FILTERS = Filters(
    parameters=[
        one_of("state", compensation_claims.c.state, str, "State, see compensation_states"),
        one_of("institution", cases.c.institution_id, UUID, "Institution that owes it"),
        Parameter("overdue", bool, _overdue, "Awarded, and the last day of payment has passed"),
    ],
    sorts={"claimed_at": Sort((compensation_claims.c.claimed_at, compensation_claims.c.id), (datetime, UUID))},
    default_sort="-claimed_at",
)


async def save(connection: Connection, claim: Mapping[str, Any]) -> None:
    """Keep a claim as it is now."""
    await _SAVE.execute(connection, **{name: claim.get(name) for name in _COLUMNS})


async def find_claim(connection: Connection, case_id: UUID) -> Row | None:
    """The claim of a case, whose lock the caller holds if it is to be changed."""
    return await _OF_CASE.fetchrow(connection, case_id=case_id)


async def find_steps(connection: Connection, case_id: UUID) -> list[Row]:
    """What the history says of the claim, oldest first."""
    return await _STEPS.fetch(connection, case_id=case_id)


def reach_of_claims(reach: Reach, day: date) -> tuple[str, ColumnElement[bool], Mapping[str, Any]]:
    """The claims of cases that are reached, as `Filters.page` takes it."""
    condition = reach.predicate(cases.c.institution_id, cases.c.unit_id, name="claims")
    return f"claims {reach.shape}", condition, reach.values(day, name="claims")
