"""An appointment as its readers see it, with what there is to be told of its term and of what it rests on. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.data.statements import Row
from chassis.http.languages import Language
from directory.zones import national_day
from registry.appointments import holding, queries
from registry.appointments.grounds import read_grounds
from registry.terms import Terms


def _terms(rows: Sequence[Sequence[Any]]) -> list[holding.Term]:
    return [
        holding.Term(date.fromisoformat(begins), ends and date.fromisoformat(ends), extended)
        for begins, ends, extended in rows
    ]


def shown(row: Row, *, terms: Terms, day: date | None, language: Language) -> dict[str, Any]:
    """An appointment with its warnings on a day, in a language. `day` None: it was changed just now, whenever it is in office.

    What it rests on is told by what is on record by now.
    """
    acting, begins, ends = row["acting"], row["valid_from"], row["valid_to"]
    since, extended = holding.line_of_terms(begins, len(row["extensions"]), _terms(row["terms_before"] or ()))
    limits = holding.Limits.of(terms.attributes("acting_kinds", acting))
    warnings: list[holding.Caution] = []
    if day is None or row["state"] in ("scheduled", "active"):
        warnings = holding.term_warnings(acting, since, ends, limits, extended=extended)
        if day is not None:
            in_office = begins <= day
            warnings += (
                holding.limit_warnings(acting, since, ends, limits, extended=extended, day=day) if in_office else []
            )
        warnings += holding.seat_warnings(row["role"], acting, read_grounds(row))
        warnings += holding.decree_warnings(row["decree_date"], national_day(row["recorded_at"]))
    told = [{"code": each.code, "detail": each.detail.read(language)} for each in warnings]
    return {**queries.shown(row), "warnings": told}
