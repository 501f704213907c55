"""Roles and databases: each database belongs to one role, and nobody else may connect to it."""

import asyncpg

# The builtin locale sorts and folds alike on every machine, whatever its C library.
CREATE = (
    "CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
)


async def create_database(connection: asyncpg.Connection, name: str, owner: str) -> None:
    await run_quoted(connection, CREATE, name, owner)
    await close_to_public(connection, name)


async def close_to_public(connection: asyncpg.Connection, database: str) -> None:
    """Take from everyone the right to connect, which PostgreSQL gives by default."""
    await run_quoted(connection, "REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC", database)


async def ensure_role(connection: asyncpg.Connection, name: str, password: str) -> None:
    known = await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name)
    await run_quoted(connection, f"{'ALTER' if known else 'CREATE'} ROLE %I LOGIN PASSWORD %L", name, password)


async def has_database(connection: asyncpg.Connection, name: str) -> bool:
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name))


async def run_quoted(connection: asyncpg.Connection, template: str, *names: str) -> None:
    """Run a statement that takes no parameters: the server itself quotes its names (%I) and literals (%L)."""
    places = "".join(f", ${index}::text" for index in range(2, len(names) + 2))
    await connection.execute(await connection.fetchval(f"SELECT format($1::text{places})", template, *names))
