"""The rules of ethics: states, who judges whom, verdicts and sanctions, who assesses whom; the catalogues that ship."""

import json
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

from devstack.layout import DATA
from directory.roles import Actor, Seat
from evaluation.ethics import lifecycle
from evaluation.ethics.assessing import flaws_of_assessment, may_assess
from evaluation.ethics.catalogues import Sanctions, read_conduct, read_sanctions, read_values
from evaluation.ethics.judging import OUTSIDE_BODIES, Level, judge_of, level_for, objected_to
from evaluation.ethics.verdicts import Verdict, flaws_of

RULES = """
received          accusation         received
received          screening          screening
screening         accusation         screening
screening         examination        examination
screening         decision           decided
screening         referral           referred
examination       accusation         examination
examination       hearing            hearing
examination       decision           decided
examination       referral           referred
hearing           decision           decided
hearing           referral           referred
referred          examination        examination
referred          closure            closed
decided           enforcement        sanction_in_force
decided           objection          objection
decided           closure            closed
sanction_in_force objection          objection
sanction_in_force remedy             sanction_in_force
sanction_in_force escalation         sanction_in_force
sanction_in_force closure            closed
objection         objection          objection
objection         objection_decision decided
objection         referral           referred
"""
ALLOWED = {(state, action): after for state, action, after in (line.split() for line in RULES.strip().splitlines())}


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "ethics" / f"{name}.json").read_bytes())
    return found


def codes(file: str, name: str) -> set[str]:
    return {item["code"] for item in json.loads((DATA / "vocabularies" / f"{file}.json").read_bytes())[name]["items"]}


def sanctions() -> Sanctions:
    return read_sanctions(document("sanctions"))


@pytest.mark.parametrize(
    ("state", "action"), list(product(sorted(lifecycle.STATES), sorted({action for _, action in ALLOWED})))
)
def test_every_pair_of_state_and_action(state: str, action: str) -> None:
    assert lifecycle.MOVES.get((state, action)) == ALLOWED.get((state, action))
    assert (action in lifecycle.moves_from(state)) == ((state, action) in ALLOWED)


def test_states_are_those_of_the_vocabulary() -> None:
    assert codes("evaluation", "ethics_case_states") == lifecycle.STATES


def test_the_catalogues_are_the_law_s() -> None:
    values, rules = read_values(document("values")), document("conduct-rules")
    assert set(values.codes) == codes("directory", "ethics_values")
    assert len(values.codes) == 7
    assert [item["letter"] for item in rules["items"]] == list("abcdefghijklmno")  # art. 34
    assert len(read_conduct(rules)) == 15
    assert {item["value"] for item in rules["items"]} <= set(values.codes)
    found = sanctions()
    every = {kind for kinds in found.kinds.values() for kind in kinds}
    assert every == codes("evaluation", "sanction_kinds") - {"compensation"}
    # The ladder of PP 94/2021 has no cut of salary and rank; that of UU 25/2009 no cut of the allowance.
    assert not {"salary_reduction", "rank_reduction"} & found.kinds["civil_servant"].keys()
    assert "allowance_cut_6_months" not in found.kinds["public_service_law"]
    assert set(found.kinds["corporation"]) == {"mission_or_licence_freeze", "licence_revocation", "fine"}


@pytest.mark.parametrize(
    ("roles", "heads_audit", "within_audit", "level"),
    [
        ((), False, False, Level.AUDITOR),
        (("officer",), False, False, Level.AUDITOR),
        (("unit_head", "officer"), False, False, Level.AUDITOR),
        (("institution_admin",), False, False, Level.AUDITOR),
        (("internal_auditor",), False, True, Level.HEAD),
        (("internal_auditor",), False, False, Level.HEAD),
        (("officer",), False, True, Level.HEAD),  # serves in the inspectorate
        (("unit_head",), True, True, Level.SUPERVISOR),
        (("responsible_officer",), False, False, Level.SUPERVISOR),
        (("responsible_officer", "internal_auditor"), False, True, Level.SUPERVISOR),
        (("supervisor",), False, False, Level.OUTSIDE),
        (("supervisor", "unit_head"), True, True, Level.OUTSIDE),
    ],
)
def test_the_level_follows_from_what_the_accused_holds(
    roles: tuple[str, ...], heads_audit: bool, within_audit: bool, level: Level
) -> None:
    assert level_for(roles, heads_audit=heads_audit, within_audit=within_audit) is level


def seat(role: str, institution_id: UUID, unit_id: UUID | None = None, person_id: UUID | None = None) -> Seat:
    return Seat(
        role=role,
        institution_id=institution_id,
        unit_id=unit_id,
        person_id=person_id or uuid4(),
        acting="definitive",
        valid_from=date(2020, 1, 1),
        valid_to=None,
    )


def actor(*seats: Seat, person_id: UUID | None = None) -> Actor:
    return Actor(kind="account", id="somebody", person_id=person_id or uuid4(), seats=seats)


def test_whose_decisions_an_objection_stands_against() -> None:
    one, other = uuid4(), uuid4()

    def found(*steps: tuple[str, UUID | None]) -> set[UUID]:
        return set(objected_to([{"action": action, "person_id": person} for action, person in steps]))

    assert found(("opening", other), ("decision", one)) == set(), "nobody objected"
    assert found(("decision", one), ("objection", other)) == {one}
    assert found(("decision", one), ("objection", other), ("referral", one), ("examination", one)) == {one}
    assert found(("decision", one), ("objection", None), ("objection_decision", other), ("objection", None)) == {
        one,
        other,
    }
    assert found(("decision", None), ("objection", one)) == set(), "the platform's own client is no person"


def test_bodies_outside_are_known() -> None:
    assert set(OUTSIDE_BODIES) <= codes("complaints", "referral_bodies")


def test_judges() -> None:
    city, inspectorate, works = uuid4(), uuid4(), uuid4()
    auditor = judge_of(actor(seat("internal_auditor", city, inspectorate)), ())
    assert (auditor.level_in(city), auditor.level_in(uuid4())) == (Level.AUDITOR, None)
    head = judge_of(actor(seat("unit_head", city, inspectorate), seat("officer", city, works)), {inspectorate})
    assert head.level_in(city) is Level.HEAD
    assert head.own_units == {inspectorate, works}
    assert head.above_audit == {works}
    assert judge_of(actor(seat("supervisor", city)), ()).level_in(city) is Level.SUPERVISOR
    other_head = judge_of(actor(seat("unit_head", city, works)), ())
    assert not other_head.anywhere
    client = Actor(kind="client", id="c", institution_id=city, scopes=frozenset({"evaluation:read"}))
    assert not judge_of(client, ()).anywhere


def verdict(person: UUID, **fields: Any) -> Verdict:
    told: dict[str, Any] = {
        "verdict": "proven",
        "reason": "Terbukti",
        "articles": frozenset(),
        "sanction": None,
        "compensation_idr": None,
        "decree_number": None,
    }
    return Verdict(person_id=person, **{**told, **fields})


def test_verdicts_are_for_everyone_accused_and_sanctions_follow_proof() -> None:
    one, two = uuid4(), uuid4()
    regimes = {one: "civil_servant", two: "corporation"}

    def found(*verdicts: Verdict, examined: bool = True) -> set[tuple[str, str]]:
        known = codes("evaluation", "ethics_verdicts")
        flaws = flaws_of(verdicts, regimes, sanctions(), known=known, examined=examined)
        return {(flaw.pointer, flaw.code) for flaw in flaws}

    light = verdict(one, sanction="verbal_warning", decree_number="1/2026")
    fined = verdict(two, sanction="fine", decree_number="2/2026", compensation_idr=1_000_000)
    assert found(light, fined) == set()
    assert found(light) == {("/verdicts", "not_everyone")}
    assert found(light, fined, verdict(uuid4())) == {("/verdicts/2/person_id", "not_accused")}
    assert found(light, light, fined) == {("/verdicts/1/person_id", "decided_twice")}
    assert found(light, verdict(two, sanction="verbal_warning", decree_number="2")) == {
        ("/verdicts/1/sanction", "not_of_the_regime")
    }
    assert found(verdict(one, sanction="salary_reduction"), verdict(two)) == {
        ("/verdicts/0/sanction", "not_of_the_regime"),
        ("/verdicts/0/decree_number", "decree_needed"),
    }
    cleared = verdict(one, verdict="not_proven", sanction="verbal_warning", decree_number="1", compensation_idr=5)
    assert found(cleared, fined) == {
        ("/verdicts/0/sanction", "not_proven"),
        ("/verdicts/0/compensation_idr", "not_proven"),
    }
    assert found(verdict(one, verdict="guilty"), fined) == {("/verdicts/0/verdict", "unknown_code")}
    assert found(verdict(one, articles=frozenset({"99(9)"})), fined) == {("/verdicts/0/articles", "unknown_article")}
    unexaminable = [verdict(each, verdict="not_examinable") for each in (one, two)]
    assert found(*unexaminable, examined=False) == set()
    assert ("/verdicts/0/verdict", "not_examined") in found(light, fined, examined=False)


def test_a_warning_leaves_time_for_the_articles_of_54_2_alone() -> None:
    found = sanctions()
    assert found.gives_time("written_warning", frozenset({"44(1)"}))
    assert not found.gives_time("written_warning", frozenset({"15 g"}))  # art. 54(1)
    assert not found.gives_time("verbal_warning", frozenset({"44(1)"}))
    assert not found.gives_time(None, frozenset({"44(1)"}))
    assert (found.remedy.amount, found.remedy.unit, found.unremedied) == (3, "month", "removal_from_post")


def test_the_ladder_of_civil_servants_is_that_of_pp_94_2021() -> None:
    """Art. 8: three light, three moderate, three severe; whoever is removed serves in an executing post for 12 months."""
    regimes = {each["code"]: each["kinds"] for each in document("sanctions")["regimes"]}
    ladder = regimes["civil_servant"]
    assert [kind["severity"] for kind in ladder] == ["light"] * 3 + ["moderate"] * 3 + ["severe"] * 3
    labels = {code: {kind["code"]: kind["label"]["id"] for kind in kinds} for code, kinds in regimes.items()}
    removal = "removal_from_post"
    assert labels["civil_servant"][removal] == "Pembebasan dari jabatan menjadi jabatan pelaksana selama 12 bulan"
    assert labels["public_service_law"][removal] == "Pembebasan dari jabatan"


def test_who_assesses_whom() -> None:
    city, office, counter = uuid4(), uuid4(), uuid4()
    line = [counter, office]
    officer, head, clerk = uuid4(), uuid4(), uuid4()
    callers = {
        "officer": actor(seat("officer", city, counter), person_id=officer),
        "colleague": actor(seat("officer", city, counter), person_id=clerk),
        "counter_head": actor(seat("unit_head", city, counter)),
        "head": actor(seat("unit_head", city, office), person_id=head),
        "responsible": actor(seat("responsible_officer", city)),
        "elsewhere": actor(seat("unit_head", city, uuid4())),
        "citizen": actor(),
    }

    def who(kind: Any, person_id: UUID | None) -> set[str]:
        return {
            name
            for name, each in callers.items()
            if may_assess(each, kind, institution_id=city, unit_id=counter, ancestors=line, person_id=person_id)
        }

    assert who("self", officer) == {"officer"}
    assert who("superior", officer) == {"counter_head", "head", "responsible"}
    assert who("citizen", officer) == {"citizen"}
    assert who("self", None) == {"officer", "colleague", "counter_head"}
    assert who("superior", None) == {"head", "responsible"}
    assert who("superior", head) == {"counter_head", "responsible"}  # never oneself


def test_what_an_assessment_holds() -> None:
    values = read_values(document("values"))
    rules = read_conduct(document("conduct-rules"))

    def found(kind: Any, scores: dict[str, int], **conduct: str) -> list[tuple[str, str]]:
        flaws = flaws_of_assessment(kind, scores, conduct, values=values, rules=rules)
        return sorted((flaw.pointer, flaw.code) for flaw in flaws)

    whole = dict.fromkeys(values.codes, 3)
    assert found("superior", whole, careful="kept") == []
    assert found("self", {**whole, "polite": 5}) == [("/scores/polite", "off_scale")]
    assert found("self", {code: 1 for code in values.codes if code != "fair"}) == [("/scores/fair", "missing_value")]
    assert found("citizen", {"polite": 4}) == []
    assert found("citizen", {}) == [("/scores", "missing_value")]
    assert found("citizen", {"brave": 4}, lazy="breached") == [
        ("/conduct/lazy", "unknown_code"),
        ("/scores/brave", "unknown_code"),
    ]
