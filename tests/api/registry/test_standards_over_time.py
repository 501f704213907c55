"""A standard's life as of any day: what was answered on a day is answered again by `as_of`, however the life went on.

The walk is one of chance: when somebody comments, who is invited later, whether the draft goes back for another round.
"""

import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.registry.standards_stage import (
    AGREEMENTS,
    Agency,
    build_agency,
    decree,
    draft,
    opening,
    publication,
    published,
)
from devstack.postgres import Cluster
from registry.service import SERVICE
from support.services import ServiceUnderTest, service_under_test

BEGIN = datetime(2026, 1, 5, 3, tzinfo=UTC)
STATE = ("state", "in_force")
"""What a day says of a version; its text is read by `known_at`."""


class Clock:
    """The service's clock: some days pass between acts."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    @property
    def day(self) -> date:
        """In Denpasar, eight hours ahead."""
        return (self.now + timedelta(hours=8)).date()


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
async def then(postgres: Cluster, clock: Clock) -> AsyncIterator[ServiceUnderTest]:
    """A registry whose days the test makes."""
    async with service_under_test(postgres, SERVICE, clock=clock) as service:
        yield service


class Life:
    """One version's life, act by act, and what was answered after each."""

    def __init__(self, agency: Agency, clock: Clock, seed: int) -> None:
        self.agency, self.clock, self.chance = agency, clock, random.Random(seed)
        self.id = ""
        self.comments: list[str] = []
        self.attendance: list[str] = []
        self.answers: list[tuple[str, str | None, date, int, Any]] = []

    @property
    def today(self) -> str:
        return self.clock.day.isoformat()

    async def act(self, action: str, body: Any = None, *, match: bool = True, by: str = "unit_head") -> Any:
        reply = await self.agency.act(self.id, action, body, match=match, by=by)
        assert reply.status_code < 300, f"{action}: {reply.text}"
        await self.pass_days()
        return reply.json()

    async def pass_days(self) -> None:
        """Ask what there is to ask on this day, and go on to a later one."""
        for path in self.questions():
            for by in ("client", None):
                reply = await self.agency.call("GET", path, by=by)
                self.answers.append((path, by, self.clock.day, reply.status_code, self.said(path, reply.json())))
        self.clock.now += timedelta(days=self.chance.randrange(1, 4))

    def questions(self) -> list[str]:
        own = f"/standards/{self.id}"
        sub = ("consultation", "comments?limit=200", "comments?disposed=true&count=exact", "minutes", "stipulation",
               "publication", "history")  # fmt: skip
        return [
            own,
            f"/institutions/{self.agency.institution_id}/standard-settings",
            *(f"{own}/{name}" for name in sub),
        ]

    def said(self, path: str, content: Any) -> Any:
        if "items" in content:
            content.pop("next", None)
        return {name: content[name] for name in STATE if name in content} if path.endswith(self.id) else content

    async def comment(self) -> None:
        body = {"component": "fee", "body": f"Terlalu mahal, {self.today}"}
        reply = await self.agency.call("POST", f"/standards/{self.id}/comments", by=None, json=body)
        assert reply.status_code == 201, reply.text
        self.comments.append(reply.json()["id"])
        await self.pass_days()

    async def dispose(self) -> None:
        comment = self.comments.pop(self.chance.randrange(len(self.comments)))
        body = {"disposition": "rejected", "reason": "Tarif ditetapkan dengan peraturan daerah."}
        await self.act(f"comments/{comment}/disposition", body, match=False)

    async def discuss(self) -> None:
        """A round in the forum; what people say and when comes by chance."""
        acts = [self.comment, self.comment, self.invite]
        self.chance.shuffle(acts)
        for each in acts:
            await each()
        if self.chance.random() < 0.5:
            await self.dispose()
        held = {"held_on": self.today, "place": "Aula", "summary": "Dibahas.", "attendance": self.attendance}
        await self.act("consultation/sessions", held)

    async def invite(self) -> None:
        body = {"participants": [{"element": "mass_media", "name": "Radio Bali"}]}
        await self.act("consultation/participants", body)

    async def open(self) -> None:
        self.id = await draft(self.agency)
        await self.pass_days()
        opened = await self.act("consultation", opening())
        self.attendance = [each["id"] for each in opened["participants"]]

    async def test(self) -> None:
        closes = self.clock.day + timedelta(days=2)
        await self.act("public-test", {"closes_on": closes.isoformat()})
        while self.clock.day <= closes:
            if self.chance.random() < 0.5:
                await self.comment()
            else:
                await self.pass_days()
        await self.act("finalisation")

    async def finish(self) -> None:
        while self.comments:
            await self.dispose()
        signers = [
            {"element": element, "name": "Wakil", "signed_on": self.today} for element in ("provider", "service_users")
        ]
        minutes = {"held_on": self.today, "place": "Aula", "agreements": AGREEMENTS, "signers": signers}
        await self.act("minutes", minutes, match=False)
        await self.act("stipulation", decree(decree_date=self.today))
        effective = self.clock.day + timedelta(days=self.chance.randrange(5))
        await self.act("publication", publication(effective, charter=self.charter()))
        while self.clock.day <= effective:
            await self.pass_days()

    def charter(self) -> dict[str, Any]:
        signer = {"name": "Ni Made Sari", "post": "Kepala Bidang"}
        statements = ["promise_to_serve", "promise_to_improve", "accept_sanction"]
        return {"number": "MP/1", "statements": statements, "signer": signer, "signed_on": self.today}

    async def settings(self) -> None:
        reply = await self.agency.registry.call(
            "PUT",
            f"/v1/institutions/{self.agency.institution_id}/standard-settings",
            json={"public_test_least_days": self.chance.randrange(3)},
            headers={"if-match": "*"},
        )
        assert reply.status_code == 200, reply.text
        await self.pass_days()

    async def check(self) -> None:
        for path, by, day, status, content in self.answers:
            joint = "&" if "?" in path else "?"
            reply = await self.agency.call("GET", f"{path}{joint}as_of={day}", by=by)
            assert reply.status_code == status, f"{path} on {day} by {by}: {reply.text}"
            if status == 200:
                assert self.said(path, reply.json()) == content, f"{path} on {day}"


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_what_was_answered_on_a_day_is_answered_again(then: ServiceUnderTest, clock: Clock, seed: int) -> None:
    life = Life(await build_agency(then), clock, seed)
    await life.open()
    await life.settings()
    await life.discuss()
    await life.test()
    if seed != 1:
        await life.act("return", {"reason": "Perlu dibahas lagi."})
        await life.settings()
        consultation = (await life.agency.call("GET", f"/standards/{life.id}/consultation", by="client")).json()
        life.attendance = [each["id"] for each in consultation["participants"]]
        await life.discuss()
        await life.test()
    await life.finish()
    follow_up = {"agreement": 1, "state": "done", "report": "Layanan keliling berjalan."}
    await life.act("minutes/follow-up", follow_up, match=False)
    await life.act("review", {"cause": "finding", "reason": "Temuan pengawasan."})
    await life.act("confirmation", {"report": "Tidak ada yang berubah.", "years": 2})
    states = {
        content["state"] for path, _, _, status, content in life.answers if status == 200 and path.endswith(life.id)
    }
    assert states >= {
        "draft",
        "in_consultation",
        "public_test",
        "finalising",
        "stipulated",
        "published",
        "under_review",
    }
    await life.check()


async def test_there_was_nothing_before_the_draft(then: ServiceUnderTest, clock: Clock) -> None:
    agency = await build_agency(then)
    standard = await draft(agency)
    before = clock.day - timedelta(days=1)
    for path in ("", "/consultation", "/comments", "/minutes", "/stipulation", "/publication", "/history"):
        reply = await agency.call("GET", f"/standards/{standard}{path}?as_of={before}", by="client")
        assert reply.status_code == 404, path


async def test_a_day_of_the_forum_opens_nothing_that_is_closed_now(then: ServiceUnderTest, clock: Clock) -> None:
    """The text of a draft that was given up isn't read again by the day on which it was open for comment."""
    agency = await build_agency(then)
    life = Life(agency, clock, 4)
    await life.open()
    opened = clock.day
    assert (await agency.call("GET", f"/standards/{life.id}", by=None)).status_code == 200
    await life.act("abandonment", {"reason": "Layanan dihapus.", "participants_told": True})
    for by, status in ((None, 404), ("client", 200)):
        reply = await agency.call("GET", f"/standards/{life.id}?as_of={opened}", by=by)
        assert reply.status_code == status


async def test_versions_follow_each_other_on_their_days(registry: ServiceUnderTest) -> None:
    agency = await build_agency(registry)
    first = await published(agency, "2026-01-10")
    second = await published(agency, "2026-02-01")
    for version, day, state, in_force in (
        (first, "2026-01-10", "published", True),
        (first, "2026-01-31", "published", True),
        (first, "2026-02-01", "superseded", False),
        (second, "2026-02-01", "published", True),
    ):
        found = (await agency.call("GET", f"/standards/{version}?as_of={day}", by=None)).json()
        assert (found["state"], found["in_force"]) == (state, in_force), day
        path = f"/services/{agency.service_id}/standards?as_of={day}&state=published&count=exact"
        listed = (await agency.call("GET", path, by=None)).json()
        assert (listed["count"], [each["state"] for each in listed["items"]]) == (1, ["published"]), day
        across = f"/standards?institution={agency.institution_id}&as_of={day}&state=published&count=exact"
        assert (await agency.call("GET", across, by=None)).json()["count"] == 1, day
