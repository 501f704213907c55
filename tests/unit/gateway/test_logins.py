"""One spelling for each sign-in name, and which passwords are refused."""

import pytest

from gateway.accounts.logins import Login, read_any, read_email, read_phone, read_username
from gateway.accounts.passwords import weakness, weakness_for


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Siti@Example.ID", "siti@example.id"),
        ("  a.b+c@dinas.denpasarkota.go.id ", "a.b+c@dinas.denpasarkota.go.id"),
        ("a@b", None),
        ("a@-b.id", None),
        ("a b@c.id", None),
        ("a@b@c.id", None),
        ("@c.id", None),
        (f"{'a' * 65}@c.id", None),
        ("", None),
    ],
)
def test_email(text: str, name: str | None) -> None:
    assert read_email(text) == (None if name is None else Login("email", name))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("081234567890", "+6281234567890"),
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("(0361) 223758", "+62361223758"),
        ("+60123456789", "+60123456789"),
        ("6281234567890", None),  # without + it could be a name
        ("198501012010011001", None),
        ("0812", None),
        ("+0812345678", None),
        ("0812345678901234", None),
        ("0812x3456789", None),
    ],
)
def test_phone(text: str, name: str | None) -> None:
    assert read_phone(text) == (None if name is None else Login("phone", name))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("198501012010011001", "198501012010011001"),
        ("Rani.Dewi", "rani.dewi"),
        ("ab", None),
        (".abc", None),
        ("abc-", None),
        ("a" * 41, None),
        ("rani dewi", None),
        ("räni", None),
    ],
)
def test_username(text: str, name: str | None) -> None:
    assert read_username(text) == (None if name is None else Login("username", name))


def test_digits_may_be_a_telephone_number_or_a_name() -> None:
    assert read_any("081234567890") == [Login("phone", "+6281234567890"), Login("username", "081234567890")]
    assert read_any("a@b.id") == [Login("email", "a@b.id")]
    assert read_any("?") == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("seratus kuda nil", None),
        ("x7Gk2pQ9zL", None),
        ("kopi susu", "password_too_short"),
        ("BISMILLAH123", "password_easily_guessed"),
        ("11112222333344", "password_easily_guessed"),
        ("a" * 201, "password_too_long"),
    ],
)
def test_passwords(password: str, code: str | None) -> None:
    found = weakness(password)
    assert (found and found[0]) == code


@pytest.mark.parametrize(
    ("password", "login", "refused"),
    [
        ("ranidewi2026!", "ranidewi@example.id", True),
        ("RaniDewi2026!", "ranidewi@example.id", True),
        ("x81234567890x", "+6281234567890", True),
        ("seratus kuda", "ani@example.id", False),
        ("sanitasi desa", "ani@example.id", False),  # three letters stand in many words
    ],
)
def test_a_password_does_not_hold_the_name(password: str, login: str, *, refused: bool) -> None:
    assert (weakness_for(password, login) is not None) == refused
