"""Reading cases: the list under its filter, one case with its names, timeline, custody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.copies import copied
from chassis.http.filters import Chosen, Filters, Listed, Parameter, Sort, between, matching, one_of
from chassis.http.languages import Text as Told
from chassis.http.models import Instant
from chassis.http.problems import BadRequest, Flaw
from chassis.http.streams import Form, Open
from complaints.cases import lineage, shown
from complaints.cases.callers import CaseCaller
from complaints.cases.limits import SAID, limited
from complaints.cases.shown import SUMMARY
from complaints.cases.tables import case_history, cases, due_order
from complaints.cases.visibility import Visible, visible
from directory.roles import NATIONAL_ADMIN, OMBUDSMAN
from directory.tables import TODAY, unit_ancestors
from directory.zones import DEFAULT_ZONE, national_day

_NEEDS_UNIT = Told("Sertakan `unit` bersama `scope`.", "`scope` needs `unit`.")


def _in_region() -> ColumnElement[bool]:
    """The region itself or one inside it: the dot keeps 31.7 apart from 31.71."""
    code = bindparam("region", type_=Text)
    return or_(cases.c.region_code == code, func.starts_with(cases.c.region_code, code + "."))


def _in_subtree() -> ColumnElement[bool]:
    """`scope` then holds the units of `unit`: see `choose`."""
    below = select(unit_ancestors.c.unit_id).where(
        unit_ancestors.c.unit_id == cases.c.unit_id,
        unit_ancestors.c.ancestor_id == any_(bindparam("scope", type_=ARRAY(Uuid))),
        unit_ancestors.c.valid_during.op("@>")(TODAY),
    )
    return below.exists()


def _late() -> ColumnElement[bool]:
    late = or_(cases.c.late, func.coalesce(cases.c.due_at < func.now(), false()))
    return late == bindparam("late", type_=Boolean)


def _merged() -> ColumnElement[bool]:
    return (cases.c.parent_id.is_not(None)) == bindparam("merged", type_=Boolean)


def _words() -> ColumnElement[bool]:
    return func.case_words(cases.c.title + " " + cases.c.body).op("@@")(func.case_question(bindparam("q", type_=Text)))


FILTERS = Filters(
    parameters=[
        one_of("state", cases.c.state, str, "State, see the vocabulary case_states"),
        one_of("type", cases.c.type, str, "Type, see case_types"),
        one_of("class", cases.c.case_class, str, "Class, see case_classes"),
        one_of("category", cases.c.category, str, "Category, see lapor_categories"),
        one_of("institution", cases.c.institution_id, UUID, "Institution that has it"),
        one_of("unit", cases.c.unit_id, UUID, "Unit that holds it"),
        Parameter("scope", Literal["unit", "subtree"], _in_subtree, "Of `unit`: itself, or all below it too"),
        one_of("service", cases.c.service_id, UUID, "Service complained of"),
        matching("region", _in_region, "Region code; also all regions inside it"),
        one_of("channel", cases.c.channel, str, "Channel, see channels"),
        *between("created", cases.c.created_at, "When it was received"),
        Parameter(
            "due_before",
            Instant,
            lambda: cases.c.due_at < bindparam("due_before", type_=cases.c.due_at.type),
            "Its earliest running duty is due before",
        ),
        one_of("parent", cases.c.parent_id, UUID, "Case into which it was merged"),
        Parameter("merged", bool, _merged, "Whether it was merged into another: without these, a count is of matters"),
        Parameter("late", bool, _late, "Whether a duty of the agency was missed"),
        matching("q", _words, "Words of title and text"),
    ],
    sorts={
        "created_at": Sort((cases.c.created_at, cases.c.id), (datetime, UUID)),
        "due_at": Sort((due_order, cases.c.id), (datetime, UUID)),
    },
    default_sort="-created_at",
)
_LISTED = [
    column
    for column in cases.c
    if column.name not in ("body", "location", "chain", "requested_solution", "information")
]


def settled(chosen: Chosen) -> Chosen:
    """The filter with `unit` and `scope` made one condition. Raises BadRequest."""
    values = dict(chosen.values)
    scope = values.pop("scope", None)
    if scope is None:
        return chosen
    if "unit" not in values:
        raise BadRequest(_NEEDS_UNIT, errors=[Flaw("query/scope", "needs_unit", _NEEDS_UNIT)])
    if scope == "subtree":
        values["scope"] = values.pop("unit")
    return replace(chosen, values=values)


async def _choose(chosen: Annotated[Chosen, FILTERS.dependency()]) -> Chosen:
    return settled(chosen)


async def _choose_filter(chosen: Annotated[Chosen, FILTERS.dependency(paged=False)]) -> Chosen:
    return settled(chosen)


Choice = Annotated[Chosen, Depends(_choose)]
"""What a list is asked for."""
FilterChoice = Annotated[Chosen, Depends(_choose_filter)]
"""The same filter alone."""


_READABLE = select(*_LISTED, due_order, true().label("readable"))
"""For all who read the text of whatever they see."""


async def list_cases(connection: Connection, chosen: Chosen, caller: CaseCaller, now: datetime) -> Listed:
    """A page of the cases that the caller may see; `readable` says whether also their text."""
    source, seen, values = _seen(chosen, caller, now)
    return await FILTERS.page(connection, chosen, source, reach=(seen.shape, seen.condition, values))


def _seen(chosen: Chosen, caller: CaseCaller, now: datetime) -> tuple[Select[Any], Visible, Mapping[str, Any]]:
    """The rows of a list, the condition that the caller may see them, and its values."""
    # Searching the text shows what is in it: only among cases whose text may be read.
    seen = visible(caller, now, content="q" in chosen.values)
    if caller.actor.unbound or not caller.actor.holds(NATIONAL_ADMIN, OMBUDSMAN):
        return _READABLE, seen, seen.values
    texts = visible(caller, now, content=True)
    source = select(*_LISTED, due_order, case((texts.condition, true()), else_=false()).label("readable"))
    return source, seen, {**seen.values, **texts.values}


def stream_cases(
    form: Form, chosen: Chosen, caller: CaseCaller, now: datetime, *, since: datetime | None = None
) -> Open:
    """All cases of a list as a stream, the items as of shown.summary; `since`: only those that changed from then on."""
    source, seen, values = _seen(chosen, caller, now)
    conditions = [*FILTERS.conditions(chosen), seen.condition]
    values = {**chosen.values, **values}
    if since is not None:
        conditions.append(cases.c.updated_at >= bindparam("since", type_=cases.c.updated_at.type))
        values["since"] = since
    rows = source.where(and_(true(), *conditions)).subquery("listed")
    columns: dict[str, ColumnElement[Any]] = {wire: rows.c[name] for wire, name in SUMMARY}
    columns["title"] = case((rows.c.readable, rows.c.title))
    sort = FILTERS.sorts[chosen.sort.lstrip("-")]
    names = [column.name for column in sort.columns]
    order = [rows.c[name].desc() if chosen.sort.startswith("-") else rows.c[name].asc() for name in names]
    return copied(form, rows, values, columns=columns, order=order, count=chosen.count)


_ONE = Statement(f"""
SELECT c.*, {SAID}, u.name AS unit_name, i.name AS institution_name,
       (SELECT coalesce(array_agg(a.ancestor_id ORDER BY a.depth), '{{}}') FROM directory_unit_ancestors a
         WHERE a.unit_id = c.unit_id AND a.valid_during @> CAST(:day AS date)) AS ancestors,
       (SELECT coalesce(array_agg(DISTINCT a.ancestor_id), '{{}}') FROM directory_unit_ancestors a
         WHERE a.unit_id = ANY(c.cooperating_unit_ids) AND a.valid_during @> CAST(:day AS date)) AS cooperating_line,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'name', k.name) ORDER BY k.name), '[]')
          FROM directory_units k
         WHERE k.id = ANY(c.cooperating_unit_ids) AND k.valid_during @> CAST(:day AS date)) AS cooperating_units
FROM cases c
LEFT JOIN directory_units u ON u.id = c.unit_id AND u.valid_during @> CAST(:day AS date)
LEFT JOIN directory_institutions i ON i.id = c.institution_id
WHERE c.id = CAST(:id AS uuid)
""")  # noqa: S608 - our own columns
_TIMELINE = Statement(
    select(case_history).where(case_history.c.case_id == bindparam("id", type_=Uuid)).order_by(case_history.c.sequence)
)
_CUSTODY = Statement("""
SELECT h.sequence, h.from_at, h.to_at, h.institution_id, h.unit_id, h.person_id, h.reason,
       i.name AS institution_name,
       (SELECT u.name FROM directory_units u WHERE u.id = h.unit_id
         ORDER BY u.valid_during @> CAST(timezone(:nation, h.from_at) AS date) DESC,
                  u.valid_during DESC LIMIT 1) AS unit_name
FROM custody_intervals h LEFT JOIN directory_institutions i ON i.id = h.institution_id
WHERE h.case_id = CAST(:id AS uuid) ORDER BY h.sequence
""")


async def find_case(connection: Connection, case_id: UUID, now: datetime) -> Row | None:
    """A case with `unit_name`, `institution_name`, `ancestors` (of its unit, today), `cooperating_units` and
    `cooperating_line` (those units and all above them), of a merged one its `matter`, and what the policies say of it
    where a guard reads it. One statement, two for a merged case.
    """
    today = national_day(now)
    row = await _ONE.fetchrow(connection, id=case_id, day=today, policy_day=today)
    if row is None:
        return None
    case = await limited(connection, row)
    return case if case["parent_id"] is None else {**case, "matter": await lineage.find_matter(connection, case)}


async def find_shown_timeline(connection: Connection, case: Row, roles: frozenset[str]) -> list[dict[str, Any]]:
    """The history of a case for a caller of these roles, oldest first; reporters of a merged one also follow its matter."""
    entries = shown.timeline(await find_timeline(connection, case["id"]), case, roles)
    matter = case.get("matter")
    if matter is None or case["state"] != "merged" or not shown.is_outside(roles):
        return entries
    followed = lineage.shared(await find_timeline(connection, matter["id"]))
    return sorted([*entries, *shown.of_parent(followed)], key=lambda entry: entry["at"])


async def find_timeline(connection: Connection, case_id: UUID) -> list[Row]:
    """The rows of a case's history, oldest first."""
    return await _TIMELINE.fetch(connection, id=case_id)


async def find_custody(connection: Connection, case_id: UUID) -> list[Row]:
    """Who held the case from when to when, oldest first; units by the name they had then."""
    return await _CUSTODY.fetch(connection, id=case_id, nation=DEFAULT_ZONE)
