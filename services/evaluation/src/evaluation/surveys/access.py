"""Finding a survey for a caller: what may not be known of isn't found, what may be known but not done is forbidden."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.problems import Forbidden, NotFound
from directory.copy import find_ancestors
from directory.roles import Actor
from directory.zones import local_day
from evaluation.rights import READ, WRITE, conducts, reads
from evaluation.surveys import queries
from evaluation.surveys.lifecycle import ANNOUNCED, DRAFT


async def line_upward(connection: Connection, survey: Row, now: datetime) -> Collection[UUID]:
    """The survey's unit and the units above it today; empty for a survey of a whole institution."""
    if survey["unit_id"] is None:
        return ()
    return await find_ancestors(connection, survey["unit_id"], local_day(now, survey["time_zone"]))


async def open_survey(connection: Connection, survey_id: UUID, actor: Actor, now: datetime) -> tuple[Row, bool]:
    """A survey that the caller may know of, and whether it is in the caller's reach. Raises NotFound."""
    survey = await queries.find_survey(connection, survey_id)
    if survey is None:
        raise NotFound
    inside = reads(actor, survey["institution_id"], await line_upward(connection, survey, now), READ, WRITE)
    if survey["state"] == DRAFT and not inside:
        raise NotFound
    return survey, inside


async def open_to_conduct(
    connection: Connection, survey_id: UUID, actor: Actor, now: datetime, *, lock: Literal["share", "change"]
) -> Row:
    """A survey that the caller holds, locked. Raises NotFound, or Forbidden if others hold it."""
    survey = await queries.lock_survey(connection, survey_id, lock)
    if survey is None:
        raise NotFound
    ancestors = await line_upward(connection, survey, now)
    if not conducts(actor, survey["institution_id"], ancestors):
        if survey["state"] == DRAFT and not reads(actor, survey["institution_id"], ancestors, READ, WRITE):
            raise NotFound
        raise Forbidden
    return survey


def shows_result(survey: Row, *, inside: bool) -> bool:
    """Whether the caller sees figures: everybody once they are published, before that those in reach."""
    return inside or survey["state"] in ANNOUNCED
