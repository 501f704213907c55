"""Where accounts' sign-in names are looked up: sealed (AES-256-GCM) in the table, found by a keyed index (HMAC-SHA-256)."""

from collections.abc import Sequence
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from gateway.accounts.logins import Kind, Login
from gateway.credentials.sealing import Sealer, derived, index

_FIND = Statement("""
    SELECT a.id, a.password_hash, l.kind, l.index FROM account_logins l JOIN accounts a ON a.id = l.account_id
    WHERE l.index = ANY(CAST(:indexes AS bytea[]))
""")
_OF = Statement("SELECT index, kind, sealed FROM account_logins WHERE account_id = :account_id ORDER BY kind")
_ADD = Statement("""
    INSERT INTO account_logins (index, account_id, kind, sealed) VALUES (:index, :account_id, :kind, :sealed)
    ON CONFLICT DO NOTHING
""")


class Book:
    """Seals and finds names."""

    def __init__(self, secret: bytes) -> None:
        self._sealer = Sealer(secret, "account logins")
        self._index_key = derived(secret, "account login index")
        self._code_key = derived(secret, "account codes")

    async def find(self, connection: Connection, logins: Sequence[Login]) -> Row | None:
        """The account (`id`, `password_hash`) of the first of these names that is anybody's."""
        indexes = [self._index(login) for login in logins]
        rows = {row["index"]: row for row in await _FIND.fetch(connection, indexes=indexes)}
        return next((rows[wanted] for wanted in indexes if wanted in rows), None)

    async def add(self, connection: Connection, account_id: UUID, login: Login) -> bool:
        """Give the account this name; False if it is taken."""
        found = self._index(login)
        sealed = self._sealer.seal(login.name.encode(), place=_place(login.kind, account_id))
        added = await _ADD.execute(connection, index=found, account_id=account_id, kind=login.kind, sealed=sealed)
        return added == 1

    async def names(self, connection: Connection, account_id: UUID) -> dict[Kind, str]:
        """The account's names by their kind."""
        rows = await _OF.fetch(connection, account_id=account_id)
        return {
            row["kind"]: self._sealer.open(row["sealed"], place=_place(row["kind"], account_id)).decode()
            for row in rows
        }

    def sealed_for_later(self, login: Login, code_id: UUID) -> dict[str, str]:
        """A name that isn't anybody's yet, as JSON that can be stored beside its code."""
        sealed = self._sealer.seal(login.name.encode(), place=f"account_codes/{code_id}")
        return {"kind": login.kind, "sealed": sealed.hex()}

    def opened_again(self, stored: dict[str, str], code_id: UUID) -> Login:
        """The name that `sealed_for_later` stored."""
        name = self._sealer.open(bytes.fromhex(stored["sealed"]), place=f"account_codes/{code_id}").decode()
        kind: Kind = "email" if stored["kind"] == "email" else "phone"
        return Login(kind, name)

    def hash_code(self, code_id: UUID, code: str) -> bytes:
        """What is stored of a code: keyed, as six digits would be guessed from a plain hash."""
        return index(self._code_key, f"{code_id}/{code}")

    def sign_in_key(self, login: str) -> bytes:
        """What attempts to sign in under a name are counted by."""
        return index(self._index_key, f"attempts/{login.strip().lower()}")

    def _index(self, login: Login) -> bytes:
        return index(self._index_key, f"{login.kind}/{login.name}")


def _place(kind: Kind, account_id: UUID) -> str:
    return f"account_logins/{account_id}/{kind}"
