"""Services whose last day was told before: on the day itself they become inactive."""

import asyncio
from datetime import datetime

from fastapi import FastAPI

from chassis.data.pool import Pool
from chassis.data.statements import Statement
from chassis.data.transactions import begin
from directory.zones import national_day
from registry.recorded import begin_change
from registry.services import facts, past

LOOK_EVERY_S = 60.0
_DUE = "state = 'active' AND NOT upper_inf(active_during) AND upper(active_during) <= CAST(:day AS date)"
_ANY_DUE = Statement(f"SELECT EXISTS (SELECT FROM services WHERE {_DUE})")  # noqa: S608 - ours
_FIND_DUE = Statement(f"SELECT id FROM services WHERE {_DUE}")  # noqa: S608 - ours
_END = Statement("UPDATE services SET state = 'inactive' WHERE id = ANY(CAST(:ids AS uuid[]))")


async def end_what_is_due(pool: Pool, *, now: datetime) -> int:
    """Let services be inactive whose day has come; how many they are. Records `service.changed`."""
    day = national_day(now)
    async with pool.acquire() as connection:
        if not await _ANY_DUE.fetchval(connection, day=day):
            return 0
    async with begin(pool) as connection:
        await begin_change(connection)
        ended = [row["id"] for row in await _FIND_DUE.fetch(connection, day=day)]
        await past.keep_contents(connection, ended, until=day)
        await _END.execute(connection, ids=ended)
        await facts.record_changes(connection, ended, now=now)
    return len(ended)


async def watch_days(app: FastAPI) -> None:
    """The background task: looks every minute whether the last day of a service is over."""
    while True:
        await end_what_is_due(app.state.side_pool, now=app.state.clock())
        await asyncio.sleep(LOOK_EVERY_S)
