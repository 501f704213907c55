"""What was answered once is answered again: random changes, each followed by questions, which are asked anew in the end.

The first answers come of the tables as they were; the second, with `known_at`, of what was kept of them.
"""

import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.registry.directory_stage import Stage, code, stage
from devstack.postgres import Cluster
from registry.service import SERVICE
from support.services import ServiceUnderTest, service_under_test

FIRST = date(2020, 1, 1)
CHANGES = 50
ACTS = ("establish", "rename", "correct", "move", "end_unit", "appoint", "correct_seat", "end_seat", "institution",
        "serve", "transfer")  # fmt: skip


class Calendar:
    """The service's clock: some days pass between changes."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 1, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture(scope="module")
async def then(postgres: Cluster, calendar: Calendar) -> AsyncIterator[ServiceUnderTest]:
    """A registry whose days the test makes."""
    async with service_under_test(postgres, SERVICE, clock=calendar) as service:
        yield service


class Chronicle:
    """Changes at random, and what was answered after each."""

    def __init__(self, here: Stage, above: list[Stage], calendar: Calendar, seed: int) -> None:
        self.here, self.calendar, self.chance = here, calendar, random.Random(seed)
        self.above = [other.id for other in above]
        self.units: list[str] = []
        self.people: list[str] = []
        self.seats: list[str] = []
        self.services: list[str] = []
        self.done: dict[str, int] = {}
        self.answers: list[tuple[str, datetime, int, Any]] = []

    def day(self) -> str:
        return (FIRST + timedelta(days=self.chance.randrange(2_200))).isoformat()

    async def change(self) -> None:
        """One change; the registry may refuse it."""
        act = self.chance.choice(ACTS)
        if act == "transfer" and not self.services:
            act = "serve"
        if not self.units or (act == "appoint" and len(self.units) < 3):
            act = "establish"
        if act in ("correct_seat", "end_seat") and not self.seats:
            act = "appoint"
        status = await getattr(self, f"_{act}")()
        assert status < 500
        if status < 300:
            self.done[act] = self.done.get(act, 0) + 1
        self.calendar.now += timedelta(days=self.chance.randrange(20))

    async def _post(self, path: str, body: dict[str, Any], kept: list[str]) -> int:
        reply = await self.here.call("POST", path, json=body)
        if reply.status_code == 201:
            kept.append(reply.json()["id"])
        return reply.status_code

    async def _patch(self, path: str, body: dict[str, Any]) -> int:
        reply = await self.here.call("PATCH", path, json=body, headers={"if-match": "*"})
        return reply.status_code

    async def _establish(self) -> int:
        parent = self.chance.choice([None, *self.units])
        begins = FIRST.isoformat() if self.chance.random() < 0.7 else self.day()
        body = {"institution_id": self.here.id, "parent_id": parent, "code": code(), "name": f"Unit {len(self.units)}",
                "kind": "section", "valid_during": {"from": begins}}  # fmt: skip
        return await self._post("/units", body, self.units)

    async def _rename(self) -> int:
        return await self._patch(self._unit(), {"name": f"Nama {code()}", "effective_on": self.day()})

    async def _correct(self) -> int:
        return await self._patch(self._unit(), {"name": f"Benar {code()}", "kind": "bureau"})

    async def _move(self) -> int:
        body: dict[str, Any] = {"parent_id": self.chance.choice([None, *self.units])}
        return await self._patch(
            self._unit(), body | ({"effective_on": self.day()} if self.chance.random() < 0.5 else {})
        )

    async def _end_unit(self) -> int:
        return await self._patch(self._unit(), {"valid_during": {"to": self.day()}})

    async def _institution(self) -> int:
        if self.chance.random() < 0.5:
            return await self._patch(
                f"/institutions/{self.here.id}",
                {"aliases": [code()], "supervisor_ids": [self.chance.choice(self.above)], "effective_on": self.day()},
            )
        return await self._patch(f"/institutions/{self.here.id}", {"short_name": code(), "effective_on": self.day()})

    async def _appoint(self) -> int:
        if len(self.people) < 4:
            self.people.append((await self.here.person(f"Orang {len(self.people)}"))["id"])
        period = {"from": self.day(), "to": None if self.chance.random() < 0.5 else "2027-01-01"}
        body = {"person_id": self.chance.choice(self.people), "unit_id": self.chance.choice(self.units),
                "role": self.chance.choice(["officer", "unit_head", "liaison"]), "decree_number": "SK",
                "valid_during": period}  # fmt: skip
        return await self._post("/appointments", body, self.seats)

    async def _correct_seat(self) -> int:
        body = {"decree_number": f"SK {code()}", "valid_during": {"from": self.day()}}
        return await self._patch(self._seat(), body)

    async def _end_seat(self) -> int:
        reply = await self.here.call(
            "POST", f"{self._seat()}/ending", json={"valid_to": self.day()}, headers={"if-match": "*"}
        )
        return reply.status_code

    async def _serve(self) -> int:
        """A service of a unit that is in force: the oldest is, unless it was ended."""
        body = {"unit_id": self.units[0], "code": code(), "name": "Layanan", "kind": "administrative"}
        return await self._post("/services", body, self.services)

    async def _transfer(self) -> int:
        body = {"unit_id": self.chance.choice(self.units)}
        return await self._patch(f"/services/{self.chance.choice(self.services)}", body)

    def _unit(self) -> str:
        return f"/units/{self.chance.choice(self.units)}"

    def _seat(self) -> str:
        return f"/appointments/{self.chance.choice(self.seats)}"

    def questions(self) -> Iterator[str]:
        """One of every kind, each about a day at random."""
        unit = self.chance.choice(self.units)
        here = f"institution={self.here.id}&limit=200"
        yield f"/units?{here}&count=exact&as_of={self.day()}"
        yield f"/units?unit={unit}&scope=subtree&limit=200&as_of={self.day()}"
        yield f"/units/{unit}?as_of={self.day()}"
        yield f"/units/{unit}/ancestors?as_of={self.day()}"
        yield f"/units/{unit}/descendants?limit=200&count=exact&as_of={self.day()}"
        yield f"/institutions/{self.here.id}?as_of={self.day()}"
        yield f"/appointments?{here}&count=exact&as_of={self.day()}"
        yield f"/appointments?{here}&history=true&as_of={self.day()}"
        yield f"/appointments?unit={unit}&scope=subtree&limit=200&as_of={self.day()}"
        yield f"/authority?unit={unit}&at={self.day()}"
        yield f"/authority?institution={self.here.id}&at={self.day()}"
        if self.seats:
            yield f"{self._seat()}?as_of={self.day()}"
        if self.services:
            yield f"/authority?service={self.chance.choice(self.services)}&at={self.day()}"

    async def ask(self) -> None:
        """Ask, and keep what is answered with the instant of it."""
        asked = [(path, await self.here.call("GET", path)) for path in self.questions()]
        async with self.here.registry.connection() as connection:
            instant = await connection.fetchval("SELECT clock_timestamp()")
        self.answers += [(path, instant, reply.status_code, reply.json()) for path, reply in asked]

    async def check(self) -> None:
        """Every question anew, as of what was known when it was asked first."""
        assert any(status == 200 for _, _, status, _ in self.answers)
        for path, instant, status, content in self.answers:
            known_at = instant.isoformat().replace("+00:00", "Z")
            reply = await self.here.call("GET", f"{path}&known_at={known_at}")
            assert reply.status_code == status, path
            if status == 200:
                assert reply.json() == content, f"{path} known at {known_at}"


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_answer_can_be_given_again(then: ServiceUnderTest, calendar: Calendar, seed: int) -> None:
    above = [await stage(then), await stage(then)]
    chronicle = Chronicle(await stage(then), above, calendar, seed)
    for _ in range(CHANGES):
        await chronicle.change()
        await chronicle.ask()
    assert chronicle.done.keys() >= {"establish", "rename", "move", "appoint", "institution"}, (
        "the history has something to tell"
    )
    await chronicle.check()


async def test_before_it_was_known_there_was_nothing(then: ServiceUnderTest) -> None:
    here = await stage(then)
    async with then.connection() as connection:
        before = (await connection.fetchval("SELECT clock_timestamp()")).isoformat().replace("+00:00", "Z")
    unit = await here.unit("Baru")
    assert (await here.call("GET", f"/units/{unit['id']}?known_at={before}")).status_code == 404
    assert (await here.read(f"/units?institution={here.id}&known_at={before}"))["items"] == []
