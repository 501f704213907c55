"""What `python -m devstack <command>` does, and so the Makefile's targets."""

import argparse
import asyncio
import os
import signal
from pathlib import Path

from rich.console import Console

from devstack.backup import back_up, refuse_other_servers, restore
from devstack.binaries import BinariesMissing
from devstack.commands import migrate, psql, revise, status, train
from devstack.demo import journey
from devstack.demo.calling import DemoFailed
from devstack.dumps import BackupFailed
from devstack.layout import ROOT, VAR, Layout
from devstack.migration_lint import lint_migrations
from devstack.openapi import Unmergeable, breaking_since, write_documents
from devstack.platform import NotReady
from devstack.preparation import PreparationFailed
from devstack.roster import PROGRAMS
from devstack.run import run
from devstack.server import ServerFailed
from devstack.settings import Refused, read_settings

FAILURES = (BackupFailed, BinariesMissing, DemoFailed, NotReady, PreparationFailed, ServerFailed, Unmergeable)


def main() -> int:
    """Exit codes: 0 done, 1 failed, 2 can't be done as things are (the message says what to do)."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return _perform(_parser().parse_args(), console)
    except Refused as refused:
        console.print(str(refused), style="red", markup=False)
        return 2
    except FAILURES as failure:
        console.print(str(failure), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130


def _perform(arguments: argparse.Namespace, console: Console) -> int:
    layout = Layout(arguments.var.absolute())

    def say(text: str) -> None:
        console.print(text, markup=False)

    match arguments.command:
        case "run":
            asyncio.run(run(console, layout.var))
        case "demo":
            asyncio.run(journey.run(console, layout))
        case "backup":
            refuse_other_servers(read_settings(os.environ))
            say(f"Backup made: {asyncio.run(back_up(layout, say=say))}")
        case "restore":
            refuse_other_servers(read_settings(os.environ))
            asyncio.run(restore(layout, arguments.backup, say=say))
            say("Restored. Followers of the feeds will notice and rebuild their copies.")
        case "migrate":
            asyncio.run(migrate(layout, say=say))
        case "revision":
            asyncio.run(revise(layout, arguments.service, arguments.message, say=say))
        case "psql":
            return asyncio.run(psql(layout, arguments.service))
        case "train":
            return asyncio.run(train(layout))
        case "status":
            return asyncio.run(status(layout, say=say))
        case "openapi":
            asyncio.run(write_documents(ROOT / "docs" / "openapi"))
            for broken in breaking_since(arguments.since):
                say(f"breaks since {arguments.since}: {broken}")
        case "lint-migrations":
            return lint_migrations(say=say)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devstack", description="A whole platform on a developer's machine."
    )
    parser.add_argument(
        "--var", type=Path, default=VAR, help="where the platform keeps its files (default: %(default)s)"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    names = [program.name for program in PROGRAMS]
    commands.add_parser("run", help="start the platform and keep it until Ctrl-C")
    commands.add_parser("demo", help="walk through the whole journey, on a running platform or on one that it starts")
    commands.add_parser("status", help="say which programs are ready")
    commands.add_parser("migrate", help="bring the four databases to the newest schema")
    commands.add_parser("train", help="train the model that suggests categories")
    revision = commands.add_parser(
        "revision", help="write a new migration from the difference between tables and database"
    )
    revision.add_argument("service", choices=names)
    revision.add_argument("message")
    commands.add_parser("backup", help="dump the four databases into var/backups")
    restoring = commands.add_parser("restore", help="put back a backup")
    restoring.add_argument("backup", type=Path)
    shell = commands.add_parser("psql", help="open a database's shell")
    shell.add_argument("service", choices=names)
    documents = commands.add_parser("openapi", help="write docs/openapi from the programs, and say what they break")
    documents.add_argument("--since", default="HEAD", help="the revision to compare with (default: %(default)s)")
    commands.add_parser("lint-migrations", help="check the migrations for what would block a running service")
    return parser
