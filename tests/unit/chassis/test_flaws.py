"""What a caller reads of a flaw, in both languages."""

from chassis.http.flaws import flaw


def test_what_may_stand_there_is_told_in_both_languages() -> None:
    found = flaw({"type": "literal_error", "loc": ("body", "type"), "ctx": {"expected": "'a', 'b' or 'c'"}})
    assert found.pointer == "/type"
    assert found.detail.id == "Harus salah satu dari: 'a', 'b' atau 'c'."
    assert found.detail.en == "This must be one of: 'a', 'b' or 'c'."
