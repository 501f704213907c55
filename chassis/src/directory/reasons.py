"""Why the resolver answers as it does: codes with their sentences in Indonesian and English."""

from typing import NamedTuple


class Reason(NamedTuple):
    """A code (stable) and what it says to people."""

    code: str
    text_id: str
    text_en: str


SERVICE_UNIT = Reason("service_unit", "Unit penyelenggara layanan ini", "The unit that provides the service")
UNIT_GIVEN = Reason("unit_given", "Unit yang disebut", "The unit that was named")
INSTITUTION_GIVEN = Reason("institution_given", "Instansi yang disebut", "The institution that was named")
REGION_AUTONOMOUS = Reason(
    "region_autonomous", "Pemerintah daerah otonom menurut kode wilayah", "The autonomous government of the region code"
)
REGION_PROVINCE = Reason(
    "region_province",
    "Pemerintah provinsi menurut kode wilayah; pemerintah kabupaten/kota tidak terdaftar",
    "The provincial government of the region code; no regency or city government is registered",
)
REGION_JAKARTA = Reason(
    "region_jakarta",
    "Wilayah administratif DK Jakarta tidak berotonomi: pemerintah provinsi yang berwenang",
    "Administrative areas of DK Jakarta have no autonomy: the provincial government is competent",
)
REGION_UNKNOWN = Reason(
    "region_unknown",
    "Tidak ada pemerintah daerah untuk kode wilayah ini",
    "No government is registered for the region code",
)
OUTSIDE_SERVICE_AREA = Reason(
    "outside_service_area", "Wilayah di luar jangkauan layanan ini", "The region lies outside the area of the service"
)
NOT_IN_FORCE = Reason(
    "not_in_force", "Tidak ada atau tidak berlaku pada tanggal itu", "Unknown, or not in force on that day"
)

HELD_AT_UNIT = Reason("held_at_unit", "Pejabat pada unit itu sendiri", "Held at the unit itself")
HELD_ABOVE = Reason("held_above", "Pejabat pada unit terdekat di atasnya", "Held at the nearest unit above")
HELD_AT_INSTITUTION = Reason("held_at_institution", "Pejabat pada tingkat instansi", "Held at the institution")
ACTING_HOLDER = Reason(
    "acting_holder",
    "Kursi diisi oleh pelaksana tugas atau penjabat",
    "The seat is filled by an acting or interim holder",
)
DAILY_ACTING = Reason(
    "daily_acting", "Pelaksana harian bertindak di samping pejabat", "A daily acting official stands beside the holder"
)
VACANT = Reason("vacant", "Kursi kosong", "The seat is vacant")
GOVERNOR_OF_JAKARTA = Reason(
    "governor_of_jakarta",
    "Pembina wilayah administratif DK Jakarta adalah gubernur",
    "The supervisor of DK Jakarta's administrative areas is the governor",
)
OWN_SUPERVISOR = Reason("own_supervisor", "Pembina instansi itu sendiri", "The institution's own supervisor")
SUPERVISING_INSTITUTION = Reason(
    "supervising_institution", "Pembina instansi di atasnya", "The supervisor of the institution above"
)
