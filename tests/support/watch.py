"""A database that tells of every write that was committed, or that lets none be: what tests of every operation stand on."""

import asyncpg

from chassis.http.languages import Text
from chassis.http.problems import Conflict

WATCH = """
CREATE TABLE committed_writes (table_name text NOT NULL);
CREATE FUNCTION note_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO committed_writes VALUES (TG_TABLE_NAME);
    RETURN NULL;
END $$;
DO $$
DECLARE watched regclass;
BEGIN
    FOR watched IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'committed_writes'
    LOOP
        EXECUTE format('CREATE TRIGGER note_write AFTER INSERT OR UPDATE OR DELETE ON %s
            FOR EACH STATEMENT EXECUTE FUNCTION note_write()', watched);
    END LOOP;
END $$;
"""


async def watch(connection: asyncpg.Connection) -> None:
    """Begin to note writes, of every table that there is now."""
    await connection.execute(WATCH)


async def written(connection: asyncpg.Connection) -> set[str]:
    """The tables that committed transactions wrote to since this was asked last."""
    rows = await connection.fetch("DELETE FROM committed_writes RETURNING table_name")
    return {row["table_name"] for row in rows}


REHEARSAL = "rehearsal"
"""The constraint that a rehearsed write breaks, and by which the service's problem is found."""
REHEARSE = f"""
CREATE FUNCTION rehearse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'only rehearsed' USING CONSTRAINT = '{REHEARSAL}';
END $$;
DO $$
DECLARE watched regclass;
BEGIN
    FOR watched IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER {REHEARSAL} AFTER INSERT OR UPDATE OR DELETE ON %s
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION rehearse()', watched);
    END LOOP;
END $$;
"""


class Rehearsed(Conflict):
    """Everything was done and nothing was kept: the commit was refused, so that the next caller finds the same world."""

    code = "rehearsed"
    title = Text("Hanya latihan", "Only rehearsed")


async def rehearse(connection: asyncpg.Connection) -> None:
    """From now on every commit that would change something is refused as Rehearsed."""
    await connection.execute(REHEARSE)
