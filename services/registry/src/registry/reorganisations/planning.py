"""What a reorganisation's steps come to, over the directory as it is on the day: a plan, or every flaw with its step. Pure.

All steps happen at once. What hangs on something that ends follows where it is allotted, else the principal successor.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from chassis.http.problems import Flaw
from registry.reorganisations.naming import Naming
from registry.reorganisations.overall import circle_flaws, code_flaws
from registry.reorganisations.plan import Continuation, NewPlace, Plan, Reparent, Subject, Succession
from registry.reorganisations.problems import flaw
from registry.reorganisations.shares import ONE, principal_first
from registry.reorganisations.steps import Establish, Move, Part, Rename, Step, Succeed
from registry.reorganisations.world import World


def make_plan(steps: Sequence[Step], world: World, *, new_id: Callable[[], UUID]) -> tuple[Plan, list[Flaw]]:
    """The plan of these steps; it is good if there are no flaws."""
    planner = _Planner(steps, world, new_id)
    planner.run()
    return planner.plan, planner.flaws


class _Planner:
    def __init__(self, steps: Sequence[Step], world: World, new_id: Callable[[], UUID]) -> None:
        self.steps, self.world = steps, world
        self.plan = Plan()
        self.flaws: list[Flaw] = []
        self.names = Naming(steps, world, self.plan, self.flaws, new_id=new_id)
        self.places: dict[UUID, tuple[UUID | None, str]] = {}
        """New parents within institutions, with the step's pointer: what circles are looked for in."""

    def run(self) -> None:
        self.names.open_keys()
        self.names.find_ends()
        self.names.find_moves()
        for step in self.steps:
            match step:
                case Establish():
                    self._establish(step)
                case Rename():
                    self._rename(step)
                case Move():
                    self._move(step)
                case Succeed():
                    self._succeed(step)
        self.flaws += code_flaws(self.steps, self.plan, self.world)
        self.flaws += circle_flaws(self.places, self.world)
        self.plan.national |= len(self.plan.institution_ids) > 1

    def _wrong(self, pointer: str, code: str) -> None:
        self.flaws.append(flaw(pointer, code))

    def _establish(self, step: Establish) -> None:
        subject = self.names.by_key.get(step.key)
        if subject is None:
            return
        content, pointer = step.content, f"{step.pointer}/{step.kind}"
        region = content["region_code"]
        if region is not None and region not in self.world.regions:
            self._wrong(f"{pointer}/region_code", "unknown_region")
        if step.kind == "institution":
            self.plan.national = True
            if content["code"] in self.world.institution_codes:
                self._wrong(f"{pointer}/code", "code_taken")
            for index, above in enumerate(content["supervisor_ids"]):
                if above not in self.world.institutions:
                    self._wrong(f"{pointer}/supervisor_ids/{index}", "unknown_institution")
            self.plan.established.append(NewPlace(subject, None, content))
            return
        assert step.institution is not None
        self.names.receiver(step.institution)
        parent = self.names.receiver(step.parent) if step.parent is not None else None
        if parent is not None and step.parent is not None:
            if parent.kind != "unit":
                self._wrong(step.parent.pointer, "a_unit_needed")
            elif parent.institution_id != subject.institution_id:
                self._wrong(step.parent.pointer, "parent_elsewhere")
            self.places[subject.id] = (parent.id, step.parent.pointer)
        self.plan.established.append(NewPlace(subject, parent.id if parent else None, content))

    def _rename(self, step: Rename) -> None:
        subject = self.names.resolve(step.subject)
        if subject is None:
            return
        content = {name: value for name, value in step.content.items() if name != "code" or value is not None}
        if subject.established:
            self._wrong(step.subject.pointer, "established_here")
        elif self.names.ends(subject.id):
            self._wrong(step.subject.pointer, "ends")
        elif any(held.id == subject.id for held, _ in self.plan.renamed):
            self._wrong(step.subject.pointer, "named_twice")
        elif subject.kind == "institution" and "code" in content:
            self._wrong(f"{step.pointer}/code", "code_fixed")
        else:
            self.plan.renamed.append((subject, content))

    def _move(self, step: Move) -> None:
        subject, to = self.names.resolve(step.subject), self.names.receiver(step.to)
        if subject is None or to is None:
            return
        if subject.kind != "unit":
            self._wrong(step.subject.pointer, "a_unit_needed")
        elif subject.established:
            self._wrong(step.subject.pointer, "established_here")
        else:
            parent_id = to.id if to.kind == "unit" else None
            if to.institution_id == subject.institution_id and parent_id == self.world.units[subject.id].parent_id:
                self._wrong(step.to.pointer, "already_there")
                return
            self._place(subject.id, to, step.to.pointer, old_parent=self.world.units[subject.id].parent_id)

    def _place(self, unit_id: UUID, to: Subject, pointer: str, *, old_parent: UUID | None) -> None:
        """Put a unit below `to`, or at its top: in the same institution as it is, in another as a new unit."""
        parent_id = to.id if to.kind == "unit" else None
        owner = self.world.units.get(unit_id)
        if owner is not None and owner.institution_id != to.institution_id:
            self.plan.continued.append(Continuation(unit_id, to.institution_id, parent_id))
            self.plan.institution_ids.add(owner.institution_id)
            if self.names.ends(to.institution_id):
                self._wrong(pointer, "ends")
        else:
            self.plan.reparented.append(Reparent(unit_id, old_parent, parent_id))
            self.places[unit_id] = (parent_id, pointer)

    def _succeed(self, step: Succeed) -> None:
        subject = self.names.resolve(step.subject)
        if subject is None or self.names.ending.get(subject.id) is not step:
            return
        self.plan.national |= subject.kind == "institution"
        parts = self._parts(step, subject)
        if parts is None:
            return
        if not parts and self._left(subject):
            self._wrong(step.pointer, "successor_needed")
        if subject.id not in self.names.staying:
            self.plan.ended.append(subject)
        shares = {to: part.share for part, to in parts}
        ordered = principal_first([(to.id, share) for to, share in shares.items()], itself=subject.id)
        self.plan.successions[subject.kind] += [
            Succession(subject.id, to_id, share, position) for position, (to_id, share) in enumerate(ordered)
        ]
        receivers = {to.id: to for _, to in parts}
        self._hand_down(step, subject, parts, receivers[ordered[0][0]] if ordered else None)

    def _parts(self, step: Succeed, subject: Subject) -> list[tuple[Part, Subject]] | None:
        """The successors, resolved; None, with flaws, if they aren't right."""
        before = len(self.flaws)
        found: list[tuple[Part, Subject]] = []
        for part in step.parts:
            to = self.names.receiver(part.to)
            if to is None:
                continue
            if to.kind != subject.kind:
                self._wrong(part.to.pointer, "other_kind")
            elif to.id == subject.id and step.type != "split":
                self._wrong(part.to.pointer, "itself")
            elif any(to.id == held.id for _, held in found):
                self._wrong(part.to.pointer, "named_twice")
            else:
                found.append((part, to))
        if step.parts and sum(part.share for part in step.parts) != ONE:
            self._wrong(step.pointer + ("/into" if step.type == "split" else "/successors"), "shares_sum")
        return found if len(self.flaws) == before else None

    def _left(self, subject: Subject) -> bool:
        """Whether something in what ends would have no place any more."""
        below = self.world.below.get(subject.id, ())
        return subject.id in self.world.serving or any(
            unit_id not in self.names.ending and unit_id not in self.names.moving for unit_id in below
        )

    def _hand_down(
        self, step: Succeed, subject: Subject, parts: Sequence[tuple[Part, Subject]], principal: Subject | None
    ) -> None:
        below = self.world.below.get(subject.id, [])
        for part, to in parts:
            for named in part.units:
                unit = self.names.resolve(named)
                inside = unit is not None and (
                    unit.id in below if subject.kind == "unit" else unit.institution_id == subject.id
                )
                if unit is not None and not inside:
                    self._wrong(named.pointer, "not_below")
                elif unit is not None and to.id != subject.id and self.names.moving.get(unit.id) == named.pointer:
                    old = self.world.units[unit.id].parent_id
                    self._place(unit.id, to, named.pointer, old_parent=old)
            for pointer, service_id in part.services:
                if self.world.service_units.get(service_id) != subject.id:
                    self._wrong(pointer, "not_its_service")
                elif service_id in self.plan.allotted_services:
                    self._wrong(pointer, "named_twice")
                else:
                    self.plan.allotted_services[service_id] = to.id
        if principal is None or principal.id == subject.id:
            return
        old_parent = subject.id if subject.kind == "unit" else None
        for unit_id in below:
            if unit_id not in self.names.ending and unit_id not in self.names.moving:
                self._place_below(unit_id, principal, step, old_parent)

    def _place_below(self, unit_id: UUID, to: Subject, step: Succeed, old_parent: UUID | None) -> None:
        pointer = step.subject.pointer
        if unit_id == to.id:
            # The successor lies below what ends: it can't go below itself.
            self._wrong(pointer, "circle")
        else:
            self._place(unit_id, to, pointer, old_parent=old_parent)
