"""One filter grammar for list, count, export and statistics: declared once for each resource.

A plain parameter compares, a repeated one is OR, `<name>_from`/`<name>_to` is half-open, `sort=-name` sorts. The dependency made
here names every parameter in its signature, so that they are validated, documented and all others refused.
"""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Annotated, Any, Literal, NamedTuple, cast

from fastapi import Depends, Query, Request
from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, FromClause, Select, and_, any_, bindparam, func, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statements
from chassis.http import pages
from chassis.http.models import Instant

Condition = Callable[[], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter: its type, its meaning and the condition it adds, with a bind parameter of the same name."""

    name: str
    annotation: Any
    condition: Condition
    description: str
    many: bool = False
    single: Condition | None = None
    """What one value of many alone is asked by: an index has an order under `=` that it loses under `= ANY`."""


_ITEMS: Mapping[type, Any] = {
    str: Annotated[str, StringConstraints(max_length=200)],
    int: Annotated[int, Field(ge=-(2**31), le=2**31 - 1)],
}
"""What a database takes of a kind."""


def one_of(name: str, column: ColumnElement[Any], kind: type, description: str) -> Parameter:
    """`name=a&name=b`: the column equals one of them."""

    def condition() -> ColumnElement[bool]:
        return column == any_(bindparam(name, type_=ARRAY(column.type)))

    def single() -> ColumnElement[bool]:
        return column == bindparam(name, type_=column.type)

    item: Any = _ITEMS.get(kind, kind)
    return Parameter(name, list[item], condition, description, many=True, single=single)


def between(name: str, column: ColumnElement[Any], description: str) -> list[Parameter]:
    """`name_from=…&name_to=…`: from the first instant up to, not including, the second."""
    start, end = f"{name}_from", f"{name}_to"
    return [
        Parameter(start, Instant, lambda: column >= bindparam(start, type_=column.type), f"{description}: from"),
        Parameter(end, Instant, lambda: column < bindparam(end, type_=column.type), f"{description}: before"),
    ]


def matching(name: str, condition: Condition, description: str, kind: Any = str) -> Parameter:
    """A parameter with a condition of its own, which binds a parameter of this name."""
    annotation = Annotated[str, StringConstraints(min_length=1, max_length=200)] if kind is str else kind
    return Parameter(name, annotation, condition, description)


@dataclass(frozen=True, slots=True)
class Sort:
    """An order: columns that together are unique; the last one is the id."""

    columns: tuple[ColumnElement[Any], ...]
    kinds: tuple[type, ...]

    def first(self, statement: Select[Any], chosen: "Chosen") -> Select[Any]:
        """The first rows, or those after the cursor; no more than the page needs. It binds what `paging` gives."""
        if chosen.cursor is not None:
            binds = [bindparam(name, type_=each.type) for name, each in zip(_after(self), self.columns, strict=True)]
            statement = statement.where(_beyond(self.columns, binds, descending=chosen.sort.startswith("-")))
        return statement.order_by(*self.by(chosen)).limit(bindparam("page_rows"))

    def by(self, chosen: "Chosen") -> list[ColumnElement[Any]]:
        """What it is ordered by, in the direction that is asked for."""
        return [column.desc() if chosen.sort.startswith("-") else column.asc() for column in self.columns]

    def paging(self, chosen: "Chosen") -> dict[str, Any]:
        """The values of a page's parameters: one row more than it shows tells whether another follows."""
        values: dict[str, Any] = {"page_rows": chosen.limit + 1}
        if chosen.cursor is not None:
            values |= zip(_after(self), pages.read_cursor(chosen.cursor, chosen.binding, self.kinds), strict=True)
        return values


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a caller asked for: filter values by name, sort, limit, cursor."""

    values: Mapping[str, Any]
    sort: str
    limit: int
    cursor: str | None
    count: bool
    path: str
    query: tuple[tuple[str, str], ...]

    @property
    def binding(self) -> str:
        return pages.bound_to({name: _plain(value) for name, value in self.values.items()}, self.sort)


def _safe(name: str) -> str:
    """A name that may stand in a signature: `class` as `class_`."""
    return f"{name}_" if iskeyword(name) else name


def _plain(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else str(value)


@dataclass
class Filters:
    """The grammar of one list."""

    parameters: Sequence[Parameter]
    sorts: Mapping[str, Sort]
    default_sort: str
    statements: Statements = field(default_factory=Statements)

    def __post_init__(self) -> None:
        self._by_name = {parameter.name: parameter for parameter in self.parameters}

    def dependency(self, *, paged: bool = True) -> Any:
        """A FastAPI dependency that reads a `Chosen` from the query; not `paged`: the filter alone."""
        orders = [*self.sorts, *(f"-{name}" for name in self.sorts)]

        async def choose(request: Request, **given: Any) -> Chosen:
            values = {name: given[_safe(name)] for name in self._by_name if given[_safe(name)] is not None}
            return Chosen(
                values,
                given.get("sort", self.default_sort),
                given.get("limit", pages.DEFAULT_LIMIT),
                given.get("cursor"),
                given.get("count") == "exact",
                request.scope["path"],
                tuple(request.query_params.multi_items()),
            )

        keyword = inspect.Parameter.KEYWORD_ONLY
        signature = [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)]
        for parameter in self.parameters:
            default = Query(default=None, alias=parameter.name, description=parameter.description)
            annotation = parameter.annotation | None
            signature.append(inspect.Parameter(_safe(parameter.name), keyword, default=default, annotation=annotation))
        order: Any = Literal[tuple(orders)]
        paging: list[tuple[str, Any, Any]] = [
            ("sort", order, Query(default=self.default_sort, description="Order; `-` is descending")),
            ("limit", int, Query(default=pages.DEFAULT_LIMIT, ge=1, le=pages.MOST, description="Rows a page")),
            ("cursor", pages.Cursor | None, Query(default=None, description="Where the page before ended")),
            ("count", Literal["exact"] | None, Query(default=None, description="Also count all rows")),
        ]
        signature += [
            inspect.Parameter(name, keyword, default=default, annotation=annotation)
            for name, annotation, default in (paging if paged else ())
        ]
        choose.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
        return Depends(choose)

    def conditions(self, chosen: Chosen) -> list[ColumnElement[bool]]:
        """The conditions of the filter alone: the same for list, count, export and statistics."""
        return [self._by_name[name].condition() for name in sorted(chosen.values)]

    def singles(self, chosen: Chosen) -> frozenset[str]:
        """The parameters of many values that were given one."""
        return frozenset(
            name for name, given in chosen.values.items() if self._by_name[name].single is not None and len(given) == 1
        )

    def paged(self, chosen: Chosen, singles: Collection[str]) -> list[ColumnElement[bool]]:
        """`conditions`, single values asked for by `=`."""
        asked = [(self._by_name[name], name in singles) for name in sorted(chosen.values)]
        return [((parameter.single if alone else None) or parameter.condition)() for parameter, alone in asked]

    async def page(
        self,
        connection: Connection,
        chosen: Chosen,
        source: Select[Any],
        *,
        reach: tuple[str, ColumnElement[bool] | None, Mapping[str, Any]] = ("all", None, {}),
        besides: Sequence["Part"] = (),
    ) -> "Listed":
        """One page of `source` under the filter.

        `reach` is (its shape, a predicate, the predicate's values): what the caller may see. The source must select the sort columns.
        `besides`: further rows of the same list, none of which is in another part.
        """
        shape, predicate, reach_values = reach
        sort = self.sorts[chosen.sort.lstrip("-")]
        parts = (Part(source, self, predicate), *besides)
        singles = frozenset[str].intersection(*(part.filters.singles(chosen) for part in parts))
        asked = tuple((name, name in singles) for name in sorted(chosen.values))
        key = (chosen.sort, asked, chosen.cursor is not None, shape)
        given = {name: value[0] if name in singles else value for name, value in chosen.values.items()}
        values: dict[str, Any] = {**given, **reach_values}
        paging = sort.paging(chosen)
        statement = self.statements.get(
            key, lambda: _joined([part.first(chosen, singles) for part in parts], sort, chosen)
        )
        if not chosen.count:
            return listed(chosen, sort, await statement.fetch(connection, **values, **paging), None)
        counting = self.statements.get(
            ("count", asked, shape),
            lambda: select(func.count()).select_from(
                together([part.all(chosen, singles).order_by(None) for part in parts])
            ),
        )
        async with _agreeing(connection):
            rows = await statement.fetch(connection, **values, **paging)
            total = cast(int, await counting.fetchval(connection, **values))
        return listed(chosen, sort, rows, total)


class Part(NamedTuple):
    """Rows of a list by their own tables and indexes: what the names of the filters and sorts mean there, and which rows count."""

    source: Select[Any]
    filters: Filters
    predicate: ColumnElement[bool] | None

    def all(self, chosen: Chosen, singles: Collection[str] = ()) -> Select[Any]:
        """All its rows under the filter; `singles` as of `Filters.singles`."""
        wanted = self.filters.paged(chosen, singles) + ([self.predicate] if self.predicate is not None else [])
        return self.source.where(and_(True, *wanted))

    def first(self, chosen: Chosen, singles: Collection[str]) -> Select[Any]:
        """Its first rows, or those after the cursor; no more than the whole page needs."""
        return self.filters.sorts[chosen.sort.lstrip("-")].first(self.all(chosen, singles), chosen)


def _after(sort: Sort) -> list[str]:
    """The parameters that a cursor's values are."""
    return [f"after_{index}" for index in range(len(sort.columns))]


def together(parts: Sequence[Select[Any]]) -> FromClause:
    """The rows of all of them, as a source."""
    return (parts[0] if len(parts) == 1 else union_all(*parts)).subquery()


def _joined(parts: Sequence[Select[Any]], sort: Sort, chosen: Chosen) -> Select[Any]:
    """The first rows of all parts. Each is limited by itself: the planner doesn't carry the limit into them."""
    if len(parts) == 1:
        return parts[0]
    rows = together(parts)
    order = Sort(tuple(rows.c[column.name] for column in sort.columns), sort.kinds)
    return select(rows).order_by(*order.by(chosen)).limit(bindparam("page_rows"))


def _agreeing(connection: Connection) -> AbstractAsyncContextManager[Any]:
    """One snapshot for the rows and their count; a page alone is one statement and needs none."""
    if connection.is_in_transaction():
        return nullcontext()
    transaction: AbstractAsyncContextManager[Any] = connection.transaction(isolation="repeatable_read", readonly=True)
    return transaction


def _beyond(
    columns: Sequence[ColumnElement[Any]], binds: Sequence[ColumnElement[Any]], *, descending: bool
) -> ColumnElement[bool]:
    """`(a, b) > (:a, :b)` as a row comparison, which one index condition answers."""
    if len(columns) == 1:
        return columns[0] < binds[0] if descending else columns[0] > binds[0]
    left, right = func.row(*columns), func.row(*binds)
    return left < right if descending else left > right


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of rows, the next page's address and, if asked for, the count of all."""

    rows: list[Row]
    next: str | None
    count: int | None

    def written(self, items: Sequence[Any]) -> dict[str, Any]:
        """The reply's body with `items` made of the rows."""
        body: dict[str, Any] = {"items": items, "next": self.next}
        if self.count is not None:
            body["count"] = self.count
        return body


def listed(chosen: Chosen, sort: Sort, rows: Sequence[Row], total: int | None) -> Listed:
    """The page of rows that `Sort.first` gave."""
    kept, following = list(rows[: chosen.limit]), None
    if len(rows) > chosen.limit:
        cursor = pages.write_cursor(chosen.binding, [kept[-1][column.name] for column in sort.columns])
        following = pages.next_url(chosen.path, chosen.query, cursor)
    return Listed(kept, following, total)
