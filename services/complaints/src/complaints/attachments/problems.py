"""Why a file isn't taken, attached or given."""

from chassis.http.languages import Text
from chassis.http.problems import BodyTooLarge, Conflict, Flaw, Problem, Unexpected, Unprocessable


class FileTooLarge(BodyTooLarge):
    """The file is larger than this installation takes; `most_bytes` says how large it may be."""

    code = "file_too_large"
    title = Text("Berkas terlalu besar", "The file is too large")


class FileTypeRefused(Unprocessable):
    """By its content the file is none of the types that are taken (PDF, JPEG, PNG, WebP, MP4 and the like, MP3, OGG, DOCX, XLSX)."""

    code = "file_type_refused"
    title = Text(
        "Jenis berkas ini tidak diterima; kirim PDF, JPEG, PNG, WebP, video, rekaman suara, DOCX atau XLSX",
        "Files of this type aren't taken; send PDF, JPEG, PNG, WebP, a video, a recording, DOCX or XLSX",
    )


class FileDamaged(Unprocessable):
    """The file breaks off, or isn't built as its type demands."""

    code = "file_damaged"
    title = Text("Berkas rusak atau terpotong", "The file is damaged or incomplete")


class AlreadyAttached(Conflict):
    """An upload belongs to one case only, and another request attached it first."""

    code = "already_attached"
    title = Text("Unggahan ini sudah dilampirkan", "This upload is attached already")


class TooManyAttachments(Conflict):
    """The case holds as many files as one may."""

    code = "too_many_attachments"
    title = Text("Laporan ini sudah memuat lampiran terbanyak", "The case holds as many attachments as it may")


class NotReleased(Conflict):
    """The file is still being checked, or was found unsafe; `state` says which."""

    code = "attachment_not_released"
    title = Text("Lampiran belum atau tidak dapat diberikan", "The attachment isn't released")


class RangeNotSatisfiable(Problem):
    status = 416
    code = "range_not_satisfiable"
    title = Text("Rentang ini di luar berkas", "The range lies outside the file")


class AttachmentAltered(Unexpected):
    """What is stored isn't what was received: its SHA-256 differs. The file isn't given; restore it from a backup."""

    code = "attachment_altered"
    title = Text("Berkas tersimpan tidak lagi sesuai aslinya", "The stored file isn't what was received")


_UNKNOWN = Text(
    "Unggahan ini tidak ada, sudah kedaluwarsa, atau milik laporan lain.",
    "There is no such upload, it expired, or it belongs to another case.",
)
_UNSAFE = Text("Berkas ini ditolak oleh pemeriksaan.", "This file was refused by the checks.")
_TWICE = Text("Unggahan ini disebut dua kali.", "This upload is named twice.")


def unknown(pointer: str) -> Flaw:
    """No such upload for this caller."""
    return Flaw(pointer, "unknown_upload", _UNKNOWN)


def unsafe(pointer: str) -> Flaw:
    """The upload was found unsafe."""
    return Flaw(pointer, "unsafe_upload", _UNSAFE)


def twice(pointer: str) -> Flaw:
    """The upload stands there twice."""
    return Flaw(pointer, "named_twice", _TWICE)
