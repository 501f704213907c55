"""Who may assess whom as what, and what an assessment must hold. Pure.

Self: the person, or those who serve in the unit. Superior: the line above, never the assessed. Citizen: anybody whose seat
isn't in the institution.
"""

from collections.abc import Collection, Mapping
from typing import Literal
from uuid import UUID

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from directory.roles import LIAISON, OFFICER, RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD, Actor, reaches
from evaluation.ethics.catalogues import Values

Kind = Literal["self", "superior", "citizen"]
Observation = Literal["kept", "breached", "not_observed"]
SERVING = (UNIT_HEAD, OFFICER, LIAISON)

_MISSING = Text("Nilai ini belum dinilai.", "This value isn't assessed.")
_NOTHING = Text("Nilai sekurangnya satu nilai.", "Assess at least one value.")
_UNKNOWN = Text("Nilai ini tidak ada dalam kode etik.", "The code of ethics has no such value.")
_RULE = Text("Aturan perilaku ini tidak dikenal.", "No such rule of conduct.")
_SCALE = Text("Nilai harus antara {least} dan {most}.", "The score must be {least} to {most}.")


def may_assess(
    actor: Actor,
    kind: Kind,
    *,
    institution_id: UUID,
    unit_id: UUID,
    ancestors: Collection[UUID],
    person_id: UUID | None,
) -> bool:
    """Whether an account may give such an assessment of a unit, or of a person in it.

    `ancestors`: the unit and those above it today.
    """
    if kind == "citizen":
        return not any(seat.institution_id == institution_id for seat in actor.seats)
    if person_id is not None and kind == "self":
        return actor.person_id == person_id
    serving = any(seat.unit_id == unit_id and seat.role in SERVING for seat in actor.seats)
    if kind == "self":
        return serving
    if person_id is not None:
        return actor.person_id != person_id and _is_above(actor, institution_id, ancestors)
    return not serving and _is_above(actor, institution_id, set(ancestors) - {unit_id})


def flaws_of_assessment(
    kind: Kind,
    scores: Mapping[str, int],
    conduct: Mapping[str, str],
    *,
    values: Values,
    rules: Collection[str],
) -> list[Flaw]:
    """Everything that is wrong. A citizen may leave out values that he or she couldn't see."""
    told = _SCALE.filled(least=values.least, most=values.most)
    flaws = [Flaw(f"/scores/{code}", "unknown_code", _UNKNOWN) for code in scores if code not in values.codes]
    flaws += [
        Flaw(f"/scores/{code}", "off_scale", told)
        for code in values.codes
        if code in scores and not values.least <= scores[code] <= values.most
    ]
    if kind != "citizen":
        flaws += [Flaw(f"/scores/{code}", "missing_value", _MISSING) for code in values.codes if code not in scores]
    elif not scores:
        flaws.append(Flaw("/scores", "missing_value", _NOTHING))
    return flaws + [Flaw(f"/conduct/{code}", "unknown_code", _RULE) for code in conduct if code not in rules]


def _is_above(actor: Actor, institution_id: UUID, units: Collection[UUID]) -> bool:
    return any(reaches(actor, role, institution_id, units) for role in (UNIT_HEAD, RESPONSIBLE_OFFICER, SUPERVISOR))
