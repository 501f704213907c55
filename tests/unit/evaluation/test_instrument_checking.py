"""What refuses an instrument: every reason at once, each at its place."""

from collections.abc import Callable
from typing import Any

import pytest

from evaluation.instruments.checking import flaws_of
from evaluation.instruments.operations import InstrumentInvalid, prepared
from evaluation.instruments.schemas import NewInstrument
from unit.evaluation.instruments import SHIPPED, document, instrument, vocabularies

Spoil = Callable[[dict[str, Any]], Any]


def flaws(changed: dict[str, Any]) -> set[tuple[str, str]]:
    found = flaws_of(NewInstrument.model_validate(changed).document(), vocabularies())
    return {(flaw.pointer, flaw.code) for flaw in found}


def test_what_ships_holds_together() -> None:
    assert flaws(SHIPPED) == set()


@pytest.mark.parametrize(
    ("spoil", "pointer", "code"),
    [
        (lambda it: it["aspects"][0].update(weight="25"), "/aspects", "weights_dont_add_up"),
        (lambda it: it["index"].update(f02_weight="0.7"), "/index", "weights_dont_add_up"),
        (lambda it: it["forms"][0]["items"][0].update(weight="18"), "/forms/0/items/0/weight", "weights_dont_add_up"),
        (lambda it: it["forms"][0]["items"].pop(19), "/forms/0/items/14/weight", "weights_dont_add_up"),
        (lambda it: it["forms"][1]["weighting"].update(mark=""), "/forms/1/items/0/weight", "weights_dont_add_up"),
        (
            lambda it: it["forms"][0]["items"][1].update(code="standard_available"),
            "/forms/0/items/1/code",
            "code_repeated",
        ),
        (lambda it: it["forms"][3].update(code="f03_a"), "/forms/3/code", "code_repeated"),
        (lambda it: it["aspects"][1].update(code="service_policy"), "/aspects/1/code", "code_repeated"),
        (lambda it: it["forms"][2].update(code="f01"), "/forms/2/code", "code_reserved"),
        (lambda it: it["forms"][0]["items"][4]["rubric"].pop("3"), "/forms/0/items/4/rubric", "rubric_level_missing"),
        (lambda it: it["forms"][0]["items"][4].pop("rubric"), "/forms/0/items/4/rubric", "rubric_level_missing"),
        (
            lambda it: it["forms"][0]["items"][4]["rubric"].update({"6": "?"}),
            "/forms/0/items/4/rubric",
            "rubric_level_unknown",
        ),
        (lambda it: it["forms"][0]["items"][9].update(aspect="weather"), "/forms/0/items/9/aspect", "unknown_aspect"),
        (lambda it: it["forms"][0]["items"][9].update(weight=None), "/forms/0/items/9", "weight_missing"),
        (lambda it: it["scale"].update(min=5), "/scale", "scale"),
        (lambda it: it["index"].update(grades="no_grades"), "/index/grades", "unknown_grades"),
        (
            lambda it: it["index"].update(grades=[{"code": "a", "label": {"id": "A", "en": "A"}, "min": "4.00"}]),
            "/index/grades",
            "grades_have_a_gap",
        ),
        (lambda it: it.update(effective_to="2022-12-31"), "/effective_to", "period"),
        (lambda it: it.update(forms=it["forms"][:2]), "/forms", "form_missing"),
        (
            lambda it: [item.update(scored=False) for item in it["forms"][2]["items"]],
            "/forms/2/items",
            "form_without_items",
        ),
        (lambda it: it["forms"][2]["items"][0].update(weight="50"), "/forms/2/weighting", "mean_only"),
        (lambda it: it["forms"][2]["weighting"].update(method="as_given"), "/forms/2/weighting", "mean_only"),
    ],
)
def test_each_flaw_is_named_at_its_place(spoil: Spoil, pointer: str, code: str) -> None:
    changed = document()
    spoil(changed)
    assert (pointer, code) in flaws(changed)


def test_all_reasons_are_told_at_once() -> None:
    changed = document()
    changed["aspects"][0]["weight"] = "23"
    changed["forms"][0]["items"][1]["code"] = "standard_available"
    del changed["forms"][0]["items"][2]["rubric"]["0"]
    with pytest.raises(InstrumentInvalid) as refused:
        prepared(NewInstrument.model_validate(changed), vocabularies())
    assert {flaw.code for flaw in refused.value.errors} == {
        "weights_dont_add_up",
        "code_repeated",
        "rubric_level_missing",
    }


def test_another_scale_weights_and_letters_are_data() -> None:
    changed = document()
    changed["index"] |= {"f02_weight": "0.6", "f03_weight": "0.4", "decimals": 1}
    changed["index"]["grades"] = [
        {"code": "good", "label": {"id": "Baik", "en": "Good"}, "min": "3"},
        {"code": "poor", "label": {"id": "Buruk", "en": "Poor"}, "min": "0"},
    ]
    found = instrument(changed)
    assert (str(found.evaluator_share), found.decimals) == ("0.6", 1)
    assert [grade.code for grade in found.grades] == ["good", "poor"]


def test_an_item_names_its_proof_or_none() -> None:
    changed = document()
    changed["forms"][0]["items"][0]["proof"] = None
    changed["forms"][0]["items"][1]["proof"] = "charter_cycle"
    items = instrument(changed).forms["f02_a"].items
    assert [item.proof for item in items[:3]] == [None, "charter_cycle", "standard_publication_media"]
