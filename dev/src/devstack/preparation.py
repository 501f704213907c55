"""Brings each program's database up to date: its migrations, then its reference data.

A database that was prepared from the very same files is left alone. What it was prepared from is written on the
embedded database itself, as its comment, so that it goes wherever the database goes.
"""

import asyncio
from collections.abc import Container, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import asyncpg

from devstack.layout import DATA, ROOT, Layout, last_lines, size_of, source_directory
from devstack.postgres import Cluster
from devstack.roster import LOAD_REFERENCE_DATA, MIGRATE, PROGRAMS, WRONG_SETTING, Program
from devstack.settings import Refused
from devstack.supervisor import Launch, Say, spawn

SHARED_SOURCES = (ROOT / "chassis" / "src", DATA)
DONE = {MIGRATE: "{}: newest schema", LOAD_REFERENCE_DATA: "{}: reference data"}


class PreparationFailed(Exception):
    """A program couldn't prepare its database; the message ends with the last lines of its log."""


async def prepare(
    environments: Mapping[str, Mapping[str, str]],
    layout: Layout,
    *,
    cluster: Cluster | None,
    elsewhere: Container[str],
    say: Say,
) -> None:
    """Prepare all databases at once. Those of the programs `elsewhere`, on other servers, are always gone through.

    Raises: PreparationFailed; Refused, if a program doesn't take its settings.
    """
    prepared = await _prepared_from(cluster) if cluster else {}
    fingerprints = {program: fingerprint(program) for program in PROGRAMS}
    due = [
        program
        for program in PROGRAMS
        if program.name in elsewhere or prepared.get(program.database) != fingerprints[program]
    ]
    if due:
        say(f"Preparing the databases of {', '.join(program.name for program in due)}")
    outcomes = await asyncio.gather(
        *(_prepare_one(program, environments[program.name], layout, say=say) for program in due), return_exceptions=True
    )
    raise_together([outcome for outcome in outcomes if isinstance(outcome, BaseException)])
    if cluster and due:
        await _record(cluster, {p.database: fingerprints[p] for p in due if p.name not in elsewhere})


async def run_verb(program: Program, verb: str, environment: Mapping[str, str], *, layout: Layout) -> None:
    """Run `python -m <program> <verb>` to its end.

    Raises: PreparationFailed; Refused with the program's own words, if it doesn't take its settings.
    """
    log = layout.log(program.name)
    before = size_of(log)
    process = await spawn(Launch(program.name, program.command(verb), environment, log))
    try:
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said = last_lines(log, after=before)
    if code == WRONG_SETTING:
        raise refusal(program.name, said)
    if code:
        raise PreparationFailed(f"`{' '.join(program.command(verb))}` failed; the end of {log}:\n{said}")


def refusal(name: str, said: str) -> Refused:
    """What the program of this name said of its settings; several programs may say the same of one."""
    return Refused("\n".join(dict.fromkeys(line.removeprefix(f"{name}: ") for line in said.splitlines())))


def raise_together(errors: Sequence[BaseException]) -> None:
    """Raise what went wrong in several programs as one: the same words once, and a refusal before its consequences.

    Raises: Refused, PreparationFailed, or else the first of `errors`; nothing if there are none.
    """
    for kind in (Refused, PreparationFailed):
        if said := [str(error) for error in errors if isinstance(error, kind)]:
            raise kind("\n".join(dict.fromkeys(said)))
    for error in errors:
        raise error


def fingerprint(program: Program) -> str:
    """A digest that changes when a migration, the code that runs it, or the reference data does (by size and time)."""
    places = (source_directory(program), *SHARED_SOURCES)
    digest = sha256()
    for path in sorted(path for place in places for path in _files(place)):
        found = path.stat()
        digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files(place: Path) -> Iterable[Path]:
    return (path for path in place.rglob("*") if path.is_file() and path.suffix != ".pyc")


async def _prepare_one(program: Program, environment: Mapping[str, str], layout: Layout, *, say: Say) -> None:
    for verb in (MIGRATE, LOAD_REFERENCE_DATA):
        await run_verb(program, verb, environment, layout=layout)
        say(DONE[verb].format(program.name))


async def _prepared_from(cluster: Cluster) -> dict[str, str]:
    connection = await asyncpg.connect(cluster.superuser_url())
    try:
        rows = await connection.fetch(
            "SELECT datname, shobj_description(oid, 'pg_database') AS digest FROM pg_database"
        )
        return {row["datname"]: row["digest"] for row in rows if row["digest"]}
    finally:
        await connection.close()


async def _record(cluster: Cluster, digests: Mapping[str, str]) -> None:
    connection = await asyncpg.connect(cluster.superuser_url())
    try:
        for database, digest in digests.items():
            await connection.execute(f"COMMENT ON DATABASE {database} IS '{digest}'")  # both are names of our own
    finally:
        await connection.close()
