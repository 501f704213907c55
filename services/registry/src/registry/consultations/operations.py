"""The verbs of consulting: open, invite, record sessions, test in public, finalise, return."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, insert, update

from chassis.data import events
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from registry.consultations import queries
from registry.consultations.participation import invitation_lacks, sessions_lack
from registry.consultations.tables import (
    consultation_participants,
    consultation_sessions,
    consultations,
    session_attendance,
)
from registry.standards import lifecycle, rights, settings
from registry.standards import operations as standards
from registry.standards.completeness import SERVICE_DELIVERY, component_gaps
from registry.standards.operations import By


def _adding(table: Table, *, without: Collection[str] = ()) -> Statement:
    return Statement(
        insert(table).values(
            {column.name: bindparam(column.name, type_=column.type) for column in table.c if column.name not in without}
        )
    )


_OPEN = _adding(consultations, without=("components", "review_id"))  # which the database sets
_INVITE = _adding(consultation_participants, without=("erasure_id",))
_HOLD = _adding(consultation_sessions)
_ATTEND = _adding(session_attendance)
_TEST = Statement(
    update(consultations)
    .where(consultations.c.id == bindparam("consultation_id", type_=consultations.c.id.type))
    .values(
        {
            name: bindparam(name, type_=consultations.c[name].type)
            for name in ("public_test_opens_at", "public_test_closes_at")
        }
    )
)
_STRANGER = Text("Peserta ini tidak terdaftar.", "This participant isn't registered.")
_TOO_SHORT = Text("Masa uji publik terlalu singkat.", "The public test is too short.")
_FUTURE = Text("Tidak boleh di masa depan.", "This can't be in the future.")
_STILL_OPEN = Text("Masa tanggapan belum berakhir.", "The comment period isn't over.")
_NO_SKIP = Text(
    "Uji publik wajib dilakukan: instansi tidak mengizinkan melewatinya.",
    "A public test is needed: the institution doesn't allow to skip it.",
)


async def present_round(connection: Connection, standard_id: UUID) -> dict[str, Any]:
    """The present round of a version that is past its draft."""
    found = await queries.find_current(connection, standard_id)
    assert found is not None, "a version past its draft has a round of consultation"
    return dict(found)


async def open_round(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    """The present round of a version, which goes on. Raises MoveNotAllowed under a review that no round follows up."""
    found = await queries.find_current(connection, row["id"])
    if found is None or not queries.is_open(found, row["state"]):
        raise rights.MoveNotAllowed(state=row["state"], allowed_actions=lifecycle.actions_from(row["state"]))
    return dict(found)


async def _invite(
    connection: Connection, consultation_id: UUID, participants: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    rows: list[Mapping[str, Any]] = [
        {"id": new_id(), "consultation_id": consultation_id, "invited_at": now, **participant}
        for participant in participants
    ]
    await _INVITE.execute_many(connection, rows)


async def open_consultation(
    connection: Connection, standard_id: UUID, content: Mapping[str, Any], *, by: By, expected: Expected
) -> dict[str, Any]:
    """Open the draft to society, or follow up a review with it. `content`: topic, method, team, participants.

    Raises Unprocessable with everything that is missing: service-delivery components, an element of society.
    """
    row, move = await standards.lock(connection, standard_id, "consultation", by=by, expected=expected)
    before = await queries.find_current(connection, standard_id)
    if row["state"] != "draft" and (row["state"] != "under_review" or queries.is_open(before, row["state"])):
        raise rights.MoveNotAllowed(state=row["state"], allowed_actions=lifecycle.actions_from(row["state"]))
    rights.check_head(by.actor, row)
    lacks = [
        *component_gaps(row["components"], SERVICE_DELIVERY if row["state"] == "draft" else ()),
        *invitation_lacks([participant["element"] for participant in content["participants"]]),
    ]
    if lacks:
        raise Unprocessable(errors=[Flaw(*lack) for lack in lacks])
    consultation = {
        "id": new_id(),
        "standard_id": standard_id,
        "round": 1 if before is None else before["round"] + 1,
        "topic": content["topic"],
        "method": content["method"],
        "team": content["team"],
        "opened_at": by.now,
        "public_test_opens_at": None,
        "public_test_closes_at": None,
    }
    await _OPEN.execute(connection, **consultation)
    await _invite(connection, consultation["id"], content["participants"], now=by.now)
    return await _opened(connection, row, move, consultation, details={}, by=by)


async def _opened(
    connection: Connection,
    row: Mapping[str, Any],
    move: lifecycle.Move,
    consultation: Mapping[str, Any],
    *,
    details: Mapping[str, Any],
    by: By,
) -> dict[str, Any]:
    """The version moved by a round that was just opened: what its text has followed by now may change no more."""
    pending = {} if row["state"] == "under_review" else {"changeable": await standards.find_changeable(connection, row)}
    told = {**details, "consultation_id": str(consultation["id"]), "round": consultation["round"]}
    changed = await standards.carry_out(connection, row, move, by=by, details=told, **pending)
    await _tell_opened(connection, changed, consultation, now=by.now)
    return changed


async def _tell_opened(
    connection: Connection, row: Mapping[str, Any], consultation: Mapping[str, Any], *, now: datetime
) -> None:
    """Others may now comment; who was invited isn't told."""
    await events.record(
        connection,
        "consultation.opened",
        subject=f"consultations/{consultation['id']}",
        sequence=1,
        data={
            "id": consultation["id"],
            "standard_id": row["id"],
            "service_id": row["service_id"],
            "unit_id": row["unit_id"],
            "institution_id": row["institution_id"],
            "number": row["number"],
            "version": row["version"],
            "round": consultation["round"],
            "topic": consultation["topic"],
            "method": consultation["method"],
            "opened_at": consultation["opened_at"],
        },
        at=now,
        institution_id=row["institution_id"],
    )


async def invite(
    connection: Connection, standard_id: UUID, participants: Sequence[Mapping[str, Any]], *, by: By, expected: Expected
) -> dict[str, Any]:
    """Invite more participants to the present round."""
    row, move = await _discussing(connection, standard_id, by=by, expected=expected)
    consultation = await present_round(connection, standard_id)
    await _invite(connection, consultation["id"], participants, now=by.now)
    return await standards.carry_out(connection, row, move, by=by, details={"invited": len(participants)})


async def record_session(
    connection: Connection, standard_id: UUID, content: Mapping[str, Any], *, by: By, expected: Expected
) -> dict[str, Any]:
    """Record a session that was held, and who came. Raises Unprocessable for a day to come or an unknown participant."""
    row, move = await _discussing(connection, standard_id, by=by, expected=expected)
    consultation = await present_round(connection, standard_id)
    invited = {found["id"] for found in await queries.find_participants(connection, consultation["id"])}
    flaws = [
        Flaw(f"/attendance/{index}", "unknown_participant", _STRANGER)
        for index, participant in enumerate(content["attendance"])
        if participant not in invited
    ]
    if content["held_on"] > row["today"]:
        flaws.append(Flaw("/held_on", "in_the_future", _FUTURE))
    if flaws:
        raise Unprocessable(errors=flaws)
    session_id = new_id()
    await _HOLD.execute(
        connection,
        id=session_id,
        consultation_id=consultation["id"],
        recorded_at=by.now,
        **{name: content[name] for name in ("held_on", "method", "place", "summary")},
    )
    came: list[Mapping[str, Any]] = [
        {"session_id": session_id, "participant_id": participant} for participant in set(content["attendance"])
    ]
    await _ATTEND.execute_many(connection, came)
    details = {"session_id": str(session_id), "attended": len(came)}
    return await standards.carry_out(connection, row, move, by=by, details=details)


async def _discussing(
    connection: Connection, standard_id: UUID, *, by: By, expected: Expected
) -> tuple[dict[str, Any], lifecycle.Move]:
    row, move = await standards.lock(connection, standard_id, "consultation", by=by, expected=expected)
    if row["state"] == "under_review":
        await open_round(connection, row)
    elif row["state"] != "in_consultation":
        raise rights.MoveNotAllowed(state=row["state"], allowed_actions=lifecycle.actions_from(row["state"]))
    return row, move


async def test_in_public(
    connection: Connection, standard_id: UUID, content: Mapping[str, Any], *, by: By, expected: Expected
) -> dict[str, Any]:
    """Publish the draft for comment until `closes_on` (its end in the institution's zone) or `closes_at`.

    Raises Unprocessable without a session, or if the period is shorter than the institution's setting.
    """
    row, move = await standards.lock(connection, standard_id, "public_test", by=by, expected=expected)
    consultation = await present_round(connection, standard_id)
    closes_at: datetime = content["closes_at"] or datetime.combine(
        content["closes_on"] + timedelta(days=1), time(), ZoneInfo(row["time_zone"])
    )
    flaws = await _session_flaws(connection, consultation["id"])
    chosen = await settings.settings_of(connection, row["institution_id"])
    if closes_at < by.now + timedelta(days=chosen["public_test_least_days"]) or closes_at <= by.now:
        pointer = "/closes_at" if content["closes_at"] else "/closes_on"
        flaws.append(Flaw(pointer, "period_too_short", _TOO_SHORT))
    if flaws:
        raise Unprocessable(errors=flaws)
    await _TEST.execute(
        connection,
        consultation_id=consultation["id"],
        public_test_opens_at=by.now,
        public_test_closes_at=closes_at,
    )
    return await standards.carry_out(connection, row, move, by=by, details={"closes_at": closes_at.isoformat()})


async def _session_flaws(connection: Connection, consultation_id: UUID) -> list[Flaw]:
    held_on = [session["held_on"] for session in await queries.find_sessions(connection, consultation_id)]
    return [Flaw(*lack) for lack in sessions_lack(held_on)]


async def finalise(connection: Connection, standard_id: UUID, *, by: By, expected: Expected) -> dict[str, Any]:
    """Close the discussion; comments are answered and minutes signed now.

    Raises Unprocessable while the comment period runs, without a session, or if the public test may not be skipped.
    """
    row, move = await standards.lock(connection, standard_id, "finalisation", by=by, expected=expected)
    consultation = await present_round(connection, standard_id)
    if row["state"] == "public_test":
        flaws = [Flaw("", "comment_period_open", _STILL_OPEN)] if by.now < consultation["public_test_closes_at"] else []
    else:
        flaws = await _session_flaws(connection, consultation["id"])
        chosen = await settings.settings_of(connection, row["institution_id"])
        if not chosen["public_test_may_be_skipped"]:
            flaws.append(Flaw("/public_test", "public_test_missing", _NO_SKIP))
    if flaws:
        raise Unprocessable(flaws[0].detail, errors=flaws)
    return await standards.carry_out(connection, row, move, by=by, details={})


async def send_back(
    connection: Connection, standard_id: UUID, *, reason: str, by: By, expected: Expected
) -> dict[str, Any]:
    """A change goes beyond the comments: a new round begins, with the same people invited and the text open again."""
    row, move = await standards.lock(connection, standard_id, "return", by=by, expected=expected)
    before = await present_round(connection, standard_id)
    following = {
        **{name: before[name] for name in ("standard_id", "topic", "method", "team")},
        "id": new_id(),
        "round": before["round"] + 1,
        "opened_at": by.now,
        "public_test_opens_at": None,
        "public_test_closes_at": None,
    }
    await _OPEN.execute(connection, **following)
    invited = [
        {name: found[name] for name in ("element", "name", "organisation")}
        for found in await queries.find_participants(connection, before["id"])
    ]
    await _invite(connection, following["id"], invited, now=by.now)
    return await _opened(connection, row, move, following, details={"reason": reason}, by=by)
