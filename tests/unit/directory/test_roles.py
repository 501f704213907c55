"""What a role at a seat reaches: every line of the rule, allowed and refused."""

from datetime import date
from uuid import UUID

import pytest

from directory.roles import Actor, Seat, acts_within, counts_as_holder, reaches

CITY, PROVINCE, MINISTRY = (UUID(int=number) for number in (1, 2, 3))
AGENCY, DIVISION, SECTION, OTHER_AGENCY = (UUID(int=number) for number in (11, 12, 13, 21))
PERSON = UUID(int=99)
SECTION_LINE = (SECTION, DIVISION, AGENCY)  # the section and what is above it


def seat(role: str, institution_id: UUID, unit_id: UUID | None = None, acting: str = "definitive") -> Seat:
    return Seat(
        role=role,
        institution_id=institution_id,
        unit_id=unit_id,
        person_id=PERSON,
        acting=acting,
        valid_from=date(2025, 1, 1),
        valid_to=date(2026, 1, 1),
    )


def person(*seats: Seat, supervised: frozenset[UUID] = frozenset()) -> Actor:
    return Actor(kind="account", id="a", person_id=PERSON, seats=seats, supervised=supervised)


@pytest.mark.parametrize(
    ("actor", "role", "institution", "line", "expected"),
    [
        (person(), "officer", CITY, SECTION_LINE, False),  # nobody
        (person(seat("officer", CITY, SECTION)), "officer", CITY, SECTION_LINE, True),  # at the unit itself
        (person(seat("officer", CITY, AGENCY)), "officer", CITY, SECTION_LINE, True),  # above it
        (person(seat("officer", CITY, SECTION)), "officer", CITY, (DIVISION, AGENCY), False),  # below it
        (person(seat("officer", CITY, OTHER_AGENCY)), "officer", CITY, SECTION_LINE, False),  # beside it
        (person(seat("officer", CITY, SECTION)), "unit_head", CITY, SECTION_LINE, False),  # another role
        (
            person(seat("institution_admin", CITY)),
            "institution_admin",
            CITY,
            SECTION_LINE,
            True,
        ),  # the whole institution
        (person(seat("institution_admin", CITY)), "institution_admin", CITY, (), True),  # also what has no unit
        (person(seat("institution_admin", CITY)), "institution_admin", PROVINCE, (), False),
        (
            person(seat("officer", CITY, SECTION)),
            "officer",
            CITY,
            (),
            False,
        ),  # no unit: a seat at a unit doesn't reach it
        (person(seat("supervisor", PROVINCE)), "supervisor", CITY, (), False),  # no edge
        (person(seat("supervisor", PROVINCE), supervised=frozenset({CITY})), "supervisor", CITY, SECTION_LINE, True),
        (
            person(seat("officer", PROVINCE), supervised=frozenset({CITY})),
            "officer",
            CITY,
            (),
            False,
        ),  # supervisors only
        (person(seat("national_admin", MINISTRY)), "national_admin", CITY, SECTION_LINE, True),
        (person(seat("national_admin", MINISTRY)), "national_admin", None, (), True),  # a case without institution
        (person(seat("ombudsman", MINISTRY)), "ombudsman", CITY, (), True),
        (person(seat("institution_admin", CITY)), "institution_admin", None, (), False),
        (person(seat("unit_head", CITY, AGENCY, "plt")), "unit_head", CITY, SECTION_LINE, True),  # acts in the seat
        (
            person(seat("unit_head", CITY, AGENCY, "plh")),
            "unit_head",
            CITY,
            SECTION_LINE,
            True,
        ),  # acts beside the holder
        (Actor(kind="client", id="bootstrap", unbound=True), "supervisor", CITY, (), True),
        (Actor(kind="client", id="app", institution_id=CITY), "institution_admin", CITY, (), False),  # bound: by scope
    ],
)
def test_reach(actor: Actor, role: str, institution: UUID | None, line: tuple[UUID, ...], expected: bool) -> None:
    assert reaches(actor, role, institution, line) is expected


@pytest.mark.parametrize(
    ("actor", "institution", "expected"),
    [
        (Actor(kind="client", id="app", scopes=frozenset({"complaints:file"}), institution_id=CITY), CITY, True),
        (Actor(kind="client", id="app", scopes=frozenset({"complaints:file"}), institution_id=CITY), PROVINCE, False),
        (Actor(kind="client", id="app", scopes=frozenset({"complaints:file"}), institution_id=CITY), None, False),
        (Actor(kind="client", id="app", scopes=frozenset({"complaints:read"}), institution_id=CITY), CITY, False),
        (Actor(kind="client", id="app", scopes=frozenset({"complaints:file"})), None, False),  # bound to nothing
        (Actor(kind="client", id="boot", scopes=frozenset({"complaints:file"}), unbound=True), PROVINCE, True),
        (Actor(kind="client", id="boot", unbound=True), PROVINCE, False),  # unbound, but without the scope
        (Actor(kind="account", id="a", scopes=frozenset({"complaints:file"}), institution_id=CITY), CITY, False),
    ],
)
def test_clients_act_by_scope_within_their_institution(actor: Actor, institution: UUID | None, expected: bool) -> None:
    assert acts_within(actor, "complaints:file", institution) is expected


def test_holding_a_role() -> None:
    head = person(seat("unit_head", CITY, AGENCY))
    assert head.holds("officer", "unit_head")
    assert not head.holds("officer")
    assert not person().holds("officer")
    assert Actor(kind="client", id="bootstrap", unbound=True).holds("supervisor")


@pytest.mark.parametrize(
    ("acting", "holder", "mandate"),
    [
        ("definitive", True, False),
        ("plt", True, True),
        ("pj", True, False),
        ("pjs", True, False),
        ("plh", False, True),  # the holder is away and still the holder
    ],
)
def test_acting_kinds(acting: str, holder: bool, mandate: bool) -> None:
    assert counts_as_holder(acting) is holder
    assert seat("unit_head", CITY, AGENCY, acting).by_mandate is mandate


def test_a_seat_ends_before_its_last_day() -> None:
    held = seat("officer", CITY)
    assert [
        held.valid_on(day) for day in (date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
    ] == [
        False,
        True,
        True,
        False,
    ]
