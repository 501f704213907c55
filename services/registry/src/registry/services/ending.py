"""Services whose last day was told before: on the day itself, where their institution is, they become inactive."""

import asyncio
from datetime import datetime

from fastapi import FastAPI
from sqlalchemy import Date, DateTime, and_, bindparam, func, literal_column, select

from chassis.data.pool import Pool
from chassis.data.statements import Statement
from chassis.data.transactions import begin
from directory.zones import IANA_NAMES, local_day
from registry.institutions.queries import local_day_of
from registry.recorded import begin_change
from registry.services import facts, past
from registry.services.tables import services

LOOK_EVERY_S = 60.0
_S = services.c
_ENDS = func.upper(_S.active_during, type_=Date)
_THERE = local_day_of(_S.institution_id, bindparam("now", type_=DateTime(timezone=True)))
# The first three are those of an index.
_DUE = and_(
    _S.state == literal_column("'active'"),
    ~func.upper_inf(_S.active_during),
    bindparam("latest", type_=Date) >= _ENDS,
    _ENDS <= _THERE,
)
_ANY_DUE = Statement(select(select(_S.id).where(_DUE).exists()))
_FIND_DUE = Statement(select(_S.id, _THERE.label("day")).where(_DUE).order_by(_S.id))
_END = Statement("UPDATE services SET state = 'inactive' WHERE id = ANY(CAST(:ids AS uuid[]))")


async def end_what_is_due(pool: Pool, *, now: datetime) -> int:
    """Let services be inactive whose day has come; how many they are. Records `service.changed`."""
    when = {"now": now, "latest": max(local_day(now, zone) for zone in IANA_NAMES)}
    async with pool.acquire() as connection:
        if not await _ANY_DUE.fetchval(connection, **when):
            return 0
    async with begin(pool) as connection:
        await begin_change(connection)
        due = await _FIND_DUE.fetch(connection, **when)
        ended = [row["id"] for row in due]
        for day in {row["day"] for row in due}:
            await past.keep_contents(connection, [row["id"] for row in due if row["day"] == day], until=day)
        await _END.execute(connection, ids=ended)
        await facts.record_changes(connection, ended, now=now)
    return len(ended)


async def watch_days(app: FastAPI) -> None:
    """The background task: looks every minute whether the last day of a service is over."""
    while True:
        await end_what_is_due(app.state.side_pool, now=app.state.clock())
        await asyncio.sleep(LOOK_EVERY_S)
