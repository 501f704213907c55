"""Loading the catalogues that ship: a new version is put beside the old, whose content never changes."""

from datetime import date
from pathlib import Path

import orjson
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from evaluation.ethics.catalogues import read_conduct, read_sanctions, read_values
from evaluation.ethics.tables import ethics_catalogues

READERS = {"values": read_values, "conduct_rules": read_conduct, "sanctions": read_sanctions}

_ADD = insert(ethics_catalogues).values(
    {column.name: bindparam(column.name, type_=column.type) for column in ethics_catalogues.c}
)
_SAVE = Statement(
    _ADD.on_conflict_do_update(
        index_elements=[ethics_catalogues.c.code, ethics_catalogues.c.version],
        set_={"effective_to": _ADD.excluded.effective_to},  # a version may end; records were made by what it says
    )
)


async def load(connection: Connection, data_dir: Path) -> None:
    """Load the documents of data/ethics. Raises KeyError if one isn't a catalogue."""
    for path in sorted((data_dir / "ethics").glob("*.json")):
        document = orjson.loads(path.read_bytes())
        READERS[document["code"]](document)
        ends = document["effective_to"]
        await _SAVE.execute(
            connection,
            code=document["code"],
            version=document["version"],
            effective_from=date.fromisoformat(document["effective_from"]),
            effective_to=date.fromisoformat(ends) if ends else None,
            source=document["source"],
            document=document,
        )
