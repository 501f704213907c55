"""Reading clients, each with what may be shown of its secrets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Sort, one_of
from gateway.clients.tables import clients

LISTED = select(clients)
FILTERS = Filters(
    parameters=[
        one_of("institution", clients.c.institution_id, UUID, "Clients of this institution"),
        one_of("state", clients.c.state, str, "`active` or `disabled`"),
    ],
    sorts={"created_at": Sort((clients.c.created_at, clients.c.id), (datetime, str))},
    default_sort="created_at",
)

_ONE = Statement(LISTED.where(clients.c.id == bindparam("id")))
_SECRETS = Statement("""
    SELECT id, client_id, hint, created_at FROM client_secrets
    WHERE client_id = ANY(CAST(:client_ids AS text[])) ORDER BY created_at, id
""")
_PRESENTABLE = Statement("""
    SELECT c.id, c.institution_id, c.scopes, c.platform,
           ARRAY(SELECT s.hash FROM client_secrets s WHERE s.client_id = c.id) AS hashes
    FROM clients c WHERE c.id = :id AND c.state = 'active'
""")


def reach(institution_id: UUID | None) -> tuple[str, ColumnElement[bool] | None, Mapping[str, Any]]:
    """Which clients a caller may know of: those of its institution, or all (None)."""
    if institution_id is None:
        return "all", None, {}
    predicate = clients.c.institution_id == bindparam("own_institution", type_=clients.c.institution_id.type)
    return "institution", predicate, {"own_institution": institution_id}


async def find(connection: Connection, client_id: str) -> dict[str, Any] | None:
    """One client as it is shown."""
    row = await _ONE.fetchrow(connection, id=client_id)
    return None if row is None else (await shown(connection, [row]))[0]


async def shown(connection: Connection, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Clients as they are shown, with their secrets' hints."""
    secrets: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in await _SECRETS.fetch(connection, client_ids=[row["id"] for row in rows]):
        secrets[row["client_id"]].append({name: row[name] for name in ("id", "hint", "created_at")})
    return [{**row, "scopes": sorted(row["scopes"]), "secrets": secrets[row["id"]]} for row in rows]


async def presentable(connection: Connection, client_id: str) -> Row | None:
    """What the token endpoint needs of an active client: institution, scopes and the hashes of its secrets."""
    return await _PRESENTABLE.fetchrow(connection, id=client_id)
