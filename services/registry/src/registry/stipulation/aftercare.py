"""What follows a publication: review, confirmation, revocation, and the moves that a day itself makes."""

import asyncio
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from chassis.data.pool import Connection, Pool
from chassis.data.transactions import begin
from chassis.http.problems import Unprocessable
from chassis.http.versions import Expected
from directory.roles import Actor
from registry.consultations import queries as consultation_queries
from registry.recorded import begin_change
from registry.standards import lifecycle
from registry.standards import operations as standards
from registry.standards import queries as standard_queries
from registry.standards.operations import By
from registry.stipulation import gate, queries

SYSTEM = Actor(kind="client", id="system", unbound=True)
"""The registry itself, where the day comes and nobody acts."""
LOOK_EVERY_S = 60.0


async def review(
    connection: Connection, standard_id: UUID, *, cause: str, reason: str, by: By, expected: Expected
) -> dict[str, Any]:
    """Begin a review; the version stays in force."""
    row, move = await standards.lock(connection, standard_id, "review", by=by, expected=expected)
    details = {"cause": cause, "reason": reason}
    changed = await standards.carry_out(connection, row, move, by=by, details=details)
    await standards.tell(connection, changed, "standard.under_review", now=by.now)
    return changed


async def confirm(
    connection: Connection, standard_id: UUID, *, report: str, years: int, by: By, expected: Expected
) -> dict[str, Any]:
    """End a review without a change; the next one is due `years` from today.

    Raises Unprocessable where its follow-up has comments that are open or accepted.
    """
    row, move = await standards.lock(connection, standard_id, "confirmation", by=by, expected=expected)
    found = await consultation_queries.find_to_settle(connection, standard_id)
    flaws = gate.confirmation_flaws([(each["id"], each["disposition"]) for each in found])
    if flaws:
        raise Unprocessable(errors=flaws)
    changed = await standards.carry_out(
        connection,
        row,
        move,
        by=by,
        details={"report": report},
        review_due_on=lifecycle.review_due(row["today"], years),
        reviewed_on=row["today"],
    )
    await standards.tell(connection, changed, "standard.confirmed", now=by.now)
    return changed


async def revoke(
    connection: Connection, standard_id: UUID, decree: dict[str, Any], *, by: By, expected: Expected
) -> dict[str, Any]:
    """End a version by decree, today: from now on the service has no promise, or the one before goes on.

    A version that hadn't taken effect yet gives its days back to the one before. Raises Unprocessable for a decree of a day to
    come, or before the one that it revokes.
    """
    row, move = await standards.lock(connection, standard_id, "revocation", by=by, expected=expected)
    stipulation = await queries.find_stipulation(connection, standard_id)
    assert stipulation is not None, "what is revoked has its decree"
    flaws = gate.revocation_flaws(
        date.fromisoformat(decree["decree_date"]), stipulated_on=stipulation["decree_date"], today=row["today"]
    )
    if flaws:
        raise Unprocessable(errors=flaws)
    ends: dict[str, Any] = {}
    start = row["effective_on"]
    others = await queries.lock_in_force(connection, row["service_id"])
    if start is not None:
        last = max(start, row["today"])
        ends["effective_to"] = last if row["effective_to"] is None else min(last, row["effective_to"])
    changed = await standards.carry_out(connection, row, move, by=by, details=decree, **ends)
    await standards.tell(connection, changed, "standard.revoked", now=by.now)
    if start is not None and start > row["today"]:
        for other in others:
            if other["effective_to"] == start:
                await _go_on(connection, other["id"], row["effective_to"], by=by)
    return changed


async def _go_on(connection: Connection, standard_id: UUID, until: Any, *, by: By) -> None:
    found = await standard_queries.find_standard(connection, standard_id, at=by.now, lock="update")
    assert found is not None
    await standards.amend(connection, found, by=by, effective_to=until)


async def move_what_is_due(pool: Pool, *, now: datetime) -> int:
    """Record what the day has brought: versions superseded by their successor, reviews that are due. Doing it again does nothing.

    Returns how many versions moved.
    """
    by = By(actor=SYSTEM, now=now)
    async with begin(pool) as connection:
        await begin_change(connection)
        ended = await queries.take_ended(connection, at=now)
        for standard_id in ended:
            await _by_itself(connection, standard_id, "supersession", "standard.superseded", by=by)
        due = await queries.take_review_due(connection, at=now)
        for standard_id in due:
            await _by_itself(connection, standard_id, "review", "standard.under_review", by=by)
    return len(ended) + len(due)


async def _by_itself(connection: Connection, standard_id: UUID, action: str, type_: str, *, by: By) -> None:
    row = await standard_queries.find_stored(connection, standard_id, at=by.now)
    assert row is not None
    move = lifecycle.find_move(row["state"], action)
    assert move is not None
    details = {"cause": "review_due"} if action == "review" else {}
    changed = await standards.carry_out(connection, row, move, by=by, details=details)
    await standards.tell(connection, changed, type_, now=by.now)


async def watch_days(app: FastAPI) -> None:
    """The background task: looks every minute for what is due."""
    while True:
        while await move_what_is_due(app.state.side_pool, now=app.state.clock()):
            continue
        await asyncio.sleep(LOOK_EVERY_S)
