"""An appointment as its readers see it, with what there is to be told of its term. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.data.statements import Row
from chassis.http.languages import Language
from registry.appointments import holding, queries
from registry.terms import Terms


def shown(row: Row, *, terms: Terms, day: date, language: Language) -> dict[str, Any]:
    """An appointment with its warnings on a day, in a language."""
    acting, begins, ends, extended = row["acting"], row["valid_from"], row["valid_to"], len(row["extensions"])
    limits = holding.Limits.of(terms.attributes("acting_kinds", acting))
    warnings: list[holding.Caution] = []
    if row["state"] in ("scheduled", "active"):
        warnings = holding.term_warnings(acting, begins, ends, limits, extended=extended)
        warnings += holding.limit_warnings(acting, begins, ends, limits, extended=extended, day=day)
    return {**queries.shown(row), "warnings": told(warnings, language)}


def told(warnings: Sequence[holding.Caution], language: Language) -> list[dict[str, str]]:
    """Warnings as they are sent."""
    return [{"code": each.code, "detail": each.detail.read(language)} for each in warnings]
