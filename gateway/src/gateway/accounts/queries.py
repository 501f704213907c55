"""Reading accounts."""

from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from gateway.accounts.book import Book

_ONE = Statement("SELECT id, created_at, version FROM accounts WHERE id = :id")


async def find(connection: Connection, book: Book, account_id: UUID) -> dict[str, Any] | None:
    """One account as it is shown, its names opened."""
    row = await _ONE.fetchrow(connection, id=account_id)
    if row is None:
        return None
    names = await book.names(connection, account_id)
    return {
        "id": str(row["id"]),
        "email": names.get("email"),
        "phone": names.get("phone"),
        "username": names.get("username"),
        "created_at": row["created_at"],
        "version": row["version"],
    }


def of_provider(identifier: str) -> dict[str, Any]:
    """The account of an OpenID Connect provider: nothing of it is kept here."""
    return {"id": identifier, "email": None, "phone": None, "username": None, "created_at": None, "version": 1}
