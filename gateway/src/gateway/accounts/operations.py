"""Making, changing and erasing accounts, and signing in. Registration and forgotten passwords are in codes.py."""

from datetime import datetime
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from gateway.accounts import sessions
from gateway.accounts.book import Book
from gateway.accounts.logins import read_any
from gateway.accounts.passwords import hash_password, verify_password, weakness_for
from gateway.accounts.schemas import NewAccount

CONTACT_MISSING = Text("Isi email atau telepon.", "Give an e-mail address or a telephone number.")
_GUESSED = Text("Kata sandi lama tidak cocok.", "The password so far doesn't match.")

_INSERT = Statement("""
    INSERT INTO accounts (id, password_hash, created_at, version) VALUES (:id, :password_hash, :now, 1)
""")
_LOCK = Statement("SELECT id, password_hash, version FROM accounts WHERE id = :id FOR UPDATE")
_SET_PASSWORD = Statement("UPDATE accounts SET password_hash = :password_hash, version = version + 1 WHERE id = :id")
_DELETE = Statement("DELETE FROM accounts WHERE id = :id")


class NameTaken(Conflict):
    """Another account has this e-mail address, telephone number or name. Only administrators are told."""

    code = "name_taken"
    title = Text("Nama ini sudah dipakai akun lain", "Another account has this name")


async def create(connection: Connection, book: Book, wanted: NewAccount, *, now: datetime) -> UUID:
    """An account made by an administrator, at once. Raises NameTaken, Unprocessable."""
    if not wanted.logins:
        raise Unprocessable(errors=[Flaw("/email", "contact_missing", CONTACT_MISSING)])
    account_id = new_id()
    await insert(connection, account_id, await checked_hash(wanted), now=now)
    for login in wanted.logins:
        if not await book.add(connection, account_id, login):
            raise NameTaken(errors=[Flaw(f"/{login.kind}", "name_taken", NameTaken.title)])
    return account_id


async def insert(connection: Connection, account_id: UUID, password_hash: str, *, now: datetime) -> None:
    """A bare account, to which names are added."""
    await _INSERT.execute(connection, id=account_id, password_hash=password_hash, now=now)


async def remove(connection: Connection, account_id: UUID) -> None:
    """Delete the account's row, and with it its names, codes and sessions."""
    await _DELETE.execute(connection, id=account_id)


async def change_password(
    connection: Connection,
    book: Book,
    account_id: UUID,
    *,
    current: str,
    password: str,
    expected: Expected,
    now: datetime,
) -> None:
    """Change the password, knowing the one so far, and end every session. Raises Unprocessable, NotFound, StaleVersion."""
    row = await _locked(connection, account_id, expected)
    if not await verify_password(current, row["password_hash"]):
        raise Unprocessable(errors=[Flaw("/current_password", "password_wrong", _GUESSED)])
    await set_password(connection, book, account_id, password=password, now=now)


async def erase(connection: Connection, account_id: UUID, *, expected: Expected, now: datetime) -> None:
    """Delete the account with its names and sessions. Raises NotFound, StaleVersion."""
    await _locked(connection, account_id, expected)
    await sessions.end_all(connection, account_id, now)
    await remove(connection, account_id)


async def end_session(
    connection: Connection, account_id: UUID, session_id: UUID, *, expected: Expected, now: datetime
) -> None:
    """End one of the account's sessions. Raises NotFound, StaleVersion."""
    await _locked(connection, account_id, expected)
    if not await sessions.end_session(connection, account_id, session_id, now=now):
        raise NotFound


async def sign_in(connection: Connection, book: Book, name: str, *, password: str) -> UUID | None:
    """The account with this name and password; None takes as long, whichever of the two is wrong."""
    account = await book.find(connection, read_any(name))
    held = None if account is None else account["password_hash"]
    known = await verify_password(password, held)
    return account["id"] if known and account is not None else None


async def _locked(connection: Connection, account_id: UUID, expected: Expected) -> Row:
    row = await _LOCK.fetchrow(connection, id=account_id)
    if row is None:
        raise NotFound
    expected.check(row["version"])
    return row


async def set_password(connection: Connection, book: Book, account_id: UUID, *, password: str, now: datetime) -> None:
    """Replace the password and end every session. Raises Unprocessable if the password holds one of the account's names."""
    for name in (await book.names(connection, account_id)).values():
        _refuse_own_name(password, name)
    await _SET_PASSWORD.execute(connection, id=account_id, password_hash=await hash_password(password))
    await sessions.end_all(connection, account_id, now)


async def checked_hash(wanted: NewAccount) -> str:
    """The hash of a new account's password. Raises Unprocessable if it holds one of the account's names."""
    password = wanted.password.get_secret_value()
    for login in wanted.logins:
        _refuse_own_name(password, login.name)
    return await hash_password(password)


def _refuse_own_name(password: str, name: str) -> None:
    found = weakness_for(password, name)
    if found is not None:
        raise Unprocessable(errors=[Flaw("/password", *found)])
