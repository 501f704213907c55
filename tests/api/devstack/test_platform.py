"""A whole platform of stand-ins: it comes up, survives kills, says clearly why it can't start, and starts fast again."""

import os
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from devstack import preparation
from devstack.layout import Layout
from devstack.own_servers import refuse_unfit_servers
from devstack.platform import Platform, is_ready, platform
from devstack.postgres import cluster, ensure_databases
from devstack.preparation import PreparationFailed
from devstack.roster import PROGRAMS
from devstack.secrets import load_or_create
from devstack.settings import Refused, free_ports

from .conftest import eventually


@pytest.fixture(autouse=True)
def own_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Preparation looks at files of this test's own, not at a repository that someone may be editing."""
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "0001.py").write_text("first")
    monkeypatch.setattr(preparation, "source_directory", lambda _: sources)
    monkeypatch.setattr(preparation, "SHARED_SOURCES", ())
    return sources


async def verbs(running: Platform) -> list[str]:
    connection = await asyncpg.connect(running.database_urls["registry"])
    try:
        return [row["verb"] for row in await connection.fetch("SELECT verb FROM runs ORDER BY at")]
    finally:
        await connection.close()


async def test_it_comes_up_whole_and_heals_itself(tmp_path: Path, standins: dict[str, str]) -> None:
    async with platform(tmp_path / "var", free_ports(), environment=standins) as running, httpx.AsyncClient() as client:
        for program in PROGRAMS:
            assert await is_ready(client, running.settings.address(program.name))
        assert await verbs(running) == ["migrate", "load-reference-data"]

        registry = running.supervisor.pid("registry")
        assert registry is not None
        os.kill(registry, signal.SIGKILL)
        await eventually(lambda: running.supervisor.pid("registry") not in (registry, None))
        await eventually(lambda: is_ready(client, running.settings.address("registry")))

        assert running.cluster is not None
        os.kill(int((running.cluster.server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        await eventually(lambda: running.cluster is not None and not running.cluster.running())
        await eventually(lambda: is_ready(client, running.settings.address("complaints")))
    assert not running.cluster.running()


async def test_a_second_start_prepares_only_what_has_changed(
    tmp_path: Path, standins: dict[str, str], own_sources: Path
) -> None:
    once = ["migrate", "load-reference-data"]
    async with platform(tmp_path / "var", free_ports(), environment=standins) as running:
        assert await verbs(running) == once
    async with platform(tmp_path / "var", free_ports(), environment=standins) as running:
        assert await verbs(running) == once
    (own_sources / "0002.py").write_text("second")
    async with platform(tmp_path / "var", free_ports(), environment=standins) as running:
        assert await verbs(running) == once * 2


async def test_databases_of_ones_own_are_prepared_when_something_has_changed(
    tmp_path: Path, standins: dict[str, str], own_sources: Path
) -> None:
    once = ["migrate", "load-reference-data"]
    layout = Layout(tmp_path / "elsewhere")
    secrets = load_or_create(layout.secrets)
    with cluster(layout.postgres) as server:
        await ensure_databases(server, secrets)
        urls = {
            program.name: server.url(program.database, secrets.role_passwords[program.name], program.database)
            for program in PROGRAMS
        }
        told = {**standins, **{program.url_setting: urls[program.name] for program in PROGRAMS}}

        async def started() -> list[str]:
            """What has been done to the registry's database once the platform is up."""
            async with platform(tmp_path / "var", free_ports(), environment=told) as running:
                assert running.cluster is None
                return await verbs(running)

        assert await started() == once
        assert await started() == once
        # Somebody else, of another release, has changed the schema since: what is known of the files says nothing of it.
        connection = await asyncpg.connect(urls["registry"])
        await connection.execute("UPDATE alembic_version SET version_num = '0000'")
        await connection.close()
        assert await started() == once * 2
        (own_sources / "0002.py").write_text("second")
        assert await started() == once * 3


async def test_a_taken_port_is_named_with_a_way_out(tmp_path: Path, standins: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = {**free_ports(), "registry": other.getsockname()[1]}
        with pytest.raises(Refused, match=rf"Port {ports['registry']} on 127\.0\.0\.1 .*REGISTRY_PORT=\d+ make run"):
            async with platform(tmp_path / "var", ports, environment=standins):
                pass


async def test_one_directory_holds_one_platform(tmp_path: Path, standins: dict[str, str]) -> None:
    async with platform(tmp_path / "var", free_ports(), environment=standins):
        with pytest.raises(Refused, match="already runs"):
            async with platform(tmp_path / "var", free_ports(), environment=standins):
                pass


async def test_a_failing_migration_ends_the_start_with_its_own_words(tmp_path: Path, standins: dict[str, str]) -> None:
    broken = {**standins, "EVALUATION_BREAKS": "yes"}
    with pytest.raises(PreparationFailed, match="the stand-in's migration breaks"):
        async with platform(tmp_path / "var", free_ports(), environment=broken):
            pass


@pytest.mark.parametrize("when", ["BEFORE", "LATER"])
async def test_a_setting_that_a_program_does_not_take_ends_the_start_with_one_sentence(
    tmp_path: Path, standins: dict[str, str], when: str
) -> None:
    wrong = {**standins, "REGISTRY_REFUSES": when, "EVALUATION_REFUSES": when}
    with pytest.raises(Refused) as refused:
        async with platform(tmp_path / "var", free_ports(), environment=wrong):
            pass
    assert str(refused.value) == "the setting COLOUR is wrong: it must be green."


async def test_a_server_of_ones_own_that_cannot_be_used_is_named_with_what_to_do(
    tmp_path: Path, standins: dict[str, str]
) -> None:
    async with platform(tmp_path / "var", free_ports(), environment=standins) as running:
        cluster, good = running.cluster, running.database_urls
        assert cluster is not None
        password = urlsplit(good["registry"]).password or ""
        flawed = {
            "no PostgreSQL takes the connection": f"postgresql://u:hidden@127.0.0.1:{free_ports()['gateway']}/db",
            "doesn't let the role in": cluster.url("prima_registry", "hidden", "prima_registry"),
            "has no such database": cluster.url("prima_registry", password, "nowhere"),
        }
        for flaw, url in flawed.items():
            with pytest.raises(Refused, match=f"^DATABASE_URL_REGISTRY: .*{flaw}.*: ") as refused:
                await refuse_unfit_servers({"gateway": good["gateway"], "registry": url})
            assert "hidden" not in str(refused.value)
            assert "\n" not in str(refused.value)
        await refuse_unfit_servers(good)
