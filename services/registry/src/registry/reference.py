"""Loading the reference data that ships: each room loads its own, in the order of the rooms, in one transaction."""

from pathlib import Path

from chassis.data.pool import Connection
from chassis.ops.clock import utc_now
from registry.calendars import loading as calendars
from registry.institutions import loading as institutions
from registry.regions import loading as regions


async def load(connection: Connection, data_dir: Path) -> None:
    """Load everything in `data_dir`; loading it again changes nothing."""
    now = utc_now()
    async with connection.transaction():
        await regions.load(connection, data_dir)
        await calendars.load(connection, data_dir, now=now)
        await institutions.load(connection, data_dir, now=now)
