"""Who acts, answers and supervises: cases by hand, and a brute-force search over random trees."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import reasons
from directory.resolver import Authority, NothingNamed, Vacancy, resolve, route_by_region
from directory.world import Appointment, Institution, Service, Supervision, Unit, World

DAY, ERA = date(2025, 6, 2), date(2020, 1, 1)


def number(text: str) -> UUID:
    return UUID(bytes=text.encode().ljust(16, b"\0")[:16])


def institution(name: str, kind: str, region_code: str | None) -> Institution:
    return Institution(
        id=number(name),
        code=name,
        name=name,
        kind=kind,
        region_code=region_code,
        time_zone="Asia/Jakarta",
        valid_from=ERA,
        valid_to=None,
    )


def unit(name: str, parent: str | None, until: date | None = None, since: date = ERA, at: str = "denpasar") -> Unit:
    return Unit(
        id=number(name),
        institution_id=number(at),
        parent_id=number(parent) if parent else None,
        name=name,
        kind="agency",
        region_code=None,
        valid_from=since,
        valid_to=until,
    )


def seat(
    role: str, at: str | None, who: str, *, acting: str = "definitive", of: str = "denpasar", until: date | None = None
) -> Appointment:
    return Appointment(
        id=number(f"{who}/{role}"),
        role=role,
        institution_id=number(of),
        unit_id=number(at) if at else None,
        person_id=number(who),
        person_name=who,
        acting=acting,
        decree_number=None,
        valid_from=ERA,
        valid_to=until,
    )


def edge(below: str, above: str, until: date | None = None) -> Supervision:
    return Supervision(institution_id=number(below), supervisor_id=number(above), valid_from=ERA, valid_to=until)


DENPASAR = institution("denpasar", "city", "51.71")
BALI = institution("bali", "province", "51")
JAKARTA = institution("jakarta", "province", "31")
SOUTH_JAKARTA = institution("jaksel", "city", "31.74")
MINISTRY = institution("kemendagri", "ministry", None)
KTP = Service(
    id=number("ktp"),
    institution_id=number("denpasar"),
    unit_id=number("counter"),
    code="ktp",
    name="KTP",
    region_codes=("51.71",),
)
WORLD = World(
    institutions=(DENPASAR, BALI, JAKARTA, SOUTH_JAKARTA, MINISTRY),
    units=(
        unit("dukcapil", None),
        unit("division", "dukcapil"),
        unit("counter", "division"),
        unit("closed", "dukcapil", until=DAY),
    ),
    appointments=(
        seat("liaison", "dukcapil", "Ayu"),
        seat("officer", "counter", "Made"),
        seat("officer", "counter", "Wayan"),
        seat("unit_head", "division", "Ketut", acting="plt"),
        seat("unit_head", "counter", "former", until=DAY),
        seat("responsible_officer", None, "Sekda"),
        seat("supervisor", None, "Walikota"),
        seat("supervisor", None, "Plh Walikota", acting="plh"),
        seat("supervisor", None, "Gubernur Bali", of="bali"),
        seat("supervisor", None, "Gubernur DKJ", of="jakarta"),
        seat("supervisor", None, "nobody's regent", of="jaksel"),
    ),
    services=(KTP,),
    supervision=(edge("denpasar", "bali"), edge("bali", "kemendagri"), edge("denpasar", "jakarta", until=DAY)),
)


def names(authority: Authority, role: str) -> list[str]:
    return [seat.person_name for holding in authority.acts if holding.role == role for seat in holding.seats]


def supervisors(authority: Authority) -> list[list[str]]:
    return [[seat.person_name for seat in holding.seats] for holding in authority.supervises]


def test_a_service() -> None:
    found = resolve(WORLD, day=DAY, service_id=KTP.id, region_code="51.71.02.1001")
    assert found.responsible_unit is not None
    assert found.institution == DENPASAR
    assert found.responsible_unit.name == "counter"
    assert names(found, "officer") == ["Made", "Wayan"]  # at the counter itself
    assert names(found, "liaison") == ["Ayu"]  # two levels up
    assert names(found, "unit_head") == ["Ketut"]  # the counter's head left on this very day
    assert found.answers is not None
    assert [seat.person_name for seat in found.answers.seats] == ["Sekda"]
    assert supervisors(found) == [["Walikota", "Plh Walikota"], ["Gubernur Bali"], []]
    liaison, officer, head = found.acts
    assert liaison.reasons == (reasons.HELD_ABOVE,)
    assert officer.reasons == (reasons.HELD_AT_UNIT,)
    assert head.reasons == (reasons.HELD_ABOVE, reasons.ACTING_HOLDER)
    assert found.supervises[0].reasons == (reasons.OWN_SUPERVISOR, reasons.DAILY_ACTING)
    assert found.reasons == (reasons.SERVICE_UNIT,)
    assert found.vacancies == (
        Vacancy("liaison", DENPASAR.id, number("counter")),
        Vacancy("unit_head", DENPASAR.id, number("counter")),
        Vacancy("supervisor", MINISTRY.id, None),
    )


def test_a_region_outside_the_service() -> None:
    found = resolve(WORLD, day=DAY, service_id=KTP.id, region_code="51.03")
    assert found.reasons == (reasons.OUTSIDE_SERVICE_AREA, reasons.SERVICE_UNIT)


def test_a_unit_that_ended_leaves_its_institution() -> None:
    ended = replace(WORLD, services=(replace(KTP, unit_id=number("closed")),))
    found = resolve(ended, day=DAY, service_id=KTP.id)
    assert found.responsible_unit is None
    assert found.institution == DENPASAR
    assert found.reasons == (reasons.NOT_IN_FORCE, reasons.INSTITUTION_GIVEN)
    assert resolve(ended, day=date(2025, 6, 1), service_id=KTP.id).responsible_unit is not None


def test_a_plh_beside_an_empty_seat_acts_and_leaves_it_vacant() -> None:
    alone = replace(WORLD, appointments=(seat("unit_head", "counter", "Plh", acting="plh"),))
    head = resolve(alone, day=DAY, unit_id=number("counter")).acts[2]
    assert [held.person_name for held in head.seats] == ["Plh"]
    assert head.reasons == (reasons.HELD_AT_UNIT, reasons.VACANT, reasons.DAILY_ACTING)
    assert (
        Vacancy("unit_head", DENPASAR.id, number("counter"))
        in resolve(alone, day=DAY, unit_id=number("counter")).vacancies
    )


def test_the_governor_supervises_jakartas_areas() -> None:
    """An administrative city has no elected head, hence no Pembina of its own (31.71-31.75, 31.01)."""
    found = resolve(WORLD, day=DAY, institution_id=SOUTH_JAKARTA.id)
    assert supervisors(found) == [["Gubernur DKJ"]]
    assert found.supervises[0].reasons == (reasons.GOVERNOR_OF_JAKARTA,)
    assert all(
        vacancy.institution_id != SOUTH_JAKARTA.id or vacancy.role != "supervisor" for vacancy in found.vacancies
    )


def test_supervision_in_a_circle_ends() -> None:
    circle = replace(WORLD, supervision=(edge("denpasar", "bali"), edge("bali", "denpasar")))
    assert supervisors(resolve(circle, day=DAY, institution_id=DENPASAR.id)) == [
        ["Walikota", "Plh Walikota"],
        ["Gubernur Bali"],
    ]


@pytest.mark.parametrize(
    ("region_code", "expected", "reason"),
    [
        ("51.71.02.1001", DENPASAR, reasons.REGION_AUTONOMOUS),  # an urban village of Denpasar
        ("51.71", DENPASAR, reasons.REGION_AUTONOMOUS),
        ("51", BALI, reasons.REGION_AUTONOMOUS),
        ("51.03.01", BALI, reasons.REGION_PROVINCE),  # Badung isn't registered
        ("31.74.07.1001", JAKARTA, reasons.REGION_JAKARTA),  # though an institution of 31.74 is registered
        ("31", JAKARTA, reasons.REGION_AUTONOMOUS),
        ("99.01", None, reasons.REGION_UNKNOWN),
    ],
)
def test_route_by_region(region_code: str, expected: Institution | None, reason: reasons.Reason) -> None:
    assert route_by_region(WORLD, region_code, DAY) == (expected, reason)
    assert resolve(WORLD, day=DAY, region_code=region_code).institution == expected


def test_nothing_named_and_nothing_known() -> None:
    with pytest.raises(NothingNamed):
        resolve(WORLD, day=DAY)
    for unknown in (
        resolve(WORLD, day=DAY, service_id=number("?")),
        resolve(WORLD, day=DAY, unit_id=number("?")),
        resolve(WORLD, day=DAY, institution_id=number("?")),
    ):
        assert unknown.institution is None
        assert unknown.reasons == (reasons.NOT_IN_FORCE,)
        assert (unknown.acts, unknown.answers, unknown.supervises) == ((), None, ())


# A random tree: unit n's parent is any unit before it; each role is held at some of the places, by some kind of holder.
trees = st.integers(1, 9).flatmap(
    lambda size: st.tuples(
        st.tuples(*(st.one_of(st.none(), st.integers(0, n - 1)) if n else st.none() for n in range(size))),
        st.sets(
            st.tuples(
                st.one_of(st.none(), st.integers(0, size - 1)),
                st.sampled_from(["liaison", "officer", "unit_head", "responsible_officer"]),
                st.sampled_from(["definitive", "plt", "plh"]),
                st.booleans(),  # in office on the day
            ),
            max_size=20,
        ),
        st.integers(0, size - 1),
    )
)


@given(trees)
def test_nearest_holder_as_by_brute_force(
    tree: tuple[tuple[int | None, ...], set[tuple[int | None, str, str, bool]], int],
) -> None:
    parents, held, asked = tree
    world = replace(
        WORLD,
        units=tuple(unit(f"u{n}", None if parent is None else f"u{parent}") for n, parent in enumerate(parents)),
        appointments=tuple(
            seat(
                role,
                None if at is None else f"u{at}",
                f"{at}{acting}{valid}",
                acting=acting,
                until=None if valid else DAY,
            )
            for at, role, acting, valid in held
        ),
    )
    found = resolve(world, day=DAY, unit_id=number(f"u{asked}"))
    assert found.answers is not None
    for holding in (*found.acts, found.answers):
        # Every (distance, place) upward at which somebody is in office; the institution is the farthest.
        candidates, place, distance = [], asked, 0
        line: list[int | None] = [asked]
        while (above := parents[place]) is not None:
            place = above
            line.append(place)
        line.append(None)
        for distance, at in enumerate(line):
            here = {
                f"{at}{acting}{valid}"
                for where, role, acting, valid in held
                if where == at and role == holding.role and valid
            }
            if here:
                candidates.append((distance, at, here))
        expected = min(candidates, key=lambda candidate: candidate[0])[2] if candidates else set()
        assert {held_by.person_name for held_by in holding.seats} == expected
        if candidates:
            at = min(candidates, key=lambda candidate: candidate[0])[1]
            assert holding.unit_id == (None if at is None else number(f"u{at}"))
        else:
            assert holding.reasons == (reasons.VACANT,)
