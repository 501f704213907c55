"""The gateway's migrations go up, down and up again, and make what the tables say."""

import asyncio

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.data import migrations
from devstack.postgres import Cluster
from gateway.schema import MIGRATIONS, metadata
from support import databases


async def test_migrations_and_tables_agree(postgres: Cluster) -> None:
    url = await databases.clone(postgres, "gateway", loaded=False)
    try:
        config = migrations.config(MIGRATIONS, url)
        await asyncio.to_thread(command.downgrade, config, "base")
        await asyncio.to_thread(command.upgrade, config, "head")
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool)
        async with engine.connect() as connection:
            found = await connection.run_sync(lambda sync: compare_metadata(MigrationContext.configure(sync), metadata))
        await engine.dispose()
        assert found == []
    finally:
        await databases.drop(postgres, url)
