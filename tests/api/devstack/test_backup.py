"""A backup comes back row for row, under a new stream id; one that isn't whole touches nothing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from devstack.backup import back_up, restore
from devstack.layout import Layout
from devstack.platform import only_platform
from devstack.postgres import Cluster, cluster, ensure_databases
from devstack.roster import PROGRAMS
from devstack.secrets import Secrets, load_or_create, write_private
from devstack.settings import Refused

SCHEMA = """
CREATE EXTENSION btree_gist;
CREATE TABLE things (name text PRIMARY KEY, at timestamptz DEFAULT now());
CREATE TABLE dated (id int, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE feed_head (one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL,
                        stream uuid NOT NULL DEFAULT gen_random_uuid());
INSERT INTO feed_head (position) VALUES (7);
INSERT INTO things SELECT 'thing ' || n FROM generate_series(1, 1000) AS n;
INSERT INTO dated VALUES (1, '[2025-01-01,2026-01-01)');
"""


def silent(_: str) -> None:
    pass


async def connect(server: Cluster, secrets: Secrets, name: str) -> asyncpg.Connection:
    return await asyncpg.connect(server.url(f"prima_{name}", secrets.role_passwords[name], f"prima_{name}"))


@pytest.fixture
async def layout(tmp_path: Path) -> AsyncIterator[Layout]:
    """A platform's directory with something in every database; the gateway's follows no feed."""
    made = Layout(tmp_path / "var")
    secrets = load_or_create(made.secrets)
    with cluster(made.postgres) as server:
        await ensure_databases(server, secrets)
        for program in PROGRAMS:
            connection = await connect(server, secrets, program.name)
            await connection.execute(SCHEMA)
            if program.name == "gateway":
                await connection.execute("DROP TABLE feed_head")
            await connection.close()
        yield made


async def state(layout: Layout, name: str) -> tuple[int, object]:
    """The number of things in a database, and its stream."""
    secrets = load_or_create(layout.secrets)
    with cluster(layout.postgres) as server:
        connection = await connect(server, secrets, name)
        try:
            things = await connection.fetchval("SELECT count(*) FROM things")
            stream = None if name == "gateway" else await connection.fetchval("SELECT stream FROM feed_head")
            return things, stream
        finally:
            await connection.close()


async def spoil(layout: Layout) -> None:
    """Lose what was backed up, and write something that wasn't."""
    secrets = load_or_create(layout.secrets)
    with cluster(layout.postgres) as server:
        for program in PROGRAMS:
            connection = await connect(server, secrets, program.name)
            await connection.execute("DELETE FROM things; INSERT INTO things VALUES ('written later')")
            await connection.close()


async def test_what_was_lost_comes_back_under_a_new_stream(layout: Layout) -> None:
    before = await state(layout, "complaints")
    made = await back_up(layout, say=silent)
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["databases"]["complaints"]["rows"] == {
        "public.dated": 1,
        "public.feed_head": 1,
        "public.things": 1000,
    }
    assert manifest["versions"]["postgresql"].startswith("18.")

    await spoil(layout)
    assert (await state(layout, "complaints"))[0] == 1
    await restore(layout, made, say=silent)

    for program in PROGRAMS:
        things, stream = await state(layout, program.name)
        assert things == 1000
        assert stream != before[1]
    # The role still owns what is its own: the next migration can change it.
    secrets = load_or_create(layout.secrets)
    with cluster(layout.postgres) as server:
        connection = await connect(server, secrets, "complaints")
        await connection.execute("ALTER TABLE things ADD COLUMN more text")
        await connection.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(server.url("prima_registry", secrets.role_passwords["registry"], "prima_complaints"))


async def test_a_damaged_backup_is_refused_before_anything_is_touched(layout: Layout) -> None:
    made = await back_up(layout, say=silent)
    dump = made / "evaluation.dump"
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    await spoil(layout)
    with pytest.raises(Refused, match=r"evaluation\.dump is damaged"):
        await restore(layout, made, say=silent)
    assert (await state(layout, "registry"))[0] == 1


async def test_a_backup_sealed_under_other_keys_is_refused(layout: Layout) -> None:
    made = await back_up(layout, say=silent)
    kept = json.loads(layout.secrets.read_text())
    write_private(layout.secrets, json.dumps({**kept, "identity_key": "another"}))
    with pytest.raises(Refused, match=r"secrets\.json"):
        await restore(layout, made, say=silent)


async def test_nothing_is_restored_under_a_running_platform(layout: Layout) -> None:
    made = await back_up(layout, say=silent)
    with only_platform(layout), pytest.raises(Refused, match="already runs"):
        await restore(layout, made, say=silent)


async def test_a_folder_that_isnt_a_backup_is_refused(layout: Layout, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="isn't a backup"):
        await restore(layout, tmp_path, say=silent)
