"""Reading gratification reports and their policies. A report exists for its author and the institution's UPG alone."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, bindparam, or_, select, true

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement, Statements
from chassis.http.filters import Filters, Sort, between, one_of
from directory.roles import Actor
from evaluation.gratification.policies import Policy, read_policy
from evaluation.gratification.tables import gratification_history, gratification_reports

CONTROL_OFFICER = "gratification_control_officer"

LISTED = select(gratification_reports)
FILTERS = Filters(
    parameters=[
        one_of("institution", gratification_reports.c.institution_id, UUID, "Institution of the author"),
        one_of("state", gratification_reports.c.state, str, "State, see the vocabulary gratification_report_states"),
        *between("created", gratification_reports.c.created_at, "When it was reported"),
        *between("due", gratification_reports.c.due_at, "When the next duty is due"),
    ],
    sorts={"created_at": Sort((gratification_reports.c.created_at, gratification_reports.c.id), (datetime, UUID))},
    default_sort="-created_at",
)
_ONE = Statements()
# Of every code its newest version, then that which is in force.
_IN_FORCE = Statement("""
SELECT version, document FROM (
    SELECT DISTINCT ON (code) * FROM gratification_policies ORDER BY code, version DESC) AS newest
WHERE effective_from <= CAST(:day AS date) AND (effective_to IS NULL OR effective_to > CAST(:day AS date))
ORDER BY effective_from DESC LIMIT 1
""")
_NEWEST = Statement("""
SELECT DISTINCT ON (code) version, document FROM gratification_policies ORDER BY code, version DESC
""")
_VERSION = Statement("""
SELECT version, document FROM gratification_policies WHERE code = :code AND version = CAST(:version AS integer)
""")
_IN_YEAR = Statement("""
SELECT CAST(coalesce(sum(value_idr), 0) AS bigint) FROM gratification_reports
WHERE author_person_id = CAST(:person_id AS uuid) AND occasion = :occasion AND NOT refused
  AND lower(trim(giver_name)) = lower(trim(CAST(:giver_name AS text)))
  AND extract(year FROM received_on) = CAST(:year AS integer) AND id IS DISTINCT FROM CAST(:but AS uuid)
""")
_HISTORY = Statement(
    select(gratification_history)
    .where(gratification_history.c.report_id == bindparam("report_id", type_=Uuid))
    .order_by(gratification_history.c.sequence)
)


def visible(actor: Actor) -> tuple[str, ColumnElement[bool], Mapping[str, Any]]:
    """As `Filters.page` takes it: what the caller wrote, and what the institutions have whose UPG the caller serves in."""
    if actor.unbound:
        return "everything", true(), {}
    controlled = sorted(controls(actor))
    condition = or_(
        gratification_reports.c.author_person_id == bindparam("author", type_=Uuid),
        gratification_reports.c.institution_id == any_(bindparam("controlled", type_=ARRAY(Uuid))),
    )
    return "own and controlled", condition, {"author": actor.person_id, "controlled": controlled}


def controls(actor: Actor) -> frozenset[UUID]:
    """The institutions in whose gratification control unit the caller serves."""
    return frozenset(seat.institution_id for seat in actor.seats if seat.role == CONTROL_OFFICER)


async def find_report(connection: Connection, report_id: UUID, actor: Actor, *, lock: bool = False) -> Row | None:
    """A report that exists for this caller."""
    shape, condition, values = visible(actor)

    def compose() -> Any:
        found = LISTED.where(gratification_reports.c.id == bindparam("report_id", type_=Uuid), condition)
        return found.with_for_update() if lock else found

    return await _ONE.get((shape, lock), compose).fetchrow(connection, report_id=report_id, **values)


async def find_policy_in_force(connection: Connection, day: date) -> Policy | None:
    """The policy of a day, in its newest version."""
    row = await _IN_FORCE.fetchrow(connection, day=day)
    return None if row is None else read_policy(row["document"], version=row["version"])


async def find_policy(connection: Connection, code: str, version: int) -> Policy:
    """The version that a report keeps."""
    row = await _VERSION.fetchrow(connection, code=code, version=version)
    if row is None:
        raise LookupError(f"{code} {version}")
    return read_policy(row["document"], version=row["version"])


async def find_policies(connection: Connection) -> list[Policy]:
    """Every policy in its newest version."""
    return [read_policy(row["document"], version=row["version"]) for row in await _NEWEST.fetch(connection)]


async def given_in_year(
    connection: Connection, person_id: UUID, *, occasion: str, giver_name: str, year: int, but: UUID
) -> int:
    """Rupiah that the same giver gave to a person on such occasions in a calendar year, as reported so far but for one report."""
    found: int = await _IN_YEAR.fetchval(
        connection, person_id=person_id, occasion=occasion, giver_name=giver_name, year=year, but=but
    )
    return found


async def find_history(connection: Connection, report_id: UUID) -> list[Row]:
    """What was done with a report, oldest first."""
    return await _HISTORY.fetch(connection, report_id=report_id)
