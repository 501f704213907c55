"""Tracking codes and PINs: what a person types is understood, what a person mistypes is noticed, 80 bits are there."""

import math
import secrets
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.reporters.codes import ALPHABET, access_pin, check_character, is_pin, new_code, read_code

CASE = UUID("0199f000-0000-7000-8000-000000000001")
bodies = st.text(ALPHABET, min_size=11, max_size=11)


def test_a_code_has_its_form_and_reads_back() -> None:
    code = new_code(secrets.randbelow)
    assert [len(part) for part in code.split("-")] == [3, 4, 4, 4]
    assert read_code(code) == code


@given(bodies)
def test_every_way_of_typing_a_code_reads_the_same(body: str) -> None:
    code = read_code(body + check_character(body))
    assert code is not None
    plain = code.replace("-", "")
    for typed in (code.lower(), plain, f" {code} ", code.replace("-", " "), plain.replace("0", "O").replace("1", "l")):
        assert read_code(typed) == code


@given(bodies, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(body: str, place: int, wrong: str) -> None:
    plain = body + check_character(body)
    mistyped = plain[:place] + wrong + plain[place + 1 :]
    assert (read_code(mistyped) is None) == (mistyped != plain)


@pytest.mark.parametrize("typed", ["", "PRM", "PRM-0000", "PRM-UUUU-UUUU-UUUU", "é" * 12, "0" * 200])
def test_what_cant_be_a_code(typed: str) -> None:
    assert read_code(typed) is None


def test_code_and_pin_together_have_eighty_bits() -> None:
    random_characters = 11 + 6  # the last of the code only checks the others
    assert random_characters * math.log2(len(ALPHABET)) >= 80


def test_a_pin_is_the_cases_own_and_the_keys_own() -> None:
    pin = access_pin(b"k" * 32, CASE)
    assert len(pin) == 6
    assert is_pin(b"k" * 32, CASE, f" {pin.lower()} ")
    assert not is_pin(b"x" * 32, CASE, pin)
    assert not is_pin(b"k" * 32, UUID(int=CASE.int + 1), pin)
    assert not is_pin(b"k" * 32, CASE, "")
    assert not is_pin(b"k" * 32, CASE, "\ud800")
