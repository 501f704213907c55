"""Why an end, or a return, is refused."""

from collections.abc import Iterable

from chassis.http.languages import Text
from chassis.http.problems import Conflict, Forbidden, Unprocessable
from complaints.handling.problems import flawed

_PROOF = Text("Hasil ini memerlukan bukti.", "This outcome needs proof.")
_NO_FILE = Text("Laporan tidak memuat berkas ini.", "The case has no such file.")
_EVIDENCE = Text(
    "Kelas ini menuntut bukti yang dapat dilihat, salah satu dari: {kinds}.",
    "This class asks for evidence that can be looked at, one of: {kinds}.",
)
_KIND = Text("Jenis bukti ini tidak dikenal.", "This kind of proof isn't known.")
_COMPENSATION = Text(
    "Sebutkan jumlah ganti rugi dan batas pembayarannya.", "State the compensation's amount and when it is paid."
)
_UNDECIDED = Text(
    "Tuntutan ganti rugi pelapor belum diputus.", "The reporter's claim for compensation isn't decided yet."
)
_COMMITMENTS = Text(
    "Masih ada janji yang belum selesai atau belum masuk rencana.", "A commitment is neither done nor in a plan."
)
_NO_SUCH = Text("Janji dengan nomor ini tidak ada.", "There is no commitment of this number.")
_PLAN = Text("Sebutkan rencananya.", "Name the plan.")
_REASON = Text("Alasan ini tidak dikenal.", "This reason isn't known.")
_NEXT = Text("Sebutkan lembaga yang dapat dituju pelapor.", "Name the body to which the reporter may go.")
_GROUND = Text("Sebutkan dasar pembukaan kembali.", "Say on what ground it is reopened.")
_EXPLANATION = Text("Hasil ini memerlukan penjelasan.", "This outcome needs an explanation.")


def proof_missing() -> Unprocessable:
    return flawed("/proof", "missing", _PROOF)


def proof_kind_unknown(position: int) -> Unprocessable:
    return flawed(f"/proof/{position}/kind", "unknown_code", _KIND)


def proof_file_unknown(position: int) -> Unprocessable:
    return flawed(f"/proof/{position}/attachment_id", "unknown_attachment", _NO_FILE)


def evidence_missing(kinds: Iterable[str]) -> Unprocessable:
    return flawed("/proof", "evidence_missing", _EVIDENCE.filled(kinds=", ".join(kinds)))


def compensation_missing() -> Unprocessable:
    return flawed("/compensation", "missing", _COMPENSATION)


def claim_undecided() -> Unprocessable:
    return flawed("/compensation", "claim_undecided", _UNDECIDED)


def explanation_missing() -> Unprocessable:
    return flawed("/explanation", "missing", _EXPLANATION)


def commitments_open() -> Unprocessable:
    return flawed("/commitments", "commitment_open", _COMMITMENTS)


def commitment_unknown() -> Unprocessable:
    return flawed("/commitments", "unknown_number", _NO_SUCH)


def plan_missing() -> Unprocessable:
    return flawed("/commitments", "plan_missing", _PLAN)


def rating_reason_unknown(position: int) -> Unprocessable:
    return flawed(f"/reasons/{position}", "unknown_code", _REASON)


def next_body_missing() -> Unprocessable:
    return flawed("/next_body", "missing", _NEXT)


def next_body_unknown() -> Unprocessable:
    return flawed("/next_body", "unknown_code", _REASON)


def ground_missing() -> Unprocessable:
    return flawed("/ground", "missing", _GROUND)


class AlreadyRated(Conflict):
    """A closed case is rated once."""

    code = "already_rated"
    title = Text("Penilaian sudah diberikan", "It was rated already")


class NotAppealable(Conflict):
    """The reason for which the case was archived can't be appealed."""

    code = "not_appealable"
    title = Text("Alasan pengarsipan ini tidak dapat diajukan keberatan", "This archiving can't be appealed")


class AppealDecided(Conflict):
    """An appeal of this case was decided before; the next way is outside."""

    code = "appeal_decided"
    title = Text("Keberatan sudah pernah diputus", "An appeal was decided already")


class AnswerNotOverdue(Conflict):
    """Silence is a ground of objection only once the answer is overdue (UU 14/2008 art. 35)."""

    code = "answer_not_overdue"
    title = Text("Tenggat jawaban belum lewat", "The answer isn't overdue yet")


class TookPartBefore(Forbidden):
    """An appeal is decided by somebody who took no part in the case."""

    code = "took_part_before"
    title = Text("Anda pernah menangani laporan ini", "You took part in this case before")
