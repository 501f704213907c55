"""What the steps of a reorganisation name, before anything is planned: the order of the steps doesn't matter. Pure."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from chassis.http.problems import Flaw
from registry.reorganisations.plan import Plan, Subject
from registry.reorganisations.problems import flaw
from registry.reorganisations.steps import Establish, Move, Named, Step, Succeed
from registry.reorganisations.world import World


class Naming:
    """Keys, what ends and what moves. Flaws and the institutions that are touched go to the lists that it was given."""

    def __init__(
        self, steps: Sequence[Step], world: World, plan: Plan, flaws: list[Flaw], *, new_id: Callable[[], UUID]
    ) -> None:
        self.steps, self.world, self.plan, self.flaws, self.new_id = steps, world, plan, flaws, new_id
        self.by_key: dict[str, Subject] = {}
        self.ending: dict[UUID, Succeed] = {}
        """What passes to successors, staying or not."""
        self.staying: set[UUID] = set()
        self.moving: dict[UUID, str] = {}
        """Units that are moved or allotted by a step, with its pointer."""

    def ends(self, identity: UUID) -> bool:
        """Whether it passes to others and doesn't stay itself."""
        return identity in self.ending and identity not in self.staying

    def _wrong(self, pointer: str, code: str) -> None:
        self.flaws.append(flaw(pointer, code))

    def open_keys(self) -> None:
        """Institutions first: established units may belong to them."""
        for step in sorted(self._established(), key=lambda step: step.kind):
            if step.key in self.by_key:
                self._wrong(f"{step.pointer}/key", "key_taken")
                continue
            identity = self.new_id()
            institution_id = identity
            if step.institution is not None:
                owner = self.resolve(step.institution)
                if owner is None:
                    continue
                if owner.kind != "institution":
                    self._wrong(step.institution.pointer, "an_institution_needed")
                    continue
                institution_id = owner.id
            self.by_key[step.key] = Subject(step.kind, identity, institution_id, established=True)
            self.plan.keys[step.key] = identity

    def _established(self) -> Iterator[Establish]:
        return (step for step in self.steps if isinstance(step, Establish))

    def resolve(self, named: Named) -> Subject | None:
        """What a step names; None, with a flaw, if there is no such thing on the day."""
        if named.key is not None:
            if named.key not in self.by_key:
                # A key whose own step is flawed is that step's flaw.
                if not any(step.key == named.key for step in self._established()):
                    self._wrong(named.pointer, "unknown_key")
                return None
            return self.by_key[named.key]
        assert named.id is not None
        if named.kind == "unit":
            unit = self.world.units.get(named.id)
            if unit is None or not unit.in_force:
                self._wrong(named.pointer, "unknown_unit" if unit is None else "not_in_force")
                return None
            self.plan.institution_ids.add(unit.institution_id)
            return Subject("unit", named.id, unit.institution_id)
        institution = self.world.institutions.get(named.id)
        if institution is None or not institution.in_force:
            self._wrong(named.pointer, "unknown_institution" if institution is None else "not_in_force")
            return None
        self.plan.institution_ids.add(named.id)
        return Subject("institution", named.id, named.id)

    def receiver(self, named: Named) -> Subject | None:
        """What takes something over: it must go on without an end."""
        found = self.resolve(named)
        if found is None:
            return None
        if self.ends(found.id):
            self._wrong(named.pointer, "ends")
            return None
        known = self.world.units.get(found.id) if found.kind == "unit" else self.world.institutions.get(found.id)
        if known is not None and not known.lasting:
            self._wrong(named.pointer, "not_lasting")
            return None
        return found

    def find_ends(self) -> None:
        for step in self.steps:
            if not isinstance(step, Succeed):
                continue
            subject = step.subject
            if subject.key is not None:
                self._wrong(subject.pointer, "established_here" if subject.key in self.by_key else "unknown_key")
            elif subject.id in self.ending:
                self._wrong(subject.pointer, "named_twice")
            elif subject.id is not None:
                self.ending[subject.id] = step
                if any(part.to.id == subject.id for part in step.parts):
                    self.staying.add(subject.id)
                if subject.id in self.world.reorganised_later:
                    self._wrong(subject.pointer, "reorganised_later")

    def find_moves(self) -> None:
        for step in self.steps:
            named = [step.subject] if isinstance(step, Move) else []
            if isinstance(step, Succeed):
                named = [each for part in step.parts for each in part.units]
            for each in named:
                if each.id is None:
                    continue
                if each.id in self.moving or each.id in self.ending:
                    self._wrong(each.pointer, "named_twice")
                else:
                    self.moving[each.id] = each.pointer
