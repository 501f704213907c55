"""LAPOR!'s words as ours: columns, statuses, classifications, dates (case-lifecycle §7, rules §3). Pure.

The columns are those of LAPOR!'s open data (id, TrackingID, Kategori, Area, DisposisiInstansi, Status, TanggalLaporanMasuk, …), of its
administrator's pages, and what agencies call them in their own recaps. Names and texts of reporters aren't read at all.
"""

import re
from datetime import date, datetime
from typing import Any

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from directory.zones import DEFAULT_ZONE, zone

_UNKNOWN_STATUS = Text("Status LAPOR! ini tidak dikenal.", "This isn't a status of LAPOR!.")
_UNKNOWN_TYPE = Text("Klasifikasi LAPOR! ini tidak dikenal.", "This isn't a classification of LAPOR!.")
_NO_DATE = Text("Bukan tanggal yang dikenal.", "This isn't a date in a known form.")

_NAMED: dict[str, tuple[str, ...]] = {
    "lapor_id": ("trackingid", "idlaporan", "nomorlaporan", "nolaporan", "kodelaporan", "idtracking", "laporid"),
    "classification": ("klasifikasi", "klasifikasilaporan", "jenislaporan", "tipelaporan", "type"),
    "status": ("status", "statuslaporan"),
    "category": ("kategori", "kategorilaporan", "topik"),
    "unit": (
        "disposisi",
        "disposisiinstansi",
        "instansiterdisposisi",
        "disposisiskpd",
        "skpd",
        "opd",
        "unit",
        "unitkerja",
    ),
    "region_code": ("kodewilayah", "regioncode"),
    "received_at": ("tanggallaporanmasuk", "tanggalmasuk", "tanggallaporan", "tanggallapor", "receivedat"),
    "disposed_at": ("tanggaldisposisi", "tanggalverifikasi", "disposedat"),
    "followed_up_at": ("tanggaltindaklanjut", "tanggaltindaklanjutpertama", "followedupat"),
    "closed_at": ("tanggallaporanditutup", "tanggalditutup", "tanggalselesai", "tanggaltutup", "closedat"),
    "rating": ("rating", "nilai", "bintang", "penilaian"),
}
COLUMNS = {written: name for name, names in _NAMED.items() for written in names}
"""Our columns by LAPOR!'s, in small letters and digits alone. A bare `id` is the open data's own counter and isn't read."""

WHISTLEBLOWING = "whistleblowing"
"""Such reports take the protected path: no row of theirs is kept (corrections §1, 17)."""
_TYPES = {
    "pengaduan": "complaint",
    "aspirasi": "aspiration",
    "permintaan informasi": "information_request",
    "saran": "input",
    "masukan": "input",
    "wbs": WHISTLEBLOWING,
    "whistle blowing system": WHISTLEBLOWING,
    "whistleblowing system": WHISTLEBLOWING,
    "whistleblowing": WHISTLEBLOWING,
    "pengadaan raps": "complaint",
    "raps": "complaint",
    "pengaduan tidak berkadar pengawasan": "complaint",
    "pengaduan berkadar pengawasan": "complaint",
}
_CLASSES = {
    "pengaduan tidak berkadar pengawasan": "non_supervisory",
    "pengaduan berkadar pengawasan": "supervisory",
    "aspirasi": "aspiration",
    "saran": "aspiration",
    "masukan": "aspiration",
    "permintaan informasi": "information",
}
POSTPONED = "postponed"
"""LAPOR! says Ditunda both while a report is completed and later: which it was, its disposition tells."""
# By the beginnings of statuses: LAPOR! goes on with a unit, a reason or a number of days.
_STATES = (
    ("belum", "submitted"),
    ("menunggu verifikasi", "submitted"),
    ("tunda", POSTPONED),
    ("ditunda", POSTPONED),
    ("terverifikasi", "verified"),
    ("terdisposisi", "assigned"),
    ("proses", "in_progress"),
    ("sedang diproses", "in_progress"),
    ("dalam proses", "in_progress"),
    ("diproses", "in_progress"),
    ("ditanggapi oleh pelapor", "in_progress"),
    ("ditindaklanjuti", "responded"),
    ("selesai otomatis", "responded"),
    ("ditanggapi", "responded"),
    ("selesai", "closed"),
    ("tutup", "closed"),
    ("ditutup", "closed"),
    ("diarsipkan", "archived"),
    ("arsip", "archived"),
    ("bukan wewenang", "referred_out"),
    ("dialihkan", "referred_out"),
    ("diteruskan", "referred_out"),
    ("dicabut", "withdrawn"),
    ("digabung", "merged"),
)
_MONTHS = (
    "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember",
)  # fmt: skip
_TIME = r"(?:[ t,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?)?(?: ?(?:wib))?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_TIME}")
_IN_WORDS = re.compile(rf"(?:[a-z]+, ?)?(\d{{1,2}}) ([a-z]+) (\d{{4}}){_TIME}")


def plain(words: str) -> str:
    """Small letters, one blank between words."""
    return " ".join(words.lower().replace("-", " ").split())


def type_and_class(classification: str) -> tuple[str, str]:
    """Our type and class. Raises Broken."""
    said = plain(classification)
    kind = _TYPES.get(said)
    if kind is None:
        raise Broken("unknown_classification", _UNKNOWN_TYPE)
    return kind, _CLASSES.get(said, "unclassified")


def state(status: str) -> str:
    """Our state, or POSTPONED. Raises Broken."""
    said = plain(status)
    found = [(len(beginning), ours) for beginning, ours in _STATES if said.startswith(beginning)]
    if not found:
        raise Broken("unknown_status", _UNKNOWN_STATUS)
    return max(found)[1]


def instant(cell: Any) -> Any:
    """A date, with or without a time, in Jakarta's zone: day first where the year isn't. Raises Broken."""
    if not isinstance(cell, str):
        return cell
    said = " ".join(cell.lower().split())
    try:
        return _read(said)
    except (ValueError, OverflowError):
        raise Broken("no_date", _NO_DATE) from None


def _read(said: str) -> datetime:
    if found := _YEAR_FIRST.fullmatch(said):
        year, month, day, *time = found.groups()
    elif found := _DAY_FIRST.fullmatch(said):
        day, month, year, *time = found.groups()
    elif (found := _IN_WORDS.fullmatch(said)) and _month(found[2]):
        day, month, year, *time = found[1], str(_month(found[2])), *found.groups()[2:]
    else:
        raise ValueError
    hour, minute, second = (int(part or 0) for part in time)
    found_day = date(int(year), int(month), int(day))
    if not 2000 <= found_day.year <= 2100:
        raise ValueError
    return datetime(found_day.year, found_day.month, found_day.day, hour, minute, second, tzinfo=zone(DEFAULT_ZONE))


def _month(word: str) -> int | None:
    """The number of a month by its Indonesian name, or the first three letters of it."""
    return next((number for number, name in enumerate(_MONTHS, 1) if word in (name, name[:3])), None)
