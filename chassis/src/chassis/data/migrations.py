"""Alembic over asyncpg, the same for every service: `env.py` is one call of `run`, commands are two functions here.

Every migration sets `lock_timeout`, so that a table in use makes the migration fail, not the service wait.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import MetaData, pool
from sqlalchemy.ext.asyncio import create_async_engine

PATIENCE = "15min"
"""How long what is done `CONCURRENTLY` may wait. It blocks nobody, but waits for each transaction that is older, an export's or a
dump's among them; where it gives up it leaves an invalid index."""


def config(directory: Path, url: str) -> Config:
    """Alembic's configuration for the migrations in `directory` on the database at `url` (postgresql://…)."""
    found = Config()
    found.set_main_option("script_location", str(directory))
    found.attributes["url"] = url
    return found


def upgrade(directory: Path, url: str, *, revision: str = "head") -> None:
    """Bring the database to `revision`; blocks until done."""
    command.upgrade(config(directory, url), revision)


def build_indexes(places: Mapping[str, str]) -> None:
    """Build indexes (name: what it is of) while the service works. What a run that was cut off left behind goes first."""
    with _while_in_use():
        for name, place in places.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {place}")


def drop_indexes(*names: str) -> None:
    """Drop indexes while the service works; one that is gone already is no error."""
    with _while_in_use():
        for name in names:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


@contextmanager
def _while_in_use() -> Iterator[None]:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{PATIENCE}'")
        yield
        op.execute("RESET lock_timeout")


def run(metadata: MetaData) -> None:
    """The body of every service's `env.py`: online on a real connection, offline as SQL text."""
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", literal_binds=True, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
        return
    asyncio.run(_run_online(metadata))


def _run_in(connection: SyncConnection, metadata: MetaData) -> None:
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def _run_online(metadata: MetaData) -> None:
    url = str(context.config.attributes["url"]).replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url, poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            # One migrator at a time, whoever starts first: the others wait and find nothing to do.
            await connection.exec_driver_sql("SELECT pg_advisory_lock(7234910)")
            await connection.commit()
            await connection.run_sync(_run_in, metadata)
            await connection.commit()
    finally:
        await engine.dispose()
