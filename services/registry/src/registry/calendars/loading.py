"""Loading the calendars that ship, unless somebody has edited them since."""

from datetime import datetime
from pathlib import Path

import orjson

from chassis.data.pool import Connection
from registry.calendars import operations, queries


async def load(connection: Connection, data_dir: Path, *, now: datetime) -> None:
    """Load data/calendars/*.json: days that were corrected or are of a new year become a new version, as by a decree.

    A calendar that was put over the API is its editors' own from then on.
    """
    for path in sorted((data_dir / "calendars").glob("*.json")):
        document = orjson.loads(path.read_bytes())
        held = await queries.find_calendar(connection, document["code"], lock=True)
        if held is None or await queries.is_shipped(connection, held["code"], held["version"]):
            await operations.put_calendar(connection, document, now=now, shipped=True)
