"""Reading what is offered to a version: what came in and no version of the service has settled, and what this one has."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Uuid, and_, bindparam, literal_column, or_, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Sort, matching, one_of
from registry.moments import Cut, by_then
from registry.offers.tables import offer_dispositions, offers
from registry.standards.lifecycle import DRAFTED
from registry.standards.tables import standards

_GONE = ("withdrawn", "merged", "archived", "referred_out")
"""States of a case in which nobody stands behind it any more, or its matter goes on elsewhere."""
_STANDARD, _SERVICE = bindparam("standard_id", type_=Uuid), bindparam("service_id", type_=Uuid)
_O, _D = offers.c, offer_dispositions.c
_ANSWER = ("disposition", "reason", "change", "target_on", "disposed_at")
_SHOWN = ("case_id", "type", "state", "category", "region_code", "channel", "filed_at", *_ANSWER)
_LISTED = select(
    *(_O[name] for name in ("case_id", "type", "state", "category", "region_code", "channel", "filed_at")),
    *(_D[name] for name in _ANSWER),
    _D.version,
).select_from(
    offers.outerjoin(
        offer_dispositions,
        and_(_D.case_id == _O.case_id, _D.standard_id == _STANDARD, by_then(_D.disposed_at)),
    ),
)

FILTERS = Filters(
    parameters=[
        one_of("type", _O.type, str, "aspiration or input"),
        one_of("category", _O.category, str, "Categories of complaints"),
        one_of("region", _O.region_code, str, "Regions"),
        matching(
            "disposed",
            lambda: _D.case_id.is_not(None) == bindparam("disposed", type_=Boolean),
            "Whether this version has a disposition for it",
            kind=bool,
        ),
    ],
    sorts={"filed_at": Sort((_O.filed_at, _O.case_id), (datetime, UUID))},
    default_sort="filed_at",
)


def _settled_elsewhere() -> ColumnElement[bool]:
    """Another version took it up; an abandoned one and a deferral leave it to the next."""
    other = offer_dispositions.alias("other")
    by = standards.alias("by")
    return (
        select(literal_column("1"))
        .select_from(other.join(by, by.c.id == other.c.standard_id))
        .where(
            other.c.case_id == _O.case_id,
            other.c.standard_id != _STANDARD,
            other.c.disposition != literal_column("'deferred'"),
            by.c.state != literal_column("'abandoned'"),
            by_then(other.c.disposed_at),
        )
        .exists()
    )


def _offered(*, drafting: bool) -> ColumnElement[bool]:
    """To a version being drafted what waits and what it has settled; of any other only what it had settled."""
    mine = _O.case_id.in_(select(_D.case_id).where(_D.standard_id == _STANDARD, by_then(_D.disposed_at)))
    if not drafting:
        return mine
    waiting = and_(
        _O.service_id == _SERVICE,
        by_then(_O.filed_at),
        *(_O.state != literal_column(f"'{state}'") for state in _GONE),
        ~_settled_elsewhere(),
    )
    return or_(mine, waiting)


_REACH = {drafting: _offered(drafting=drafting) for drafting in (True, False)}
_ONE = Statement(_LISTED.where(_O.case_id == bindparam("case_id", type_=Uuid), _REACH[True]))


async def find_offers(connection: Connection, chosen: Chosen, standard: Mapping[str, Any], *, cut: Cut) -> Listed:
    """A page of what is, or was at a cut, offered to a version, oldest first."""
    drafting = standard["state"] in DRAFTED
    values = {"standard_id": standard["id"], "until": cut.ends}
    if drafting:
        values["service_id"] = standard["service_id"]
    reach = ("drafting" if drafting else "settled", _REACH[drafting], values)
    return await FILTERS.page(connection, chosen, _LISTED, reach=reach)


async def find_offer(connection: Connection, standard: Mapping[str, Any], case_id: UUID) -> Row | None:
    """One case as it is offered to a version that is being drafted."""
    return await _ONE.fetchrow(
        connection, standard_id=standard["id"], service_id=standard["service_id"], case_id=case_id, until=None
    )


def shown(row: Row, names: Collection[str] = _SHOWN) -> dict[str, Any]:
    """An offer as it is sent."""
    return {("case_state" if name == "state" else name): row[name] for name in names}
