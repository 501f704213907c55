"""Loading the regions that ship: COPY into a temporary table, then only what differs is written."""

import csv
import hashlib
from pathlib import Path

from chassis.data.pool import Connection

_COLUMNS = ("code", "name", "level", "parent_code", "time_zone", "population", "population_male", "population_female")
_TAKE_OVER = """
INSERT INTO regions SELECT * FROM arriving
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, level = excluded.level, parent_code = excluded.parent_code, time_zone = excluded.time_zone,
    population = excluded.population, population_male = excluded.population_male,
    population_female = excluded.population_female
WHERE regions IS DISTINCT FROM excluded
"""


async def load(connection: Connection, data_dir: Path) -> None:
    """Load data/regions/regions.csv, unless the very same file was loaded before."""
    path = data_dir / "regions" / "regions.csv"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if await connection.fetchval("SELECT obj_description('regions'::regclass)") == digest:
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            (
                *(row[name] or None for name in _COLUMNS[:5]),
                *(int(row[name]) if row[name] else None for name in _COLUMNS[5:]),
            )
            for row in csv.DictReader(file)
        ]
    await connection.execute("CREATE TEMPORARY TABLE arriving (LIKE regions) ON COMMIT DROP")
    await connection.copy_records_to_table("arriving", records=rows, columns=_COLUMNS)
    await connection.execute(_TAKE_OVER)
    # The digest is kept as the table's comment: COMMENT takes no parameters, and the digest is hexadecimal.
    await connection.execute(f"COMMENT ON TABLE regions IS '{digest}'")
