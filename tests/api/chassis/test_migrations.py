"""Indexes that are built while the service works: beside a long transaction, and again where a build was cut off."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from chassis.data import migrations
from devstack.databases import CREATE, run_quoted
from devstack.postgres import Cluster

ENVIRONMENT = """
from chassis.data.migrations import run
from sqlalchemy import MetaData
run(MetaData())
"""
MIGRATION = """
from chassis.data.migrations import build_indexes
revision, down_revision, branch_labels, depends_on = "0001", None, None, None
def upgrade() -> None:
    build_indexes({"notes_text_idx": "notes (text)"})
"""
INDEX = """
SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('notes_text_idx')
"""
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX CONCURRENTLY%'
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text(ENVIRONMENT)
    (tmp_path / "versions" / "0001_made.py").write_text(MIGRATION)
    return tmp_path


@pytest.fixture
async def url(postgres: Cluster) -> str:
    """A database with a table in it."""
    name = "test_migrations_of_indexes"
    connection = await asyncpg.connect(postgres.superuser_url())
    await run_quoted(connection, "DROP DATABASE IF EXISTS %I WITH (FORCE)", name)
    await run_quoted(connection, CREATE, name, "postgres")
    await connection.close()
    connection = await asyncpg.connect(postgres.superuser_url(name))
    await connection.execute("CREATE TABLE notes (text text)")
    await connection.close()
    return postgres.superuser_url(name)


async def test_a_build_that_was_cut_off_is_done_again_and_waits_for_who_came_before(scripts: Path, url: str) -> None:
    reader, other = await asyncpg.connect(url), await asyncpg.connect(url)
    transaction = reader.transaction(isolation="repeatable_read")
    await transaction.start()
    await reader.fetch("SELECT FROM notes")
    await other.execute("SET lock_timeout = '10ms'")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await other.execute("CREATE INDEX CONCURRENTLY notes_text_idx ON notes (text)")
    assert await other.fetchval(INDEX) is False

    upgrade = asyncio.create_task(asyncio.to_thread(migrations.upgrade, scripts, url))
    async with asyncio.timeout(30):
        while not await other.fetchval(WAITING.replace("CREATE", "DROP")):
            assert not upgrade.done()
    await transaction.rollback()
    await upgrade
    assert await other.fetchval(INDEX) is True
    await reader.close()
    await other.close()


def test_it_waits_longer_than_a_request_or_an_export_of_minutes_takes(
    scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told in the SQL: nobody wants to wait for it here."""
    config = migrations.config(scripts, "postgresql://")
    migrations.command.upgrade(config, "head", sql=True)
    sql = capsys.readouterr().out
    places = [
        sql.index(part) for part in ("lock_timeout = '15min'", "DROP INDEX", "CREATE INDEX", "RESET lock_timeout")
    ]
    assert places == sorted(places)
