"""Listing versions: those of one service, or across services without their texts; over the table or all that was ever known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Interval,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
)

from chassis.data.pool import Connection
from chassis.http.filters import Chosen, Filters, Listed, Part, Sort, matching, one_of
from directory.reach import Reach
from registry.moments import AS_OF, Moment, recorded
from registry.services.past import promised
from registry.services.tables import service_former_places, services
from registry.standards.lifecycle import IN_FORCE, SHOWN_TO_ALL
from registry.standards.queries import local_day, standards_known
from registry.standards.tables import standard_moves, standards
from registry.units.subtrees import of_units
from registry.units.tables import unit_ancestors

_TODAY = bindparam("today", type_=Date)
_STATED = bindparam("stated", type_=Boolean)
_LEFT_OUT = ("institution_id", "in_force_during", "replaced_at")
_SUMMARISED = (
    "id", "service_id", "number", "version", "state", "effective_on", "effective_to", "review_due_on", "reviewed_on",
    "charter_state", "changed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of versions over one table."""

    source: Select[Any]
    filters: Filters
    table: FromClause


def _in_force(table: FromClause) -> ColumnElement[bool]:
    return or_(*(table.c.state == state for state in sorted(IN_FORCE)))


def _period(table: FromClause) -> ColumnElement[Any]:
    if "in_force_during" in table.c:
        return table.c.in_force_during
    return case((table.c.effective_on.is_not(None), func.daterange(table.c.effective_on, table.c.effective_to)))


def _shown(table: FromClause) -> ColumnElement[bool]:
    """What anybody may read; as rights.shown_to_all says of a row."""
    return or_(
        *(table.c.state == state for state in sorted(SHOWN_TO_ALL)),
        and_(table.c.state == "revoked", table.c.effective_on.is_not(None)),
    )


def _true_state(table: FromClause, today: Any) -> ColumnElement[str]:
    """By the day: a version whose successor has taken effect is superseded, recorded so yet or not.

    As lifecycle.state_as_of says of one that was in force on a stated day.
    """
    moved = (
        select(standard_moves.c.state_after)
        .where(
            standard_moves.c.standard_id == table.c.id,
            cast(func.timezone(table.c.time_zone, standard_moves.c.at), Date) <= AS_OF,
        )
        .order_by(standard_moves.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return case(
        (and_(_STATED, moved == literal_column("'under_review'", Text)), "under_review"),
        (_STATED, "published"),
        (and_(_in_force(table), table.c.effective_to <= today), "superseded"),
        else_=table.c.state,
    )


def _on_the_day(table: FromClause) -> ColumnElement[bool]:
    """In force on the day, if one is stated."""
    return or_(~_STATED, _promise_of(table, AS_OF))


def _promise_of(table: FromClause, day: ColumnElement[Any]) -> ColumnElement[bool]:
    """As lifecycle.is_in_force says of a row."""
    return and_(_period(table).op("@>", is_comparison=True)(day), promised(day))


def _of_service(table: FromClause) -> Listing:
    return Listing(
        select(
            *(column for column in table.c if column.name not in _LEFT_OUT),
            services.c.institution_id,
            services.c.unit_id,
            services.c.active_during.label("offered"),
            _TODAY.label("today"),
        ).select_from(table.join(services, services.c.id == table.c.service_id)),
        Filters(
            parameters=[
                one_of("state", _true_state(table, _TODAY), str, "State, see the vocabulary standard_states"),
                matching(
                    "in_force_on",
                    lambda: _promise_of(table, bindparam("in_force_on", type_=Date)),
                    "The version that is the promise on this day",
                    kind=date,
                ),
            ],
            sorts={"version": Sort((table.c.version,), (int,))},
            default_sort="-version",
        ),
        table,
    )


def _review_state(table: FromClause, today: Any) -> ColumnElement[str]:
    """As lifecycle.review_state says of a row."""
    since = func.greatest(table.c.effective_on, func.coalesce(table.c.reviewed_on, table.c.effective_on))
    advised = cast(since + cast(literal_column("'1 year'", Text), Interval), Date)
    in_force = and_(_in_force(table), _promise_of(table, today))
    return case(
        (~func.coalesce(in_force, false()), literal_column("''", Text)),
        (table.c.review_due_on <= today, literal_column("'due'", Text)),
        (advised <= today, literal_column("'advised'", Text)),
        else_=literal_column("'current'", Text),
    )


def _gone(place: FromClause, *, known: bool) -> ColumnElement[bool]:
    """Whether a service left this place after the day, or it wasn't known yet that it had."""
    left: ColumnElement[bool] = place.c.until > AS_OF
    return or_(left, place.c.recorded_at > bindparam("known_at", type_=DateTime(timezone=True))) if known else left


def _across(table: FromClause, *, moved: bool | None) -> Listing:
    """Versions with their services where those are now (`moved` None); or of a day, whose services are still where they were
    then (False), or were elsewhere (True)."""
    today = local_day(table.c.time_zone)
    known = table is standards_known
    origin: FromClause = table.join(services, services.c.id == table.c.service_id)
    place: FromClause = services
    on_the_day: list[ColumnElement[bool]] = []
    if moved is not None:
        former, before = service_former_places.alias("former"), service_former_places.alias("before")
        earlier = select(before.c.id).where(before.c.service_id == services.c.id, _gone(before, known=known))
        if moved:
            origin, place = origin.join(former, former.c.service_id == services.c.id), former
            # In the order of recording: the first place that it left is where it was.
            on_the_day.append(_gone(former, known=known))
            earlier = earlier.where(before.c.id < former.c.id)
        on_the_day.append(~earlier.exists())
    return Listing(
        select(
            *(table.c[name] for name in _SUMMARISED),
            place.c.institution_id,
            place.c.unit_id,
            services.c.code.label("service_code"),
            services.c.name.label("service_name"),
            services.c.active_during.label("offered"),
            today.label("today"),
        )
        .select_from(origin)
        .where(*on_the_day),
        Filters(
            parameters=[
                one_of("institution", place.c.institution_id, UUID, "Institutions"),
                one_of("service", table.c.service_id, UUID, "Services"),
                one_of("state", _true_state(table, today), str, "State, see the vocabulary standard_states"),
                one_of(
                    "review",
                    _review_state(table, today),
                    str,
                    "Of those in force: due (three years), advised (one year), current",
                ),
                one_of("number", table.c.number, str, "Numbers within their institutions"),
                one_of("charter_state", table.c.charter_state, str, "State of the charter, see charter_states"),
                matching(
                    "review_due_before",
                    lambda: and_(
                        _in_force(table),
                        table.c.review_due_on < bindparam("review_due_before", type_=Date),
                        promised(today),
                    ),
                    "In force, and to be reviewed before this day",
                    kind=date,
                ),
                *of_units(place.c.unit_id, known=known),
            ],
            sorts={
                "created_at": Sort((table.c.id,), (UUID,)),
                "number": Sort((table.c.number, table.c.id), (str, UUID)),
            },
            default_sort="-created_at",
        ),
        table,
    )


OF_SERVICE, _KNOWN_OF_SERVICE = _of_service(standards), _of_service(standards_known)
ACROSS = _across(standards, moved=None)
_ACROSS_THEN = {
    known: tuple(_across(table, moved=moved) for moved in (False, True))
    for known, table in ((False, standards), (True, standards_known))
}
"""As of a day, by whether it is as it was known once."""


async def find_versions(
    connection: Connection, chosen: Chosen, service_id: UUID, moment: Moment, *, insider: bool, today: date
) -> Listed:
    """A page of one service's versions: all of them, or those that anybody may read; with a stated day, the one in force on it."""
    listing = OF_SERVICE if moment.known_at is None else _KNOWN_OF_SERVICE
    table = listing.table
    wanted = [table.c.service_id == bindparam("of_service", type_=Uuid)]
    values: dict[str, Any] = {"of_service": service_id, "today": moment.day if moment.stated else today}
    values |= {"as_of": moment.day, "stated": moment.stated}
    wanted.append(_on_the_day(table))
    shape = "insider" if insider else "public"
    if not insider:
        wanted.append(_shown(table))
    if moment.known_at is not None:
        wanted.append(recorded(table))
        values["known_at"] = moment.known_at
    return await listing.filters.page(connection, chosen, listing.source, reach=(shape, and_(*wanted), values))


async def find_across(connection: Connection, chosen: Chosen, moment: Moment, *, reach: Reach, at: datetime) -> Listed:
    """A page of versions of any service: what anybody may read, and all of what `reach` says the caller sees whole.

    With a stated day, those in force on it, where their services were then.
    """
    known = moment.known_at is not None
    listings = _ACROSS_THEN[known] if known or moment.stated else (ACROSS,)
    # The day is bound in any case: the unit's subtree is that of the day.
    values: dict[str, Any] = {"at": at, "as_of": moment.day, "stated": moment.stated, **reach.values(moment.day)}
    if known:
        values["known_at"] = moment.known_at
    first, *others = (Part(each.source, each.filters, _readable(each.table, reach, known=known)) for each in listings)
    reached = (f"{reach.shape} {'known' if known else 'current'}", first.predicate, values)
    return await first.filters.page(connection, chosen, first.source, reach=reached, besides=others)


def _readable(table: FromClause, reach: Reach, *, known: bool) -> ColumnElement[bool]:
    """Whose services the caller reaches now; drafts go by where they are, whatever the day."""
    wanted: list[ColumnElement[bool]] = [_on_the_day(table)]
    if not reach.everything:
        own = reach.predicate(services.c.institution_id, services.c.unit_id, ancestors=unit_ancestors)
        wanted.append(or_(_shown(table), own) if reach else _shown(table))
    if known:
        wanted.append(recorded(table))
    return and_(*wanted)


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent of a row of `find_across`, beside what its day says of it."""
    names = (*_SUMMARISED, "institution_id", "unit_id", "service_code", "service_name")
    return {**{name: row[name] for name in names}, **row.get("place", {})}
