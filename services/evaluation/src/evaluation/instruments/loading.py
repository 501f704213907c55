"""Loading the instruments that ship: a new version is put beside the old, whose content never changes."""

from pathlib import Path

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.vocabularies import read_vocabularies
from evaluation.instruments.operations import prepared
from evaluation.instruments.schemas import NewInstrument
from evaluation.instruments.tables import instruments

_ADD = insert(instruments).values({column.name: bindparam(column.name, type_=column.type) for column in instruments.c})
_SAVE = Statement(
    _ADD.on_conflict_do_update(
        index_elements=[instruments.c.code, instruments.c.version],
        set_={"effective_to": _ADD.excluded.effective_to},  # a version may end; units were judged by what it says
    )
)


async def load(connection: Connection, data_dir: Path) -> None:
    """Load every document of data/instruments. Raises InstrumentInvalid for one that doesn't hold together."""
    vocabularies = read_vocabularies(data_dir, ("evaluation",))
    for path in sorted((data_dir / "instruments").glob("*.json")):
        new = NewInstrument.model_validate_json(path.read_bytes())
        await _SAVE.execute(connection, **prepared(new, vocabularies))
