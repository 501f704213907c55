"""A case in LAPOR!'s words and back (corrections §1.17, case-lifecycle §7)."""

from typing import Any

import pytest

from complaints.cases.lapor import in_words_of_lapor, meaning_of
from complaints.cases.lifecycle import STATES
from complaints.codes import read_codes
from devstack.layout import DATA

CODES = read_codes(DATA)


def case(**changes: Any) -> dict[str, Any]:
    return {"type": "complaint", "state": "in_progress", "custody": "ordinary", "first_response_at": None} | changes


@pytest.mark.parametrize(
    ("word", "case_type", "protected"),
    [
        ("pengaduan", "complaint", False),
        ("aspirasi", "aspiration", False),
        ("permintaan_informasi", "information_request", False),
        ("whistleblowing_system", "complaint", True),
        ("pengadaan_raps", "complaint", False),
    ],
)
def test_from_lapor(word: str, case_type: str, protected: bool) -> None:
    assert meaning_of(word, CODES) == (case_type, protected)


@pytest.mark.parametrize(
    ("facts", "status", "older"),
    [
        ({"state": "submitted"}, "Menunggu verifikasi", "Belum"),
        ({"state": "awaiting_completion"}, "Ditunda", "Belum"),
        ({"state": "in_arbitration"}, "Terverifikasi", "Proses"),
        ({"state": "in_progress"}, "Proses", "Proses"),
        ({"state": "in_progress", "first_response_at": "yesterday"}, "Ditindaklanjuti oleh instansi", "Proses"),
        ({"state": "responded"}, "Ditindaklanjuti oleh instansi", "Proses"),
        ({"state": "under_appeal"}, "Proses", "Proses"),
        ({"state": "closed"}, "Selesai", "Selesai"),
        ({"state": "withdrawn"}, "Diarsipkan", None),
    ],
)
def test_to_lapor(facts: dict[str, Any], status: str, older: str | None) -> None:
    expected = {"classification": "pengaduan", "status": status, "open_data_status": older}
    assert in_words_of_lapor(case(**facts)) == expected


def test_an_input_is_an_aspiration_there() -> None:
    words = in_words_of_lapor(case(type="input"))
    assert words is not None
    assert words["classification"] == "aspirasi"


@pytest.mark.parametrize("state", STATES)
def test_what_is_protected_is_never_passed_on(state: str) -> None:
    assert in_words_of_lapor(case(state=state, custody="protected")) is None


def test_a_merged_case_has_its_matters_status() -> None:
    merged = case(state="merged")
    words = in_words_of_lapor(merged, case(state="resolved", type="aspiration"))
    assert words == {"classification": "pengaduan", "status": "Selesai", "open_data_status": "Selesai"}
    assert in_words_of_lapor(merged, case(state="resolved", custody="protected")) is None
