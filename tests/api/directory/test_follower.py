"""The copy says what the newest events say, whatever the order and however often they come."""

import itertools
import random
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from api.directory.facts import appointment, calendar, event, institution, number, person, service, unit
from chassis.data.events import Event
from chassis.data.pool import Connection
from directory.follower import RegistryCopy, UnknownState, apply
from directory.tables import metadata

Closure = set[tuple[UUID, UUID, int, date]]


async def take(connection: Connection, events: Iterable[Event]) -> None:
    for each in events:
        await apply(connection, each)


async def contents(connection: Connection) -> Mapping[str, list[Any]]:
    """Every row of every table of the copy, in a fixed order."""
    return {
        name: [tuple(row) for row in await connection.fetch(f"SELECT * FROM {name} t ORDER BY t::text")]
        for name in metadata.tables
    }


async def closure_on(connection: Connection, day: date) -> set[tuple[UUID, UUID, int]]:
    rows = await connection.fetch(
        "SELECT unit_id, ancestor_id, depth FROM directory_unit_ancestors WHERE valid_during @> $1::date", day
    )
    assert len(rows) == len({tuple(row) for row in rows}), "a line is there twice on one day"
    return {(row["unit_id"], row["ancestor_id"], row["depth"]) for row in rows}


def walked(events: list[Event], day: date) -> set[tuple[UUID, UUID, int]]:
    """The same by walking up from each unit on that day."""
    parents: dict[UUID, UUID | None] = {}
    for each in events:
        for version in each.data["versions"]:
            since, until = (date.fromisoformat(version[key] or "9999-12-31") for key in ("valid_from", "valid_to"))
            if since <= day < until:
                parents[UUID(each.data["id"])] = UUID(version["parent_id"]) if version["parent_id"] else None
    lines = set()
    for start in parents:
        at: UUID | None = start
        for depth in itertools.count():
            if at is None or at not in parents:
                break
            lines.add((start, at, depth))
            at = parents[at]
    return lines


SAMPLE = [
    institution("city", region_code="51.71", supervisors=("province",)),
    institution("province", kind="province", region_code="51"),
    unit("agency", (None, "2020-01-01", None)),
    unit("division", ("agency", "2020-01-01", None)),
    unit("section", ("division", "2020-01-01", "2025-01-01"), ("agency", "2025-01-01", None)),
    person("Ayu", account="a1"),
    appointment("Ayu", "officer", at="section"),
    service("ktp", "section"),
    calendar("national", {"2025-03-31": "national_holiday"}, worked=True),
]


async def test_any_order_gives_the_same_copy(connection: Connection) -> None:
    await take(connection, SAMPLE)
    expected = await contents(connection)
    assert all(expected.values()), "the sample should fill every table"
    for seed in range(5):
        await connection.execute("TRUNCATE " + ", ".join(metadata.tables))
        await take(connection, random.Random(seed).sample(SAMPLE, len(SAMPLE)))
        assert await contents(connection) == expected


async def test_what_is_not_newer_changes_nothing(connection: Connection) -> None:
    await take(connection, SAMPLE)
    await apply(connection, person("Ayu", account="a2", sequence=5))
    expected = await contents(connection)
    assert [row[1:3] for row in expected["directory_people"]] == [("Ayu", "a2")]
    await take(connection, [person("Ayu", account="a1", sequence=4), person("Ayu", account="a1", sequence=5), *SAMPLE])
    assert await contents(connection) == expected


async def test_an_event_carries_the_whole_state(connection: Connection) -> None:
    """Edges and versions that are no longer named are gone."""
    await take(connection, SAMPLE)
    await apply(connection, institution("city", region_code="51.71", sequence=2))
    await apply(connection, unit("section", ("agency", "2025-01-01", None), sequence=2))
    assert await connection.fetchval("SELECT count(*) FROM directory_supervision") == 0
    assert await connection.fetchval("SELECT count(*) FROM directory_units WHERE id = $1", number("section")) == 1
    assert (number("section"), number("division"), 1) not in await closure_on(connection, date(2024, 6, 1))


@pytest.mark.parametrize("seed", range(12))
async def test_the_closure_is_that_of_the_tree_in_any_order(connection: Connection, seed: int) -> None:
    """Random dated trees, each unit changed twice, arriving shuffled: after every event as by walking."""
    chance = random.Random(seed)
    cuts = ["2020-01-01", "2022-01-01", "2024-01-01", None]
    names = [f"u{n}" for n in range(8)]
    changes = []
    for sequence, (place, name) in itertools.product((1, 2), enumerate(names)):
        versions = [
            (chance.choice([None, *names[:place]]), since, until)
            for since, until in itertools.pairwise(cuts)
            if since is not None and chance.random() < 0.8
        ]
        changes.append(unit(name, *versions, sequence=sequence))
    chance.shuffle(changes)
    held: dict[str, Event] = {}
    for change in changes:
        await apply(connection, change)
        if change.subject not in held or held[change.subject].sequence < change.sequence:
            held[change.subject] = change
        for day in (date(2019, 1, 1), date(2021, 1, 1), date(2023, 1, 1), date(2025, 1, 1)):
            assert await closure_on(connection, day) == walked(list(held.values()), day)


async def test_a_new_name_alone_does_not_touch_the_closure(connection: Connection) -> None:
    await take(connection, SAMPLE)
    held = await connection.fetch(
        "SELECT xmin::text, ctid::text, * FROM directory_unit_ancestors ORDER BY unit_id, ancestor_id"
    )
    await apply(connection, unit("agency", (None, "2020-01-01", "2024-05-01"), (None, "2024-05-01", None), sequence=2))
    after = await connection.fetch(
        "SELECT xmin::text, ctid::text, * FROM directory_unit_ancestors ORDER BY unit_id, ancestor_id"
    )
    assert after == held


async def test_a_passing_circle_ends(connection: Connection) -> None:
    """Two units swap places; between the two events the copy holds a circle."""
    await take(connection, [unit("a", (None, "2020-01-01", None)), unit("b", ("a", "2020-01-01", None))])
    await apply(connection, unit("a", ("b", "2020-01-01", None), sequence=2))
    await apply(connection, unit("b", (None, "2020-01-01", None), sequence=2))
    assert await closure_on(connection, date(2025, 1, 1)) == {
        (number("a"), number("a"), 0),
        (number("a"), number("b"), 1),
        (number("b"), number("b"), 0),
    }


async def test_appointments_that_give_no_right(connection: Connection) -> None:
    await apply(connection, appointment("Ayu", "officer"))
    await apply(connection, appointment("Ayu", "officer", state="revoked", sequence=2))
    await apply(
        connection, appointment("Made", "officer", since="2025-01-01", until="2025-01-01")
    )  # taken back at once
    assert await connection.fetchval("SELECT count(*) FROM directory_appointments") == 0
    with pytest.raises(UnknownState):
        await apply(connection, appointment("Wayan", "officer", state="perhaps"))


async def test_other_types_are_left_alone(connection: Connection) -> None:
    await apply(connection, event("standard.published", "standards/1", 1, {"id": "1"}))
    assert not any((await contents(connection)).values())


async def test_a_rebuild_forgets_what_the_feed_no_longer_mentions(connection: Connection) -> None:
    copy = RegistryCopy()
    await take(connection, SAMPLE)
    expected = await contents(connection)
    extra = [
        institution("gone", supervisors=("province",)),
        unit("lost", ("agency", "2020-01-01", None)),
        person("Nobody"),
        appointment("Nobody", "officer", at="lost"),
        service("old", "lost"),
        calendar("99", {}, region_code="99"),
    ]
    await take(connection, extra)
    await copy.reset(connection)
    assert await connection.fetchval("SELECT count(*) FROM directory_people") == 2  # readable meanwhile
    for each in SAMPLE:
        await copy.apply(connection, each)
    await copy.sweep(connection)
    assert await contents(connection) == expected
