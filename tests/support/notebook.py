"""A small service of notes on the real chassis: what the chassis promises is tested through it."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response
from sqlalchemy import Column, MetaData, Table, Text, Uuid, bindparam, select

from chassis.data import events
from chassis.data.followers import add_follower_tables
from chassis.data.transactions import Reading, Transaction
from chassis.http.app import Service
from chassis.http.filters import Chosen, Filters, Sort, one_of
from chassis.http.idempotency import Once
from chassis.http.identity import Caller, Public, SignedIn, scoped
from chassis.http.languages import Text as Words
from chassis.http.models import Body, Line
from chassis.http.problems import Conflict
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from chassis.ops.identifiers import new_id
from devstack.layout import ROOT

DDL = """
CREATE TABLE notes (
    id uuid PRIMARY KEY, words text NOT NULL CONSTRAINT notes_words_key UNIQUE, version integer NOT NULL DEFAULT 1,
    parent_id uuid CONSTRAINT notes_parent REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE counters (name text PRIMARY KEY, value integer NOT NULL);
INSERT INTO counters VALUES ('turns', 0);
CREATE TABLE copies (subject text PRIMARY KEY, sequence bigint NOT NULL, words text NOT NULL, effects integer NOT NULL DEFAULT 0);
"""

metadata = MetaData()
add_follower_tables(metadata)
notes = Table("notes", metadata, Column("id", Uuid, primary_key=True), Column("words", Text), Column("parent_id", Uuid))
FILTERS = Filters(
    parameters=[one_of("words", notes.c.words, str, "Words")],
    sorts={"words": Sort((notes.c.words, notes.c.id), (str, UUID))},
    default_sort="words",
)
ONE = select(notes).where(notes.c.id == bindparam("id"))


class WordsTaken(Conflict):
    code = "words_taken"
    title = Words("Kata-kata ini sudah ada", "These words exist already")


class NewNote(Body):
    words: Line
    parent_id: UUID | None = None


routes = router(tags=["notes"])


@routes.post("/notes", operation_id="write_note", summary="Write a note")
async def write_note(note: NewNote, _caller: Public, _once: Once, connection: Transaction, now: Now) -> Response:
    identifier = new_id()
    await connection.execute(
        "INSERT INTO notes (id, words, parent_id) VALUES ($1, $2, $3)", identifier, note.words, note.parent_id
    )
    await events.record(
        connection, "note.written", subject=f"notes/{identifier}", sequence=1, data={"words": note.words}, at=now
    )
    return Response(
        encode({"id": identifier, "secret": "s3cret"}),
        status_code=201,
        media_type="application/json",
        headers={"Location": f"/v1/notes/{identifier}"},
    )


@routes.get("/notes", operation_id="list_notes", summary="Notes")
async def list_notes(_caller: Public, connection: Reading, chosen: Annotated[Chosen, FILTERS.dependency()]) -> Response:
    page = await FILTERS.page(connection, chosen, select(notes))
    return Response(encode(page.written([dict(row) for row in page.rows])), media_type="application/json")


@routes.put("/notes/{identifier}", operation_id="change_note", summary="Change a note")
async def change_note(
    request: Request,
    identifier: Annotated[UUID, Path()],
    note: NewNote,
    _caller: SignedIn,
    connection: Transaction,
    expected: IfMatch,
) -> Response:
    row = await connection.fetchrow("SELECT id, words, version FROM notes WHERE id = $1 FOR UPDATE", identifier)
    expected.check(row["version"])
    changed: Any = await connection.fetchrow(
        "UPDATE notes SET words = $2, version = version + 1 WHERE id = $1 RETURNING id, words, version",
        identifier,
        note.words,
    )
    return single(request, dict(changed), version=changed["version"])


@routes.post("/turns", operation_id="take_turn", summary="Take a turn, under REPEATABLE READ")
async def take_turn(connection: Transaction, _caller: Annotated[Caller, scoped("platform:admin")]) -> Response:
    """Twelve at once conflict: PostgreSQL refuses all but the first, and the route tries them again."""
    await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    value = await connection.fetchval("SELECT value FROM counters WHERE name = 'turns'")
    await asyncio.sleep(0.01)
    await connection.execute("UPDATE counters SET value = $1 WHERE name = 'turns'", value + 1)
    return Response(b"{}", status_code=201, media_type="application/json")


SERVICE = Service(
    name="registry",
    summary=Words("Buku catatan", "A notebook"),
    metadata=metadata,
    migrations=ROOT / "services" / "registry" / "migrations",
    routers=(routes,),
    problems={"notes_words_key": WordsTaken()},
)
