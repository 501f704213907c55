"""Loading the institutions that ship, with aliases and supervision: what isn't there yet is added, the rest is left alone."""

import csv
import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from chassis.data.pool import Connection
from registry.institutions import facts
from registry.recorded import announce, begin_change

INDEPENDENCE = date(1945, 8, 17)
"""What an institution begins on when nothing better is known: older facts about it must find it."""
CABINET = date(2024, 10, 21)
"""Perpres 139/2024 arranges the ministries of the cabinet that took office on this day."""
KNOWN_BEGINNINGS = {
    "kemenko-infrastruktur": CABINET,
    "kemenko-pm": CABINET,
    "kemenko-pangan": CABINET,
    "kemenp2mi": CABINET,
    "kemendukbangga": CABINET,
    "bgn": date(2024, 8, 15),  # Perpres 83/2024
    "kantor-komunikasi": date(2024, 8, 15),  # Perpres 82/2024
    "bp-taskin": date(2024, 10, 21),  # Perpres 163/2024
    "kemenhaj": date(2025, 9, 8),  # Perpres 92/2025
}
_FILES = ("institutions.csv", "aliases.csv", "supervision.csv", "former-ministries.csv")

_ARRIVING = """
CREATE TEMPORARY TABLE arriving_institutions (
    code text, name text, kind text, region_code text, short_name text, begins date) ON COMMIT DROP;
CREATE TEMPORARY TABLE arriving_aliases (code text, alias text, kind text) ON COMMIT DROP;
CREATE TEMPORARY TABLE arriving_supervision (supervisor_code text, code text, source text) ON COMMIT DROP
"""
_IDENTIFY = """
INSERT INTO institution_identities (id, code) SELECT uuidv7(), code FROM arriving_institutions
ON CONFLICT (code) DO NOTHING RETURNING id
"""
_DESCRIBE = """
INSERT INTO institutions (id, name, short_name, kind, region_code, time_zone, valid_during)
SELECT known.id, a.name, a.short_name, a.kind, a.region_code, coalesce(regions.time_zone, 'wib'), daterange(a.begins, NULL)
FROM arriving_institutions a JOIN institution_identities known USING (code)
LEFT JOIN regions ON regions.code = a.region_code
WHERE known.id = ANY($1::uuid[])
"""
_NAME = """
INSERT INTO institution_aliases (institution_id, alias, kind)
SELECT known.id, a.alias, a.kind FROM arriving_aliases a JOIN institution_identities known USING (code)
WHERE known.id = ANY($1::uuid[])
"""
# Nobody is supervised before it exists, nor by something that doesn't exist yet.
_SUPERVISE = """
INSERT INTO supervision (institution_id, supervisor_id, valid_during, source)
SELECT below.id, above.id, daterange(greatest(lower(lived.valid_during), lower(led.valid_during)), NULL), a.source
FROM arriving_supervision a
JOIN institution_identities below USING (code)
JOIN institution_identities above ON above.code = a.supervisor_code
JOIN institutions lived ON lived.id = below.id JOIN institutions led ON led.id = above.id
WHERE below.id = ANY($1::uuid[]) AND upper_inf(lived.valid_during) AND upper_inf(led.valid_during)
"""


async def load(connection: Connection, data_dir: Path, *, now: datetime) -> None:
    """Load data/institutions, unless the very same files were loaded before. Records `institution.changed` for what is new.

    What is there already is edited over the API, and a later load doesn't undo that.
    """
    folder = data_dir / "institutions"
    digest = hashlib.sha256(b"".join((folder / name).read_bytes() for name in _FILES)).hexdigest()
    if await connection.fetchval("SELECT obj_description('institution_identities'::regclass)") == digest:
        return
    await begin_change(connection)
    await connection.execute(_ARRIVING)
    begins = _beginnings(folder)
    institutions = [
        (
            row["code"],
            row["name"],
            row["kind"],
            row["region_code"] or None,
            row["short_name"] or None,
            begins.get(row["code"], INDEPENDENCE),
        )
        for row in _rows(folder / "institutions.csv")
    ]
    aliases = [tuple(row.values()) for row in _rows(folder / "aliases.csv")]
    edges = [tuple(row.values()) for row in _rows(folder / "supervision.csv")]
    await connection.copy_records_to_table("arriving_institutions", records=institutions)
    await connection.copy_records_to_table("arriving_aliases", records=aliases)
    await connection.copy_records_to_table("arriving_supervision", records=edges)
    fresh = [row["id"] for row in await connection.fetch(_IDENTIFY)]
    for statement in (_DESCRIBE, _NAME, _SUPERVISE):
        await connection.execute(statement, fresh)
    await facts.record_changes(connection, fresh, now=now)
    await announce(connection)
    # The digest is kept as the table's comment: COMMENT takes no parameters, and the digest is hexadecimal.
    await connection.execute(f"COMMENT ON TABLE institution_identities IS '{digest}'")


def _beginnings(folder: Path) -> dict[str, date]:
    """The first day of institutions: a known one, or that of the split or renaming that they came of."""
    days = dict(KNOWN_BEGINNINGS)
    for former in _rows(folder / "former-ministries.csv"):
        if former["change"] in ("split", "rename") and former["effective_on"]:
            day = date.fromisoformat(former["effective_on"])
            for code in former["successor_codes"].split():
                days[code] = max(day, days.get(code, day))
    return days


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
