"""Changing calendars: each change is a whole new version, and a fact that others react to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data import events
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.versions import Expected
from registry.calendars import queries
from registry.calendars.tables import calendar_versions, calendars

_DOCUMENT = ("code", "name", "time_zone", "region_code", "working_blocks", "days", "source")
_PUT = insert(calendars).values({column.name: bindparam(column.name, type_=column.type) for column in calendars.c})
_SAVE = Statement(
    _PUT.on_conflict_do_update(
        index_elements=[calendars.c.code],
        set_={column.name: _PUT.excluded[column.name] for column in calendars.c if column.name != "code"},
    )
)
_KEEP = Statement(
    insert(calendar_versions).values(
        {column.name: bindparam(column.name, type_=column.type) for column in calendar_versions.c}
    )
)


async def put_calendar(
    connection: Connection, document: Mapping[str, Any], *, now: datetime, expected: Expected | None = None
) -> dict[str, Any]:
    """Make or replace a calendar by a new version; the same document again changes nothing.

    `document` holds code, name, time_zone (IANA), region_code, working_blocks by weekday, days and source.
    Raises StaleVersion. Records `calendar.changed`.
    """
    held = await queries.find_calendar(connection, document["code"], lock=True)
    if expected is not None and held is not None:
        expected.check(held["version"])
    content = {name: document.get(name) for name in _DOCUMENT}
    if held is not None and {name: held[name] for name in _DOCUMENT} == content:
        return dict(held)
    version = 1 if held is None else held["version"] + 1
    row = {**content, "version": version, "recorded_at": now}
    await _SAVE.execute(connection, **row)
    await _KEEP.execute(
        connection, code=document["code"], version=version, document={**content, "version": version}, recorded_at=now
    )
    await events.record(
        connection,
        "calendar.changed",
        subject=f"calendars/{document['code']}",
        sequence=version,
        data={**content, "version": version},
        at=now,
    )
    return row
