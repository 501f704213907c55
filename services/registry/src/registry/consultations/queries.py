"""Reading consultations: the present round with its participants and sessions, comments, minutes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Integer, Uuid, and_, bindparam, case, func, or_, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Chosen, Filters, Listed, Sort, matching, one_of
from registry.consultations.participation import WITH_CHANGE
from registry.consultations.tables import (
    agreement_follow_ups,
    comments,
    consultation_participants,
    consultation_sessions,
    consultations,
    minutes,
    session_attendance,
)
from registry.moments import EVERYTHING, Cut, by_then
from registry.standards.lifecycle import DRAFTED

_DAY = bindparam("day", type_=Date)
_ID = bindparam("id", type_=Uuid)
_CURRENT = Statement(
    select(consultations, func.present_review(consultations.c.standard_id).label("present_review"))
    .where(consultations.c.standard_id == _ID, by_then(consultations.c.opened_at))
    .order_by(consultations.c.round.desc())
    .limit(1)
)
_HELD = or_(_DAY.is_(None), consultation_sessions.c.held_on <= _DAY)
_ATTENDED = (
    select(session_attendance.c.session_id)
    .join(consultation_sessions, consultation_sessions.c.id == session_attendance.c.session_id)
    .where(session_attendance.c.participant_id == consultation_participants.c.id, _HELD)
    .exists()
)
_PARTICIPANTS = Statement(
    select(consultation_participants, _ATTENDED.label("attended"))
    .where(consultation_participants.c.consultation_id == _ID, by_then(consultation_participants.c.invited_at))
    .order_by(consultation_participants.c.id)
)
_ATTENDANCE = func.array(
    select(session_attendance.c.participant_id)
    .where(session_attendance.c.session_id == consultation_sessions.c.id)
    .order_by(session_attendance.c.participant_id)
    .scalar_subquery()
)
_ELEMENTS = Statement(
    select(consultation_participants.c.element)
    .distinct()
    .select_from(
        consultations.join(
            consultation_participants, consultation_participants.c.consultation_id == consultations.c.id
        ).join(session_attendance, session_attendance.c.participant_id == consultation_participants.c.id)
    )
    .where(consultations.c.standard_id == _ID)
    .order_by(consultation_participants.c.element)
)
_SESSIONS = Statement(
    select(consultation_sessions, _ATTENDANCE.label("attendance"))
    .where(consultation_sessions.c.consultation_id == _ID, _HELD)
    .order_by(consultation_sessions.c.held_on, consultation_sessions.c.id)
)
_MINUTES = Statement(select(minutes).where(minutes.c.consultation_id == _ID))
_ROUND = bindparam("round", type_=Integer)
_MINUTES_OF = Statement(
    select(minutes)
    .join(consultations, consultations.c.id == minutes.c.consultation_id)
    .where(
        consultations.c.standard_id == _ID,
        or_(_ROUND.is_(None), consultations.c.round == _ROUND),
        or_(_DAY.is_(None), minutes.c.held_on <= _DAY),
        by_then(consultations.c.opened_at),
    )
    .order_by(consultations.c.round.desc())
    .limit(1)
)
_FOLLOW_UPS = Statement(
    select(agreement_follow_ups)
    .where(agreement_follow_ups.c.consultation_id == _ID, by_then(agreement_follow_ups.c.recorded_at))
    .order_by(agreement_follow_ups.c.recorded_at, agreement_follow_ups.c.id)
)
_SESSION_OF = Statement(
    select(consultation_sessions.c.id)
    .join(consultations, consultations.c.id == consultation_sessions.c.consultation_id)
    .where(
        consultation_sessions.c.id == _ID,
        consultations.c.standard_id == bindparam("standard_id", type_=Uuid),
        consultations.c.review_id.is_not_distinct_from(bindparam("review_id", type_=BigInteger)),
    )
)
_COMMENT = Statement(
    select(comments)
    .where(comments.c.id == _ID, comments.c.standard_id == bindparam("standard_id", type_=Uuid))
    .with_for_update()
)
_UNDISPOSED = Statement(
    select(comments.c.id)
    .where(comments.c.standard_id == _ID, comments.c.disposition.is_(None))
    .order_by(comments.c.created_at, comments.c.id)
)

_TO_SETTLE = Statement(
    select(comments.c.id, comments.c.disposition)
    .join(consultations, consultations.c.id == comments.c.consultation_id)
    .where(
        comments.c.standard_id == _ID,
        consultations.c.review_id == func.present_review(_ID),
        or_(comments.c.disposition.is_(None), *(comments.c.disposition == each for each in sorted(WITH_CHANGE))),
    )
    .order_by(comments.c.created_at, comments.c.id)
)

_ANSWER = ("disposition", "reason", "change", "target_on", "disposed_at")
_ANSWERED = and_(comments.c.disposed_at.is_not(None), by_then(comments.c.disposed_at))


def _answer(name: str) -> ColumnElement[Any]:
    """What the disposition says, if it was there by then."""
    return case((_ANSWERED, comments.c[name]))


LISTED = select(
    *(column for column in comments.c if column.name not in _ANSWER), *(_answer(name).label(name) for name in _ANSWER)
)
FILTERS = Filters(
    parameters=[
        one_of("component", comments.c.component, str, "The component that is commented on"),
        one_of("disposition", _answer("disposition"), str, "The disposition"),
        matching(
            "forum",
            lambda: comments.c.session_id.is_not(None) == bindparam("forum", type_=Boolean),
            "Whether it was said in the forum",
            kind=bool,
        ),
        matching(
            "disposed",
            lambda: bindparam("disposed", type_=Boolean) == _ANSWERED,
            "Whether it has a disposition",
            kind=bool,
        ),
    ],
    sorts={"created_at": Sort((comments.c.created_at, comments.c.id), (datetime, UUID))},
    default_sort="created_at",
)
_OF_STANDARD = and_(comments.c.standard_id == bindparam("of_standard", type_=Uuid), by_then(comments.c.created_at))


async def find_comments(connection: Connection, chosen: Chosen, standard_id: UUID, *, cut: Cut = EVERYTHING) -> Listed:
    """A page of a standard's comments up to a cut, each with the disposition that it had by then."""
    reach = ("standard", _OF_STANDARD, {"of_standard": standard_id, "until": cut.ends})
    return await FILTERS.page(connection, chosen, LISTED, reach=reach)


async def find_current(connection: Connection, standard_id: UUID, *, cut: Cut = EVERYTHING) -> Row | None:
    """The present round of a standard's consultation, or the one that was present at a cut."""
    row = await _CURRENT.fetchrow(connection, id=standard_id, until=cut.ends)
    if row is None or cut.ends is None or row["public_test_opens_at"] is None or row["public_test_opens_at"] < cut.ends:
        return row
    return {**row, "public_test_opens_at": None, "public_test_closes_at": None}


def is_open(consultation: Row | None, state: str) -> bool:
    """Whether the present round goes on, of a version in this state: while it is drafted, or under the review that it follows up."""
    if consultation is None or state in DRAFTED:
        return consultation is not None
    review = consultation["review_id"]
    return state == "under_review" and review is not None and review == consultation["present_review"]


async def find_participants(connection: Connection, consultation_id: UUID, *, cut: Cut = EVERYTHING) -> list[Row]:
    """Who was invited, and whether they attended a session."""
    return await _PARTICIPANTS.fetch(connection, id=consultation_id, day=cut.day, until=cut.ends)


async def find_elements(connection: Connection, standard_id: UUID) -> list[str]:
    """The elements of society of whom somebody attended a session, in any round."""
    return [row["element"] for row in await _ELEMENTS.fetch(connection, id=standard_id)]


async def find_sessions(connection: Connection, consultation_id: UUID, *, cut: Cut = EVERYTHING) -> list[Row]:
    """The sessions held, with the ids of who attended."""
    return await _SESSIONS.fetch(connection, id=consultation_id, day=cut.day)


async def find_minutes(connection: Connection, consultation_id: UUID) -> Row | None:
    """The minutes of a round."""
    return await _MINUTES.fetchrow(connection, id=consultation_id)


async def find_minutes_of(
    connection: Connection, standard_id: UUID, ordinal: int | None, *, cut: Cut = EVERYTHING
) -> Row | None:
    """The minutes of a standard's round, or of the last that has some (None), from the day of the forum on."""
    return await _MINUTES_OF.fetchrow(connection, id=standard_id, round=ordinal, day=cut.day, until=cut.ends)


async def find_follow_ups(connection: Connection, consultation_id: UUID, *, cut: Cut = EVERYTHING) -> list[Row]:
    """What became of the agreements of a round, oldest first."""
    return await _FOLLOW_UPS.fetch(connection, id=consultation_id, until=cut.ends)


async def is_session_of(connection: Connection, session_id: UUID, standard_id: UUID, *, review_id: int | None) -> bool:
    """Whether a session was about a standard: in any round while it was drafted (None), or in the follow-up of a review."""
    found = await _SESSION_OF.fetchrow(connection, id=session_id, standard_id=standard_id, review_id=review_id)
    return found is not None


async def lock_comment(connection: Connection, standard_id: UUID, comment_id: UUID) -> Row | None:
    """A comment of the standard, locked."""
    return await _COMMENT.fetchrow(connection, id=comment_id, standard_id=standard_id)


async def find_undisposed(connection: Connection, standard_id: UUID) -> list[UUID]:
    """Comments of any round that have no disposition, oldest first."""
    return [row["id"] for row in await _UNDISPOSED.fetch(connection, id=standard_id)]


async def find_to_settle(connection: Connection, standard_id: UUID) -> list[Row]:
    """What a review's follow-up leaves to do: comments that have no disposition (None), or were accepted: id, disposition."""
    return await _TO_SETTLE.fetch(connection, id=standard_id)


def written(consultation: Any, participants: list[Row], sessions: list[Row], *, insider: bool) -> dict[str, Any]:
    """A round as it is sent: in public participants are counts by element, and nobody is named."""
    elements = sorted({row["element"] for row in participants})
    return {
        **{name: consultation[name] for name in ("id", "standard_id", "round", "topic", "method", "opened_at")},
        "team": consultation["team"] if insider else None,
        "public_test_opens_at": consultation["public_test_opens_at"],
        "public_test_closes_at": consultation["public_test_closes_at"],
        "elements": [
            {
                "element": element,
                "invited": sum(row["element"] == element for row in participants),
                "attended": sum(row["element"] == element and row["attended"] for row in participants),
            }
            for element in elements
        ],
        "participants": [
            {name: row[name] for name in ("id", "element", "name", "organisation", "attended")} for row in participants
        ]
        if insider
        else None,
        "sessions": [
            {
                **{name: row[name] for name in ("id", "held_on", "method", "place", "summary")},
                "attendance": row["attendance"] if insider else None,
            }
            for row in sessions
        ],
    }
