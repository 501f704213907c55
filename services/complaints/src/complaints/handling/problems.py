"""Why an answer, a pause or a reply is refused."""

from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, Unprocessable

_NOT_SUBSTANTIVE = Text(
    "Jawaban yang hanya menyatakan dicatat atau diteruskan bukan jawaban substantif.",
    "An answer that only says noted or forwarded isn't substantive.",
)
_OUTCOME = Text("Hasil ini tidak berlaku untuk jenis laporan ini.", "This outcome isn't one for this type of case.")
_OUTCOME_MISSING = Text(
    "Jawaban substantif menyebut hasil yang diusulkan.", "A substantive answer proposes an outcome."
)
_NO_BODY = Text("Tulis jawabannya, atau pilih templat.", "Write the answer, or choose a template.")
_EXEMPTION = Text(
    "Penolakan informasi menyebut pasal pengecualian dan uji konsekuensinya.",
    "A refusal of information names the article of exemption and its consequence test.",
)
_NO_EXEMPTION = Text("Hasil ini tidak mengenal pengecualian.", "This outcome knows no exemption.")
_REMARKS = Text("Pengembalian jawaban memerlukan catatan.", "A returned answer needs remarks.")
_REASON = Text("Alasan ini tidak dikenal.", "This reason isn't known.")
_QUESTION = Text("Sertakan pertanyaan untuk pelapor.", "Say what the reporter is asked.")
_SATISFIED = Text("Nyatakan apakah Anda puas dengan jawaban.", "Say whether the answer satisfies you.")
_EMPTY = Text("Tulis tanggapan, atau nyatakan puas atau tidak.", "Write something, or say whether you are satisfied.")
_COMMITMENT = Text("Hasil ini menyebut apa yang dijanjikan.", "This outcome says what is promised.")

_BEFORE = Text("Janji ini untuk hari yang sudah lewat.", "This is promised for a day that is over.")
_NOBODY = Text("Unit ini tidak ada atau tidak aktif.", "This unit doesn't exist or isn't active.")


def flawed(pointer: str, code: str, detail: Text) -> Unprocessable:
    """A refusal for one field."""
    return Unprocessable(detail, errors=[Flaw(pointer, code, detail)])


def not_substantive() -> Unprocessable:
    return flawed("/body", "not_substantive", _NOT_SUBSTANTIVE)


def outcome_unfit(pointer: str) -> Unprocessable:
    return flawed(pointer, "outcome_not_for_type", _OUTCOME)


def outcome_missing() -> Unprocessable:
    return flawed("/proposed_outcome", "missing", _OUTCOME_MISSING)


def commitments_missing() -> Unprocessable:
    return flawed("/commitments", "missing", _COMMITMENT)


def promised_before(number: int) -> Flaw:
    return Flaw(f"/commitments/{number}/due_on", "in_the_past", _BEFORE)


def promised_of_nobody(number: int) -> Flaw:
    return Flaw(f"/commitments/{number}/unit_id", "unknown_unit", _NOBODY)


def body_missing() -> Unprocessable:
    return flawed("/body", "missing", _NO_BODY)


def exemption_missing() -> Unprocessable:
    return flawed("/exemption", "missing", _EXEMPTION)


def exemption_unfit() -> Unprocessable:
    return flawed("/exemption", "outcome_not_for_exemption", _NO_EXEMPTION)


def remarks_missing() -> Unprocessable:
    return flawed("/remarks", "missing", _REMARKS)


def reason_unknown(pointer: str = "/reason") -> Unprocessable:
    return flawed(pointer, "unknown_code", _REASON)


def question_missing() -> Unprocessable:
    return flawed("/question", "missing", _QUESTION)


def satisfied_missing() -> Unprocessable:
    return flawed("/satisfied", "missing", _SATISFIED)


def reply_empty() -> Unprocessable:
    return flawed("/body", "missing", _EMPTY)


class OwnResponse(Forbidden):
    """Nobody approves his or her own answer."""

    code = "own_response"
    title = Text("Jawaban tidak boleh disetujui penulisnya", "An answer isn't approved by its author")


class Overdue(Conflict):
    """A case that is late already isn't paused or extended."""

    code = "overdue"
    title = Text("Tenggat sudah lewat", "The due date has passed")


class PauseUsedUp(Conflict):
    """The case was paused for as long as it may be."""

    code = "pause_used_up"
    title = Text("Masa penundaan sudah habis", "The time for pausing is used up")


class NoExtension(Conflict):
    """No running duty of the case may be extended, or it was already."""

    code = "no_extension"
    title = Text("Tenggat ini tidak dapat diperpanjang", "This due date can't be extended")
