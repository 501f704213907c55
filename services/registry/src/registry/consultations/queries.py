"""Reading consultations: the present round with its participants and sessions, comments, minutes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Date, Uuid, and_, bindparam, case, func, or_, select, true

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
from registry.standards.queries import WAS_DISCUSSED, standards_known
from registry.standards.tables import standards

_DAY = bindparam("day", type_=Date)
_ID = bindparam("id", type_=Uuid)
_CURRENT = Statement(
    select(consultations)
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
_MINUTES = Statement(
    select(minutes).where(minutes.c.consultation_id == _ID, or_(_DAY.is_(None), minutes.c.held_on <= _DAY))
)
_FOLLOW_UPS = Statement(
    select(agreement_follow_ups)
    .where(agreement_follow_ups.c.consultation_id == _ID, by_then(agreement_follow_ups.c.recorded_at))
    .order_by(agreement_follow_ups.c.recorded_at, agreement_follow_ups.c.id)
)
_SESSION_OF = Statement(
    select(consultation_sessions.c.id)
    .join(consultations, consultations.c.id == consultation_sessions.c.consultation_id)
    .where(consultation_sessions.c.id == _ID, consultations.c.standard_id == bindparam("standard_id", type_=Uuid))
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

_SESSION = consultation_sessions.alias("session")
_CHANGED = comments.c.change["component"].astext
_DISCUSSED = (
    select(standards_known.c.components)
    .where(
        standards_known.c.id == comments.c.standard_id,
        WAS_DISCUSSED,
        standards_known.c.recorded_at >= consultations.c.opened_at,
    )
    .order_by(standards_known.c.recorded_at)
    .limit(1)
    .lateral("discussed")
)
_UNMET = Statement(
    select(comments.c.id, _CHANGED.label("component"))
    .select_from(
        comments.outerjoin(_SESSION, _SESSION.c.id == comments.c.session_id)
        .join(
            consultations,
            consultations.c.id == func.coalesce(_SESSION.c.consultation_id, comments.c.consultation_id),
        )
        .join(standards, standards.c.id == comments.c.standard_id)
        .join(_DISCUSSED, true())
    )
    .where(
        comments.c.standard_id == _ID,
        or_(*(comments.c.disposition == each for each in sorted(WITH_CHANGE))),
        standards.c.components[_CHANGED].is_not_distinct_from(_DISCUSSED.c.components[_CHANGED]),
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


async def find_participants(connection: Connection, consultation_id: UUID, *, cut: Cut = EVERYTHING) -> list[Row]:
    """Who was invited, and whether they attended a session."""
    return await _PARTICIPANTS.fetch(connection, id=consultation_id, day=cut.day, until=cut.ends)


async def find_elements(connection: Connection, standard_id: UUID) -> list[str]:
    """The elements of society of whom somebody attended a session, in any round."""
    return [row["element"] for row in await _ELEMENTS.fetch(connection, id=standard_id)]


async def find_sessions(connection: Connection, consultation_id: UUID, *, cut: Cut = EVERYTHING) -> list[Row]:
    """The sessions held, with the ids of who attended."""
    return await _SESSIONS.fetch(connection, id=consultation_id, day=cut.day)


async def find_minutes(connection: Connection, consultation_id: UUID, *, cut: Cut = EVERYTHING) -> Row | None:
    """The minutes of a round, from the day of the forum on."""
    return await _MINUTES.fetchrow(connection, id=consultation_id, day=cut.day)


async def find_follow_ups(connection: Connection, consultation_id: UUID, *, cut: Cut = EVERYTHING) -> list[Row]:
    """What became of the agreements of a round, oldest first."""
    return await _FOLLOW_UPS.fetch(connection, id=consultation_id, until=cut.ends)


async def is_session_of(connection: Connection, session_id: UUID, standard_id: UUID) -> bool:
    """Whether a session was about a standard, in any round."""
    return await _SESSION_OF.fetchrow(connection, id=session_id, standard_id=standard_id) is not None


async def lock_comment(connection: Connection, standard_id: UUID, comment_id: UUID) -> Row | None:
    """A comment of the standard, locked."""
    return await _COMMENT.fetchrow(connection, id=comment_id, standard_id=standard_id)


async def find_undisposed(connection: Connection, standard_id: UUID) -> list[UUID]:
    """Comments of any round that have no disposition, oldest first."""
    return [row["id"] for row in await _UNDISPOSED.fetch(connection, id=standard_id)]


async def find_unmet(connection: Connection, standard_id: UUID) -> list[Row]:
    """Comments that were accepted and whose component still says what it said in the round that they are of: id, component."""
    return await _UNMET.fetch(connection, id=standard_id)


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
