"""After a reorganisation: open cases follow to the successor with history and custody, and no clock is touched."""

from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.data.events import Event
from complaints.custody.succession import RegistrySuccessions, hand_over, largest
from support.directory import ERA, event, seat, settle, settled_country, unit
from support.filings import Desk
from support.services import ServiceUnderTest

TODAY = datetime.now(UTC).date()


@pytest.fixture
async def own_desk(complaints: ServiceUnderTest) -> Desk:
    """A city for each test: its units end."""
    return Desk(complaints, await settled_country(complaints, "51.96"))


def ended(found: Event) -> Event:
    """The unit's next state: it ended today."""
    [version] = found.data["versions"]
    data = {**found.data, "versions": [{**version, "valid_to": str(TODAY)}]}
    return event("unit.changed", found.subject, data, sequence=2)


def effected(
    successions: list[tuple[UUID, UUID, str]], institutions: list[tuple[UUID, UUID, str]] | None = None
) -> Event:
    """The registry's fact."""

    def told(kind: str, listed: list[tuple[UUID, UUID, str]]) -> list[Mapping[str, str]]:
        return [{f"from_{kind}": str(old), f"to_{kind}": str(new), "share": share} for old, new, share in listed]

    data = {
        "id": str(uuid4()),
        "title": "Penataan",
        "effective_on": str(TODAY),
        "decree_number": "Perda 5",
        "decree_date": ERA,
        "successions": told("unit", successions),
        "institution_successions": told("institution", institutions or []),
    }
    return event("reorganisation.effected", f"reorganisations/{data['id']}", data)


async def follow(desk: Desk, *events: Event) -> int:
    """Take events in as the follower does, twice, and hand over; how many cases followed."""
    pool = desk.service.app.state.side_pool
    async with pool.acquire() as connection, connection.transaction():
        for each in (*events, *events):
            await RegistrySuccessions().apply(connection, each)
    await settle(desk.service, [])
    handed = await hand_over(pool, datetime.now(UTC))
    assert await hand_over(pool, datetime.now(UTC)) == 0
    return handed


async def dissolve_the_counter(desk: Desk, *successors: tuple[UUID, str]) -> int:
    """The counter ends; what was its own passes on. Its liaison goes on at a new counter, which takes the largest share."""
    country = desk.country
    old = unit(country.counter, country.city, "Loket KTP", kind="section", parent=country.registry_office)
    return await follow(desk, ended(old), effected([(country.counter, *each) for each in successors]))


async def new_unit(desk: Desk, name: str, *, kind: str = "section", parent: UUID | None = None) -> UUID:
    identity = uuid4()
    await settle(desk.service, [unit(identity, desk.country.city, name, kind=kind, parent=parent)])
    return identity


async def seen(desk: Desk, case_id: str, below: str = "") -> dict[str, Any]:
    found: dict[str, Any] = (await desk.service.call("GET", f"/v1/complaints/{case_id}{below}")).json()
    return found


async def test_an_open_case_goes_to_the_successor_of_the_largest_share(own_desk: Desk) -> None:
    case_id = await own_desk.in_progress()
    clock = await seen(own_desk, case_id, "/deadline")
    before = await seen(own_desk, case_id)
    small, large = await new_unit(own_desk, "Kecil"), await new_unit(own_desk, "Besar")
    assert await dissolve_the_counter(own_desk, (small, "1/3"), (large, "2/3")) == 1
    after = await seen(own_desk, case_id)
    assert (after["state"], after["unit_id"], after["unit_name"]) == ("in_progress", str(large), "Besar")
    assert after["due_at"] == before["due_at"]
    assert (await seen(own_desk, case_id, "/deadline"))["duties"] == clock["duties"]
    custody = (await seen(own_desk, case_id, "/custody"))["items"]
    assert (custody[-1]["reason"], custody[-1]["unit_id"], custody[-1]["to_at"]) == ("reorganisation", str(large), None)
    assert custody[-1]["person_id"] is None  # who held it has no seat there
    for one, other in pairwise(custody):
        assert one["to_at"] == other["from_at"]
    entry = (await seen(own_desk, case_id, "/timeline"))["items"][-1]
    assert (entry["action"], entry["from_state"], entry["to_state"]) == ("reorganisation", "in_progress", "in_progress")
    assert entry["public"]["unit_name"] == "Besar"
    assert entry["internal"]["decree_number"] == "Perda 5"
    await own_desk.service.sequenced()
    async with own_desk.service.connection() as connection:
        told = await connection.fetchrow(
            "SELECT type, data FROM events WHERE subject = $1 ORDER BY position DESC LIMIT 1", f"complaints/{case_id}"
        )
    assert (told["type"], told["data"]["unit_id"]) == ("case.reorganised", str(large))


async def test_the_officer_who_goes_along_keeps_the_case(own_desk: Desk) -> None:
    case_id = await own_desk.in_progress()
    new = await new_unit(own_desk, "Loket Baru", parent=own_desk.country.registry_office)
    liaison = own_desk.country.people["liaison"]
    await settle(
        own_desk.service, seat(liaison, own_desk.country.accounts["liaison"], "liaison", own_desk.country.city, new)
    )
    assert await dissolve_the_counter(own_desk, (new, "1")) == 1
    assert (await seen(own_desk, case_id, "/custody"))["items"][-1]["person_id"] == str(liaison)
    assert (await own_desk.get(case_id, "liaison")).status_code == 200


async def test_a_case_that_was_to_go_there_is_proposed_to_the_successor(own_desk: Desk) -> None:
    filed = await own_desk.file()
    new = await new_unit(own_desk, "Loket Baru")
    assert await dissolve_the_counter(own_desk, (new, "1")) == 1
    await own_desk.done(filed["id"], "verification", "admin", {"complete": True})
    await own_desk.done(filed["id"], "classification", "admin", {"class": "minor"})
    assert (await own_desk.done(filed["id"], "assignment", "admin", {}))["unit_id"] == str(new)
    entries = (await own_desk.track(filed)).json()["timeline"]
    assert "reorganisation" not in {entry["action"] for entry in entries}


async def test_what_is_closed_stays_where_it_was(own_desk: Desk) -> None:
    case_id = await own_desk.in_progress()
    await own_desk.done(case_id, "archival", "admin", {"reason": "in_court", "explanation": "Sidang berjalan."})
    new = await new_unit(own_desk, "Loket Baru")
    assert await dissolve_the_counter(own_desk, (new, "1")) == 0
    assert (await seen(own_desk, case_id))["unit_id"] == str(own_desk.country.counter)


async def test_a_unit_that_goes_on_keeps_its_cases(own_desk: Desk) -> None:
    case_id = await own_desk.in_progress()
    counter, works = own_desk.country.counter, own_desk.country.works
    assert await follow(own_desk, effected([(counter, counter, "0.1"), (counter, works, "0.9")])) == 0
    assert (await seen(own_desk, case_id))["unit_id"] == str(counter)


async def test_a_protected_case_goes_to_an_inspectorate_only(own_desk: Desk) -> None:
    country = own_desk.country
    case_id = (await own_desk.file(protected=True))["id"]
    await own_desk.done(case_id, "verification", "auditor", {"complete": True})
    await own_desk.done(case_id, "classification", "auditor", {"class": "supervisory"})
    await own_desk.done(case_id, "assignment", "auditor", {"unit_id": str(country.inspectorate)})
    assert await follow(own_desk, effected([(country.inspectorate, country.works, "1")])) == 0
    assert (await seen(own_desk, case_id))["unit_id"] == str(country.inspectorate)


async def test_no_case_falls_to_the_unit_that_it_accuses(own_desk: Desk) -> None:
    case_id = await own_desk.in_progress()
    country = own_desk.country
    async with own_desk.service.connection() as connection:
        await connection.execute("UPDATE cases SET accused_unit_id = $1 WHERE id = $2", country.works, UUID(case_id))
    assert await dissolve_the_counter(own_desk, (country.works, "1")) == 0
    assert (await seen(own_desk, case_id))["unit_id"] == str(country.counter)


async def test_a_case_without_a_unit_follows_its_institution(own_desk: Desk) -> None:
    country = own_desk.country
    filed = await own_desk.file(service_id=None, unit_id=None, region_code=None)
    async with own_desk.service.connection() as connection:
        await connection.execute("UPDATE cases SET institution_id = $1 WHERE id = $2", country.city, UUID(filed["id"]))
    assert await follow(own_desk, effected([], [(country.city, country.other_city, "1")])) == 1
    assert (await seen(own_desk, filed["id"]))["institution_id"] == str(country.other_city)


def test_the_largest_share_and_the_first_of_equals() -> None:
    half = Fraction(1, 2)
    parts = [("a", "b", half), ("a", "c", half), ("d", "e", Fraction(1, 3)), ("d", "f", 2 * Fraction(1, 3))]
    assert dict(largest([*parts, ("g", "g", Fraction(1, 10)), ("g", "h", Fraction(9, 10))])) == {"a": "b", "d": "f"}
