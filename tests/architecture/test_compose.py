"""docker-compose.yml starts what the supervisor starts: the same commands, databases, roles and secrets."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from devstack.layout import ROOT, Layout
from devstack.postgres import cluster
from devstack.roster import INTERNAL, LOAD_REFERENCE_DATA, MIGRATE, PORTS, PROGRAMS, Program
from devstack.secrets import Secrets
from devstack.settings import environments, read_settings

FILE = ROOT / "docker-compose.yml"
# What only a developer's machine tells its programs.
DEVELOPMENT_ONLY = {"BOOTSTRAP_CLIENT_FILE", "BIND_HOST", "DATA_DIR", "PYTHONUNBUFFERED", "PYTHONSAFEPATH"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return document


def steps(program: Program) -> list[tuple[str, tuple[str, ...]]]:
    """The containers of a program in the order they run, each with its command."""
    return [
        (f"migrate-{program.name}", program.command(MIGRATE)),
        (f"load-{program.name}", program.command(LOAD_REFERENCE_DATA)),
        (program.name, program.command()),
    ]


def test_it_follows_the_compose_specification() -> None:
    checker = str(Path(sys.executable).with_name("check-jsonschema"))
    checked = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", str(FILE)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_each_program_is_migrated_loaded_and_started_as_the_supervisor_does(
    compose: dict[str, Any], program: Program
) -> None:
    before = ("postgres", "service_healthy")
    for container, command in steps(program):
        service = compose["services"][container]
        assert tuple(service["command"]) == command
        assert service["depends_on"] == {before[0]: {"condition": before[1]}}
        assert service["build"]["args"] == {"SERVICE": program.name, "PORT": str(program.port)}
        before = (container, "service_completed_successfully")


def test_nothing_else_is_started(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", *(name for program in PROGRAMS for name, _ in steps(program))}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_each_program_is_told_what_the_supervisor_tells_it(compose: dict[str, Any], program: Program) -> None:
    given = {"BOOTSTRAP_CLIENT_SECRET": "x", **dict.fromkeys(optional(compose, program) - {"PRIMA_ENV"}, "x")}
    urls = {each.name: f"postgresql://{each.role}:x@postgres:5432/{each.database}" for each in PROGRAMS}
    told = environments(read_settings(given), Layout(Path("/x")), Secrets.generate(), database_urls=urls)[program.name]
    container = compose["services"][program.name]["environment"]
    # Of the others' addresses a service needs the gateway's alone, and of the ports its own.
    needless = DEVELOPMENT_ONLY | {f"{name.upper()}_{what}" for name in PORTS for what in ("PORT", "URL")}
    assert set(told) - needless <= set(container)
    assert set(container) <= set(told)
    url = re.sub(r"\$\{[^}]*\}", "x", container[program.url_setting])
    assert url == urls[program.name]


def optional(compose: dict[str, Any], program: Program) -> set[str]:
    """Settings of a program that may be left empty."""
    told = compose["services"][program.name]["environment"]
    return {setting for setting, value in told.items() if value.startswith(f"${{{setting}:-")}


def test_every_setting_of_the_readme_reaches_its_container(compose: dict[str, Any]) -> None:
    """One that an operator sets and that stops at the compose file would be believed to hold."""
    given = {setting for service in compose["services"].values() for setting in service["environment"]}
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    image = {"BIND_HOST", "DATA_DIR", "DOCS_DIR", "BOOTSTRAP_CLIENT_FILE"}
    assert listed - given == image


def test_every_secret_is_required_and_none_is_written_down(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for setting, value in service["environment"].items():
            if re.search(r"SECRET|KEY|PASSWORD|DATABASE_URL", setting):
                assert re.search(r"\$\{[A-Z_]+:\?[^}]+\}", value), f"{name}: {setting}"


def test_only_the_gateway_is_reachable_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["gateway"]
    gateway = compose["services"]["gateway"]
    assert [published.rpartition(":")[2] for published in gateway["ports"]] == [gateway["environment"]["GATEWAY_PORT"]]
    assert gateway["environment"]["GATEWAY_INTERNAL_PORT"] == str(PORTS[INTERNAL])
    for name in ("registry", "complaints", "evaluation"):
        within = compose["services"][name]["environment"]["GATEWAY_INTERNAL_URL"]
        assert within == f"http://gateway:{PORTS[INTERNAL]}"


async def test_its_init_script_makes_roles_that_own_their_database_and_enter_no_other(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    script = compose["configs"]["databases"]["content"].replace("$$", "$")
    with cluster(tmp_path / "pg") as server:
        environment = {
            **server.client_environment(),
            "PATH": f"{server.installation.directory}:{os.environ['PATH']}",
            **{f"DATABASE_PASSWORD_{program.name.upper()}": f"of {program.name}" for program in PROGRAMS},
        }
        making = await asyncio.create_subprocess_exec("bash", "-c", script, env=environment)
        assert await making.wait() == 0
        for program in PROGRAMS:
            own = await asyncpg.connect(server.url(program.role, f"of {program.name}", program.database))
            assert (
                await own.fetchval("SELECT datlocale FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
            )
            await own.execute("CREATE EXTENSION btree_gist")
            await own.close()
            for other in ("postgres", *(each.database for each in PROGRAMS if each != program)):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await asyncpg.connect(server.url(program.role, f"of {program.name}", other))
