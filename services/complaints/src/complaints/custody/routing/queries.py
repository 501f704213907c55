"""Reading rule sets, what they meet today, and how many open cases a unit holds."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Uuid, any_, bindparam, func, literal, or_, select, true

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Parameter, Sort, matching, one_of
from complaints.custody.routing.rules import RuleSet, Situation, read_rules
from complaints.custody.routing.tables import routing_rule_sets

_SETS = routing_rule_sets
_LATER = _SETS.alias("later")


def _in_force() -> ColumnElement[bool]:
    """The one that has begun last; of two that begin on one day the newer version."""
    day = bindparam("as_of", type_=Date)
    replaced = select(literal(1)).where(
        _LATER.c.institution_id.is_not_distinct_from(_SETS.c.institution_id),
        _LATER.c.effective_from <= day,
        func.row(_LATER.c.effective_from, _LATER.c.version) > func.row(_SETS.c.effective_from, _SETS.c.version),
    )
    return (_SETS.c.effective_from <= day) & ~replaced.exists()


def _national() -> ColumnElement[bool]:
    return _SETS.c.institution_id.is_(None) == bindparam("national")


FILTERS = Filters(
    parameters=[
        one_of("institution", _SETS.c.institution_id, UUID, "Whose rules"),
        Parameter("national", bool, _national, "Whether they are the nation's"),
        matching("as_of", _in_force, "Only what is in force on this day", date),
    ],
    sorts={"created_at": Sort((_SETS.c.created_at, _SETS.c.id), (datetime, UUID))},
    default_sort="-created_at",
)
_LISTED = select(
    *(column for column in _SETS.c if column.name != "rules"),
    func.jsonb_array_length(_SETS.c.rules).label("rule_count"),
)
_WITHIN = or_(_SETS.c.institution_id.is_(None), _SETS.c.institution_id == any_(bindparam("seen", type_=ARRAY(Uuid))))

_ONE = Statement(select(_SETS).where(_SETS.c.id == bindparam("id", type_=Uuid)))
_NEWEST = Statement("""
SELECT coalesce(max(version), 0) FROM routing_rule_sets WHERE institution_id IS NOT DISTINCT FROM CAST(:institution AS uuid)
""")
_IN_FORCE = Statement("""
SELECT id, institution_id, version, rules FROM routing_rule_sets
WHERE institution_id IS NOT DISTINCT FROM CAST(:institution AS uuid) AND effective_from <= CAST(:day AS date)
ORDER BY effective_from DESC, version DESC LIMIT 1
""")
_ALL_IN_FORCE = Statement("""
SELECT DISTINCT ON (institution_id) id, institution_id, version, rules FROM routing_rule_sets
WHERE (institution_id IS NULL OR institution_id = ANY(CAST(:institutions AS uuid[]))) AND effective_from <= CAST(:day AS date)
ORDER BY institution_id, effective_from DESC, version DESC
""")
_UNITS = Statement("""
SELECT u.id, u.institution_id FROM directory_units u
WHERE u.id = ANY(CAST(:ids AS uuid[])) AND u.valid_during @> CAST(:day AS date)
""")
_INSTITUTIONS = Statement("""
SELECT id FROM directory_institutions WHERE id = ANY(CAST(:ids AS uuid[])) AND valid_during @> CAST(:day AS date)
""")
_SERVICES = Statement("SELECT id FROM directory_services WHERE id = ANY(CAST(:ids AS uuid[]))")
# A case has one open interval of custody until it ends: the partial index holds open cases alone, and nothing else is read.
_LOADS = Statement("""
SELECT unit_id, count(*) AS open_cases FROM custody_intervals
WHERE to_at IS NULL AND unit_id = ANY(CAST(:units AS uuid[])) GROUP BY unit_id
""")


async def list_rule_sets(connection: Connection, chosen: Chosen, seen: Collection[UUID] | None) -> Listed:
    """A page of rule sets, newest first: the nation's and those of the institutions `seen` (None: of all)."""
    if seen is None:
        return await FILTERS.page(connection, chosen, _LISTED, reach=("all", true(), {}))
    return await FILTERS.page(connection, chosen, _LISTED, reach=("seen", _WITHIN, {"seen": sorted(seen)}))


async def find_rule_set(connection: Connection, rule_set_id: UUID) -> Row | None:
    """A rule set with its rules."""
    return await _ONE.fetchrow(connection, id=rule_set_id)


async def find_newest_version(connection: Connection, institution_id: UUID | None) -> int:
    """The newest version of an institution's (None: the nation's) rules; 0 if it has none."""
    found: int = await _NEWEST.fetchval(connection, institution=institution_id)
    return found


async def find_in_force(connection: Connection, institution_id: UUID | None, day: date) -> RuleSet | None:
    """The rules of an institution (None: the nation's) that are in force on a day."""
    row = await _IN_FORCE.fetchrow(connection, institution=institution_id, day=day)
    return None if row is None else read_rule_set(row)


def read_rule_set(row: Row) -> RuleSet:
    """A rule set of its row."""
    return RuleSet(
        id=row["id"],
        institution_id=row["institution_id"],
        version=row["version"],
        rules=read_rules(row["rules"]),
    )


async def find_all_in_force(connection: Connection, institutions: Iterable[UUID], day: date) -> list[RuleSet]:
    """The nation's rules in force on a day, and those of each of these institutions that has any."""
    rows = await _ALL_IN_FORCE.fetch(connection, institutions=list(institutions), day=day)
    return [read_rule_set(row) for row in rows]


async def find_situation(connection: Connection, books: Sequence[RuleSet], day: date) -> Situation:
    """What rule sets meet on a day. Three short queries, however many there are."""
    homes = await find_homes(connection, {target for book in books for target in book.targets}, day)
    loads = await find_loads(connection, {unit for book in books for unit in book.loaded_units})
    return Situation(homes.units, homes.institutions, loads)


class Homes:
    """Units in force with their institutions, and the institutions in force, among some ids."""

    def __init__(self, units: Iterable[Row], institutions: Iterable[Row]) -> None:
        self.units: dict[UUID, UUID] = {row["id"]: row["institution_id"] for row in units}
        self.institutions = frozenset[UUID](row["id"] for row in institutions)


async def find_homes(connection: Connection, ids: Iterable[UUID], day: date) -> Homes:
    """Which of these are units and institutions in force on a day."""
    wanted = list(ids)
    units = await _UNITS.fetch(connection, ids=wanted, day=day)
    homes = [row["institution_id"] for row in units]
    return Homes(units, await _INSTITUTIONS.fetch(connection, ids=[*wanted, *homes], day=day))


async def find_services(connection: Connection, ids: Iterable[UUID]) -> frozenset[UUID]:
    """Which of these are services that the copy knows."""
    return frozenset(row["id"] for row in await _SERVICES.fetch(connection, ids=list(ids)))


async def find_loads(connection: Connection, units: Collection[UUID]) -> dict[UUID, int]:
    """How many open cases each of these units holds."""
    if not units:
        return {}
    rows: list[Any] = await _LOADS.fetch(connection, units=sorted(units))
    return dict.fromkeys(units, 0) | {row["unit_id"]: row["open_cases"] for row in rows}
