"""Whose approval a substantive answer needs and what evidence its closing, by class: the nearest policy that says it. Pure.

A unit's policy stands before those of the units above it, these before the institution's, that before the one that ships.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

NONE, HEAD, SUPERIOR = "none", "head", "superior"
"""approval_needs: nobody's, the unit head's (whose own answer goes out at once), always somebody else's."""
STRICT = frozenset({"supervisory"})
"""Classes whose answers are always approved by another, with evidence: no policy makes less of them."""


class ClassRule(NamedTuple):
    """`evidence`: kinds of evidence_kinds, one of which must prove a resolution; none: whatever the outcome asks for."""

    approval: str
    evidence: tuple[str, ...]


def nearest(policies: Iterable[Mapping[str, Any]], ancestors: Sequence[UUID]) -> list[Mapping[str, Any]]:
    """The policies in the order in which they are asked. `ancestors`: the unit itself first, then those above it."""
    place = {unit_id: index for index, unit_id in enumerate(ancestors)}

    def distance(policy: Mapping[str, Any]) -> int:
        if policy["unit_id"] is not None:
            return place[policy["unit_id"]]
        return len(place) + (policy["institution_id"] is None)

    return sorted(policies, key=distance)


def rule_for(case_class: str, policies: Sequence[Mapping[str, Any]]) -> ClassRule:
    """What holds for a class, by policies in the order of `nearest`; where none says it, a superior approves."""
    said = [rule for policy in policies for rule in policy["rules"] if rule["class"] == case_class]
    approval = next((rule["approval"] for rule in said if rule["approval"] is not None), SUPERIOR)
    evidence = next((rule["evidence"] for rule in said if rule["evidence"] is not None), ())
    return ClassRule(approval, tuple(evidence))
