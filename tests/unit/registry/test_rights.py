"""Who may change what: every kind of caller against an institution of its own and another."""

from datetime import date
from uuid import UUID

import pytest

from chassis.http.problems import Forbidden
from directory.roles import Actor, Seat
from registry import rights

OWN, OTHER, UNIT, BELOW = (UUID(int=number) for number in range(1, 5))


def seated(role: str, unit_id: UUID | None = None) -> Actor:
    seat = Seat(
        role=role,
        institution_id=OWN,
        unit_id=unit_id,
        person_id=UUID(int=9),
        acting="definitive",
        valid_from=date(2020, 1, 1),
        valid_to=None,
    )
    supervised = frozenset({OTHER}) if role == "supervisor" else frozenset()
    return Actor(kind="account", id="a", seats=(seat,), supervised=supervised)


def client(*scopes: str, institution_id: UUID | None = OWN, unbound: bool = False) -> Actor:
    return Actor(kind="client", id="c", scopes=frozenset(scopes), institution_id=institution_id, unbound=unbound)


WRITE, READ = "registry:write", "registry:read"


@pytest.mark.parametrize(
    ("actor", "own", "other", "platform"),
    [
        (seated("institution_admin"), True, False, False),
        (seated("responsible_officer"), True, False, False),
        (seated("supervisor"), True, False, False),  # supervises OTHER, yet doesn't write its directory
        (seated("national_admin"), True, True, True),
        (seated("unit_head", UNIT), False, False, False),
        (seated("officer", UNIT), False, False, False),
        (seated("ombudsman"), False, False, False),
        (client(WRITE), True, False, False),
        (client(READ), False, False, False),
        (client(WRITE, "platform:admin"), True, False, False),  # bound: its scope doesn't reach beyond
        (client(WRITE, "platform:admin", institution_id=None), True, True, True),
        (client(WRITE, institution_id=None), False, False, False),
        (client(WRITE, institution_id=None, unbound=True), True, True, True),
        (Actor(kind="anonymous", id=""), False, False, False),
    ],
)
def test_who_manages_an_institution(actor: Actor, own: bool, other: bool, platform: bool) -> None:
    assert rights.manages(actor, OWN) is own
    assert rights.manages(actor, OTHER) is other
    assert rights.national(actor) is platform


@pytest.mark.parametrize("role", ["national_admin", "ombudsman"])
def test_roles_that_reach_all_are_given_by_the_platform(role: str) -> None:
    assert not rights.appoints(seated("institution_admin"), OWN, role)
    assert not rights.appoints(client(WRITE), OWN, role)
    assert rights.appoints(seated("national_admin"), OWN, role)


def test_readers_of_the_institution_see_numbers_and_accounts_of_its_people() -> None:
    assert rights.administers(client(READ), OWN)
    assert not rights.administers(client(READ), OTHER)
    assert not rights.administers(seated("officer", UNIT), OWN)
    assert rights.administered(seated("institution_admin")) == {OWN}


def test_a_head_writes_services_below_the_own_unit() -> None:
    head = seated("unit_head", UNIT)
    rights.require_contributor(head, OWN, {BELOW, UNIT})
    with pytest.raises(Forbidden):
        rights.require_contributor(head, OWN, {BELOW})
