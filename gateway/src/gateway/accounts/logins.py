"""The names under which people sign in: an e-mail address, a telephone number or a name; one spelling for each. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Kind = Literal["email", "phone", "username"]

_EMAIL = re.compile(r"[^\s@\x00-\x1f]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_PHONE = re.compile(r"\+[1-9]\d{7,14}")
_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,38}[a-z0-9])")
_SEPARATORS = re.compile(r"[\s().-]")


@dataclass(frozen=True, slots=True)
class Login:
    """A sign-in name in its one spelling."""

    kind: Kind
    name: str


def read_email(text: str) -> Login | None:
    """An e-mail address, its letters small; None if it isn't one."""
    name = unicodedata.normalize("NFKC", text).strip().lower()
    return Login("email", name) if len(name) <= 254 and _EMAIL.fullmatch(name) else None


def read_phone(text: str) -> Login | None:
    """A telephone number as `+62…`; a leading 0 is Indonesia's. None if it isn't one."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if digits.startswith("0"):
        digits = f"+62{digits[1:]}"
    return Login("phone", digits) if _PHONE.fullmatch(digits) else None


def read_username(text: str) -> Login | None:
    """A name of 3 to 40 small letters, digits, dots, dashes; an employee number is one. None if it isn't one."""
    name = unicodedata.normalize("NFKC", text).strip().lower()
    return Login("username", name) if _USERNAME.fullmatch(name) else None


def read_any(text: str) -> list[Login]:
    """What somebody who signs in may mean: digits may be a telephone number or a name."""
    found = [read_email(text)] if "@" in text else [read_phone(text), read_username(text)]
    return [login for login in found if login is not None]
