"""Reading services: full text in Indonesian, typos forgiven, and by what people look for."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Date, Text, Uuid, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Parameter, Sort, matching, one_of
from chassis.http.models import RegionCode
from registry.moments import Moment
from registry.services.tables import services
from registry.units.subtrees import is_wide, of_units

SHOWN = (
    "id", "institution_id", "unit_id", "code", "name", "description", "kind", "field", "funding_route", "legal_basis",
    "target_groups", "vulnerable_groups", "channels", "life_events", "region_codes", "locations", "opening_hours",
    "partners", "state",
)  # fmt: skip
_Q = bindparam("q", type_=Text)
_ID = bindparam("id", type_=Uuid)
LISTED = select(*(services.c[name] for name in SHOWN), services.c.version)


def _worded() -> ColumnElement[bool]:
    words = func.websearch_to_tsquery("indonesian", func.without_stop_words(_Q))
    return services.c.search.op("@@", is_comparison=True)(words)


def _similar() -> ColumnElement[bool]:
    return services.c.name.op("%>", is_comparison=True)(_Q)


def _serving() -> ColumnElement[bool]:
    line = func.array_append(func.region_line(bindparam("region", type_=Text)), literal_column("'everywhere'"))
    return func.areas_served(services.c.region_codes).op("&&", is_comparison=True)(line)


def _any_term(name: str, column: ColumnElement[Any], description: str) -> Parameter:
    """`name=a&name=b`: the column's list holds one of them."""
    return Parameter(
        name,
        list[str],
        lambda: column.op("&&", is_comparison=True)(bindparam(name, type_=ARRAY(Text))),
        description,
        many=True,
    )


def _filters(found: Callable[[], ColumnElement[bool]], *, wide: bool) -> Filters:
    return Filters(
        parameters=[
            matching("q", found, "Words of name and description, in any form; if none has them, names like it"),
            one_of("institution", services.c.institution_id, UUID, "Institutions"),
            one_of("kind", services.c.kind, str, "Kind, see the vocabulary service_kinds"),
            one_of("field", services.c.field, str, "Field, see the vocabulary service_fields"),
            one_of("state", services.c.state, str, "draft, active, inactive"),
            one_of("code", services.c.code, str, "Codes within the institution"),
            matching("region", _serving, "A region that it serves, itself or by a larger area", RegionCode),
            _any_term("life_event", services.c.life_events, "Life events"),
            _any_term("target_group", services.c.target_groups, "Target groups"),
            _any_term("vulnerable_group", services.c.vulnerable_groups, "Vulnerable groups"),
            _any_term("channel", services.c.channels, "Channels, see the vocabulary service_delivery_channels"),
            *of_units(services.c.unit_id, wide=wide),
        ],
        sorts={
            "name": Sort((services.c.name, services.c.id), (str, UUID)),
            "created_at": Sort((services.c.id,), (UUID,)),
        },
        default_sort="name",
    )


_WORDED = {wide: _filters(_worded, wide=wide) for wide in (False, True)}
_SIMILAR = {wide: _filters(_similar, wide=wide) for wide in (False, True)}
"""For words that nobody uses: most likely a typo. Asked with the words in one statement, it took a hundred times as long."""
FILTERS = _WORDED[False]
_WORDS_FOUND = Statement(select(services.c.id).where(_worded()).limit(1))
_ONE = Statement(LISTED.where(services.c.id == _ID))
_LOCKED = Statement(LISTED.where(services.c.id == _ID).with_for_update())
# The day is bound in any case: the unit's subtree is that of the day. A list asks what was offered only if one is named.
_OFFERED = or_(
    ~bindparam("stated", type_=Boolean),
    services.c.active_during.op("@>", is_comparison=True)(bindparam("as_of", type_=Date)),
)
_OFFERED_ONE = Statement(LISTED.where(services.c.id == _ID, _OFFERED))


async def find_services(connection: Connection, chosen: Chosen, moment: Moment) -> Listed:
    """A page of services: whatever their state, or those that were active on the day that was stated."""
    values = {**moment.values, "stated": moment.stated}
    reach, words = ("all", _OFFERED, values), chosen.values.get("q")
    wide = await is_wide(connection, chosen, moment)
    page = await _WORDED[wide].page(connection, chosen, LISTED, reach=reach)
    if words is None or page.rows or await _WORDS_FOUND.fetchrow(connection, q=words) is not None:
        return page
    return await _SIMILAR[wide].page(connection, chosen, LISTED, reach=reach)


async def find_service(
    connection: Connection, identity: UUID, *, lock: bool = False, on: date | None = None
) -> Row | None:
    """A service, whatever its state; with a day, only if it was offered then."""
    if on is not None:
        return await _OFFERED_ONE.fetchrow(connection, id=identity, stated=True, as_of=on)
    return await (_LOCKED if lock else _ONE).fetchrow(connection, id=identity)


def shown(row: Row) -> dict[str, Any]:
    """A row as it is sent."""
    return {name: row[name] for name in SHOWN}
