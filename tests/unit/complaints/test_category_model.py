"""The model that suggests categories: what it may learn, how sure it is, and how its error is counted."""

import random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.suggestions.error import Judged, at_least, measure
from complaints.suggestions.lexicon import read_lexicon
from complaints.suggestions.model import Model, Settings, Suggestion, calibrated, read_model, train
from complaints.suggestions.texts import Reading, stem
from complaints.suggestions.training import Decided, fit
from devstack.layout import DATA

LEXICON = read_lexicon(DATA)
READING = Reading(frozenset({"yang", "di"}), frozenset({"pak", "bu", "nama"}), frozenset({"budi"}))
SETTINGS = Settings(smoothing=10, lexicon_weight=3, fewest_texts=3)
WORDS = {"road": frozenset({"jalan", "lubang"}), "health": frozenset({"obat", "dokter"})}
CATEGORIES = ("road", "health", "other")


def model(*texts: tuple[str, str]) -> Model:
    return train(WORDS, [(category, frozenset(text.split())) for category, text in texts], SETTINGS, CATEGORIES)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("jalannya", "jalan"), ("kerusakan", "rusak"), ("dipungut", "pungut"), ("pungutan", "pungut")],
)
def test_words_of_one_stem_are_one(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("text", "learned"),
    [
        ("Jalan rusak", {"rusak"}),  # a capital may be a name
        ("jalan di Denpasar rusak", {"jalan", "rusak"}),
        ("telepon 081234567890 atau NIK 5171010101900001", {"telepon", "atau"}),
        ("rumah nomor 12a", {"rumah", "nomor"}),  # no word with a digit
        ("surel sari@contoh.id", {"surel"}),
        ("oleh pak joko susilo lama", {"oleh", "lama"}),  # what follows an honorific
        ("petugas bernama budi", {"tugas", "nama"}),  # a listed name
        ("SEMUA HURUF BESAR", set()),  # where nothing tells a name from a word
        ("yang di", set()),
    ],
)
def test_what_may_be_learned_of_a_text(text: str, learned: set[str]) -> None:
    assert READING.learnable(text) == learned


def test_a_text_is_asked_by_all_its_words() -> None:
    assert READING.known("JALAN Rusak di Sanur, 12 lubang") == {"jalan", "rusak", "sanur", "lubang"}


def test_a_word_of_few_texts_is_dropped_and_of_several_kept() -> None:
    few = model(("health", "wulandari"), ("health", "wulandari"))
    assert "wulandari" not in few.weights
    several = model(*[("health", "antre")] * 3)
    assert several.suggest({"antre"}, 1)[0].category == "health"


def test_the_lexicon_speaks_before_anything_was_decided() -> None:
    fresh = model()
    assert [each.category for each in fresh.suggest({"jalan", "lubang"}, 3)] == ["road", "health"]
    assert "other" not in fresh.categories  # of which nothing is known


def test_officers_decisions_prevail_over_the_lexicon() -> None:
    taught = model(*[("health", "lubang")] * 40)
    assert taught.suggest({"lubang"}, 1)[0].category == "health"


def test_a_text_without_a_known_word_gets_no_suggestion() -> None:
    assert model().suggest({"xyz"}, 3) == []
    assert model().suggest(set(), 3) == []


def test_a_model_is_data() -> None:
    fresh = calibrated(model(*[("road", "aspal jalan")] * 4), [("road", {"jalan"}), ("health", {"obat"})])
    assert read_model(fresh.document()) == fresh


TEXTS = st.lists(
    st.tuples(
        st.sampled_from(CATEGORIES),
        st.frozensets(st.sampled_from(["jalan", "lubang", "obat", "antre", "aspal", "air"]), max_size=5),
    ),
    max_size=20,
)


@settings(max_examples=50)
@given(TEXTS, st.frozensets(st.sampled_from(["jalan", "obat", "air", "asing"]), max_size=4))
def test_confidences_are_shares_in_order(texts: list[tuple[str, frozenset[str]]], asked: frozenset[str]) -> None:
    found = train(WORDS, texts, SETTINGS, CATEGORIES).suggest(asked, 3)
    shares = [each.confidence for each in found]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert not found or sum(shares) == pytest.approx(1)  # three categories at most are known here


@settings(max_examples=50)
@given(TEXTS)
def test_every_learned_stem_is_in_several_texts_or_in_the_lexicon(texts: list[tuple[str, frozenset[str]]]) -> None:
    lexicon = {stem for stems in WORDS.values() for stem in stems}
    for learned in train(WORDS, texts, SETTINGS, CATEGORIES).weights:
        assert learned in lexicon or sum(learned in stems for _, stems in texts) >= 3


def judged(category: str, first: str | None, confidence: float = 0.95) -> Judged:
    return Judged(category, [Suggestion(first, confidence), Suggestion("third", 0.01)] if first else [])


def test_the_error_by_hand() -> None:
    # Of five texts two are right; one more has its category among the three; one got no suggestion.
    found = measure(
        [
            judged("a", "a"),
            judged("a", "b", 0.4),
            judged("b", "b"),
            judged("third", "b", 0.6),
            judged("c", None),
        ]
    )
    assert (found["texts"], found["accuracy"], found["top_three"]) == (5, 0.4, 0.6)
    assert found["worst"] == [
        {"category": "c", "texts": 1, "right": 0, "mistaken_for": {}},
        {"category": "third", "texts": 1, "right": 0, "mistaken_for": {"b": 1}},
        {"category": "a", "texts": 2, "right": 1, "mistaken_for": {"b": 1}},
    ]
    top = found["calibration"][-1]
    assert (top["texts"], top["confidence"], top["right"]) == (2, 0.95, 1.0)
    # By band: |0 - 0|, |.4 - 0|, |.6 - 0|, |1.9 - 2|: 1.1 over five texts.
    assert found["calibration_error"] == pytest.approx(0.22)


def test_the_error_of_nothing() -> None:
    found = measure([])
    assert (found["texts"], found["accuracy"], found["top_three"], found["worst"]) == (0, None, None, [])


def test_at_least_so_sure() -> None:
    sure = at_least([judged("a", "a", 0.9), judged("a", "b", 0.99), judged("a", "a", 0.89)], 0.9)
    assert (sure.texts, sure.right) == (2, 1)


def officers(count: int, *, wrong: float = 0.0) -> Decided:
    """Decisions on texts of the lexicon's own words, some of them at random."""
    chance = random.Random(7)
    decided = Decided()
    for number in range(count):
        category = chance.choice(["health", "transport", "population"])
        words = chance.sample(sorted(LEXICON.stems[category]), 6)
        given = chance.choice(LEXICON.categories) if chance.random() < wrong else category
        decided.take(UUID(int=number), given, " ".join(words), LEXICON)
    return decided


def test_the_shipped_model_decides_nothing_by_itself() -> None:
    _, error, automatic_from = fit(Decided(), LEXICON)
    assert automatic_from is None
    assert error["decisions"] is None
    assert error["examples"]["accuracy"] > 0.8
    assert error["automatic"]["allowed"] is False


def test_a_model_decides_by_itself_once_it_has_shown_that_it_may() -> None:
    _, error, automatic_from = fit(officers(900), LEXICON)
    assert automatic_from == LEXICON.automatic.confidence
    assert error["automatic"]["texts"] >= LEXICON.automatic.fewest_texts
    _, error, automatic_from = fit(officers(900, wrong=0.3), LEXICON)
    assert automatic_from is None


def test_texts_are_held_out_by_their_case_and_always_the_same() -> None:
    one, other = officers(500), officers(500)
    assert (len(one.test), len(one.calibration)) == (len(other.test), len(other.calibration))
    assert len(one.learned) + len(one.test) + len(one.calibration) == 500
    assert 30 <= len(one.test) <= 70
