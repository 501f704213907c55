"""Reading models, and the texts that officers classified."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import bindparam, insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.suggestions.tables import category_models

_SHOWN = "version, texts, automatic_from, error, created_at"
_LIST = Statement(f"SELECT {_SHOWN} FROM category_models ORDER BY version DESC LIMIT CAST(:most AS integer)")  # noqa: S608 - own names
_ONE = Statement(f"SELECT {_SHOWN} FROM category_models WHERE version = CAST(:version AS integer)")  # noqa: S608 - own names
_NEWEST = Statement("SELECT version, source_digest FROM category_models ORDER BY version DESC LIMIT 1")
_SPEAKING = Statement("SELECT version, automatic_from, model FROM category_models ORDER BY version DESC LIMIT 1")
_PUT = Statement(
    insert(category_models).values(
        {column.name: bindparam(column.name, type_=column.type) for column in category_models.c}
    )
)
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('category models', 0))"
# Never a text that isn't for everybody's eyes, and never what the machine itself decided: that would teach it its own errors.
_DECIDED = """
SELECT c.id, c.category, c.title, c.body FROM cases c
WHERE c.classified_at IS NOT NULL AND c.category IS NOT NULL AND c.custody = 'ordinary' AND NOT c.confidential
  AND NOT EXISTS (SELECT FROM case_history f WHERE f.case_id = c.id AND f.sequence = 1 AND f.internal ? 'category'
        AND NOT EXISTS (SELECT FROM case_history d WHERE d.case_id = c.id AND d.action = 'classification'
            AND d.internal ->> 'category' IS NOT NULL))
ORDER BY c.created_at DESC, c.id LIMIT $1
"""


async def list_models(connection: Connection, most: int) -> list[Row]:
    """The models, newest first, without their weights."""
    return await _LIST.fetch(connection, most=most)


async def find_model(connection: Connection, version: int) -> Row | None:
    """A model without its weights."""
    return await _ONE.fetchrow(connection, version=version)


async def find_newest(connection: Connection) -> Row | None:
    """`version` and `source_digest` of the newest model."""
    return await _NEWEST.fetchrow(connection)


async def find_speaking(connection: Connection) -> Row | None:
    """The newest model whole: `version`, `automatic_from`, `model`."""
    return await _SPEAKING.fetchrow(connection)


async def put_model(connection: Connection, **row: Any) -> int:
    """Keep a model as the newest, in the caller's transaction; returns its version."""
    await connection.execute(_TURN)
    newest = await find_newest(connection)
    version = 1 if newest is None else int(newest["version"]) + 1
    await _PUT.execute(connection, version=version, **row)
    return version


async def decided_texts(connection: Connection, most: int) -> AsyncIterator[Row]:
    """The newest texts with the category that an officer gave or let stand: `id`, `category`, `title`, `body`; in a transaction."""
    async for row in connection.cursor(_DECIDED, most, prefetch=500):
        yield row
