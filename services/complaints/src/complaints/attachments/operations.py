"""The verbs of attachments: keep an upload, choose uploads for a case, attach them."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, delete, insert, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.problems import Flaw, Unprocessable
from chassis.ops.identifiers import new_id
from complaints.attachments import problems, queries
from complaints.attachments.formats import media_type_of
from complaints.attachments.pictures import Damaged
from complaints.attachments.tables import attachments, files
from complaints.attachments.traces import CLEANED, without_traces

CHUNK_BYTES = 256 * 1024
UNATTACHED_FOR = timedelta(hours=24)
"""How long an upload waits for its case."""
MOST_OF_A_CASE = 100
REPORTER, AGENCY = "reporter", "agency"
UNSAFE = frozenset({"infected", "rejected"})

_MADE = (
    "id", "state", "media_type", "name", "size_bytes", "sha256", "cleaned", "owner", "case_id", "scan_at", "expires_at",
    "created_at",
)  # fmt: skip
_KEEP = Statement(insert(files).values({name: bindparam(name, type_=files.c[name].type) for name in _MADE}))
ATTACHED = tuple(column.name for column in attachments.c)
_ATTACH = Statement(
    insert(attachments).values({name: bindparam(name, type_=attachments.c[name].type) for name in ATTACHED})
)
_HOLD = Statement(
    update(files).where(files.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))).values(expires_at=None, case_id=None)
)
_REMOVE = Statement(delete(files).where(files.c.id == bindparam("file", type_=Uuid), files.c.expires_at.is_not(None)))


class Received(NamedTuple):
    """A file that is ready to be kept: its row of `files`, and what is in it."""

    row: dict[str, Any]
    content: bytes


def receive(content: bytes, name: str | None, *, owner: bytes | None, case_id: UUID | None, now: datetime) -> Received:
    """Make a file of what was sent: its type found, its traces taken out, its digest computed. Takes milliseconds of CPU.

    Raises FileTypeRefused, FileDamaged.
    """
    media_type = media_type_of(content)
    if media_type is None:
        raise problems.FileTypeRefused
    try:
        kept = without_traces(content, media_type)
    except Damaged:
        raise problems.FileDamaged from None
    row = {
        "id": new_id(),
        "state": "quarantined",
        "media_type": media_type,
        "name": name,
        "size_bytes": len(kept),
        "sha256": hashlib.sha256(kept).digest(),
        "cleaned": media_type in CLEANED and kept != content,
        "owner": owner,
        "case_id": case_id,
        "scan_at": now,
        "expires_at": now + UNATTACHED_FOR,
        "created_at": now,
    }
    return Received(row, kept)


async def keep(connection: Connection, file: Received) -> None:
    """Store a file and its content, in the caller's transaction."""
    await _KEEP.execute(connection, **file.row)
    chunks = [
        (file.row["id"], number, file.content[start : start + CHUNK_BYTES])
        for number, start in enumerate(range(0, len(file.content), CHUNK_BYTES))
    ]
    await connection.copy_records_to_table("file_chunks", records=chunks, columns=["file_id", "number", "content"])


async def remove(connection: Connection, file_id: UUID) -> bool:
    """Remove an upload that no case has; False if one has."""
    return bool(await _REMOVE.execute(connection, file=file_id))


def choice_flaws(
    ids: Sequence[UUID],
    found: Mapping[UUID, Row],
    *,
    owner: bytes | None,
    case_id: UUID | None,
    pointer: str = "/attachment_ids",
) -> list[Flaw]:
    """Why uploads can't be attached by this caller to this case (None: one that is being filed). Pure."""
    flaws: list[Flaw] = []
    for index, each in enumerate(ids):
        place, file = f"{pointer}/{index}", found.get(each)
        if each in ids[:index]:
            flaws.append(problems.twice(place))
        elif (
            file is None
            or file["attached_to"] is not None
            or file["owner"] not in (None, owner)
            or file["case_id"] not in (None, case_id)
        ):
            flaws.append(problems.unknown(place))
        elif file["state"] in UNSAFE:
            flaws.append(problems.unsafe(place))
    return flaws


def rows(
    ids: Sequence[UUID],
    *,
    case_id: UUID,
    actor: Mapping[str, Any],
    origin: str,
    now: datetime,
    kind: str | None = None,
    internal: bool = False,
    copied: bool = False,
) -> list[dict[str, Any]]:
    """Rows of `attachments` for these files."""
    return [
        {
            "id": new_id(),
            "case_id": case_id,
            "file_id": each,
            "kind": kind,
            "origin": origin,
            "internal": internal,
            "copied": copied,
            "added_by": dict(actor),
            "added_at": now,
            "shared_at": None,
        }
        for each in ids
    ]


async def attach(
    connection: Connection,
    ids: Sequence[UUID],
    *,
    case_id: UUID,
    owner: bytes | None,
    actor: Mapping[str, Any],
    origin: str,
    now: datetime,
    kind: str | None = None,
    internal: bool = False,
    pointer: str = "/attachment_ids",
) -> list[dict[str, Any]]:
    """Attach uploads to a case whose lock the caller holds. Raises Unprocessable, TooManyAttachments."""
    if not ids:
        return []
    found = await queries.find_files(connection, ids)
    flaws = choice_flaws(ids, found, owner=owner, case_id=case_id, pointer=pointer)
    if flaws:
        raise Unprocessable(errors=flaws)
    if await queries.count_attachments(connection, case_id) + len(ids) > MOST_OF_A_CASE:
        raise problems.TooManyAttachments
    made = rows(ids, case_id=case_id, actor=actor, origin=origin, now=now, kind=kind, internal=internal)
    await write(connection, made)
    return made


async def write(connection: Connection, made: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of `attachments` and keep their files for good."""
    await _HOLD.execute(connection, ids=[row["file_id"] for row in made])
    await _ATTACH.execute_many(connection, list(made))


async def copy_attachments(
    connection: Connection,
    source_id: UUID,
    target_id: UUID,
    *,
    chosen: Collection[UUID] | None,
    actor: Mapping[str, Any],
    now: datetime,
) -> int:
    """Give another case the same files, by reference: those `chosen` by attachment id, None for all; how many."""
    made: list[Mapping[str, Any]] = []
    for each in await queries.find_attachments(connection, source_id):
        if chosen is None or each["id"] in chosen:
            same = {name: each[name] for name in ("origin", "kind", "internal")}
            made += rows([each["file_id"]], case_id=target_id, actor=actor, now=now, copied=True, **same)
    if made:
        await _ATTACH.execute_many(connection, made)
    return len(made)
