"""What a caller may see, as a condition for queries: the SQL side of `roles.reaches`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Table, Uuid, any_, bindparam, false, func, or_, select, true

from directory.roles import REACHING_ALL, SUPERVISOR, Actor, acts_within
from directory.tables import unit_ancestors


@dataclass(frozen=True, slots=True)
class Reach:
    """All that a caller reaches: everything, whole institutions, and subtrees of units. Empty: nothing."""

    everything: bool = False
    institutions: frozenset[UUID] = frozenset()
    units: frozenset[UUID] = frozenset()

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(
            self.everything or other.everything, self.institutions | other.institutions, self.units | other.units
        )

    def __bool__(self) -> bool:
        return self.everything or bool(self.institutions) or bool(self.units)

    @property
    def shape(self) -> tuple[bool, bool, bool, bool]:
        """What decides the text of `predicate`, for keeping composed statements; the rest are parameters.

        Everything; institutions; one institution alone; units.
        """
        if self.everything:
            return True, False, False, False
        return False, bool(self.institutions), len(self.institutions) == 1, bool(self.units)

    def predicate(
        self,
        institution_id: ColumnElement[Any],
        unit_id: ColumnElement[Any],
        *,
        name: str = "reach",
        ancestors: Table = unit_ancestors,
    ) -> ColumnElement[bool]:
        """The condition on a row's columns. Only the arms that the shape needs: an OR of unused ones costs the index.

        Parameters, given by `values` under the same `name`: `<name>_institutions` or `<name>_institution`, `<name>_units`,
        `<name>_day`.
        """
        everything, institutions, one, units = self.shape
        if everything:
            return true()
        arms: list[ColumnElement[bool]] = []
        if one:
            # An index has an order under `=` that it loses under `= ANY`.
            arms.append(institution_id == bindparam(f"{name}_institution", type_=Uuid))
        elif institutions:
            arms.append(institution_id == any_(bindparam(f"{name}_institutions", type_=ARRAY(Uuid))))
        if units:
            arms.append(in_subtree(unit_id, name=name, ancestors=ancestors))
        return or_(*arms) if arms else false()

    def values(self, day: date, *, name: str = "reach") -> Mapping[str, Any]:
        """The parameters of `predicate`; units reach what lies below them on `day`."""
        _, institutions, one, units = self.shape
        values: dict[str, Any] = {}
        if one:
            [values[f"{name}_institution"]] = self.institutions
        elif institutions:
            values[f"{name}_institutions"] = sorted(self.institutions)
        if units:
            values |= {f"{name}_units": sorted(self.units), f"{name}_day": day}
        return values


NOTHING = Reach()
EVERYTHING = Reach(everything=True)


def in_subtree(
    unit_id: ColumnElement[Any], *, name: str = "subtree", ancestors: Table = unit_ancestors
) -> ColumnElement[bool]:
    """Whether a row's unit is one of `<name>_units` or lies below one on `<name>_day`."""
    below = select(ancestors.c.unit_id).where(
        ancestors.c.ancestor_id == any_(bindparam(f"{name}_units", type_=ARRAY(Uuid))),
        ancestors.c.valid_during.op("@>")(bindparam(f"{name}_day", type_=Date)),
    )
    # An array is computed once and then searched for in the index, also beside an OR; EXISTS there reads every row.
    return unit_id == any_(func.array(below.scalar_subquery(), type_=ARRAY(Uuid)))


def reach_of(actor: Actor, *roles: str) -> Reach:
    """What the actor reaches in any of these roles. Agrees with `roles.reaches`, row by row."""
    if actor.unbound:
        return EVERYTHING
    seats = [seat for seat in actor.seats if seat.role in roles]
    if any(seat.role in REACHING_ALL for seat in seats):
        return EVERYTHING
    whole = frozenset(seat.institution_id for seat in seats if seat.unit_id is None)
    if any(seat.role == SUPERVISOR for seat in seats):
        whole |= actor.supervised
    return Reach(institutions=whole, units=frozenset(seat.unit_id for seat in seats if seat.unit_id is not None))


def reach_by_scope(actor: Actor, scope: str) -> Reach:
    """What a client reaches by one of its scopes: its institution, or everything for the unbound one."""
    if actor.unbound and acts_within(actor, scope, None):
        return EVERYTHING
    if actor.institution_id is not None and acts_within(actor, scope, actor.institution_id):
        return Reach(institutions=frozenset({actor.institution_id}))
    return NOTHING
