"""What filing asks for, and which filings take the protected path."""

from datetime import date
from typing import Any

import pytest

from complaints.codes import read_codes
from complaints.intake.protection import first_class, triggers
from complaints.intake.schemas import Complaint
from complaints.intake.validity import flaws, identity_of, lacking
from devstack.layout import DATA

CODES = read_codes(DATA)
TODAY = date(2025, 11, 24)  # a Monday


def filing(**changes: Any) -> Complaint:
    reporter = {"name": "Sari", "phone": "081234567890"}
    return Complaint.model_validate(
        {"type": "complaint", "title": "KTP lama", "body": "Belum jadi.", "reporter": reporter} | changes
    )


def pointers(**changes: Any) -> list[str]:
    return [flaw.pointer for flaw in flaws(filing(**changes), CODES, TODAY)]


def test_a_plain_filing_has_no_flaw() -> None:
    assert pointers() == []
    assert pointers(anonymous=True, reporter=None) == []
    assert pointers(reporter={"name": "Sari", "email": "sari@contoh.id"}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reporter": None}, ["/reporter/name", "/reporter/phone"]),
        ({"reporter": {"phone": "081234567890"}}, ["/reporter/name"]),
        ({"reporter": {"name": "Sari"}}, ["/reporter/phone"]),
        ({"anonymous": True, "reporter": {"phone": "12"}}, ["/reporter/phone"]),
        ({"occurred_on": "2025-11-25"}, ["/occurred_on"]),
        ({"occurred_on": "2025-11-24"}, []),
        ({"occurred_on": "1944-12-31"}, ["/occurred_on"]),
        ({"region_code": "51.71.01.1001"}, []),
        ({"region_code": "51.79"}, ["/region_code"]),
        ({"ethics_values": ["polite", "rude"]}, ["/ethics_values/1"]),
        ({"type": "aspiration", "sub_class": "policy_proposal"}, []),
        ({"type": "aspiration", "sub_class": "bribery"}, ["/sub_class"]),
        ({"type": "information_request", "sub_class": "formal_public_information", "anonymous": True}, ["/anonymous"]),
        ({"type": "information_request", "sub_class": "service_information", "anonymous": True}, []),
        ({"accused_role": "king"}, ["/accused_role"]),
    ],
)
def test_flaws(changes: dict[str, Any], expected: list[str]) -> None:
    assert pointers(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["full_address", "loss", "requested_solution"]),
        ({"requested_solution": "Kartu dicetak."}, ["full_address", "loss"]),
        ({"loss_amount_idr": 0, "requested_solution": "Kartu dicetak."}, ["full_address"]),
        ({"anonymous": True, "reporter": None}, ["loss", "requested_solution"]),
        ({"reporter": {"name": "Sari", "phone": "081234567890", "address": "Jl. Gajah Mada 12"}}, ["loss", "requested_solution"]),
        ({"type": "aspiration"}, []),
        ({"type": "information_request"}, []),
    ],
)  # fmt: skip
def test_what_the_law_asks_of_a_complaint_and_it_doesnt_say(changes: dict[str, Any], expected: list[str]) -> None:
    """UU 25/2009 art. 43(1) a-c. Place, time and signature (d) are the receipt's."""
    assert lacking(filing(**changes)) == expected
    assert all(CODES.has("content_elements", element) for element in expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"ethics_values": ["refuses_bribes"]}, ["ethics_value"]),
        ({"ethics_values": ["polite"]}, []),
        ({"sub_class": "sexual_harassment"}, ["sub_class"]),
        ({"sub_class": "discipline"}, []),
        ({"category": "violence_in_schools"}, []),  # only suggests it to triage
        ({"protected": True}, ["asked_for"]),
        ({"reporter": {"name": "Made", "phone": "081234567890", "kind": "employee"}}, ["employee"]),
        ({"accused_role": "liaison"}, ["accused_role"]),
        ({"accused_role": "officer"}, []),
        ({"type": "aspiration", "protected": True}, []),
        ({"title": "Suap", "body": "Pungli dan gratifikasi."}, []),  # words never decide
    ],
)
def test_protected_triggers(changes: dict[str, Any], expected: list[str]) -> None:
    assert triggers(filing(**changes), CODES) == expected


def test_the_class_before_triage() -> None:
    formal = filing(type="information_request", sub_class="formal_public_information")
    assert first_class(formal, CODES, protected=False) == "public_information"
    assert first_class(filing(), CODES, protected=False) == "unclassified"
    assert first_class(filing(), CODES, protected=True) == "supervisory"


def test_contacts_are_sealed_in_one_form() -> None:
    identity = identity_of(filing(reporter={"name": "Sari", "phone": "0812 3456 7890", "email": "S@Contoh.ID"}))
    assert identity is not None
    assert (identity["phone"], identity["email"]) == ("+6281234567890", "S@contoh.id")
    assert identity_of(filing(anonymous=True, reporter=None)) is None
