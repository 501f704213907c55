"""LAPOR!'s words as ours (case-lifecycle §7): statuses, classifications, columns, dates."""

from datetime import datetime

import pytest

from chassis.http.flaws import Broken
from complaints.recaps import words

STATUSES = {
    # from the table of public statuses, with what LAPOR! appends
    "Belum": "submitted",
    "Belum/menunggu verifikasi": "submitted",
    "Menunggu Verifikasi": "submitted",
    "Ditunda": words.POSTPONED,
    "Ditunda (A2 Tunda)": words.POSTPONED,
    "Terverifikasi": "verified",
    "Terdisposisi ke Dinas PUPR Kota Contoh": "assigned",
    "Proses": "in_progress",
    "Ditanggapi oleh Pelapor": "in_progress",
    "Ditindaklanjuti oleh Instansi": "responded",
    "Selesai otomatis dalam 10 hari": "responded",
    "SELESAI": "closed",
    "  selesai ": "closed",
    "Diarsipkan: tidak jelas": "archived",
    "Bukan wewenang, dialihkan": "referred_out",
    "Dicabut": "withdrawn",
    "Digabung dengan laporan serupa": "merged",
}


@pytest.mark.parametrize(("said", "expected"), STATUSES.items())
def test_a_status_is_a_state_of_ours(said: str, expected: str) -> None:
    assert words.state(said) == expected


def test_an_unknown_status_is_no_state() -> None:
    with pytest.raises(Broken, match="unknown_status"):
        words.state("Entah")


@pytest.mark.parametrize(
    ("said", "kind", "case_class"),
    [
        ("Pengaduan", "complaint", "unclassified"),
        ("PENGADUAN TIDAK BERKADAR PENGAWASAN", "complaint", "non_supervisory"),
        ("Pengaduan Berkadar Pengawasan", "complaint", "supervisory"),
        ("Aspirasi", "aspiration", "aspiration"),
        ("Permintaan Informasi", "information_request", "information"),
        ("Pengadaan RAPS", "complaint", "unclassified"),
        ("Whistle Blowing System", words.WHISTLEBLOWING, "unclassified"),
        ("WBS", words.WHISTLEBLOWING, "unclassified"),
    ],
)
def test_a_classification_is_a_type_and_a_class(said: str, kind: str, case_class: str) -> None:
    assert words.type_and_class(said) == (kind, case_class)


def test_an_unknown_classification_is_none() -> None:
    with pytest.raises(Broken, match="unknown_classification"):
        words.type_and_class("Lain-lain")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2015-03-01", "2015-03-01T00:00:00+07:00"),
        ("2015-03-01 10:22:33", "2015-03-01T10:22:33+07:00"),
        ("2015-03-01T10:22:33.000", "2015-03-01T10:22:33+07:00"),
        ("01/03/2015", "2015-03-01T00:00:00+07:00"),
        ("1-3-2015 9.05", "2015-03-01T09:05:00+07:00"),
        ("1 Maret 2015", "2015-03-01T00:00:00+07:00"),
        ("Minggu, 1 Mar 2015 10:22 WIB", "2015-03-01T10:22:00+07:00"),
        ("29 Agustus 2024, 23:59", "2024-08-29T23:59:00+07:00"),
        ("31/12/2024 00.00", "2024-12-31T00:00:00+07:00"),
    ],
)
def test_dates_are_days_of_jakarta_and_begin_with_the_day(said: str, expected: str) -> None:
    assert words.instant(said) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "said",
    ["kemarin", "31/02/2024", "2024-13-01", "1 Pon 2024", "01/03/15", "45000", "2024-01-01 25:00", "1999-01-01", ""],
)
def test_what_is_no_date_is_refused(said: str) -> None:
    with pytest.raises(Broken, match="no_date"):
        words.instant(said)


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("TrackingID", "lapor_id"), ("TanggalLaporanMasuk", "received_at"), ("TanggalDisposisi", "disposed_at"),
        ("TanggalLaporanDitutup", "closed_at"), ("DisposisiInstansi", "unit"), ("Kategori", "category"), ("Status", "status"),
        ("Klasifikasi Laporan", "classification"), ("Tanggal Tindak Lanjut", "followed_up_at"),
    ],
)  # fmt: skip
def test_columns_have_lapors_names(written: str, column: str) -> None:
    assert words.COLUMNS["".join(filter(str.isalnum, written.lower()))] == column


@pytest.mark.parametrize("written", ["judullaporan", "isilaporan", "namapelapor", "nik", "telepon", "email", "id"])
def test_names_and_texts_have_no_column(written: str) -> None:
    assert written not in words.COLUMNS
