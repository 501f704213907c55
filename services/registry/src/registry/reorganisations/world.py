"""What a plan must know of the directory as of the day: values, read by queries, so that planning is pure."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID


class UnitThen(NamedTuple):
    """A unit as of the day; `lasting`: in force from the day on without an end."""

    institution_id: UUID
    parent_id: UUID | None
    name: str
    in_force: bool
    lasting: bool


class InstitutionThen(NamedTuple):
    """An institution as of the day."""

    name: str
    in_force: bool
    lasting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that the steps name, and what hangs on what ends."""

    units: dict[UUID, UnitThen] = field(default_factory=dict)
    institutions: dict[UUID, InstitutionThen] = field(default_factory=dict)
    parents: dict[UUID, UUID | None] = field(default_factory=dict)
    """The unit above, of each named unit and all units above these."""
    below: dict[UUID, list[UUID]] = field(default_factory=dict)
    """Units directly below each unit that ends, and at the top of each institution that ends, on the day or later."""
    serving: frozenset[UUID] = frozenset()
    """Ending units that have services which aren't given up."""
    service_units: dict[UUID, UUID] = field(default_factory=dict)
    """The unit of each service that is named."""
    reorganised_later: frozenset[UUID] = frozenset()
    """Ending units and institutions that take part in a reorganisation of a later day."""
    unit_codes: dict[tuple[UUID, str], set[UUID]] = field(default_factory=dict)
    """Who has a named code in an institution, on the day or later."""
    institution_codes: frozenset[str] = frozenset()
    """Named codes that institutions have."""
    regions: frozenset[str] = frozenset()
    """Named codes of regions that exist."""
