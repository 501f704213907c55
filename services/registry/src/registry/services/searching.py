"""Finding services by words: the best first, typos forgiven.

A page costs two statements. The first finds what has the words, no more of it than can be ranked, and orders it by that which the
order is of alone; the second reads the rows that the page shows. Where nothing has the words, up to four more find what is meant.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Double,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import array

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement, Statements
from chassis.http.filters import Chosen, Listed, Sort, listed, together
from registry.services.lists import ENTERED, NAMED, RELEVANCE, Tables, Way, in_order, page_of, part, rows_of, words
from registry.services.past import SERVICES_THEN
from registry.services.tables import services

MOST_RANKED = 5_000
"""Of more hits than that the best are no better than the rest: they come in the order in which they were entered, which is
read until a page is full. Of a million services, finding and sorting so many costs what reading so far does."""
_ALL = 2**31 - 1
_ORDERS: Mapping[str, tuple[tuple[str, type], ...]] = {
    RELEVANCE: (("distance", float), ("name", str), ("id", UUID)),
    NAMED: (("name", str), ("id", UUID)),
    ENTERED: (("id", UUID),),
}
MOST_READ = 12
"""So many words of a query are read otherwise than they stand there."""
_SENSE = Statement("""
WITH asked AS (
    SELECT word, EXISTS (SELECT FROM search_wishes WHERE search_wishes.word = asked.word) AS wish FROM (
        SELECT word, min(place) AS place
        FROM regexp_split_to_table(without_stop_words(CAST(:q AS text)), '\\W+') WITH ORDINALITY AS words (word, place)
        WHERE word <> '' GROUP BY word ORDER BY place LIMIT :most) AS asked
), sought AS (
    SELECT word FROM asked WHERE NOT wish OR NOT EXISTS (SELECT FROM asked WHERE NOT wish)
), read AS (
    SELECT sought.word, alike.* FROM sought CROSS JOIN LATERAL (
        SELECT '(' || string_agg(DISTINCT lexeme, ' | ' ORDER BY lexeme) || ')' AS lexemes,
            count(DISTINCT lexeme) > 1 AS others, bool_or(known) AS known
        FROM (
            SELECT sought.word, sought.word !~ '^[[:alpha:]]\\w\\w' AS known
            UNION ALL (
                SELECT word, true FROM service_words WHERE word % sought.word AND length(sought.word) > 2
                ORDER BY similarity(word, sought.word) DESC, word LIMIT 5)
        ) AS words
        CROSS JOIN LATERAL (SELECT nullif(CAST(plainto_tsquery('indonesian', words.word) AS text), '')) AS stem (lexeme)
        WHERE lexeme IS NOT NULL
    ) AS alike WHERE lexemes IS NOT NULL
)
SELECT array_agg(lexemes ORDER BY word) FILTER (WHERE known) AS groups,
    coalesce(bool_or(others), false) OR count(*) FILTER (WHERE known) < (SELECT count(*) FROM asked) AS otherwise
FROM read WHERE CAST(:q AS text) !~ '(^|\\s)-'
""")
"""What a query may mean, a tsquery for each word: the word itself or one of the likest that services have. Words of wishes
are left out, and words like which there is none; numbers and what is shorter than three letters stand as they are.

`otherwise`: whether that is another query than the one that was asked. Whoever excludes words is taken at their word.
"""
_RAREST = Statement("""
SELECT string_agg(words, ' | ') FROM (
    SELECT words, sum(hits) OVER rarest AS together, row_number() OVER rarest AS place
    FROM unnest(CAST(:groups AS text[])) AS words CROSS JOIN LATERAL (
        SELECT count(*) AS hits FROM (
            SELECT FROM services WHERE search @@ CAST(words AS tsquery) LIMIT CAST(:most AS bigint) + 1) AS few
    ) AS counted
    WINDOW rarest AS (ORDER BY hits = 0, hits, words)
) AS ordered WHERE together <= :most OR place = 1
""")
"""A tsquery: one of these words, of the rarest as many as have no more hits than can be ranked, so that what has most of the words
comes first."""
_IDS = bindparam("ids", type_=ARRAY(Uuid))


def _by_id(*tables: FromClause) -> Statement:
    return Statement(union_all(*(rows_of(each).where(each.c.id == any_(_IDS)) for each in tables)))


_NOW, _THEN = _by_id(services), _by_id(*SERVICES_THEN[False])
_STATEMENTS = Statements()
_HITS = table("hits", column("distance", Double), column("name", Text), column("id", Uuid))


class _Found(NamedTuple):
    """A page of hits: their ids and that by which they are ordered. `hits`: how many there are, part by part."""

    rows: list[Row]
    hits: tuple[int, ...]


async def find_by_words(connection: Connection, chosen: Chosen, way: Way, values: Mapping[str, Any]) -> Listed:
    """A page of the services that have the words; if none has them all, of those that have what they may mean; if none has all
    of that, of those that have most of it.

    That is found on each page anew: by the same words, unless likelier ones are entered meanwhile.
    """
    values = {**values, "corrected": None}
    # The order of the first page is kept to the last, whatever is entered meanwhile.
    bounded = chosen.sort.endswith(ENTERED) or (chosen.sort.endswith(RELEVANCE) and chosen.cursor is None)
    most = MOST_RANKED + 1 if bounded else _ALL
    found = await _find(connection, chosen, way, values, most=most)
    if not any(found.hits):
        # Others may use the word, or misspell it: where nobody does among those that are sought, it is a typo here.
        sense = await _SENSE.fetchrow(connection, q=chosen.values["q"], most=MOST_READ)
        groups = (sense and sense["groups"]) or []
        if groups and sense and sense["otherwise"]:
            values["corrected"] = " & ".join(groups)
            found = await _find(connection, chosen, way, values, most=most)
        if not any(found.hits) and len(groups) > 1:
            values["corrected"] = await _RAREST.fetchval(connection, groups=groups, most=MOST_RANKED)
            found = await _find(connection, chosen, way, values, most=most)
    if bounded and sum(found.hits) > MOST_RANKED:
        return await _as_entered(connection, chosen, way, values, found.hits)
    chosen = in_order(chosen, chosen.sort)
    page = listed(chosen, _sort(chosen), found.rows, sum(found.hits) if chosen.count else None)
    return replace(page, rows=await _rows(connection, [row["id"] for row in page.rows], way, values["as_of"]))


async def _rows(connection: Connection, ids: list[UUID], way: Way, day: date) -> list[Row]:
    if not ids:
        return []
    statement, on = (_NOW, {}) if way.tables is Tables.NOW else (_THEN, {"as_of": day})
    rows = {row["id"]: row for row in await statement.fetch(connection, ids=ids, **on)}
    return [rows[identity] for identity in ids]


async def _find(connection: Connection, chosen: Chosen, way: Way, values: Mapping[str, Any], *, most: int) -> _Found:
    statement = _STATEMENTS.get(
        (way, chosen.sort, chosen.cursor is not None, *sorted(chosen.values)), lambda: _finding(chosen, way)
    )
    paging = _sort(chosen).paging(chosen)
    rows = await statement.fetch(connection, **chosen.values, **values, **paging, most=most)
    return _Found([row for row in rows if row["id"] is not None], tuple(rows[0]["hits"]))


def _finding(chosen: Chosen, way: Way) -> Select[Any]:
    """The first hits in order, beside how many there are in each part; if there are none on this page, that alone."""
    tables = way.tables.value
    found = select(together([_hits(chosen, way, each, place) for place, each in enumerate(tables)])).cte("found")
    hits = array([select(func.count()).where(found.c.part == place).scalar_subquery() for place in range(len(tables))])
    counted = select(hits.label("hits")).subquery("counted")
    page = _sort(chosen, found).first(select(found), chosen).subquery("page")
    return select(page, counted).select_from(counted.outerjoin(page, true())).order_by(*_sort(chosen, page).by(chosen))


def _hits(chosen: Chosen, way: Way, services_then: FromClause, place: int) -> Select[Any]:
    of = part(services_then, wide=way.wide, drafts=way.drafts)
    far = -cast(func.ts_rank(services_then.c.search, words()), Double)  # less is better
    told = {"distance": far.label("distance"), "name": services_then.c.name, "id": services_then.c.id}
    columns = [told[name] for name, _ in _ORDERS[chosen.sort.lstrip("-")]]
    rows = of._replace(source=select(*columns, literal(place, Integer).label("part")))
    return rows.all(chosen).limit(bindparam("most", type_=Integer))


def _sort(chosen: Chosen, rows: FromClause = _HITS) -> Sort:
    names, kinds = zip(*_ORDERS[chosen.sort.lstrip("-")], strict=True)
    return Sort(tuple(rows.c[name] for name in names), kinds)


async def _as_entered(
    connection: Connection, chosen: Chosen, way: Way, values: dict[str, Any], hits: tuple[int, ...]
) -> Listed:
    """A page of more than can be ranked. A part that has few of them is searched by its index, not read to its end."""
    crowded = tuple(each > MOST_RANKED for each in hits)
    parts = tuple(
        part(each, wide=way.wide, drafts=way.drafts, crowded=many)
        for each, many in zip(way.tables.value, crowded, strict=True)
    )
    asked = in_order(replace(chosen, count=False), chosen.sort if chosen.sort.endswith(ENTERED) else ENTERED)
    page = await page_of(connection, asked, parts, shape=(way, crowded), values=values)
    if chosen.count:
        counted = await _find(connection, chosen, way, values, most=_ALL)
        page = replace(page, count=sum(counted.hits))
    return page
