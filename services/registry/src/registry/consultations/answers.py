"""What is said of a draft and what becomes of it: comments, their dispositions, the minutes."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from registry.consultations import queries
from registry.consultations.operations import open_round
from registry.consultations.participation import disposition_lacks, minutes_lacks
from registry.consultations.tables import agreement_follow_ups, comments, minutes
from registry.standards import operations as standards
from registry.standards import queries as standard_queries
from registry.standards import rights
from registry.standards.operations import By

_COMMENT = Statement(
    insert(comments).values(
        {column.name: bindparam(column.name, type_=column.type) for column in comments.c if column.name != "erasure_id"}
    )
)
_DISPOSED = ("disposition", "reason", "change", "target_on", "disposed_by", "disposed_at", "version")
_DISPOSE = Statement(
    update(comments)
    .where(comments.c.id == bindparam("comment_id", type_=comments.c.id.type))
    .values({name: bindparam(name, type_=comments.c[name].type) for name in _DISPOSED})
)
_MINUTE = upsert(minutes).values(
    {column.name: bindparam(column.name, type_=column.type) for column in minutes.c if column.name != "erasure_id"}
)
_SIGN = Statement(
    _MINUTE.on_conflict_do_update(
        index_elements=[minutes.c.consultation_id],
        set_={
            column.name: _MINUTE.excluded[column.name]
            for column in minutes.c
            if column.name not in ("consultation_id", "erasure_id")
        },
    )
)
_DISPOSING = ("in_consultation", "public_test", "finalising", "under_review")
"""States in which comments are answered and minutes signed, under review those of its follow-up."""


_SESSION = Text("Pertemuan ini bukan tentang rancangan ini.", "This session wasn't about this draft.")
_AGREEMENT = Text("Berita acara tidak memuat kesepakatan ini.", "The minutes hold no such agreement.")
_FOLLOW = Statement(
    insert(agreement_follow_ups).values(
        {column.name: bindparam(column.name, type_=column.type) for column in agreement_follow_ups.c}
    )
)


class CommentsClosed(Conflict):
    """The draft isn't open for comment."""

    code = "comments_closed"
    title = Text("Rancangan ini tidak sedang terbuka untuk ditanggapi", "The draft isn't open for comment")


async def comment(connection: Connection, standard_id: UUID, content: Mapping[str, Any], *, by: By) -> dict[str, Any]:
    """Take anybody's comment while the draft is open. `content`: component or None, body, contact or None.

    With `session_id` and `element` it was said in the forum: entered by who drafts, until the stipulation.
    Raises NotFound (the draft isn't public), CommentsClosed, Forbidden, Unprocessable for a session that isn't the draft's.
    """
    row = await standard_queries.find_standard(connection, standard_id, at=by.now, lock="share")
    if row is None:
        raise NotFound
    rights.check_visible(by.actor, row)
    consultation = await queries.find_current(connection, standard_id)
    closes_at = consultation["public_test_closes_at"] if consultation is not None else None
    over = row["state"] == "public_test" and closes_at is not None and closes_at <= by.now
    if consultation is None or not queries.is_open(consultation, row["state"]):
        raise CommentsClosed(state=row["state"])
    if content["session_id"] is not None:
        await _check_forum(connection, row, consultation, content["session_id"], by=by)
    elif row["state"] == "finalising" or over:
        raise CommentsClosed(state=row["state"])
    added = {
        "id": new_id(),
        "standard_id": standard_id,
        "consultation_id": consultation["id"],
        "created_at": by.now,
        "version": 1,
        **dict.fromkeys(_DISPOSED[:-1]),
        **content,
    }
    await _COMMENT.execute(connection, **added)
    return added


async def _check_forum(
    connection: Connection, row: Mapping[str, Any], consultation: Mapping[str, Any], session_id: UUID, *, by: By
) -> None:
    rights.check_role(by.actor, row, "drafting")
    if not await queries.is_session_of(connection, session_id, row["id"], review_id=consultation["review_id"]):
        raise Unprocessable(errors=[Flaw("/session_id", "unknown_session", _SESSION)])


async def dispose(
    connection: Connection,
    standard_id: UUID,
    comment_id: UUID,
    content: Mapping[str, Any],
    *,
    by: By,
    expected: Expected,
) -> dict[str, Any]:
    """Answer a comment; it may be answered anew until the decree, or while the review goes on in which it was made.

    A change that is accepted opens its component; of a review, that of the next version.

    `content`: disposition, reason, change {component, summary}, target_on. `expected` is of the comment.
    """
    row = await standards.lock_in(connection, standard_id, _DISPOSING, as_for="drafting", by=by)
    found = await queries.lock_comment(connection, standard_id, comment_id)
    if found is None:
        raise NotFound
    expected.check(found["version"])
    lacks = disposition_lacks(
        content["disposition"],
        reason=content["reason"],
        change=content["change"],
        target_on=content["target_on"],
        today=row["today"],
    )
    if lacks:
        raise Unprocessable(errors=[Flaw(*lack) for lack in lacks])
    changed = {
        **found,
        **content,
        "disposed_by": by.name,
        "disposed_at": by.now,
        "version": found["version"] + 1,
    }
    await _DISPOSE.execute(connection, comment_id=comment_id, **{name: changed[name] for name in _DISPOSED})
    await standards.permit_changes(connection, row["id"])
    return changed


async def sign_minutes(
    connection: Connection, standard_id: UUID, content: Mapping[str, Any], *, by: By
) -> tuple[dict[str, Any], date]:
    """Record the minutes of the present round, replacing earlier ones: held_on, place, agreements, signers, notes.

    Returns them with the day it is where the standard applies, by which an agreement is late.
    Raises Unprocessable for days out of order, and for signatures of elements that weren't there.
    """
    standard = await standards.lock_in(connection, standard_id, _DISPOSING, as_for="drafting", by=by)
    consultation = await open_round(connection, standard)
    sessions = await queries.find_sessions(connection, consultation["id"])
    participants = await queries.find_participants(connection, consultation["id"])
    lacks = minutes_lacks(
        content,
        held_on=[session["held_on"] for session in sessions],
        attended={each["element"] for each in participants if each["attended"]},
        today=standard["today"],
    )
    if lacks:
        raise Unprocessable(errors=[Flaw(*lack) for lack in lacks])
    held = await queries.find_minutes(connection, consultation["id"])
    version = 1 if held is None else held["version"] + 1
    row = {"consultation_id": consultation["id"], "version": version, "recorded_at": by.now, **content}
    await _SIGN.execute(connection, **row)
    return row, standard["today"]


async def follow_up(
    connection: Connection, standard_id: UUID, content: Mapping[str, Any], *, by: By
) -> tuple[dict[str, Any], date]:
    """Say what became of an agreement of the minutes of a round, also long after the stipulation.

    Returns the minutes with the day it is where the standard applies, by which an agreement is late.
    `content`: round (None: the last with minutes), agreement (from 1), state, report, proof. Raises NotFound, Forbidden, Unprocessable.
    """
    row = await standard_queries.find_standard(connection, standard_id, at=by.now, lock="share")
    if row is None:
        raise NotFound
    rights.check_visible(by.actor, row)
    rights.check_role(by.actor, row, "drafting")
    held = await queries.find_minutes_of(connection, standard_id, content["round"])
    if held is None:
        raise NotFound
    if content["agreement"] > len(held["agreements"]):
        raise Unprocessable(errors=[Flaw("/agreement", "unknown_agreement", _AGREEMENT)])
    await _FOLLOW.execute(
        connection,
        id=new_id(),
        consultation_id=held["consultation_id"],
        recorded_by=by.name,
        recorded_at=by.now,
        **{name: content[name] for name in ("agreement", "state", "report", "proof")},
    )
    return dict(held), row["today"]
