"""One hash for everything that was copied: a copy rebuilt from the feeds must have the same."""

import hashlib

from chassis.data.pool import Connection
from directory import tables as directory
from evaluation.facts.tables import facts_cases, facts_standards

COPIED = tuple(sorted([*directory.metadata.tables, facts_cases.name, facts_standards.name]))


async def state_hash(connection: Connection) -> str:
    """SHA-256 over all copied rows, in an order of their own, read in one snapshot. Memory stays flat."""
    found = hashlib.sha256()
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for table in COPIED:
            found.update(f"{table}\n".encode())
            # The names come from our own metadata; a row's text is the same wherever its values are.
            async for row in connection.cursor(f"SELECT t::text AS row FROM {table} t ORDER BY t::text"):  # noqa: S608
                found.update(f"{row['row']}\n".encode())
    return found.hexdigest()
