"""Nobody evaluates the own unit, nor one above or below it (PermenPANRB 29/2022: evaluators are independent). Pure.

Nor does anybody decide on an objection to a level that they gave.

A seat at a whole institution isn't a seat at a unit: the organiser's evaluators hold theirs there.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.http.languages import Text
from chassis.http.problems import Flaw, Forbidden, Unprocessable

REASON = Text(
    "Evaluator menjabat pada unit ini, di atasnya, atau di bawahnya.",
    "The evaluator holds a post at this unit, above it, or below it.",
)


class OwnUnit(Forbidden):
    """The caller would evaluate the own unit."""

    code = "evaluator_of_own_unit"
    title = Text("Evaluator tidak boleh menilai unitnya sendiri", "An evaluator may not evaluate the own unit")


class OwnLevel(Forbidden):
    """Whoever gave a level doesn't decide on the objection to it; `errors` says to which."""

    code = "own_level"
    title = Text("Keberatan diputus oleh orang lain", "Somebody else decides on the objection")


_OWN = Text(
    "Tingkat ini Anda berikan sendiri. Evaluator lain atau penyelenggara memutus keberatannya; penyelenggara dapat "
    "menugaskan evaluator lain.",
    "You gave this level yourself. Another evaluator or the organiser decides on the objection; the organiser can assign "
    "another evaluator.",
)


class EvaluatorUnfit(Unprocessable):
    """Somebody named as evaluator can't be one here; `errors` says who and why."""

    code = "evaluator_unfit"
    title = Text("Evaluator ini tidak dapat ditugaskan", "This evaluator can't be assigned")


def require_others_levels(who: str, objections: Sequence[tuple[str | None, str | None]]) -> None:
    """Raises OwnLevel if one of the objections decided is to a level that `who` gave.

    Of each: who gave the level objected to, and who gave the one that stands, so that giving it anew opens no way round.
    """
    flaws = [Flaw(f"/objections/{place}", "own_level", _OWN) for place, by in enumerate(objections) if who in by]
    if flaws:
        raise OwnLevel(errors=flaws)


def stands_in_line(seats: Collection[UUID | None], line: Collection[UUID]) -> bool:
    """Whether one of the seats' units stands in the line of the evaluated one: itself, units above, units below."""
    return any(unit in line for unit in seats if unit is not None)
