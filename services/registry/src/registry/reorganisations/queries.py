"""Reading reorganisations."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Parameter, Sort, matching, one_of
from directory.zones import DEFAULT_ZONE
from registry.moments import AS_OF, EVERYTHING, Moment, cut_at
from registry.reorganisations.tables import reorganisations

_R = reorganisations.c
_SUMMARY = ("id", "title", "effective_on", "decree_number", "decree_date", "institution_ids", "declared_at")
_WHOLE = (*_SUMMARY, "steps", "established", "effected_at", "refusal")
_WITHDRAWAL = ("decree_number", "decree_date", "reason", "withdrawn_at")
_STATE_OF = ("effected_at", "withdrawal", "work", "dry_run")
_LISTED = select(*(_R[name] for name in _SUMMARY), *(_R[name] for name in _STATE_OF))
_DECLARED = and_(_R.work == literal("done"), ~_R.dry_run)
"""What is public: neither previews nor what waits or failed."""
_INSTITUTIONS = bindparam("institution", type_=ARRAY(Uuid))
_FROM, _TO = bindparam("effective_from", type_=Date), bindparam("effective_to", type_=Date)
_STATE = bindparam("state", type_=Text)


_STATED = bindparam("stated", type_=Boolean)
_WITHDRAWN_AT = cast(_R.withdrawal["withdrawn_at"].astext, DateTime(timezone=True))
_WITHDRAWN_ON = cast(func.timezone(literal(DEFAULT_ZONE), _WITHDRAWN_AT), Date)


def _true_state() -> ColumnElement[str]:
    """As `_state` says of a row of the list."""
    return case(
        (and_(_R.withdrawal.is_not(None), or_(~_STATED, _WITHDRAWN_ON <= AS_OF)), literal("withdrawn")),
        (and_(_STATED, _R.effective_on <= AS_OF), literal("effected")),
        (or_(_STATED, _R.effected_at.is_(None)), literal("declared")),
        else_=literal("effected"),
    )


_DECREED = or_(~_STATED, func.least(_R.decree_date, _R.effective_on) <= AS_OF)
"""Whether there was such a decision by the day that was stated; a decree may be later than what it decides."""


FILTERS = Filters(
    parameters=[
        Parameter(
            "institution",
            list[UUID],
            lambda: _R.institution_ids.op("&&", is_comparison=True)(_INSTITUTIONS),
            "Institutions that it touches",
            many=True,
        ),
        matching("effective_from", lambda: _R.effective_on >= _FROM, "Effective on this day or later", date),
        matching("effective_to", lambda: _R.effective_on < _TO, "Effective before this day", date),
        matching("state", lambda: _true_state() == _STATE, "declared, effected or withdrawn"),
        one_of("decree_number", _R.decree_number, str, "The decree's number"),
    ],
    sorts={"effective_on": Sort((_R.effective_on, _R.id), (date, UUID))},
    default_sort="-effective_on",
)
_ONE = Statement(select(reorganisations).where(_R.id == bindparam("id", type_=Uuid)))
# What a thing is called last, whenever that was: lineages name what has long ended.
_NAMES = Statement("""
SELECT DISTINCT ON (id) id, name FROM (
    SELECT id, name, valid_during FROM units WHERE id = ANY(CAST(:ids AS uuid[]))
    UNION ALL SELECT id, name, valid_during FROM institutions WHERE id = ANY(CAST(:ids AS uuid[]))
) AS versions ORDER BY id, lower(valid_during) DESC""")


async def find_reorganisations(connection: Connection, chosen: Chosen, moment: Moment) -> Listed:
    """A page of reorganisations: declared, effected and withdrawn ones; those that were decided on by a stated day."""
    values = {"stated": moment.stated, "as_of": moment.day}
    return await FILTERS.page(connection, chosen, _LISTED, reach=("declared", and_(_DECLARED, _DECREED), values))


async def find_reorganisation(connection: Connection, identity: UUID, moment: Moment | None = None) -> Row | None:
    """A reorganisation with its consequences; with a stated day, if it was decided on by then."""
    row = await _ONE.fetchrow(connection, id=identity)
    if row is None or moment is None or not moment.stated:
        return row
    return row if min(row["decree_date"], row["effective_on"]) <= moment.day else None


async def find_names(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The last names of units and institutions, by id."""
    return {row["id"]: row["name"] for row in await _NAMES.fetch(connection, ids=list(ids))}


def shown(row: Row, moment: Moment | None = None) -> dict[str, Any]:
    """A row as it is sent, as of a day if one is stated."""
    state = _state(row, moment)
    return {
        **{name: row[name] for name in _WHOLE},
        "state": state,
        "effected_at": None if state == "declared" else row["effected_at"],
        "progress": {"share": 0.0 if row["work"] == "queued" else 1.0},
        "consequences": row["consequences"] or None,
        "withdrawal": {name: row["withdrawal"][name] for name in _WITHDRAWAL} if state == "withdrawn" else None,
    }


def summary(row: Row, moment: Moment) -> dict[str, Any]:
    """A row of a list as it is sent, as of a day if one is stated."""
    return {**{name: row[name] for name in _SUMMARY}, "state": _state(row, moment)}


def _state(row: Row, moment: Moment | None) -> str:
    if row["work"] != "done":
        return str(row["work"])
    if row["dry_run"]:
        return "previewed"
    cut = EVERYTHING if moment is None else cut_at(moment, DEFAULT_ZONE)
    withdrawn = row["withdrawal"]
    if withdrawn is not None and (cut.ends is None or datetime.fromisoformat(withdrawn["withdrawn_at"]) < cut.ends):
        return "withdrawn"
    if cut.day is not None:
        return "effected" if row["effective_on"] <= cut.day else "declared"
    return "declared" if row["effected_at"] is None else "effected"
