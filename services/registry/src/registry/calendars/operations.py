"""Changing calendars: each change is a whole new version, and a fact that others react to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data import events
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Forbidden, Unprocessable
from chassis.http.versions import Expected
from directory.roles import Actor
from directory.zones import national_day
from registry.calendars import queries
from registry.calendars.tables import calendar_versions, calendars
from registry.rights import manages, national

_REGION = Text("Kode wilayah ini tidak ada.", "There is no region of this code.")
_NATIONAL = Text("Kalender nasional berlaku di semua wilayah.", "The national calendar holds in every region.")
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


async def put_by(
    connection: Connection, document: Mapping[str, Any], *, actor: Actor, now: datetime, expected: Expected
) -> dict[str, Any]:
    """`put_calendar` by who may: the platform any, a local government the layer of its own region.

    Raises Forbidden, Unprocessable for a region that doesn't exist, StaleVersion.
    """
    region_code = document["region_code"]
    held = await queries.find_calendar(connection, document["code"], lock=True)
    await _check_right(connection, region_code, held, actor=actor, now=now)
    if region_code is not None and await queries.find_region(connection, region_code) is None:
        raise Unprocessable(errors=[Flaw("/region_code", "unknown_region", _REGION)])
    if document["code"] == queries.NATIONAL and region_code is not None:
        raise Unprocessable(errors=[Flaw("/region_code", "national_has_no_region", _NATIONAL)])
    return await put_calendar(connection, document, now=now, expected=expected)


async def _check_right(
    connection: Connection, region_code: str | None, held: Row | None, *, actor: Actor, now: datetime
) -> None:
    """Holidays of the nation are decreed by ministers, those of a region by its governor, regent or mayor."""
    if national(actor):
        return
    if region_code is None or (held is not None and held["region_code"] != region_code):
        raise Forbidden
    governments = await queries.find_governments(connection, region_code, national_day(now))
    if not any(manages(actor, each) for each in governments):
        raise Forbidden


async def put_calendar(
    connection: Connection,
    document: Mapping[str, Any],
    *,
    now: datetime,
    expected: Expected | None = None,
    shipped: bool = False,
) -> dict[str, Any]:
    """Make or replace a calendar by a new version; the same document again changes nothing.

    `document` holds code, name, time_zone (IANA), region_code, working_blocks by weekday, days and source.
    `shipped`: it comes with the reference data.
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
    kept = {**content, "version": version}
    await _KEEP.execute(
        connection, code=document["code"], version=version, document=kept, recorded_at=now, shipped=shipped
    )
    await events.record(
        connection,
        "calendar.changed",
        subject=f"calendars/{document['code']}",
        sequence=version,
        data=kept,
        at=now,
    )
    return row
