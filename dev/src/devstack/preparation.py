"""Brings each program's database up to date: its migrations, then its reference data.

A database that was prepared from the very same files is left alone. What it was prepared from is written in the
database itself, as the comment of the table of its migrations, so that it goes wherever the database goes.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import asyncpg

from devstack.layout import DATA, ROOT, Layout, last_lines, size_of, source_directory
from devstack.roster import LOAD_REFERENCE_DATA, MIGRATE, PROGRAMS, WRONG_SETTING, Program
from devstack.settings import Refused
from devstack.supervisor import Launch, Say, spawn

SHARED_SOURCES = (ROOT / "chassis" / "src", DATA)
PREPARED_FROM = "SELECT obj_description(to_regclass('alembic_version'), 'pg_class')"
REVISION = "SELECT version_num FROM alembic_version"
DONE = {MIGRATE: "{}: newest schema", LOAD_REFERENCE_DATA: "{}: reference data"}


class PreparationFailed(Exception):
    """A program couldn't prepare its database; the message ends with the last lines of its log."""


async def prepare(
    environments: Mapping[str, Mapping[str, str]], layout: Layout, *, urls: Mapping[str, str], say: Say
) -> None:
    """Prepare all databases at once, of which `urls` has the addresses by program name.

    Raises: PreparationFailed; Refused, if a program doesn't take its settings.
    """
    prepared = await asyncio.gather(*(_is_prepared(program, urls[program.name]) for program in PROGRAMS))
    due = [program for program, done in zip(PROGRAMS, prepared, strict=True) if not done]
    if due:
        say(f"Preparing the databases of {', '.join(program.name for program in due)}")
    outcomes = await asyncio.gather(
        *(
            _prepare_one(program, environments[program.name], layout, url=urls[program.name], say=say)
            for program in due
        ),
        return_exceptions=True,
    )
    raise_together([outcome for outcome in outcomes if isinstance(outcome, BaseException)])


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


async def _prepare_one(program: Program, environment: Mapping[str, str], layout: Layout, *, url: str, say: Say) -> None:
    files = fingerprint(program)  # before they are read: what changes meanwhile is prepared the next time
    for verb in (MIGRATE, LOAD_REFERENCE_DATA):
        await run_verb(program, verb, environment, layout=layout)
        say(DONE[verb].format(program.name))
    async with _connected(url) as connection:
        state = f"{files} {await connection.fetchval(REVISION)}"
        await connection.execute(f"COMMENT ON TABLE alembic_version IS '{state}'")  # a digest and a number


async def _is_prepared(program: Program, url: str) -> bool:
    """Whether the database was prepared from the files that there are, and is still at the revision they led to."""
    async with _connected(url) as connection:
        state = await connection.fetchval(PREPARED_FROM)
        return state is not None and state == f"{fingerprint(program)} {await connection.fetchval(REVISION)}"


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
