"""Reading reorganisations."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Text, Uuid, and_, bindparam, case, literal, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Parameter, Sort, matching, one_of
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


def _true_state() -> ColumnElement[str]:
    """As `_state` says of a row of the list."""
    return case(
        (_R.withdrawal.is_not(None), literal("withdrawn")),
        (_R.effected_at.is_(None), literal("declared")),
        else_=literal("effected"),
    )


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


async def find_reorganisations(connection: Connection, chosen: Chosen) -> Listed:
    """A page of reorganisations: declared, effected and withdrawn ones."""
    return await FILTERS.page(connection, chosen, _LISTED, reach=("declared", _DECLARED, {}))


async def find_reorganisation(connection: Connection, identity: UUID) -> Row | None:
    """A reorganisation with its consequences."""
    return await _ONE.fetchrow(connection, id=identity)


async def find_names(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The last names of units and institutions, by id."""
    return {row["id"]: row["name"] for row in await _NAMES.fetch(connection, ids=list(ids))}


def shown(row: Row) -> dict[str, Any]:
    """A row as it is sent."""
    return {
        **{name: row[name] for name in _WHOLE},
        "state": _state(row),
        "progress": {"share": 0.0 if row["work"] == "queued" else 1.0},
        "consequences": row["consequences"] or None,
        "withdrawal": row["withdrawal"] and {name: row["withdrawal"][name] for name in _WITHDRAWAL},
    }


def summary(row: Row) -> dict[str, Any]:
    """A row of a list as it is sent."""
    return {**{name: row[name] for name in _SUMMARY}, "state": _state(row)}


def _state(row: Row) -> str:
    if row["work"] != "done":
        return str(row["work"])
    if row["dry_run"]:
        return "previewed"
    if row["withdrawal"] is not None:
        return "withdrawn"
    return "declared" if row["effected_at"] is None else "effected"
