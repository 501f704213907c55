"""The embedded PostgreSQL: who may enter, who shares it, and what it survives."""

import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

import asyncpg
import pytest

from devstack.postgres import Cluster, cluster, ensure_databases
from devstack.secrets import Secrets, load_or_create

from .conftest import eventually

SECRETS = Secrets.generate()


def postmaster(running: Cluster) -> int:
    return int((running.server.data / "postmaster.pid").read_text().split()[0])


def url(running: Cluster, *, role: str, database: str, password: str | None = None) -> str:
    return running.url(f"prima_{role}", password or SECRETS.role_passwords[role], f"prima_{database}")


async def test_data_outlive_the_server(tmp_path: Path) -> None:
    with cluster(tmp_path / "pg") as running:
        await ensure_databases(running, SECRETS)
        connection = await asyncpg.connect(url(running, role="registry", database="registry"))
        await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        await connection.close()
        assert running.running()
    assert not running.running()
    with cluster(tmp_path / "pg") as running:
        await ensure_databases(running, SECRETS)
        connection = await asyncpg.connect(url(running, role="registry", database="registry"))
        assert await connection.fetchval("SELECT n FROM kept") == 1
        await connection.close()


async def test_nobody_enters_anothers_database(tmp_path: Path) -> None:
    with cluster(tmp_path / "pg") as running:
        await ensure_databases(running, SECRETS)
        for role in SECRETS.role_passwords:
            for database in SECRETS.role_passwords:
                if role != database:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await asyncpg.connect(url(running, role=role, database=database))
        for shared in ("postgres", "template1"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(running.url("prima_registry", SECRETS.role_passwords["registry"], shared))
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url(running, role="registry", database="registry", password="wrong"))


async def test_databases_sort_and_fold_by_the_builtin_locale(tmp_path: Path) -> None:
    with cluster(tmp_path / "pg") as running:
        await ensure_databases(running, SECRETS)
        connection = await asyncpg.connect(url(running, role="complaints", database="complaints"))
        row = await connection.fetchrow(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
            " WHERE datname = current_database()"
        )
        assert tuple(row or ()) == (b"b", "C.UTF-8", "UTF8")
        assert await connection.fetchval("SHOW data_checksums") == "on"
        assert await connection.fetchval("SHOW listen_addresses") == ""
        # The owner makes the extensions it needs by itself.
        await connection.execute("CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm; CREATE EXTENSION ltree")
        await connection.close()


async def test_a_private_home_stays_private(tmp_path: Path) -> None:
    with cluster(tmp_path / "deep" / "pg") as running:
        assert stat.S_IMODE(running.home.stat().st_mode) == 0o700
        assert stat.S_IMODE((running.home / "superuser-password").stat().st_mode) == 0o600


async def test_two_users_share_one_server_and_the_last_stops_it(tmp_path: Path) -> None:
    with cluster(tmp_path / "pg") as first:
        with cluster(tmp_path / "pg") as second:
            assert postmaster(second) == postmaster(first)
        assert first.running()
        connection = await asyncpg.connect(first.superuser_url())
        await connection.close()
    assert not first.running()


async def test_a_server_outlives_a_killed_user_and_is_stopped_by_the_next(tmp_path: Path) -> None:
    program = f"""
import sys, pathlib, devstack.postgres
with devstack.postgres.cluster(pathlib.Path({str(tmp_path / "pg")!r})):
    print("up", flush=True)
    sys.stdin.read()
"""
    user = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert user.stdout is not None
    assert await user.stdout.readline() == b"up\n"
    user.kill()
    await user.wait()
    orphan = int((tmp_path / "pg" / "data" / "postmaster.pid").read_text().split()[0])
    with cluster(tmp_path / "pg") as running:
        assert postmaster(running) == orphan
    assert not running.running()


async def test_a_killed_postmaster_is_noticed_and_started_again(tmp_path: Path) -> None:
    with cluster(tmp_path / "pg") as running:
        connection = await asyncpg.connect(running.superuser_url())
        await connection.execute("CREATE TABLE committed AS SELECT 1 AS n")
        killed = postmaster(running)
        os.kill(killed, signal.SIGKILL)
        await eventually(lambda: not running.running())
        running.ensure_running()
        assert postmaster(running) != killed
        connection.terminate()
        connection = await asyncpg.connect(running.superuser_url())
        assert await connection.fetchval("SELECT n FROM committed") == 1
        await connection.close()


async def test_an_interrupted_first_start_is_begun_anew(tmp_path: Path) -> None:
    half_made = tmp_path / "pg" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18")
    with cluster(tmp_path / "pg") as running:
        assert running.running()
    assert not half_made.exists()


async def test_a_long_path_is_served_by_a_socket_elsewhere(tmp_path: Path) -> None:
    with cluster(tmp_path / ("long" * 25) / "pg") as running:
        assert not running.socket_dir.is_relative_to(tmp_path)
        assert stat.S_IMODE(running.socket_dir.stat().st_mode) == 0o700
        connection = await asyncpg.connect(running.superuser_url())
        await connection.close()
    assert not running.socket_dir.exists()


def test_secrets_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secrets.json"
    made = load_or_create(path)
    assert load_or_create(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
