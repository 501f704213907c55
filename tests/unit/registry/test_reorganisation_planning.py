"""Planning: what steps come to, and every reason against them with its step. No database."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from chassis.http.flaws import Broken
from registry.reorganisations.plan import Plan
from registry.reorganisations.planning import make_plan
from registry.reorganisations.schemas import NewReorganisation
from registry.reorganisations.steps import read_steps
from registry.reorganisations.world import InstitutionThen, UnitThen, World

CITY, OTHER = uuid4(), uuid4()
OFFICE, SECTION, DESK, WORKS, FAR = (uuid4() for _ in range(5))
"""SECTION lies below OFFICE, DESK below SECTION; WORKS beside OFFICE; FAR in another institution."""
PARENTS = {OFFICE: None, SECTION: OFFICE, DESK: SECTION, WORKS: None, FAR: None}
Step = dict[str, Any]


def world(**changes: Any) -> World:
    found: dict[str, Any] = {
        "units": {
            unit_id: UnitThen(OTHER if unit_id == FAR else CITY, parent, "x", True, True)
            for unit_id, parent in PARENTS.items()
        },
        "institutions": {each: InstitutionThen("x", True, True) for each in (CITY, OTHER)},
        "parents": PARENTS,
        "below": {OFFICE: [SECTION], SECTION: [DESK], CITY: [OFFICE, WORKS]},
    }
    return World(**(found | changes))


def plan(*steps: Step, **changes: Any) -> tuple[Plan, set[tuple[str, str]]]:
    decree = {"title": "x", "effective_on": "2024-10-21", "decree_number": "1", "decree_date": "2024-10-20"}
    body = NewReorganisation.model_validate({**decree, "steps": list(steps)})
    found, flaws = make_plan(read_steps(body.model_dump()["steps"]), world(**changes), new_id=uuid4)
    return found, {(flaw.pointer, flaw.code) for flaw in flaws}


def unit(identity: UUID) -> Step:
    return {"unit_id": str(identity)}


def institution(identity: UUID) -> Step:
    return {"institution_id": str(identity)}


def established(key: str, *, parent: Step | None = None, code: str = "new", place: Step | None = None) -> Step:
    place = place or institution(CITY)
    body = {"institution": place, "parent": parent, "code": code, "name": "Baru", "kind": "department"}
    return {"type": "establish", "key": key, "unit": body}


def portion(to: Step, share: str, **more: Any) -> Step:
    return {"to": to, "share": share, **more}


def merge(into: Step, *subjects: Step) -> Step:
    return {"type": "merge", "subjects": list(subjects), "into": into}


def split(subject: Step, *into: Step) -> Step:
    return {"type": "split", "subject": subject, "into": list(into)}


def test_a_merger_passes_everything_and_takes_the_units_below_along() -> None:
    found, flaws = plan(established("n"), merge({"key": "n"}, unit(OFFICE), unit(WORKS)))
    assert flaws == set()
    new = found.keys["n"]
    assert [tuple(each) for each in found.successions["unit"]] == [
        (OFFICE, new, 1, 0, False),
        (WORKS, new, 1, 0, False),
    ]
    assert [(each.unit_id, each.new_parent) for each in found.reparented] == [(SECTION, new)]
    assert {subject.id for subject in found.ended} == {OFFICE, WORKS}
    assert not found.national


def test_what_is_allotted_goes_there_and_the_rest_follows_the_largest_share() -> None:
    service, other = uuid4(), uuid4()
    found, flaws = plan(
        established("a", code="a"),
        established("b", code="b"),
        split(
            unit(OFFICE),
            portion({"key": "a"}, "1/3", unit_ids=[str(SECTION)]),
            portion({"key": "b"}, "2/3", service_ids=[str(service)]),
        ),
        service_units={service: OFFICE, other: WORKS},
    )
    assert flaws == set()
    a, b = found.keys["a"], found.keys["b"]
    assert [(each.to_id, each.position) for each in found.successions["unit"]] == [(b, 0), (a, 1)]
    assert [(each.unit_id, each.new_parent) for each in found.reparented] == [(SECTION, a)]
    assert found.allotted_services == {service: b}


def test_who_is_among_its_own_successors_stays() -> None:
    found, flaws = plan(split(unit(OFFICE), portion(unit(OFFICE), "0.6"), portion(unit(WORKS), "0.4")))
    assert (flaws, found.ended, found.reparented) == (set(), [], [])
    assert found.successions["unit"][0].to_id == OFFICE


def test_a_move_to_another_institution_goes_on_as_a_new_unit() -> None:
    found, flaws = plan({"type": "move", "subject": unit(OFFICE), "to": unit(FAR)})
    assert (flaws, found.reparented, found.national) == (set(), [], True)
    assert [tuple(each) for each in found.continued] == [(OFFICE, OTHER, FAR)]


def test_an_institution_that_ends_sends_its_tops_to_the_successor() -> None:
    found, flaws = plan(
        {"type": "dissolve", "subject": institution(CITY), "successors": [portion(institution(OTHER), "1")]}
    )
    assert (flaws, found.national) == (set(), True)
    assert [tuple(each) for each in found.continued] == [(OFFICE, OTHER, None), (WORKS, OTHER, None)]


def test_the_order_of_steps_doesnt_matter() -> None:
    steps = [established("n"), {"type": "move", "subject": unit(DESK), "to": {"key": "n"}}]
    steps.append(merge({"key": "n"}, unit(OFFICE)))
    for order in (steps, steps[::-1]):
        found, flaws = plan(*order)
        assert flaws == set()
        new = found.keys["n"]
        assert {(each.unit_id, each.new_parent) for each in found.reparented} == {(DESK, new), (SECTION, new)}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([{"type": "move", "subject": unit(OFFICE), "to": unit(DESK)}], {("/steps/0/to", "circle")}),
        ([{"type": "move", "subject": unit(OFFICE), "to": unit(OFFICE)}], {("/steps/0/to", "circle")}),
        ([merge(unit(DESK), unit(OFFICE))], {("/steps/0/subjects/0", "circle")}),
        ([merge(unit(SECTION), unit(OFFICE))], {("/steps/0/subjects/0", "circle")}),
        ([{"type": "move", "subject": unit(SECTION), "to": unit(OFFICE)}], {("/steps/0/to", "already_there")}),
        ([merge(unit(OFFICE), unit(OFFICE))], {("/steps/0/into", "itself")}),
        ([merge({"key": "n"}, unit(OFFICE))], {("/steps/0/into", "unknown_key")}),
        ([merge(institution(CITY), unit(OFFICE))], {("/steps/0/into", "other_kind")}),
        (
            [split(unit(OFFICE), portion(unit(WORKS), "0.3"), portion(unit(FAR), "0.6"))],
            {("/steps/0/into", "shares_sum")},
        ),
        ([{"type": "dissolve", "subject": unit(OFFICE)}], {("/steps/0", "successor_needed")}),
        (
            [merge(unit(WORKS), unit(OFFICE)), merge(unit(FAR), unit(WORKS))],
            {("/steps/0/into", "ends")},
        ),
        (
            [merge(unit(WORKS), unit(OFFICE)), merge(unit(FAR), unit(OFFICE))],
            {("/steps/1/subjects/0", "named_twice")},
        ),
        ([established("n", parent=unit(FAR))], {("/steps/0/unit/parent", "parent_elsewhere")}),
        ([established("n"), established("n", code="m")], {("/steps/1/key", "key_taken")}),
        ([established("n"), established("m")], {("/steps/1/unit/code", "code_taken")}),
        (
            [{"type": "rename", "subject": institution(CITY), "name": "Baru", "code": "x"}],
            {("/steps/0/code", "code_fixed")},
        ),
        (
            [split(unit(OFFICE), portion(unit(WORKS), "0.5", unit_ids=[str(DESK)]), portion(unit(FAR), "0.5"))],
            {("/steps/0/into/0/unit_ids/0", "not_below")},
        ),
        (
            [split(unit(OFFICE), portion(unit(WORKS), "0.5", service_ids=[str(FAR)]), portion(unit(FAR), "0.5"))],
            {("/steps/0/into/0/service_ids/0", "not_its_service")},
        ),
    ],
)
def test_what_cant_be_done_names_its_step(steps: list[Step], expected: set[tuple[str, str]]) -> None:
    assert plan(*steps)[1] == expected


def test_every_flaw_is_told_at_once() -> None:
    strange = uuid4()
    assert plan(
        {"type": "rename", "subject": unit(strange), "name": "Baru"},
        {"type": "move", "subject": institution(CITY), "to": unit(OFFICE)},
        established("n", code="taken"),
        {"type": "rename", "subject": unit(WORKS), "name": "Baru", "code": "taken"},
        unit_codes={(CITY, "taken"): {DESK}},
    )[1] == {
        ("/steps/0/subject", "unknown_unit"),
        ("/steps/1/subject", "a_unit_needed"),
        ("/steps/2/unit/code", "code_taken"),
        ("/steps/3/code", "code_taken"),
    }


def test_a_code_is_free_again_when_its_unit_ends() -> None:
    steps = [established("n", code="office"), merge({"key": "n"}, unit(OFFICE))]
    assert plan(*steps, unit_codes={(CITY, "office"): {OFFICE}})[1] == set()


def test_what_ends_later_or_takes_part_in_a_later_reorganisation() -> None:
    units = world().units | {WORKS: UnitThen(CITY, None, "x", True, False)}
    assert plan(merge(unit(WORKS), unit(OFFICE)), units=units)[1] == {("/steps/0/into", "not_lasting")}
    assert plan(merge(unit(WORKS), unit(OFFICE)), reorganised_later=frozenset({OFFICE}))[1] == {
        ("/steps/0/subjects/0", "reorganised_later")
    }


@pytest.mark.parametrize("share", ["0", "-1", "1.1", "1/0", "abc", "1e-1", 0.5])
def test_shares_are_text_above_nothing_and_at_most_all(share: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        plan(split(unit(OFFICE), portion(unit(WORKS), share), portion(unit(FAR), "0.5")))
    error = refused.value.errors()[0]
    assert isinstance(error["ctx"]["error"], Broken)
    assert error["loc"][-1] == "share"
