"""Passwords of people: which are refused (NIST SP 800-63B §3.1.1: length and a list, no rules of composition), and their hashes.

Argon2id with OWASP's parameters (19 MiB, two passes): a password can be guessed, so each guess must cost memory and time.
Secrets of programs can't be guessed, and are hashed plainly (clients/secrets.py).
"""

import asyncio
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.http.languages import Text

Weakness = tuple[str, Text]
"""(code, why)."""

SHORTEST, LONGEST = 10, 200
_DISTINCT = 5
_AT_ONCE = 2
"""Hashes at the same time: more would only make each slower, and hold more memory."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODYS = _HASHER.hash("")
_turns = asyncio.Semaphore(_AT_ONCE)

_COMMON = frozenset(files("gateway.accounts").joinpath("common_passwords.txt").read_text("utf-8").split())

_SHORT = Text("Kata sandi paling sedikit 10 karakter.", "A password has at least 10 characters.")
_LONG = Text("Kata sandi paling banyak 200 karakter.", "A password has at most 200 characters.")
_GUESSED = Text("Kata sandi ini mudah ditebak.", "This password is easily guessed.")


def weakness(password: str) -> Weakness | None:
    """Why the password is refused, whoever chooses it."""
    if len(password) < SHORTEST:
        return "password_too_short", _SHORT
    if len(password) > LONGEST:
        return "password_too_long", _LONG
    plain = password.lower()
    if plain in _COMMON or len(set(plain)) < _DISTINCT:
        return "password_easily_guessed", _GUESSED
    return None


def weakness_for(password: str, login: str) -> Weakness | None:
    """Why the password is refused for somebody who signs in as `login`: it holds the name."""
    own = login.lower().partition("@")[0].removeprefix("+62")
    return ("password_easily_guessed", _GUESSED) if len(own) > 3 and own in password.lower() else None


async def hash_password(password: str) -> str:
    """The hash that is stored, with its salt and parameters."""
    async with _turns:
        return await asyncio.to_thread(_HASHER.hash, password)


async def verify_password(password: str, held: str | None) -> bool:
    """Whether it is the password. Without a hash (nobody has this name) it takes as long, and is false."""
    async with _turns:
        return await asyncio.to_thread(_matches, password, held)


def _matches(password: str, held: str | None) -> bool:
    try:
        _HASHER.verify(held or _NOBODYS, password)
    except (VerificationError, InvalidHashError):
        return False
    return held is not None
