"""Reading statistics at one snapshot: whole cells of the roll-ups, the tail of what isn't in them yet, and rows for the rest.

The connection must be in a REPEATABLE READ transaction. What is read from cells, tail and rows are parts of one sum.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Subquery,
    Uuid,
    all_,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement, Statements
from complaints.cases.queries import FILTERS
from complaints.cases.tables import cases
from complaints.statistics import cubes, facts
from complaints.statistics.cubes import Cube, Span
from complaints.statistics.question import ITEMS, Question
from complaints.statistics.reach import Counted
from complaints.statistics.tables import case_counts, case_spreads, case_tallies

MOST_ROWS = 200_000
"""What a reply may be made of; a question with more groups is refused."""
_COUNTERS = tuple(facts.COUNTERS)
_STATEMENTS = Statements()
# The feed and the outbox of the same snapshot name every case that isn't counted as it stands.
_UNCOUNTED = Statement("""
SELECT position IS NOT NULL AS built, ARRAY(
    SELECT CAST(split_part(subject, '/', 2) AS uuid) FROM events
    WHERE events.position > counting.position AND type LIKE 'case.%'
    UNION SELECT CAST(split_part(subject, '/', 2) AS uuid) FROM outbox WHERE type LIKE 'case.%'
    UNION SELECT case_id FROM unannounced_changes) AS ids,
    EXISTS (SELECT FROM case_tallies WHERE due_at < now()) AS run_out
FROM counting
""")

_BESIDE = frozenset({"source", "confidential"})
"""Values of a question that aren't parameters of the list."""
Range = tuple[datetime | None, datetime | None]


class Uncounted(NamedTuple):
    """`built`: the roll-ups can be used; `ids`: the cases to be taken from their rows in place of what the cells hold of them;
    `run_out`: cases became late by the passing of time alone."""

    built: bool
    ids: Sequence[UUID]
    run_out: bool


class TooManyRows(Exception):
    """The question has more groups than a reply may hold."""


class _Part(NamedTuple):
    """Rows to sum, the shape of their statement, and its values."""

    shape: tuple[Any, ...]
    source: Select[Any]
    values: Mapping[str, Any]


async def find_uncounted(connection: Connection) -> Uncounted:
    """What changed since the roll-ups were last kept."""
    row = await _UNCOUNTED.fetchrow(connection)
    assert row is not None
    return Uncounted(row["built"], row["ids"], row["run_out"])


async def count(connection: Connection, question: Question, counted: Counted, now: datetime) -> list[Row]:
    """Rows of `by_<group>` and the counters; several rows may be of one group. Raises TooManyRows."""
    return await _read(connection, question, counted, now, spread=False)


async def spread(connection: Connection, question: Question, counted: Counted, now: datetime) -> list[Row]:
    """Rows of `by_<group>`, `item` and `n`; several rows may be of one group and item. Raises TooManyRows."""
    return await _read(connection, question, counted, now, spread=True)


async def _read(
    connection: Connection, question: Question, counted: Counted, now: datetime, *, spread: bool
) -> list[Row]:
    uncounted = await find_uncounted(connection)
    found: list[Row] = []
    for part in _parts(question, counted, uncounted, now, spread=spread):
        found += await _statement(part, question, spread=spread).fetch(connection, **part.values)
        if len(found) > MOST_ROWS:
            raise TooManyRows
    return found


def _statement(part: _Part, question: Question, *, spread: bool) -> Statement:
    key = (part.shape, question.group_by, tuple(sorted(question.details)) if spread else None)
    return _STATEMENTS.get(key, lambda: _summed(part.source.subquery(), question, spread=spread))


def _summed(source: Subquery, question: Question, *, spread: bool) -> Select[Any]:
    groups = question.groups(dict(source.c))
    if not spread:
        sums = [func.sum(source.c[name]).label(name) for name in _COUNTERS]
        return select(*groups, *sums).group_by(*groups).limit(MOST_ROWS + 1)
    wanted = or_(*(func.starts_with(source.c.item, literal(ITEMS[each])) for each in sorted(question.details)))
    n = func.sum(source.c.n).label("n")
    return select(*groups, source.c.item, n).where(wanted).group_by(*groups, source.c.item).limit(MOST_ROWS + 1)


def _parts(
    question: Question, counted: Counted, uncounted: Uncounted, now: datetime, *, spread: bool
) -> Iterable[_Part]:
    """The parts whose sum is the answer."""
    sources = question.values.get("source", (facts.PLATFORM, facts.LAPOR))
    ranges: list[Range] = [(question.values.get("created_from"), question.values.get("created_to"))]
    needed = question.dimensions | counted.dimensions
    cube = None
    if question.rolled_up and uncounted.built and (counted.ordinary or counted.informed):
        cube = cubes.choose(cubes.SPREAD if spread else cubes.COUNTED, needed, question.days, question.finest)
    if cube is not None:
        spans, _ = cubes.decompose(*question.days, cubes.grains_for(cube, question.finest))
        if spans:
            covered = min(span.start for span in spans), max(span.end for span in spans)
            yield _cells(question, counted, cube, spans, now, spread=spread)
            if uncounted.ids or uncounted.run_out:
                yield _tail(question, counted, uncounted.ids, covered, now, spread=spread)
            ranges = question.around(covered)
    if counted.protected is not None and facts.PLATFORM in sources:
        yield _protected(question, counted, spread=spread)
    if not counted.ordinary and not counted.informed:
        return
    for period in ranges:
        if facts.PLATFORM in sources:
            yield _rows(question, counted, period, now, spread=spread)
        if facts.LAPOR in sources and question.of_recaps:
            yield _recaps(question, counted, period, now, spread=spread)


def _columns(
    spread: bool, values: Mapping[str, ColumnElement[Any]], day: ColumnElement[Any]
) -> list[ColumnElement[Any]]:
    """The dimensions, the day and what is summed, of one kind of row."""
    names = (*cubes.DIMENSIONS, *(("item", "n") if spread else _COUNTERS))
    return [day.label("day"), *(values[name].label(name) for name in names)]


def _cells(
    question: Question, counted: Counted, cube: Cube, spans: Sequence[Span], now: datetime, *, spread: bool
) -> _Part:
    cells = case_spreads if spread else case_counts
    columns = dict(cells.c)
    conditions = [*question.conditions(columns), counted.condition(columns)]
    arms = []
    values: dict[str, Any] = {**question.dimension_values(), **counted.values(now)}
    for index, span in enumerate(spans):
        place = and_(
            cells.c.cube == bindparam(f"cube_{index}", type_=Integer),
            cells.c.period >= bindparam(f"from_{index}", type_=cells.c.period.type),
            cells.c.period < bindparam(f"to_{index}", type_=cells.c.period.type),
        )
        arms.append(select(*_columns(spread, columns, cells.c.period)).where(place, *conditions))
        values |= {f"cube_{index}": cube.code(span.grain), f"from_{index}": span.start, f"to_{index}": span.end}
    shape = ("cells", spread, len(arms), tuple(sorted(question.values)), counted.shape)
    source = arms[0] if len(arms) == 1 else select(union_all(*arms).subquery())
    return _Part(shape, source, values)


def _tail(
    question: Question,
    counted: Counted,
    ids: Sequence[UUID],
    covered: tuple[date, date],
    now: datetime,
    *,
    spread: bool,
) -> _Part:
    """What the cells don't hold: changed cases as they are, less what they were counted as; and cases that became late since."""
    start, end = (
        bindparam("first_day", type_=case_tallies.c.day.type),
        bindparam("last_day", type_=case_tallies.c.day.type),
    )
    changed = bindparam("uncounted", type_=ARRAY(Uuid))

    def of(rows: Any, values: Mapping[str, ColumnElement[Any]], *conditions: ColumnElement[bool]) -> Select[Any]:
        kept = [*question.conditions(rows), counted.condition(rows), rows["day"] >= start, rows["day"] < end]
        return select(*_columns(spread, {**rows, **values}, rows["day"])).where(*conditions, *kept)

    fresh = _fresh(cases.c.custody == "ordinary", cases.c.id == any_(changed)).subquery()
    held = case_tallies
    if spread:
        arms = [
            of(dict(fresh.c), {"item": func.unnest(fresh.c.spread), "n": literal_column("1", Integer)}),
            of(
                dict(held.c),
                {"item": func.unnest(held.c.spread), "n": literal_column("-1", Integer)},
                held.c.id == any_(changed),
            ),
        ]
    else:
        late = {name: literal_column("1" if name == "late" else "0", Integer) for name in _COUNTERS}
        arms = [
            of(dict(fresh.c), {}),
            of(dict(held.c), {name: -held.c[name] for name in _COUNTERS}, held.c.id == any_(changed)),
            of(dict(held.c), late, held.c.due_at < func.now(), held.c.id != all_(changed)),
        ]
    shape = ("tail", spread, tuple(sorted(question.values)), counted.shape)
    values = {
        **question.dimension_values(),
        **counted.values(now),
        "first_day": covered[0],
        "last_day": covered[1],
        "uncounted": list(ids),
    }
    return _Part(shape, select(union_all(*arms).subquery()), values)


def _fresh(*conditions: ColumnElement[bool]) -> Select[Any]:
    """What cases count for, from their rows."""
    columns = [literal_column(text, kind).label(name) for name, (kind, text) in facts.COLUMNS.items()]
    fresh: Select[Any] = select(*columns).select_from(cases)
    return fresh.where(*conditions)


def _from_rows(source: Subquery, *, spread: bool) -> Select[Any]:
    values: dict[str, ColumnElement[Any]] = dict(source.c)
    if spread:
        values |= {"item": func.unnest(source.c.spread), "n": literal_column("1", Integer)}
    return select(*_columns(spread, values, source.c.day))


def _of_filter(question: Question, period: Range) -> tuple[list[ColumnElement[bool]], Mapping[str, Any]]:
    values = {name: value for name, value in question.between(*period).items() if name not in _BESIDE}
    conditions = FILTERS.conditions(replace(question.chosen, values=values))
    if "confidential" in question.values:
        conditions.append(cases.c.confidential == any_(bindparam("confidential", type_=ARRAY(Boolean))))
        values["confidential"] = question.values["confidential"]
    return conditions, values


def _rows(question: Question, counted: Counted, period: Range, now: datetime, *, spread: bool) -> _Part:
    """Ordinary cases of a period, from their rows."""
    conditions, values = _of_filter(question, period)
    conditions.append(counted.condition(dict(cases.c)))
    values = {**values, **counted.values(now)}
    seen = counted.texts
    if seen is not None:
        conditions.append(seen.condition)
        values = {**values, **seen.values}
    source = _fresh(cases.c.custody == "ordinary", *conditions).subquery()
    shape = ("rows", spread, tuple(sorted(values)), counted.shape, seen.shape if seen else None)
    return _Part(shape, _from_rows(source, spread=spread), values)


def _protected(question: Question, counted: Counted, *, spread: bool) -> _Part:
    """Protected cases that the caller may list: they are few, and in no cell."""
    assert counted.protected is not None
    period = question.values.get("created_from"), question.values.get("created_to")
    conditions, values = _of_filter(question, period)
    seen = counted.protected
    source = _fresh(cases.c.custody == "protected", seen.condition, *conditions).subquery()
    shape = ("protected", spread, tuple(sorted(values)), seen.shape)
    return _Part(shape, _from_rows(source, spread=spread), {**values, **seen.values})


def _recaps(question: Question, counted: Counted, period: Range, now: datetime, *, spread: bool) -> _Part:
    """Rows of recaps of a period, which are counted as they are written."""
    held = case_tallies
    conditions = [held.c.source != facts.PLATFORM, *question.conditions(dict(held.c)), counted.condition(dict(held.c))]
    values: dict[str, Any] = {**question.dimension_values(), **counted.values(now)}
    for name, side in (("late", held.c.late == 1), ("merged", held.c.matters == 0)):
        if name in question.values:
            conditions.append(side == bindparam(name))
            values[name] = question.values[name]
    start, end = period
    for name, instant in (("at_from", start), ("at_to", end)):
        if instant is not None:
            limit = bindparam(name, type_=DateTime(timezone=True))
            conditions.append(held.c.at >= limit if name == "at_from" else held.c.at < limit)
            values[name] = instant
    source = select(*held.c).where(*conditions).subquery()
    shape = ("recaps", spread, tuple(sorted(values)), counted.shape)
    return _Part(shape, _from_rows(source, spread=spread), values)
