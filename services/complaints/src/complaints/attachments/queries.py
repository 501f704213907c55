"""Reading files and attachments."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.attachments.tables import attachments, file_chunks, files

_FILE = Statement(select(files).where(files.c.id == bindparam("id", type_=Uuid)))
_GIVEN = Statement(
    select(files, attachments.c.case_id.label("attached_to"))
    .join_from(files, attachments, (attachments.c.file_id == files.c.id) & ~attachments.c.copied, isouter=True)
    .where(files.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
)
_CHUNKS = Statement(
    select(file_chunks.c.content)
    .where(file_chunks.c.file_id == bindparam("id", type_=Uuid))
    .order_by(file_chunks.c.number)
)
_OF_FILE = [
    files.c.state, files.c.media_type, files.c.name, files.c.size_bytes, files.c.sha256, files.c.verdict,
]  # fmt: skip
_OF_CASE = (
    select(attachments, *_OF_FILE)
    .join_from(attachments, files, files.c.id == attachments.c.file_id)
    .where(attachments.c.case_id == bindparam("case_id", type_=Uuid))
)
_LISTED = Statement(_OF_CASE.order_by(attachments.c.id).limit(500))
_ONE = Statement(_OF_CASE.where(attachments.c.id == bindparam("id", type_=Uuid)))
_COUNT = Statement(
    select(func.count()).select_from(attachments).where(attachments.c.case_id == bindparam("case_id", type_=Uuid))
)


async def find_file(connection: Connection, file_id: UUID) -> Row | None:
    """A file, without its content."""
    return await _FILE.fetchrow(connection, id=file_id)


async def find_files(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Files by id, with `attached_to`: the case that has it, or None."""
    return {row["id"]: row for row in await _GIVEN.fetch(connection, ids=list(ids))}


async def find_attachments(connection: Connection, case_id: UUID) -> list[Row]:
    """The attachments of a case, oldest first, with what is known of their files."""
    return await _LISTED.fetch(connection, case_id=case_id)


async def find_attachment(connection: Connection, case_id: UUID, attachment_id: UUID) -> Row | None:
    """One attachment of this case."""
    return await _ONE.fetchrow(connection, case_id=case_id, id=attachment_id)


async def count_attachments(connection: Connection, case_id: UUID) -> int:
    """How many a case has."""
    found: int = await _COUNT.fetchval(connection, case_id=case_id)
    return found


async def read_content(connection: Connection, file_id: UUID) -> bytes:
    """The stored bytes of a file; empty if they were removed."""
    return b"".join([row["content"] for row in await _CHUNKS.fetch(connection, id=file_id)])


def is_whole(content: bytes, sha256: bytes) -> bool:
    """Whether these are the bytes that were received."""
    return hashlib.sha256(content).digest() == sha256
