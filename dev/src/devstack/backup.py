"""Backup and restore of the embedded databases, all four together.

The keys in var/secrets.json aren't part of a backup: without them its sealed parts stay sealed. Databases on other servers
are backed up there.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import asyncpg

from devstack.dumps import Dump, digest, dump, put_in_place, restore_beside
from devstack.layout import Layout
from devstack.platform import only_platform
from devstack.postgres import cluster, ensure_databases
from devstack.roster import PROGRAMS
from devstack.secrets import Secrets, load_or_create
from devstack.settings import Refused, Settings
from devstack.supervisor import Say

FORMAT = 1


def refuse_other_servers(settings: Settings) -> None:
    """Raises: Refused, if a database lies on a server of the caller's own."""
    if settings.database_urls:
        named = ", ".join(sorted(settings.database_urls))
        raise Refused(f"The databases of {named} are on a server of your own: back them up and restore them there.")


async def back_up(layout: Layout, *, say: Say) -> Path:
    """Dump the four databases into a new directory var/backups/<UTC time>; may run beside the platform.

    The manifest holds the versions, each file's SHA-256 and each table's rows.
    Raises: BackupFailed, ServerFailed.
    """
    secrets = load_or_create(layout.secrets)
    now = datetime.now(UTC)
    target = layout.backups / now.strftime("%Y-%m-%dT%H%M%S.%fZ")
    draft = layout.backups / f"{target.name}.new"
    draft.mkdir(parents=True, mode=0o700)
    dumps = {}
    with cluster(layout.postgres) as server:
        await ensure_databases(server, secrets)
        for program in PROGRAMS:
            dumps[program.name] = await dump(server, program, draft)
            say(_summary(program.name, dumps[program.name]))
        connection = await asyncpg.connect(server.superuser_url())
        server_version = await connection.fetchval("SHOW server_version")
        await connection.close()
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "versions": {"prima": version("prima-devstack"), "postgresql": server_version},
        "keys": key_mark(secrets),
        "databases": {name: asdict(dumped) for name, dumped in dumps.items()},
    }
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    draft.rename(target)
    return target


async def restore(layout: Layout, backup: Path, *, say: Say) -> None:
    """Put the four databases back as they were in `backup`, under new stream ids.

    They are restored beside the present ones, compared with the manifest, and swapped for them at the end.
    Raises: Refused, if the platform runs or the backup isn't whole; BackupFailed, ServerFailed.
    """
    with only_platform(layout):
        secrets = load_or_create(layout.secrets)
        dumps = read_manifest(backup, secrets)
        with cluster(layout.postgres) as server:
            await ensure_databases(server, secrets)
            for program in PROGRAMS:
                dumped = dumps[program.name]
                await restore_beside(server, program, dumped, file=backup / dumped.file)
                say(_summary(program.name, dumped))
            connection = await asyncpg.connect(server.superuser_url())
            for program in PROGRAMS:
                await put_in_place(connection, program)
            await connection.close()


def key_mark(secrets: Secrets) -> str:
    """A mark of the keys that the data are sealed under; it tells nothing about them."""
    return sha256(f"backup mark {secrets.gateway_secret} {secrets.identity_key}".encode()).hexdigest()[:16]


def read_manifest(backup: Path, secrets: Secrets) -> dict[str, Dump]:
    """The dumps of a backup by program name, their files compared with their digests.

    Raises: Refused.
    """
    try:
        manifest = json.loads((backup / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{backup} isn't a backup: it holds no readable manifest.json.") from error
    if manifest["format"] != FORMAT:
        raise Refused(f"{backup} was made by another release of this program: restore it with that one.")
    if manifest["keys"] != key_mark(secrets):
        raise Refused(f"{backup} is sealed under other keys: first put back the var/secrets.json of its platform.")
    dumps = {name: Dump(**dumped) for name, dumped in manifest["databases"].items()}
    for dumped in dumps.values():
        if not (backup / dumped.file).is_file() or digest(backup / dumped.file) != dumped.sha256:
            raise Refused(f"{backup / dumped.file} is damaged or missing: nothing was restored.")
    return dumps


def _summary(name: str, dumped: Dump) -> str:
    return f"{name}: {sum(dumped.rows.values()):,} rows, {dumped.bytes / 1e6:.1f} MB"
