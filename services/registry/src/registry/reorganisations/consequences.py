"""What a reorganisation does, as it is told before and after: pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from registry.reorganisations.plan import Plan, Succession

MOST = 1_000
"""Of each list; all are counted."""
Row = Mapping[str, Any]
_SEAT = ("id", "person_id", "person_name", "role", "institution_id", "unit_id", "continues_at")
_SERVICE = ("id", "name", "from_unit_id", "to_unit_id")
_STANDARD = ("id", "number", "state", "service_id", "to_unit_id", "reviewed")


def changed_places(plan: Plan, successions: Sequence[Succession]) -> list[dict[str, Any]]:
    """Each unit and institution with what happens to it, without names: kind, id, change, to_id."""
    heirs = {
        each.from_id: each.to_id
        for each in (*successions, *plan.successions["institution"])
        if each.position == 0 and not each.continued
    }
    return [
        *(_place(place.subject.kind, place.subject.id, "established", place.parent_id) for place in plan.established),
        *(_place(subject.kind, subject.id, "renamed", None) for subject, _ in plan.renamed),
        *(_place("unit", each.unit_id, "moved", each.new_parent) for each in plan.reparented),
        *(_place(subject.kind, subject.id, "ended", heirs.get(subject.id)) for subject in plan.ended),
        *(_place("unit", each.from_id, "continued", each.to_id) for each in successions if each.continued),
    ]


def _place(kind: str, identity: UUID, change: str, to_id: UUID | None) -> dict[str, Any]:
    return {"kind": kind, "id": identity, "change": change, "to_id": to_id}


def told(
    places: Sequence[Row],
    names: Mapping[UUID, str],
    *,
    services: Sequence[Row],
    standards: Sequence[Row],
    seats: Sequence[Row],
    successions: Mapping[str, Sequence[Succession]],
) -> dict[str, Any]:
    """The consequences as of replies.Consequences."""
    following = [seat for seat in seats if seat["continues_at"] is not None]
    ending = [seat for seat in seats if seat["continues_at"] is None]
    passed = [(kind, each) for kind, listed in successions.items() for each in listed]
    lists: dict[str, Sequence[Any]] = {
        "places": places,
        "services": services,
        "standards": standards,
        "appointments_following": following,
        "seats_ending": ending,
        "successions": passed,
    }
    return {
        "counts": {name: len(rows) for name, rows in lists.items()},
        "places": [{**place, "name": names.get(place["id"], "")} for place in places[:MOST]],
        "services": _rows(services, _SERVICE),
        "standards": _rows(standards, _STANDARD),
        "appointments_following": _rows(following, _SEAT),
        "seats_ending": _rows(ending, _SEAT),
        "successions": [
            {"kind": kind, "from_id": each.from_id, "to_id": each.to_id, "share": str(each.share)}
            for kind, each in passed[:MOST]
        ],
    }


def _rows(rows: Iterable[Row], names: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in names} for row in list(rows)[:MOST]]
