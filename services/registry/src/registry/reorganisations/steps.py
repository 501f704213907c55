"""The steps of a reorganisation as values, and what they name. Pure.

A subject is a unit or an institution: one that exists, or one established in the same reorganisation under a local key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from registry.reorganisations.shares import ONE, read_share

Kind = Literal["unit", "institution"]


@dataclass(frozen=True, slots=True)
class Named:
    """What a step names, and where it stands in the body. One of `id` and `key`."""

    pointer: str
    kind: Kind | None = None
    id: UUID | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A successor with its share, and what is allotted to it beside what follows the principal."""

    to: Named
    share: Fraction
    units: tuple[Named, ...] = ()
    services: tuple[tuple[str, UUID], ...] = ()  # pointer, id


@dataclass(frozen=True, slots=True)
class Establish:
    pointer: str
    key: str
    kind: Kind
    content: Mapping[str, Any]
    institution: Named | None = None
    parent: Named | None = None


@dataclass(frozen=True, slots=True)
class Rename:
    pointer: str
    subject: Named
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Move:
    pointer: str
    subject: Named
    to: Named


@dataclass(frozen=True, slots=True)
class Succeed:
    """A merger, a split or a dissolution of one subject: it passes to `parts`, in the order stated."""

    pointer: str
    type: Literal["merge", "split", "dissolve"]
    subject: Named
    parts: tuple[Part, ...]


Step = Establish | Rename | Move | Succeed


@dataclass(slots=True)
class Mentioned:
    """Which existing things the steps name, to be looked up at once."""

    units: set[UUID] = field(default_factory=set)
    institutions: set[UUID] = field(default_factory=set)
    services: set[UUID] = field(default_factory=set)
    ending: set[UUID] = field(default_factory=set)
    """Units and institutions that pass to successors."""


def read_steps(bodies: Sequence[Mapping[str, Any]]) -> list[Step]:
    """The steps of a body (as of schemas.NewReorganisation); a merger of several becomes one Succeed each."""
    return [step for index, body in enumerate(bodies) for step in _read(f"/steps/{index}", body)]


def _read(pointer: str, body: Mapping[str, Any]) -> Iterator[Step]:
    match body["type"]:
        case "establish":
            kind: Kind = "unit" if body["unit"] is not None else "institution"
            content = dict(body[kind])
            above, parent = content.pop("institution", None), content.pop("parent", None)
            yield Establish(
                pointer,
                body["key"],
                kind,
                content,
                _named(f"{pointer}/unit/institution", above) if above else None,
                _named(f"{pointer}/unit/parent", parent) if parent else None,
            )
        case "rename":
            content = {name: body[name] for name in ("name", "short_name", "code")}
            yield Rename(pointer, _named(f"{pointer}/subject", body["subject"]), content)
        case "move":
            yield Move(pointer, _named(f"{pointer}/subject", body["subject"]), _named(f"{pointer}/to", body["to"]))
        case "merge":
            into = Part(_named(f"{pointer}/into", body["into"]), ONE)
            for index, subject in enumerate(body["subjects"]):
                yield Succeed(pointer, "merge", _named(f"{pointer}/subjects/{index}", subject), (into,))
        case kind_of_end:
            listed = "into" if kind_of_end == "split" else "successors"
            parts = tuple(_part(f"{pointer}/{listed}/{index}", part) for index, part in enumerate(body[listed]))
            yield Succeed(pointer, kind_of_end, _named(f"{pointer}/subject", body["subject"]), parts)


def _named(pointer: str, reference: Mapping[str, Any]) -> Named:
    if reference["key"] is not None:
        return Named(pointer, key=reference["key"])
    if reference["unit_id"] is not None:
        return Named(pointer, "unit", reference["unit_id"])
    return Named(pointer, "institution", reference["institution_id"])


def _part(pointer: str, part: Mapping[str, Any]) -> Part:
    units = tuple(Named(f"{pointer}/unit_ids/{index}", "unit", each) for index, each in enumerate(part["unit_ids"]))
    services = tuple((f"{pointer}/service_ids/{index}", each) for index, each in enumerate(part["service_ids"]))
    return Part(_named(f"{pointer}/to", part["to"]), read_share(part["share"]), units, services)


def mentioned(steps: Sequence[Step]) -> Mentioned:
    """What the steps name."""
    found = Mentioned()
    for step in steps:
        for named in _names(step):
            if named.id is not None:
                (found.units if named.kind == "unit" else found.institutions).add(named.id)
        if isinstance(step, Succeed):
            if step.subject.id is not None:
                found.ending.add(step.subject.id)
            found.services |= {identity for part in step.parts for _, identity in part.services}
        if isinstance(step, Establish) and step.kind == "institution":
            found.institutions |= set(step.content["supervisor_ids"])
    return found


def _names(step: Step) -> Iterator[Named]:
    match step:
        case Establish():
            yield from (named for named in (step.institution, step.parent) if named is not None)
        case Rename():
            yield step.subject
        case Move():
            yield from (step.subject, step.to)
        case Succeed():
            yield step.subject
            for part in step.parts:
                yield part.to
                yield from part.units
