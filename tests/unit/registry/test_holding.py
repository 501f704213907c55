"""Seats: how long an acting holder may stay, who may stand beside whom, and what is told of a Penanggung jawab."""

import json
from datetime import date

import pytest

from devstack.layout import DATA
from registry.appointments.holding import (
    AT_INSTITUTIONS,
    AT_UNITS,
    SINGLE,
    Grounds,
    Limits,
    Term,
    is_single,
    line_of_terms,
    months_later,
    seat_refusal,
    seat_warnings,
    term_warnings,
)

VOCABULARY = json.loads((DATA / "vocabularies" / "directory.json").read_text("utf-8"))
ACTING = {item["code"]: Limits.of(item["attributes"]) for item in VOCABULARY["acting_kinds"]["items"]}
ROLES = {item["code"]: item["attributes"] for item in VOCABULARY["appointment_roles"]["items"]}
JAN_10 = date(2026, 1, 10)


def test_the_vocabulary_says_which_roles_have_one_holder() -> None:
    assert {code for code, attributes in ROLES.items() if attributes["single"]} == SINGLE
    assert ROLES.keys() >= (AT_INSTITUTIONS | AT_UNITS)


@pytest.mark.parametrize(
    ("acting", "ends", "warning"),
    [
        ("definitive", None, None),
        ("pj", None, None),  # as the decree limits it
        ("plt", date(2026, 4, 10), None),  # three months to the day
        ("plt", date(2026, 4, 11), "acting_too_long"),
        ("plt", None, "acting_without_end"),
        ("plh", date(2026, 2, 9), None),  # 30 days
        ("plh", date(2026, 2, 10), "acting_too_long"),  # 31
        ("plh", date(2026, 1, 13), None),  # 3 days
        ("plh", date(2026, 1, 12), "acting_too_short"),  # 2
        ("plh", None, "acting_without_end"),
    ],
)
def test_terms_of_acting_holders(acting: str, ends: date | None, warning: str | None) -> None:
    found = [each.code for each in term_warnings(acting, JAN_10, ends, ACTING[acting])]
    assert found == ([warning] if warning else [])


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),  # a leap year
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 15), 13, date(2027, 12, 15)),
    ],
)
def test_months_end_where_the_month_does(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@pytest.mark.parametrize(
    ("role", "acting", "single"),
    [
        ("supervisor", "definitive", True),
        ("supervisor", "plt", True),  # instead of the holder
        ("supervisor", "plh", False),  # beside the holder
        ("unit_head", "pj", True),
        ("officer", "definitive", False),
        ("liaison", "definitive", False),
    ],
)
def test_one_holder(role: str, acting: str, single: bool) -> None:
    assert is_single(role, acting) is single


@pytest.mark.parametrize(
    ("role", "acting", "holder", "secretariat", "by_supervisor", "warnings"),
    [
        ("supervisor", "plh", True, None, None, []),
        ("supervisor", "plh", False, None, None, ["no_holder_to_stand_beside"]),
        ("responsible_officer", "definitive", False, True, None, []),  # the default: head of the secretariat
        ("responsible_officer", "definitive", False, False, True, ["not_head_of_secretariat"]),
        ("responsible_officer", "definitive", False, False, None, ["appointment_unfounded"]),
        ("responsible_officer", "definitive", False, False, False, ["appointment_unfounded"]),
        # Nobody is on record as head of the secretariat: it may be he.
        ("responsible_officer", "definitive", False, None, None, ["foundation_unknown"]),
        ("responsible_officer", "definitive", False, None, False, ["foundation_unknown"]),
        ("responsible_officer", "definitive", False, None, True, []),
        ("unit_head", "definitive", False, None, True, []),
        ("unit_head", "definitive", False, None, False, ["not_appointed_by_supervisor"]),
        ("supervisor", "definitive", False, None, False, []),  # appointed from outside
    ],
)
def test_what_is_unusual_about_a_seat(
    role: str, acting: str, holder: bool, secretariat: bool | None, by_supervisor: bool | None, warnings: list[str]
) -> None:
    grounds = Grounds(secretariat, by_supervisor, supervisor_on_record=True, has_holder=holder)
    assert [each.code for each in seat_warnings(role, acting, grounds)] == warnings


@pytest.mark.parametrize(
    ("acting", "secretariat", "by_supervisor", "on_record", "refused"),
    [
        ("definitive", False, None, True, "appointment_unfounded"),
        ("plt", False, None, True, "appointment_unfounded"),
        ("plh", False, None, True, None),  # who stands beside the holder is no holder
        ("definitive", False, None, False, None),  # no Pembina of that day is on record
        ("definitive", None, None, True, None),  # nor who heads the secretariat
        ("definitive", True, None, True, None),
        ("definitive", False, True, True, None),
        ("definitive", True, False, True, "not_the_supervisor"),
    ],
)
def test_who_can_not_be_the_responsible_officer(
    acting: str, secretariat: bool | None, by_supervisor: bool | None, on_record: bool, refused: str | None
) -> None:
    grounds = Grounds(secretariat, by_supervisor, on_record, has_holder=True)
    found = seat_refusal("responsible_officer", acting, grounds, over=False)
    assert (found and found.code) == refused
    grounds = Grounds(None, by_supervisor, on_record, has_holder=True)
    assert seat_refusal("unit_head", acting, grounds, over=False) is None


@pytest.mark.parametrize(
    ("acting", "secretariat", "by_supervisor", "over", "refused"),
    [
        ("definitive", None, None, False, "appointment_unfounded"),  # its head's seat is vacant
        ("definitive", False, None, False, "appointment_unfounded"),
        ("definitive", None, None, True, None),  # of what is over, the registry may not know
        ("plh", None, None, False, None),
        ("definitive", True, None, False, None),
        ("definitive", None, True, False, None),
    ],
)
def test_where_there_is_a_secretariat_it_is_said_who_appointed(
    acting: str, secretariat: bool | None, by_supervisor: bool | None, over: bool, refused: str | None
) -> None:
    grounds = Grounds(secretariat, by_supervisor, False, has_holder=True, secretariat_on_record=True)
    found = seat_refusal("responsible_officer", acting, grounds, over=over)
    assert (found and found.code) == refused


@pytest.mark.parametrize(
    ("before", "since", "extended"),
    [
        ([], JAN_10, 0),
        ([Term(date(2025, 10, 10), JAN_10, 0)], date(2025, 10, 10), 1),
        ([Term(date(2025, 10, 10), JAN_10, 1), Term(date(2025, 7, 1), date(2025, 10, 10), 0)], date(2025, 7, 1), 3),
        ([Term(date(2025, 10, 10), date(2026, 1, 9), 0)], JAN_10, 0),  # a day without him
        ([Term(date(2025, 10, 10), None, 0)], date(2025, 10, 10), 1),
    ],
)
def test_terms_that_run_on_are_one(before: list[Term], since: date, extended: int) -> None:
    assert line_of_terms(JAN_10, 0, before) == (since, extended)
