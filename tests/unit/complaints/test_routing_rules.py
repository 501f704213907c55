"""Routing rules: the first one that holds decides, a rule never widens what the authority answered, and the trace says why."""

from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.custody.routing.places import Named, Place, without_rules
from complaints.custody.routing.rules import (
    Answer,
    Asked,
    Load,
    Matter,
    Rule,
    RuleSet,
    Situation,
    choose,
    locally,
    nationally,
    stands,
)
from complaints.custody.routing.words import NotWords, Wording, read_patterns

CITY, OTHER_CITY, MINISTRY = UUID(int=1), UUID(int=2), UUID(int=3)
ROADS, WATER, COUNTER, ELSEWHERE = UUID(int=11), UUID(int=12), UUID(int=13), UUID(int=21)
SERVICE = UUID(int=31)
HOMES = {ROADS: CITY, WATER: CITY, COUNTER: CITY, ELSEWHERE: OTHER_CITY}


def situation(**changes: Any) -> Situation:
    return Situation(HOMES, frozenset({CITY, OTHER_CITY, MINISTRY}), {})._replace(**changes)


def rule(code: str, unit: UUID | None = ROADS, **changes: Any) -> Rule:
    return Rule(code=code, unit_id=unit, **changes)


def city_rules(*rules: Rule) -> RuleSet:
    return RuleSet(id=UUID(int=41), institution_id=CITY, version=3, rules=rules)


def nation(*rules: Rule) -> RuleSet:
    return RuleSet(id=UUID(int=42), institution_id=None, version=7, rules=rules)


def matter(text: str = "Jalan rusak di depan pasar", **changes: Any) -> Matter:
    return Matter("complaint", "transport", SERVICE, "51.71.02.1001", Wording(text))._replace(**changes)


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({}, True),  # a rule without conditions is the last word of a set
        ({"categories": frozenset({"transport", "health"})}, True),
        ({"categories": frozenset({"health"})}, False),
        ({"service_ids": frozenset({SERVICE})}, True),
        ({"service_ids": frozenset({UUID(int=99)})}, False),
        ({"types": frozenset({"aspiration"})}, False),
        ({"region_codes": ("51",)}, True),
        ({"region_codes": ("51.71.02.1001",)}, True),
        ({"region_codes": ("51.7",)}, False),  # a sibling prefix isn't an area
        ({"region_codes": ("51.71.03", "51.71.02")}, True),
        ({"words": read_patterns(["rusak"])}, True),
        ({"words": read_patterns(["rusa"])}, False),  # whole words
        ({"words": read_patterns(["rus*"])}, True),
        ({"words": read_patterns(["jalan rusak"])}, True),
        ({"words": read_patterns(["rusak jalan"])}, False),
        ({"words": read_patterns(["banjir", "PASAR"])}, True),  # one is enough, case is nothing
        ({"categories": frozenset({"transport"}), "words": read_patterns(["banjir"])}, False),  # all must hold
    ],
)
def test_conditions(conditions: dict[str, Any], holds: bool) -> None:
    found = choose(city_rules(rule("one", **conditions)), matter(), situation())
    assert (found.rule is not None) == holds


def test_what_a_filing_lacks_meets_no_condition_on_it() -> None:
    bare = Matter("complaint", None, None, None, Wording(""))
    for conditions in (
        {"categories": frozenset({"transport"})},
        {"service_ids": frozenset({SERVICE})},
        {"region_codes": ("51",)},
        {"words": read_patterns(["jalan"])},
    ):
        assert choose(city_rules(rule("one", **conditions)), bare, situation()).rule is None


@pytest.mark.parametrize(
    ("load", "open_cases", "holds"),
    [
        (Load(ROADS, 10, None), 9, True),
        (Load(ROADS, 10, None), 10, False),
        (Load(ROADS, None, 10), 10, True),
        (Load(ROADS, None, 10), 9, False),
    ],
)
def test_load(load: Load, open_cases: int, holds: bool) -> None:
    rules = city_rules(rule("roads", load=load), rule("rest", WATER))
    found = choose(rules, matter(), situation(loads={ROADS: open_cases}))
    assert found.rule is not None
    assert found.rule.code == ("roads" if holds else "rest")
    if holds:
        assert found.because["load"] == {"unit_id": ROADS, "open_cases": open_cases}
    else:
        assert found.passed_over == ({"rule": "roads", "why": "load", "unit_id": ROADS, "open_cases": open_cases},)


def test_a_unit_that_ended_or_is_another_citys_is_passed_over() -> None:
    rules = city_rules(rule("ended", UUID(int=77)), rule("foreign", ELSEWHERE), rule("water", WATER))
    found = choose(rules, matter(), situation())
    assert found.rule is rules.rules[2]
    assert [each["why"] for each in found.passed_over] == ["target_not_in_force"] * 2


def test_no_rule_leaves_the_authoritys_answer() -> None:
    answer = Answer(CITY, COUNTER, ("service_unit",))
    asked = Asked(city_rules(rule("floods", words=read_patterns(["banjir"]))), situation())
    found = locally(nationally(answer, matter(), None), answer, matter(), asked)
    assert (found.institution_id, found.unit_id, found.trace["by"]) == (CITY, COUNTER, "authority")
    [step] = found.trace["steps"]
    assert (step["rule"], step["version"]) == (None, 3)
    assert found.trace["authority"] == {"institution_id": CITY, "unit_id": COUNTER, "reasons": ("service_unit",)}


def test_a_rule_sends_a_filing_to_another_unit_and_says_why() -> None:
    answer = Answer(CITY, COUNTER, ("service_unit",))
    roads = rule("roads", categories=frozenset({"transport"}), words=read_patterns(["jalan*", "lubang"]))
    found = locally(stands(answer), answer, matter("Jalannya berlubang"), Asked(city_rules(roads), situation()))
    assert (found.institution_id, found.unit_id, found.trace["by"]) == (CITY, ROADS, "rule")
    assert found.trace["steps"][0]["because"] == {"category": "transport", "words": ["jalan*"]}


def test_national_rules_are_asked_only_where_no_unit_is_known() -> None:
    ministry = Asked(nation(rule("abroad", None, institution_id=MINISTRY)), situation())
    placed = Answer(CITY, COUNTER)
    assert nationally(placed, matter(), ministry).unit_id == COUNTER
    found = nationally(Answer(CITY, None), matter(), ministry)
    assert (found.institution_id, found.unit_id, found.trace["by"]) == (MINISTRY, None, "rule")
    to_unit = Asked(nation(rule("there", ELSEWHERE)), situation())
    found = nationally(Answer(None, None), matter(), to_unit)
    assert (found.institution_id, found.unit_id) == (OTHER_CITY, ELSEWHERE)


def test_a_unit_of_a_national_rule_is_kept_and_an_institution_refines_its_own() -> None:
    answer = Answer(None, None)
    own = Asked(replace(city_rules(rule("roads"))), situation())
    to_unit = nationally(answer, matter(), Asked(nation(rule("water", WATER)), situation()))
    assert locally(to_unit, answer, matter(), own).unit_id == WATER
    to_city = nationally(answer, matter(), Asked(nation(rule("city", None, institution_id=CITY)), situation()))
    refined = locally(to_city, answer, matter(), own)
    assert refined.unit_id == ROADS
    assert [step["rule"] for step in refined.trace["steps"]] == ["city", "roads"]


@pytest.mark.parametrize(
    ("named", "known", "protected", "by"),
    [
        (Named(None, COUNTER, None), True, False, "reporter"),  # a unit that the reporter named stands
        (Named(SERVICE, None, None), True, True, "authority"),  # a protected case is the auditors'
        (Named(SERVICE, None, None), False, False, "authority"),  # what isn't known yet waits
        (Named(SERVICE, None, None), True, False, None),
        (Named(None, None, "51.71"), True, False, None),
        (Named(None, None, None), True, False, None),
    ],
)
def test_when_rules_are_asked_at_all(named: Named, known: bool, protected: bool, by: str | None) -> None:
    place = Place(CITY, COUNTER, "Asia/Makassar", known)
    found = without_rules(place, named, protected=protected)
    assert (None if found is None else found.trace["by"]) == by


@pytest.mark.parametrize("pattern", ["*", "ja*", "!!", "jalan* raya", "a*b"])
def test_patterns_that_would_hold_of_everything_are_refused(pattern: str) -> None:
    with pytest.raises(NotWords):
        read_patterns([pattern])


CATEGORIES = ("transport", "health", "education")
RULES = st.lists(
    st.builds(
        Rule,
        code=st.uuids().map(str),
        categories=st.frozensets(st.sampled_from(CATEGORIES), max_size=2),
        region_codes=st.lists(st.sampled_from(["51", "51.71", "32"]), max_size=2).map(tuple),
        words=st.lists(st.sampled_from(["jalan", "rus*", "air bersih"]), max_size=2).map(read_patterns),
        load=st.none() | st.builds(Load, st.just(ROADS), st.integers(1, 3), st.none()),
        unit_id=st.sampled_from([ROADS, WATER, ELSEWHERE, UUID(int=77)]),
    ),
    max_size=8,
)
MATTERS = st.builds(
    Matter,
    st.just("complaint"),
    st.none() | st.sampled_from(CATEGORIES),
    st.none(),
    st.none() | st.sampled_from(["51.71.01", "32.04", "11"]),
    st.sampled_from(["Jalan rusak", "Air bersih mati", ""]).map(Wording),
)


@settings(max_examples=50)
@given(RULES, MATTERS, st.integers(0, 4))
def test_the_first_rule_that_would_hold_alone_decides(rules: list[Rule], found: Matter, load: int) -> None:
    today = situation(loads={ROADS: load})
    alone = [rule for rule in rules if choose(city_rules(rule), found, today).rule is rule]
    assert choose(city_rules(*rules), found, today).rule is (alone[0] if alone else None)


@settings(max_examples=50)
@given(RULES, MATTERS, st.integers(0, 4))
def test_rules_after_the_one_that_decides_change_nothing(rules: list[Rule], found: Matter, load: int) -> None:
    today = situation(loads={ROADS: load})
    outcomes = [choose(city_rules(*rules[:length]), found, today) for length in range(len(rules) + 1)]
    for shorter, longer in pairwise(outcomes):
        if shorter.rule is not None:
            assert longer == shorter


@settings(max_examples=50)
@given(RULES, MATTERS)
def test_an_institutions_rules_never_leave_the_institution(rules: list[Rule], found: Matter) -> None:
    answer = Answer(CITY, COUNTER)
    routed = locally(stands(answer), answer, found, Asked(city_rules(*rules), situation()))
    assert routed.institution_id == CITY
    assert routed.unit_id is not None
    assert HOMES[routed.unit_id] == CITY
