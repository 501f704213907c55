"""Loading the survey definitions that ship: a new version is put beside the old, whose content never changes."""

from datetime import date
from pathlib import Path

import orjson
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from evaluation.surveys.definition import read_definition
from evaluation.surveys.tables import survey_definitions

_ADD = insert(survey_definitions).values(
    {column.name: bindparam(column.name, type_=column.type) for column in survey_definitions.c}
)
_SAVE = Statement(
    _ADD.on_conflict_do_update(
        index_elements=[survey_definitions.c.code, survey_definitions.c.version],
        set_={"effective_to": _ADD.excluded.effective_to},  # a version may end; answers were given to what it says
    )
)


async def load(connection: Connection, data_dir: Path) -> None:
    """Load the documents of data/surveys that define a survey; the others there are published figures."""
    for path in sorted((data_dir / "surveys").glob("*.json")):
        document = orjson.loads(path.read_bytes())
        if "elements" not in document or "index" not in document:
            continue
        definition = read_definition(document)
        ends = document["effective_to"]
        await _SAVE.execute(
            connection,
            code=definition.code,
            version=definition.version,
            effective_from=date.fromisoformat(document["effective_from"]),
            effective_to=date.fromisoformat(ends) if ends else None,
            source=definition.source,
            document=document,
        )
