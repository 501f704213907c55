"""Loading the reference data that ships: each room loads its own, in the order of the rooms, in one transaction."""

from datetime import UTC, datetime
from pathlib import Path

from chassis.data.pool import Connection
from evaluation.ethics import loading as ethics
from evaluation.gratification import loading as gratification
from evaluation.instruments import loading as instruments
from evaluation.surveys import loading as surveys


async def load(connection: Connection, data_dir: Path) -> None:
    """Load everything in `data_dir`; loading it again changes nothing."""
    async with connection.transaction():
        await surveys.load(connection, data_dir)
        await instruments.load(connection, data_dir)
        await ethics.load(connection, data_dir)
        await gratification.load(connection, data_dir, now=datetime.now(UTC))
