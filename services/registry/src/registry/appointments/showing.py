"""An appointment as its readers see it, with what there is to be told of its term and of what it rests on. Pure."""

from datetime import date
from typing import Any

from chassis.data.statements import Row
from chassis.http.languages import Language
from registry.appointments import holding, queries
from registry.appointments.grounds import read_grounds
from registry.terms import Terms


def shown(row: Row, *, terms: Terms, day: date | None, language: Language) -> dict[str, Any]:
    """An appointment with its warnings on a day, in a language. `day` None: it was changed just now, whenever it is in office.

    What it rests on is told by what is on record by now.
    """
    acting, begins, ends, extended = row["acting"], row["valid_from"], row["valid_to"], len(row["extensions"])
    limits = holding.Limits.of(terms.attributes("acting_kinds", acting))
    warnings: list[holding.Caution] = []
    if day is None or row["state"] in ("scheduled", "active"):
        warnings = holding.term_warnings(acting, begins, ends, limits, extended=extended)
        if day is not None:
            warnings += holding.limit_warnings(acting, begins, ends, limits, extended=extended, day=day)
        warnings += holding.seat_warnings(row["role"], acting, read_grounds(row))
    told = [{"code": each.code, "detail": each.detail.read(language)} for each in warnings]
    return {**queries.shown(row), "warnings": told}
