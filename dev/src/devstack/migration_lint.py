"""Checks migrations for what would block or break a running service: rendered as SQL, read by squawk."""

import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.script import ScriptDirectory

from chassis.data import migrations
from devstack.layout import source_directory
from devstack.roster import PROGRAMS, Program
from devstack.supervisor import Say

SQUAWK = (
    "--pg-version=18",
    "--reporter=gcc",
    # Statements needn't be repeatable: a migration runs in one transaction, whole or not at all.
    "--exclude=prefer-robust-stmts",
    # It is the wait for a lock that hurts a running service; a statement may take its time.
    "--exclude=require-statement-timeout",
    # No key is an integer here: versions, counts and years are.
    "--exclude=prefer-bigint-over-int",
    "--exclude=prefer-bigint-over-smallint",
)
# Alembic's own table is none of a migration's author's making.
OWN_TABLE = re.compile(r"CREATE TABLE alembic_version \(.*?\);", re.DOTALL)

IMPATIENT = re.compile(r"SET lock_timeout = '\d+m?s'.*CONCURRENTLY", re.DOTALL | re.IGNORECASE)
"""Seconds, of the session: what is done CONCURRENTLY comes outside of the transaction, where SET LOCAL is over."""
BUILT = re.compile(r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\w+)", re.IGNORECASE)


def left_behind(sql: str) -> list[str]:
    """The indexes whose build, cut off, leaves an invalid one in the way of the next: they aren't dropped beforehand."""
    return [
        built[1]
        for built in BUILT.finditer(sql)
        if f"DROP INDEX CONCURRENTLY IF EXISTS {built[1]};" not in sql[: built.start()]
    ]


def lint_migrations(*, say: Say) -> int:
    """Check every migration of every program; returns 0, or 1 with the complaints said."""
    with TemporaryDirectory() as directory:
        complaints = []
        files = []
        for program in PROGRAMS:
            for revision, sql in render(program):
                file = Path(directory) / f"{program.name}-{revision}.sql"
                file.write_text(sql, "utf-8")
                files.append(str(file))
                if "lock_timeout" not in sql.lower():
                    complaints.append(
                        f"{program.name} {revision}: sets no lock_timeout, and could make a service wait for it."
                    )
                if IMPATIENT.search(sql) or left_behind(sql):
                    complaints.append(
                        f"{program.name} {revision}: CONCURRENTLY gives up beside a long transaction, or can't be run again "
                        "then: use build_indexes or drop_indexes of chassis.data.migrations."
                    )
        squawk = subprocess.run(
            [str(Path(sys.executable).parent / "squawk"), *SQUAWK, *files], capture_output=True, text=True, check=False
        )
    if squawk.returncode != 0:
        complaints.append((squawk.stdout + squawk.stderr).replace(f"{directory}/", "").strip())
    for complaint in complaints:
        say(complaint)
    say(f"{len(files)} migrations read, {'none' if not complaints else 'some'} to be mended.")
    return 1 if complaints else 0


def render(program: Program) -> Iterator[tuple[str, str]]:
    """Each migration of a program, oldest first: its revision and its SQL."""
    directory = source_directory(program) / "migrations"
    scripts = ScriptDirectory(str(directory))
    for script in reversed(list(scripts.walk_revisions())):
        config = migrations.config(directory, "postgresql://")
        config.output_buffer = StringIO()
        command.upgrade(config, f"{script.down_revision or 'base'}:{script.revision}", sql=True)
        yield script.revision, OWN_TABLE.sub("", config.output_buffer.getvalue())
