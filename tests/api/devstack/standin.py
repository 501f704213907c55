"""A program with a real database and a real port: `migrate`, `load-reference-data`, or serve /readyz until told to stop."""

import asyncio
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from signal import SIGTERM, signal

import asyncpg

NAME = (__package__ or "").upper()

MIGRATION = """
CREATE TABLE IF NOT EXISTS things (name text PRIMARY KEY, note text);
CREATE TABLE IF NOT EXISTS alembic_version (version_num text PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001') ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS runs (verb text, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS feed_head (one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL,
                                      stream uuid NOT NULL DEFAULT gen_random_uuid());
INSERT INTO feed_head (position) VALUES (7) ON CONFLICT DO NOTHING;
CREATE EXTENSION IF NOT EXISTS btree_gist;
INSERT INTO runs VALUES ('migrate')
"""
LOAD = "INSERT INTO things VALUES ('a'), ('b') ON CONFLICT DO NOTHING; INSERT INTO runs VALUES ('load-reference-data')"


async def execute(sql: str) -> None:
    connection = await asyncpg.connect(os.environ[f"DATABASE_URL_{NAME}"])
    await connection.execute(sql)
    await connection.close()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        try:
            asyncio.run(execute("SELECT 1"))
        except (OSError, asyncpg.PostgresError):
            self.send_response(503)
        else:
            self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()


def refuse(when: str) -> None:
    """End as a program does that can't take its settings."""
    if os.environ.get(f"{NAME}_REFUSES") == when:
        sys.stderr.write(f"{(__package__ or '')}: the setting COLOUR is wrong: it must be green.\n")
        sys.exit(2)


def stop(*_: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["migrate"]:
            if os.environ.get(f"{NAME}_BREAKS"):
                sys.exit("the stand-in's migration breaks")
            refuse("BEFORE")
            asyncio.run(execute(MIGRATION))
        case ["load-reference-data"]:
            asyncio.run(execute(LOAD))
        case []:
            refuse("LATER")
            signal(SIGTERM, stop)
            HTTPServer((os.environ["BIND_HOST"], int(os.environ[f"{NAME}_PORT"])), Answer).serve_forever()
