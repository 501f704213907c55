"""A database that tells of every write that was committed: tests ask it instead of comparing all that is stored."""

import asyncpg

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
