"""The instrument that ships, as tests compute with it."""

import copy
import json
from typing import Any

from chassis.http.vocabularies import Vocabularies, read_vocabularies
from devstack.layout import DATA
from evaluation.instruments.document import Instrument, read_instrument
from evaluation.instruments.operations import prepared
from evaluation.instruments.schemas import NewInstrument

SHIPPED: dict[str, Any] = json.loads((DATA / "instruments" / "pekppp.json").read_bytes())


def vocabularies() -> Vocabularies:
    return read_vocabularies(DATA, ("evaluation",))


def document() -> dict[str, Any]:
    """A copy to spoil."""
    return copy.deepcopy(SHIPPED)


def instrument(changed: dict[str, Any] | None = None) -> Instrument:
    new = NewInstrument.model_validate(changed or SHIPPED)
    return read_instrument(prepared(new, vocabularies())["document"])
