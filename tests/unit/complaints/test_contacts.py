"""Telephone numbers (10 to 13 digits with the leading 0), e-mail addresses, NIK."""

import pytest

from complaints.reporters.contacts import read_email, read_national_id, read_phone


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0812345678", "+62812345678"),  # 10 digits, the fewest
        ("0812345678901", "+62812345678901"),  # 13 digits, the most
        ("+62 812-3456-7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("(021) 1234567", "+62211234567"),  # Jakarta, fixed
        ("0361 234567", "+62361234567"),  # Denpasar, fixed
        ("081234567", None),  # 9 digits
        ("08123456789012", None),  # 14 digits
        ("0802345678", None),  # after 8 comes 1 to 9
        ("1708", None),  # the short code of LAPOR! is nobody's number
        ("+1 202 555 0100", None),
        ("", None),
    ],
)
def test_phone(typed: str, read: str | None) -> None:
    assert read_phone(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Sari@Contoh.ID", "Sari@contoh.id"),
        ("a.b+c@sub.contoh.co.id", "a.b+c@sub.contoh.co.id"),
        ("tanpa-at", None),
        ("a@b", None),
        ("a..b@contoh.id", None),
        ("a@b@contoh.id", None),
        ("a b@contoh.id", None),
        ("a" * 65 + "@contoh.id", None),
        ("a@contoh.id\nBcc: x", None),
    ],
)
def test_email(typed: str, read: str | None) -> None:
    assert read_email(typed) == read


@pytest.mark.parametrize(
    ("typed", "valid"),
    [
        ("5171012903900001", True),  # 29 March 1990
        ("5171016903900001", True),  # a woman: 29 + 40
        ("5171012902000001", True),  # 29 February 2000
        ("5171012902010001", False),  # 2001 was no leap year
        ("5171013113900001", False),  # no 13th month
        ("5171013203900001", False),  # no 32nd day
        ("5171017203900001", False),  # nor a 72nd
        ("5171012903900000", False),  # no serial
        ("517101290390000", False),  # 15 digits
        ("5171O12903900001", False),
        ("9971012903900001", True),  # a province that isn't known is a warning at most
    ],
)
def test_national_id(typed: str, valid: bool) -> None:
    assert read_national_id(typed) == (typed if valid else None)
