"""The registry's database of a run: built once by COPY, secondary indexes afterwards, kept in the benchmarks' cluster."""

import hashlib
from collections.abc import Sequence
from runpy import run_path

from benchmarks import registry_seeds as seeds
from benchmarks.databases import Say, run_command, superuser
from chassis.data.pool import Connection
from devstack.databases import CREATE, run_quoted
from devstack.layout import DATA, ROOT
from devstack.postgres import Cluster

_PLACES = """
SELECT id, region_code FROM institutions WHERE valid_during @> '2015-01-01'::date AND upper_inf(valid_during)
ORDER BY (kind = 'ministry') DESC, id
"""
# What a constraint stands on isn't dropped: it is filled as rows come.
_SECONDARY = """
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_class AS t ON t.oid = i.indrelid
WHERE t.relname = ANY($1::text[]) AND t.relnamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
"""
_MIGRATIONS = ROOT / "services" / "registry" / "migrations"
_FILL_WORDS: str = run_path(str(_MIGRATIONS / "versions" / "0021_words_of_services.py"))["FILL"]


async def built(cluster: Cluster, say: Say) -> str:
    """The name of the database, built if there is none of today's schema and seeds."""
    name = f"registry_{_digest()}"
    async with superuser(cluster) as connection:
        known = [row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")]
        if name in known:
            return name
        for stale in known:
            if stale.startswith("registry_"):
                await run_quoted(connection, "DROP DATABASE %I WITH (FORCE)", stale)
        say(f"Building a registry of {seeds.UNITS:,} units and {seeds.APPOINTMENTS:,} appointments, once")
        await run_quoted(connection, CREATE, "registry_building", "postgres")
    environment = {"DATABASE_URL_REGISTRY": cluster.superuser_url("registry_building"), "DATA_DIR": str(DATA)}
    for verb in ("migrate", "load-reference-data"):
        await run_command("registry", verb, environment=environment)
    async with superuser(cluster, "registry_building") as connection:
        await _load(connection)
    async with superuser(cluster) as connection:
        await run_quoted(connection, "ALTER DATABASE %I RENAME TO %I", "registry_building", name)
    return name


async def places(connection: Connection) -> Sequence[seeds.Place]:
    """The institutions that get units, the one with the measured tree first."""
    return [seeds.Place(row["id"], row["region_code"]) for row in await connection.fetch(_PLACES)]


async def _load(connection: Connection) -> None:
    # Triggers and references are for what is written while it lives: these rows are right by the way they are made.
    await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
    indexes = await connection.fetch(_SECONDARY, [*seeds.COLUMNS, *seeds.FORMER])
    for index in indexes:
        await run_quoted(connection, "DROP INDEX %I", index["name"])
    for batch in seeds.batches(await places(connection)):
        for table, rows in batch.items():
            await connection.copy_records_to_table(table, records=rows, columns=seeds.COLUMNS[table])
    for statement in seeds.FORMER.values():
        await connection.execute(statement)
    for table in ("services", "service_former_contents"):
        await connection.execute(_FILL_WORDS.format(table=table))
    for index in indexes:
        await connection.execute(index["definition"])
    await connection.execute("VACUUM ANALYZE")


def _digest() -> str:
    """Changes with the schema, the reference data or the seeds."""
    found = hashlib.sha256()
    migrations = sorted(_MIGRATIONS.rglob("*.py"))
    own = [ROOT / "benchmarks" / name for name in ("registry_seeds.py", "registry_database.py")]
    for path in (*migrations, *own, *sorted((DATA / "institutions").glob("*.csv"))):
        found.update(path.read_bytes())
    return found.hexdigest()[:10]
