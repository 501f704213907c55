"""Nobody evaluates the own unit, nor one above or below it (PermenPANRB 29/2022: evaluators are independent). Pure.

A seat at a whole institution isn't a seat at a unit: the organiser's evaluators hold theirs there.
"""

from collections.abc import Collection
from uuid import UUID

from chassis.http.languages import Text
from chassis.http.problems import Forbidden, Unprocessable

REASON = Text(
    "Evaluator menjabat pada unit ini, di atasnya, atau di bawahnya.",
    "The evaluator holds a post at this unit, above it, or below it.",
)


class OwnUnit(Forbidden):
    """The caller would evaluate the own unit."""

    code = "evaluator_of_own_unit"
    title = Text("Evaluator tidak boleh menilai unitnya sendiri", "An evaluator may not evaluate the own unit")


class EvaluatorUnfit(Unprocessable):
    """Somebody named as evaluator can't be one here; `errors` says who and why."""

    code = "evaluator_unfit"
    title = Text("Evaluator ini tidak dapat ditugaskan", "This evaluator can't be assigned")


def stands_in_line(seats: Collection[UUID | None], line: Collection[UUID]) -> bool:
    """Whether one of the seats' units stands in the line of the evaluated one: itself, units above, units below."""
    return any(unit in line for unit in seats if unit is not None)
