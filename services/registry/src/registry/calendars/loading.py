"""Loading the calendars that ship, unless the institution has edited them since."""

from datetime import datetime
from pathlib import Path

import orjson

from chassis.data.pool import Connection
from registry.calendars import operations, queries


async def load(connection: Connection, data_dir: Path, *, now: datetime) -> None:
    """Load data/calendars/*.json where no calendar of that code exists yet: from then on it is edited over the API."""
    for path in sorted((data_dir / "calendars").glob("*.json")):
        document = orjson.loads(path.read_bytes())
        if await queries.find_calendar(connection, document["code"]) is None:
            await operations.put_calendar(connection, document, now=now)
