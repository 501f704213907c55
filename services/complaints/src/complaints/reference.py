"""Loading the reference data that ships: each room loads its own, in the order of the rooms, in one transaction."""

from pathlib import Path

from chassis.data.pool import Connection
from chassis.ops.clock import utc_now
from complaints.policies import loading as policies
from complaints.suggestions import training as suggestions


async def load(connection: Connection, data_dir: Path) -> None:
    """Load everything in `data_dir`; loading it again changes nothing."""
    async with connection.transaction():
        await policies.load(connection, data_dir, now=utc_now())
        await suggestions.load(connection, data_dir, now=utc_now())
