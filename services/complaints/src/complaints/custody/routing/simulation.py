"""Trying rules on past cases: where they would have gone, beside where they were proposed to and who had them last."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statements
from chassis.http.filters import Chosen
from complaints.cases.queries import FILTERS
from complaints.cases.tables import case_history, cases
from complaints.cases.visibility import Visible
from complaints.custody.routing import queries
from complaints.custody.routing.places import Named, Place, find_places, without_rules
from complaints.custody.routing.rules import (
    Asked,
    Matter,
    Routed,
    RuleSet,
    locally,
    nationally,
    rules_that_decided,
)
from complaints.custody.routing.words import Wording

MOST = 10_000
"""Cases of one simulation: some two seconds; it is answered at once, so that it stays within a request's time."""
SHOWN = 100
_BREATH = 200

_STATEMENTS = Statements()
_FIRST = case_history.alias("first")
# The category as it was filed: a classification keeps what it found.
_RECLASSIFIED = (
    select(case_history.c.internal["from_category"].astext.label("category"))
    .where(case_history.c.case_id == cases.c.id, case_history.c.action == "classification")
    .order_by(case_history.c.sequence)
    .limit(1)
    .lateral("reclassified")
)
_PAST = (
    select(
        cases.c.id,
        cases.c.type,
        func.coalesce(_RECLASSIFIED.c.category, cases.c.category).label("category"),
        cases.c.service_id,
        cases.c.region_code,
        cases.c.title,
        cases.c.body,
        cases.c.unit_id,
        _FIRST.c.internal.label("filed"),
    )
    .select_from(
        cases.join(_FIRST, and_(_FIRST.c.case_id == cases.c.id, _FIRST.c.sequence == 1)).outerjoin(
            _RECLASSIFIED, bindparam("always", True)
        )
    )
    .where(cases.c.custody == "ordinary")
)


async def find_past(connection: Connection, chosen: Chosen, seen: Visible, most: int) -> list[Row]:
    """The newest cases of the filter that the caller sees, one more than `most` if there are more. Never protected ones."""
    shape = ("past", tuple(sorted(chosen.values)), seen.shape)

    def compose() -> Any:
        conditions = [*FILTERS.conditions(chosen), seen.condition]
        order = (cases.c.created_at.desc(), cases.c.id.desc())
        return _PAST.where(*conditions).order_by(*order).limit(bindparam("most"))

    statement = _STATEMENTS.get(shape, compose)
    return await statement.fetch(connection, **chosen.values, **seen.values, most=most + 1)


@dataclass
class Tally:
    """What is counted while cases are gone through."""

    targets: Counter[tuple[UUID | None, UUID | None, str | None]] = field(default_factory=Counter)
    proposed_elsewhere: Counter[tuple[UUID | None, UUID | None, str | None]] = field(default_factory=Counter)
    handled_elsewhere: Counter[tuple[UUID | None, UUID | None, str | None]] = field(default_factory=Counter)
    handled: int = 0
    would_agree: int = 0
    did_agree: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)

    def take(self, row: Row, routed: Routed) -> None:
        """Count one case."""
        rule = next(iter(reversed([*rules_that_decided(routed.trace)])), None)
        key = (routed.institution_id, routed.unit_id, rule)
        self.targets[key] += 1
        traced = row["filed"].get("routing")
        proposed = None if traced is None or traced["unit_id"] is None else UUID(traced["unit_id"])
        handled = row["unit_id"]
        elsewhere = traced is not None and proposed != routed.unit_id
        missed = handled is not None and handled != routed.unit_id
        self.proposed_elsewhere[key] += elsewhere
        self.handled_elsewhere[key] += missed
        self.handled += handled is not None
        self.would_agree += handled is not None and not missed
        self.did_agree += handled is not None and handled == proposed
        if (elsewhere or missed) and len(self.changes) < SHOWN:
            self.changes.append(
                {
                    "case_id": row["id"],
                    "rule": rule,
                    "unit_id": routed.unit_id,
                    "proposed_unit_id": proposed,
                    "handled_by_unit_id": handled,
                }
            )

    def result(self, *, considered: int, more: bool) -> dict[str, Any]:
        """As the reply shows it: the fullest place first."""
        return {
            "considered": considered,
            "more": more,
            "targets": [
                {
                    "institution_id": key[0],
                    "unit_id": key[1],
                    "rule": key[2],
                    "cases": count,
                    "proposed_elsewhere": self.proposed_elsewhere[key],
                    "handled_elsewhere": self.handled_elsewhere[key],
                }
                for key, count in sorted(self.targets.items(), key=lambda item: (-item[1], str(item[0])))
            ],
            "proposed_elsewhere": self.proposed_elsewhere.total(),
            "handled_elsewhere": self.handled_elsewhere.total(),
            "handled": self.handled,
            "agreement": {"would": self.would_agree, "did": self.did_agree},
            "changes": self.changes,
        }


async def simulate(connection: Connection, rules: RuleSet, rows: Sequence[Row], most: int, day: date) -> dict[str, Any]:
    """What the rules would do with these cases, with the places and loads of `day`.

    Beside an institution's rules the nation's in force are asked, and beside the nation's those of each institution.
    """
    past = rows[:most]
    places = await find_places(connection, {_named(row) for row in past}, day)
    books = await _books(connection, rules, places.values(), day)
    tally = Tally()
    for index, row in enumerate(past):
        tally.take(row, _route(row, places[_named(row)], books))
        if index % _BREATH == _BREATH - 1:
            await asyncio.sleep(0)
    return tally.result(considered=len(past), more=len(rows) > most)


def _named(row: Row) -> Named:
    unit_id = row["filed"].get("named_unit_id")
    return Named(row["service_id"], UUID(unit_id) if unit_id else None, row["region_code"])


async def _books(
    connection: Connection, rules: RuleSet, places: Collection[Place], day: date
) -> Mapping[UUID | None, Asked]:
    """The rules of all who would be asked: the proposed ones, and in place of nobody else's those in force."""
    homes = await queries.find_homes(connection, rules.targets, day)
    institutions = {*homes.institutions, *(place.institution_id for place in places if place.institution_id)}
    held = await queries.find_all_in_force(connection, institutions, day)
    books = [rules, *(book for book in held if book.institution_id != rules.institution_id)]
    situation = await queries.find_situation(connection, books, day)
    return {book.institution_id: Asked(book, situation) for book in books}


def _route(row: Row, place: Place, books: Mapping[UUID | None, Asked]) -> Routed:
    settled = without_rules(place, _named(row), protected=False)
    if settled is not None:
        return settled
    answer = place.answer
    matter = Matter(
        row["type"], row["category"], row["service_id"], row["region_code"], Wording(row["title"], row["body"])
    )
    found = nationally(answer, matter, books.get(None))
    if found.institution_id is None:
        return found
    return locally(found, answer, matter, books.get(found.institution_id))
