"""A database that holds the registry copy and nothing else; each test runs in a transaction that is undone."""

import os
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.schema import CreateIndex, CreateTable

from chassis.data.pool import Connection, connect
from chassis.data.statements import DIALECT
from devstack.databases import CREATE, run_quoted
from devstack.postgres import Cluster
from directory.tables import metadata
from support.databases import drop


@pytest.fixture(scope="session")
async def copy_database(postgres: Cluster) -> AsyncIterator[str]:
    name = f"test_directory_{os.getpid()}_{os.urandom(3).hex()}"
    admin = await connect(postgres.superuser_url(), name="tests")
    await run_quoted(admin, CREATE, name, "postgres")
    await admin.close()
    url = postgres.superuser_url(name)
    owner = await connect(url, name="tests")
    for table in metadata.sorted_tables:
        await owner.execute(str(CreateTable(table).compile(dialect=DIALECT)))
        for index in table.indexes:
            await owner.execute(str(CreateIndex(index).compile(dialect=DIALECT)))
    await owner.close()
    yield url
    await drop(postgres, url)


@pytest.fixture
async def connection(copy_database: str) -> AsyncIterator[Connection]:
    opened = await connect(copy_database, name="tests")
    transaction = opened.transaction()
    await transaction.start()
    yield opened
    await transaction.rollback()
    await opened.close()
