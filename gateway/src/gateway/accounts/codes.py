"""Codes that are sent to people: to finish a registration, or to set a new password. What a reply tells doesn't depend on who
has an account.
"""

import hmac
from datetime import datetime, timedelta
from secrets import randbelow
from typing import NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Unprocessable
from chassis.ops.identifiers import new_id
from gateway.accounts.book import Book
from gateway.accounts.logins import read_any
from gateway.accounts.operations import CONTACT_MISSING, checked_hash, insert, remove, set_password
from gateway.accounts.schemas import NewAccount

CODE_LIFE = timedelta(minutes=10)
ATTEMPTS = 5
_ONE_CONTACT = Text("Isi salah satu saja: email atau telepon.", "Give one: an e-mail address or a telephone number.")
_NOT_YOURS = Text("Nama diberikan oleh pengelola.", "Names are given by administrators.")

_ADD_CODE = Statement("""
    INSERT INTO account_codes (id, purpose, code_hash, attempts_left, expires_at, account_id, login, password_hash)
    VALUES (:id, :purpose, :code_hash, :attempts, :expires_at, :account_id, :login, :password_hash)
""")
_LOCK_CODE = Statement("""
    SELECT id, code_hash, attempts_left, account_id, login, password_hash FROM account_codes
    WHERE id = :id AND purpose = :purpose AND expires_at > :now FOR UPDATE
""")
_MISSED = Statement("UPDATE account_codes SET attempts_left = attempts_left - 1 WHERE id = :id")
_USED = Statement("DELETE FROM account_codes WHERE id = :id")
_PURGE = Statement("DELETE FROM account_codes WHERE expires_at < :now")


class CodeNotValid(Unprocessable):
    """The code is wrong, was tried too often, or is older than ten minutes."""

    code = "code_not_valid"
    title = Text("Kode salah atau kedaluwarsa", "The code is wrong or has expired")


class Code(NamedTuple):
    """A code under way: `digits` are for the person alone."""

    id: UUID
    digits: str
    expires_at: datetime


async def register(connection: Connection, book: Book, wanted: NewAccount, *, now: datetime) -> tuple[Code, bool]:
    """Begin a registration: (code, whether it can lead to an account). Raises Unprocessable.

    The account comes to be when the code is given back. For a name that is taken nothing is stored, and no code will fit.
    """
    if wanted.username is not None:
        raise Unprocessable(errors=[Flaw("/username", "username_not_allowed", _NOT_YOURS)])
    if len(wanted.logins) != 1:
        detail = _ONE_CONTACT if wanted.logins else CONTACT_MISSING
        raise Unprocessable(errors=[Flaw("/email", "contact_missing" if not wanted.logins else "one_contact", detail)])
    password_hash = await checked_hash(wanted)
    taken = await book.find(connection, wanted.logins) is not None
    code = _make_code(now)
    if not taken:
        await _ADD_CODE.execute(
            connection,
            id=code.id,
            purpose="registration",
            code_hash=book.hash_code(code.id, code.digits),
            attempts=ATTEMPTS,
            expires_at=code.expires_at,
            account_id=None,
            login=book.sealed_for_later(wanted.logins[0], code.id),
            password_hash=password_hash,
        )
    return code, not taken


async def verify(connection: Connection, book: Book, code_id: UUID, *, digits: str, now: datetime) -> UUID | None:
    """Finish a registration: the new account's id; None if the code isn't valid. Commit in either case."""
    row = await _take_code(connection, book, code_id, purpose="registration", digits=digits, now=now)
    if row is None:
        return None
    account_id = new_id()
    await insert(connection, account_id, row["password_hash"], now=now)
    if not await book.add(connection, account_id, book.opened_again(row["login"], code_id)):
        await remove(connection, account_id)
        return None
    return account_id


async def ask_for_reset(connection: Connection, book: Book, login: str, *, now: datetime) -> tuple[Code, bool]:
    """Begin a reset of the password: (code, whether there is such an account)."""
    account = await book.find(connection, read_any(login))
    code = _make_code(now)
    if account is not None:
        await _ADD_CODE.execute(
            connection,
            id=code.id,
            purpose="reset",
            code_hash=book.hash_code(code.id, code.digits),
            attempts=ATTEMPTS,
            expires_at=code.expires_at,
            account_id=account["id"],
            login=None,
            password_hash=None,
        )
    return code, account is not None


async def reset(
    connection: Connection, book: Book, code_id: UUID, *, digits: str, password: str, now: datetime
) -> bool:
    """Set a new password and end every session; False if the code isn't valid. Commit in either case."""
    row = await _take_code(connection, book, code_id, purpose="reset", digits=digits, now=now)
    if row is None:
        return False
    await set_password(connection, book, row["account_id"], password=password, now=now)
    return True


async def purge(connection: Connection, now: datetime) -> None:
    """Forget codes that have expired."""
    await _PURGE.execute(connection, now=now)


async def _take_code(
    connection: Connection, book: Book, code_id: UUID, *, purpose: str, digits: str, now: datetime
) -> Row | None:
    row = await _LOCK_CODE.fetchrow(connection, id=code_id, purpose=purpose, now=now)
    presented = book.hash_code(code_id, digits)
    if row is None or row["attempts_left"] < 1:
        return None
    if not hmac.compare_digest(row["code_hash"], presented):
        await _MISSED.execute(connection, id=code_id)
        return None
    await _USED.execute(connection, id=code_id)
    return row


def _make_code(now: datetime) -> Code:
    return Code(new_id(), f"{randbelow(1_000_000):06}", now + CODE_LIFE)
