"""What the case file says of an entry: in the reader's words, never in codes."""

from typing import Any

import pytest

from chassis.documents.wording import Labels
from chassis.http.vocabularies import read_vocabularies
from complaints.packages.document import entry_line
from devstack.layout import DATA

LABELS = Labels(read_vocabularies(DATA, ("directory", "complaints")))


@pytest.mark.parametrize(
    ("action", "public", "expected"),
    [
        ("contribution", {"state": "asked"}, "Kerja sama unit: diminta"),
        ("attachment", {}, "Penambahan lampiran"),
        ("recount", {"reason": "calendar_changed"}, "Penghitungan ulang tenggat: kalender kerja berubah"),
        ("recount", {"reason": "place_changed"}, "Penghitungan ulang tenggat: wilayah atau zona waktu instansi dibetulkan"),
        ("approval", {"body": "Kartu dicetak.", "proposed_outcome": "fixed"}, "Persetujuan atasan: Kartu dicetak. | Diperbaiki/dilayani"),
        ("note", {"body": "di folder_arsip"}, "Catatan: di folder_arsip"),
    ],
)  # fmt: skip
def test_codes_stand_by_their_labels(action: str, public: dict[str, Any], expected: str) -> None:
    said = entry_line({"action": action, "public": public}, LABELS, "id", "2 Maret 2026")
    assert said.lower() == f"2 Maret 2026 – {expected}".lower()
