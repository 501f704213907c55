"""One-time codes: what is kept of them, and how forgivingly they are read."""

from uuid import uuid4

from evaluation.surveys.codes import ALPHABET, code_hash, new_code, reference_hash


def test_codes_have_eighty_bits_in_groups_of_four() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    for code in codes:
        groups = code.split("-")
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert set("".join(groups)) <= set(ALPHABET)
    assert len(ALPHABET) == 32


def test_a_code_is_read_however_it_is_typed() -> None:
    survey = uuid4()
    kept = code_hash(survey, "7QK2-M90D-31TV-01RB")
    assert code_hash(survey, "7qk2 m90d 31tv 01rb") == kept
    assert code_hash(survey, "7QK2M9OD3ITVOLRB") == kept
    assert code_hash(survey, "7QK2-M90D-31TV-01RC") != kept
    assert code_hash(uuid4(), "7QK2-M90D-31TV-01RB") != kept, "a code is good for one survey"


def test_references_are_kept_apart_from_codes() -> None:
    survey = uuid4()
    assert reference_hash(survey, " A-17 ") == reference_hash(survey, "A-17") != code_hash(survey, "A-17")
