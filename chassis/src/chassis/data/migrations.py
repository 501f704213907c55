"""Alembic over asyncpg, the same for every service: `env.py` is one call of `run`, commands are two functions here.

Every migration sets `lock_timeout`, so that a table in use makes the migration fail, not the service wait.
"""

import asyncio
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import MetaData, pool
from sqlalchemy.ext.asyncio import create_async_engine

LOCK_TIMEOUT = "5s"


def config(directory: Path, url: str) -> Config:
    """Alembic's configuration for the migrations in `directory` on the database at `url` (postgresql://…)."""
    found = Config()
    found.set_main_option("script_location", str(directory))
    found.attributes["url"] = url
    return found


def upgrade(directory: Path, url: str, *, revision: str = "head") -> None:
    """Bring the database to `revision`; blocks until done."""
    command.upgrade(config(directory, url), revision)


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
