"""Authority over random trees, seats and supervision that change over the days, against a search that knows nothing of ours.

What the registry was told is kept here as plain dictionaries of days; the answer is looked for day by day, place by place.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from api.registry.directory_stage import Stage, code, stage
from support.services import ServiceUnderTest

ERA = date(2020, 1, 1)
ROLES = ("liaison", "officer", "unit_head")


@dataclass
class Days:
    """What holds from which day on."""

    since: dict[date, Any] = field(default_factory=dict)

    def change(self, day: date, content: Any) -> None:
        """Until the next day on which it differs: what says the same as before is no change of its own."""
        told = sorted({**self.since, day: content}.items())
        self.since = {begun: now for place, (begun, now) in enumerate(told) if place == 0 or now != told[place - 1][1]}

    def on(self, day: date) -> Any:
        return self.since[max(begun for begun in self.since if begun <= day)]


@dataclass
class Seat:
    id: str
    institution: str
    unit: str | None
    role: str
    begins: date
    ends: date | None

    def held_on(self, day: date) -> bool:
        return self.begins <= day and (self.ends is None or day < self.ends)


@dataclass
class Model:
    """Parents of units, owners of services, seats, who supervises whom."""

    parents: dict[str, Days] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    supervisors: dict[str, Days] = field(default_factory=dict)
    seats: list[Seat] = field(default_factory=list)

    def places(self, unit: str, day: date) -> Iterator[str | None]:
        """The unit, all above it, and the institution (None) at last."""
        place: str | None = unit
        while place is not None:
            yield place
            place = self.parents[place].on(day)
        yield None

    def holders(self, institution: str, unit: str | None, role: str, day: date) -> set[str]:
        return {
            seat.id
            for seat in self.seats
            if (seat.institution, seat.unit, seat.role) == (institution, unit, role) and seat.held_on(day)
        }

    def nearest(self, institution: str, unit: str, role: str, day: date) -> set[str]:
        for place in self.places(unit, day):
            if found := self.holders(institution, place, role, day):
                return found
        return set()

    def upward(self, institution: str, day: date) -> list[tuple[str, set[str]]]:
        """The institution, then those above it, nearest first."""
        found, level, seen = [], [institution], {institution}
        while level:
            found += [(each, self.holders(each, None, "supervisor", day)) for each in level]
            above = dict.fromkeys(up for each in level for up in self.supervisors[each].on(day) if up not in seen)
            seen |= set(above)
            level = list(above)
        return found


class Builder:
    """Tells the registry and the model the same, at random; what the registry refuses the model doesn't learn."""

    def __init__(self, stages: list[Stage], seed: int) -> None:
        self.stages, self.here, self.chance = stages, stages[0], random.Random(seed)
        self.model = Model(supervisors={each.id: Days({ERA: []}) for each in stages})

    def day(self) -> date:
        return ERA + timedelta(days=self.chance.randrange(1, 2_000))

    async def build(self) -> Model:
        for number in range(10):
            parent = self.chance.choice([None, *self.model.parents])
            made = await self.here.unit(f"U{number}", parent)
            self.model.parents[made["id"]] = Days({ERA: parent})
        for unit in self.model.parents:
            body = {"unit_id": unit, "code": code(), "name": "Layanan", "kind": "administrative"}
            self.model.services[(await self.here.make("services", **body))["id"]] = unit
        for _ in range(15):
            await self.move()
        for _ in range(50):
            await self.appoint()
        for day in sorted(self.day() for _ in range(6)):
            await self.supervise(day)
        return self.model

    async def move(self) -> None:
        unit, day = self.chance.choice([*self.model.parents]), self.day()
        parent = self.chance.choice([None, *self.model.parents])
        reply = await self.here.change(f"/units/{unit}", {"parent_id": parent, "effective_on": str(day)})
        if reply.status_code == 200:
            self.model.parents[unit].change(day, parent)
        else:
            assert reply.status_code in (409, 422), reply.text

    async def appoint(self) -> None:
        where = self.chance.choice([self.here] * 6 + self.stages[1:])
        unit = self.chance.choice([*self.model.parents]) if where is self.here and self.chance.random() < 0.8 else None
        role = self.chance.choice(ROLES if unit else ("responsible_officer", "supervisor", "officer"))
        begins = self.day()
        ends = begins + timedelta(days=self.chance.randrange(1, 900)) if self.chance.random() < 0.7 else None
        place = {"unit_id": unit} if unit else {"institution_id": where.id}
        body = {"person_id": (await where.person())["id"], "role": role, "decree_number": "SK",
                "acting": self.chance.choice(["definitive", "definitive", "plt", "plh"]),
                "valid_during": {"from": str(begins), "to": ends and str(ends)}}  # fmt: skip
        reply = await where.call("POST", "/appointments", json=body | place)
        if reply.status_code == 201:
            self.model.seats.append(Seat(reply.json()["id"], where.id, unit, role, begins, ends))
        else:
            assert reply.status_code in (409, 422), reply.text

    async def supervise(self, day: date) -> None:
        """From a day on, and for good. Only upward in the list: no circles here."""
        below = self.chance.randrange(len(self.stages) - 1)
        above = [each.id for each in self.chance.sample(self.stages[below + 1 :], 1)]
        institution = self.stages[below].id
        body = {"supervisor_ids": above, "effective_on": str(day)}
        reply = await self.here.change(f"/institutions/{institution}", body)
        assert reply.status_code == 200, reply.text
        self.model.supervisors[institution].change(day, above)


def ids(holding: dict[str, Any]) -> set[str]:
    return {seat["appointment_id"] for seat in holding["seats"]}


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_every_day_and_every_unit(registry: ServiceUnderTest, seed: int) -> None:
    stages = [await stage(registry) for _ in range(4)]
    here = stages[0].id
    builder = Builder(stages, seed)
    model = await builder.build()
    answered = set()
    edges = {begun for days in model.parents.values() for begun in days.since} | {seat.begins for seat in model.seats}
    for day in sorted({*builder.chance.sample(sorted(edges), 12), *(builder.day() for _ in range(8))}):
        asked = [{"unit": unit} for unit in model.parents] + [{"service": service} for service in model.services]
        units = [*model.parents, *model.services.values()]
        reply = await registry.call("POST", "/v1/authority/batch", json={"items": asked, "at": str(day)}, key=None)
        assert reply.status_code == 207, reply.text
        for unit, item in zip(units, reply.json()["items"], strict=True):
            found = item["authority"]
            assert (found["institution"]["id"], found["unit"]["id"]) == (here, unit)
            for held in (*found["acts"], found["answers"]):
                expected = model.nearest(here, unit, held["role"], day)
                assert ids(held) == expected, f"{held['role']} of {unit} on {day}"
                answered |= expected
            above = [(held["institution_id"], ids(held)) for held in found["supervises"]]
            assert above == model.upward(here, day), f"supervision on {day}"
    assert len(answered) > 10, "the days have something to tell"
