"""What can be wrong between steps, each of which is right alone: codes taken twice, units in a circle. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from chassis.http.problems import Flaw
from registry.reorganisations.plan import Plan, Subject
from registry.reorganisations.problems import flaw
from registry.reorganisations.steps import Establish, Rename, Step
from registry.reorganisations.world import World


def code_flaws(steps: Sequence[Step], plan: Plan, world: World) -> list[Flaw]:
    """A unit's code is its institution's alone; what ends or goes elsewhere gives its code back."""
    gone = {subject.id for subject in plan.ended} | {each.unit_id for each in plan.continued}
    gone |= {subject.id for subject, content in plan.renamed if "code" in content}
    taken: dict[tuple[UUID, str], set[UUID]] = defaultdict(set)
    institution_codes: set[str] = set()
    flaws: list[Flaw] = []
    for subject, pointer, code in _codes(steps, plan):
        if subject.kind == "institution":
            if code in institution_codes:
                flaws.append(flaw(pointer, "code_taken"))
            institution_codes.add(code)
            continue
        place = (subject.institution_id, code)
        if (world.unit_codes.get(place, set()) - gone) | taken[place]:
            flaws.append(flaw(pointer, "code_taken"))
        taken[place].add(subject.id)
    return flaws


def _codes(steps: Sequence[Step], plan: Plan) -> Iterator[tuple[Subject, str, str]]:
    """Each new code: whose, where it stands in the body, and the code."""
    pointers = {step.key: f"{step.pointer}/{step.kind}/code" for step in steps if isinstance(step, Establish)}
    keys = {identity: key for key, identity in plan.keys.items()}
    for place in plan.established:
        yield place.subject, pointers[keys[place.subject.id]], place.content["code"]
    renaming = {step.subject.id: step.pointer for step in steps if isinstance(step, Rename)}
    for subject, content in plan.renamed:
        if "code" in content:
            yield subject, f"{renaming[subject.id]}/code", content["code"]


def circle_flaws(places: Mapping[UUID, tuple[UUID | None, str]], world: World) -> list[Flaw]:
    """Nothing comes to stand below itself. `places`: the new unit above and the step's pointer, by unit."""
    parents: dict[UUID, UUID | None] = {**world.parents}
    parents |= {unit_id: parent for unit_id, (parent, _) in places.items()}
    flaws: list[Flaw] = []
    for unit_id, (parent, pointer) in places.items():
        above, seen = parent, {unit_id}
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above is not None:
            flaws.append(flaw(pointer, "circle"))
    return flaws
