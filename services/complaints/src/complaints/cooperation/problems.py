"""Why a unit isn't asked, or its answer not taken."""

from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Unprocessable

_NO_UNIT = Text("Unit ini tidak ada atau tidak aktif.", "This unit doesn't exist or isn't active.")
_HOLDER = Text("Unit ini sendiri yang menangani laporan.", "This unit handles the case itself.")
_ACCUSED = Text("Unit yang dilaporkan tidak dilibatkan.", "The unit complained of doesn't take part.")
_ELSEWHERE = Text(
    "Unit instansi lain dilibatkan lewat penetapan kewenangan.", "Units of other institutions take part by arbitration."
)
_NO_FILE = Text("Laporan tidak memuat berkas ini.", "The case has no such file.")


def unit_unknown(pointer: str) -> Flaw:
    return Flaw(pointer, "unknown_unit", _NO_UNIT)


def unit_is_holder(pointer: str) -> Flaw:
    return Flaw(pointer, "same_unit", _HOLDER)


def unit_accused(pointer: str) -> Flaw:
    return Flaw(pointer, "accused_unit", _ACCUSED)


def unit_elsewhere(pointer: str) -> Flaw:
    return Flaw(pointer, "out_of_reach", _ELSEWHERE)


def file_unknown(position: int) -> Unprocessable:
    return Unprocessable(errors=[Flaw(f"/attachment_ids/{position}", "unknown_attachment", _NO_FILE)])


class NotForProtected(Conflict):
    """What the auditor needs from a unit is asked for without revealing the case (case-lifecycle §4)."""

    code = "not_for_protected_case"
    title = Text(
        "Laporan jalur terlindung tidak diperlihatkan kepada unit lain", "A protected case isn't shown to other units"
    )


class AlreadyAsked(Conflict):
    """The unit has a question of this case that it hasn't answered yet."""

    code = "already_asked"
    title = Text("Unit ini sudah diminta dan belum menjawab", "The unit was asked and hasn't answered yet")


class ContributionEnded(Conflict):
    """It was answered, declined or withdrawn before."""

    code = "contribution_ended"
    title = Text("Permintaan kepada unit ini sudah berakhir", "What was asked of this unit has ended")
