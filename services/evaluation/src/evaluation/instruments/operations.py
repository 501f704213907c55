"""Adding a version of an instrument: refused with every reason, and never changed once it is there."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert

from chassis.data import events
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Unprocessable
from evaluation.instruments import checking
from evaluation.instruments.schemas import NewInstrument
from evaluation.instruments.tables import instruments


class InstrumentExists(Conflict):
    """This version is there already; what changes gets a new number."""

    code = "instrument_exists"
    title = Text("Versi instrumen ini sudah ada", "This version of the instrument exists")


class InstrumentInvalid(Unprocessable):
    """The instrument doesn't hold together; `errors` names every reason."""

    code = "instrument_invalid"
    title = Text("Instrumen ini tidak konsisten", "The instrument doesn't hold together")


PROBLEMS = {"instruments_pk": InstrumentExists()}
_INSERT = Statement(
    insert(instruments).values({column.name: bindparam(column.name, type_=column.type) for column in instruments.c})
)


def prepared(new: NewInstrument, vocabularies: checking.Vocabularies) -> dict[str, Any]:
    """The row of a version, with its grades written out. Raises InstrumentInvalid."""
    document = new.document()
    flaws = checking.flaws_of(document, vocabularies)
    if flaws:
        raise InstrumentInvalid(errors=flaws)
    document["index"]["grades"] = checking.grades_of(document, vocabularies)
    return {
        "code": new.code,
        "version": new.version,
        "effective_from": new.effective_from,
        "effective_to": new.effective_to,
        "source": new.source,
        "document": document,
    }


async def add_instrument(
    connection: Connection, new: NewInstrument, *, vocabularies: checking.Vocabularies, now: datetime
) -> Mapping[str, Any]:
    """Add a version; the row. Raises InstrumentInvalid, or InstrumentExists by its constraint. Records `instrument.added`."""
    row = prepared(new, vocabularies)
    await _INSERT.execute(connection, **row)
    told = {name: value for name, value in row.items() if name != "document"}
    title = row["document"]["title"]
    await events.record(
        connection,
        "instrument.added",
        subject=f"instruments/{new.code}-{new.version}",
        sequence=1,
        data={**told, "title": title},
        at=now,
    )
    return row


def written(row: Mapping[str, Any]) -> dict[str, Any]:
    """A version in full, as it is sent."""
    document = row["document"]
    ends: date | None = row["effective_to"]
    shown = {name: document[name] for name in ("code", "version", "title", "note", "scale", "index", "aspects")}
    return {
        **shown,
        "effective_from": row["effective_from"],
        "effective_to": ends,
        "source": row["source"],
        "forms": document["forms"],
    }
