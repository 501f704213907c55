"""Telephone numbers, e-mail addresses and NIK: their shapes, and one form for each. Pure."""

import re
from datetime import date

_MOBILE = re.compile(r"^(?:\+62|62|0)(8[1-9]\d{7,10})$")
"""10 to 13 digits counted with the leading 0."""
_FIXED = re.compile(r"^(?:\+62|62|0)([2-79]\d{1,2}\d{5,8})$")
_SEPARATORS = str.maketrans("", "", " -.()")
_EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+$")
_NIK = re.compile(r"^\d{6}(\d{2})(\d{2})(\d{2})\d{4}$")
_FEMALE_DAYS = 40
"""Added to the day of birth of women."""


def read_phone(typed: str) -> str | None:
    """The number as `+62…`; None if it is neither an Indonesian mobile nor a fixed line."""
    plain = typed.translate(_SEPARATORS)
    found = _MOBILE.fullmatch(plain) or _FIXED.fullmatch(plain)
    return f"+62{found[1]}" if found else None


def read_email(typed: str) -> str | None:
    """The address with its domain in lower case; None if it can't be one."""
    plain = typed.strip()
    if len(plain) > 254 or not _EMAIL.fullmatch(plain) or ".." in plain:
        return None
    name, _, domain = plain.rpartition("@")
    return f"{name}@{domain.lower()}"


def read_national_id(typed: str) -> str | None:
    """The NIK, 16 digits with a possible date of birth and serial; None otherwise.

    The province isn't checked: a NIK keeps the code of a province that was divided since.
    """
    plain = typed.translate(_SEPARATORS)
    found = _NIK.fullmatch(plain)
    if found is None or plain.endswith("0000"):
        return None
    day, month, year = int(found[1]), int(found[2]), int(found[3])
    if day > _FEMALE_DAYS:
        day -= _FEMALE_DAYS
    try:
        date(2000 if (month, day) == (2, 29) and year % 4 == 0 else 1900 + year, month, day)
    except ValueError:
        return None
    return plain


def folded(email: str) -> str:
    """What is compared of an address: mailboxes that differ in case only are the same to every provider in use."""
    return email.lower()
