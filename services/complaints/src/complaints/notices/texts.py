"""What reporters read, in both languages. No name, no matter, no office: a message may be read by somebody else."""

from collections.abc import Mapping

from chassis.http.languages import Text

TEXTS: Mapping[str, Text] = {
    "receipt": Text("Laporan Anda telah diterima.", "Your report was received."),
    "completion_request": Text(
        "Laporan Anda perlu dilengkapi. Lengkapi dalam 30 hari.",
        "Your report needs to be completed. Please complete it within 30 days.",
    ),
    "completion_reminder": Text("Laporan Anda diperiksa dengan berkas yang ada.", "Your report is examined as it is."),
    "deemed_withdrawn": Text(
        "Laporan Anda dianggap dicabut karena tidak dilengkapi. Anda dapat membukanya kembali dalam 30 hari.",
        "Your report is deemed withdrawn because it wasn't completed. You may reopen it within 30 days.",
    ),
    "verified": Text("Laporan Anda lengkap dan sedang diperiksa.", "Your report is complete and being examined."),
    "reclassified": Text("Klasifikasi laporan Anda berubah.", "The classification of your report changed."),
    "rerouted": Text("Laporan Anda dialihkan ke unit atau instansi lain.", "Your report was passed to another office."),
    "paused": Text("Penanganan laporan Anda ditunda.", "Work on your report is on hold."),
    "resumed": Text("Penanganan laporan Anda dilanjutkan.", "Work on your report goes on."),
    "extended": Text("Batas waktu laporan Anda diperpanjang.", "The time for your report was extended."),
    "first_response": Text("Ada tanggapan awal atas laporan Anda.", "There is a first response to your report."),
    "interim_response": Text("Ada kabar tentang laporan Anda.", "There is news about your report."),
    "substantive_response": Text(
        "Laporan Anda telah dijawab. Sampaikan dalam 10 hari bila jawabannya belum memuaskan.",
        "Your report was answered. Say within 10 days if the answer doesn't satisfy you.",
    ),
    "resolved": Text(
        "Laporan Anda dinyatakan selesai. Anda dapat membukanya kembali dalam 10 hari.",
        "Your report is resolved. You may reopen it within 10 days.",
    ),
    "rating_request": Text(
        "Nilailah penanganan laporan Anda, dari 1 sampai 5.", "Please rate how your report was handled, from 1 to 5."
    ),
    "closed": Text(
        "Laporan Anda ditutup. Anda berhak mengajukan keberatan kepada atasan penyelenggara.",
        "Your report is closed. You have the right to appeal to the provider's superior.",
    ),
    "appeal_received": Text("Keberatan Anda telah diterima.", "Your appeal was received."),
    "appeal_decided": Text(
        "Keberatan Anda telah diputus; putusannya menyebut lembaga berikutnya.",
        "Your appeal was decided; the decision names the next body.",
    ),
    "archived": Text(
        "Laporan Anda diarsipkan dengan alasan yang dapat Anda baca. Anda berhak mengajukan keberatan.",
        "Your report was archived for a reason that you can read. You have the right to appeal.",
    ),
    "withdrawn": Text("Pencabutan laporan Anda telah dicatat.", "The withdrawal of your report was recorded."),
    "merged": Text(
        "Laporan Anda digabung dengan laporan serupa; kode dan PIN Anda tetap berlaku.",
        "Your report was merged with a similar one; your code and PIN stay valid.",
    ),
    "split": Text(
        "Laporan Anda dipisah; setiap bagian memiliki kode sendiri di halaman pelacakan.",
        "Your report was split; each part has a code of its own on the tracking page.",
    ),
    "referred_out": Text("Laporan Anda diteruskan ke lembaga lain.", "Your report was passed on to another body."),
    "right_to_escalate": Text(
        "Batas waktu terlampaui. Anda berhak mengadu ke pembina, DPR/DPRD atau Ombudsman (UU 25/2009 pasal 45-46).",
        "The time has passed. You may turn to the supervisor, the legislature or the Ombudsman (UU 25/2009 art. 45-46).",
    ),
    "compensation_decided": Text("Tuntutan ganti rugi Anda telah diputus.", "Your claim for compensation was decided."),
    "compensation_paid": Text("Ganti rugi Anda dicatat telah dibayar.", "Your compensation is recorded as paid."),
    "survey_invitation": Text(
        "Anda diundang menilai layanan ini satu kali; kodenya ada di halaman pelacakan.",
        "You are invited to rate this service once; the code is on the tracking page.",
    ),
    "confidential_access": Text(
        "Identitas Anda dibuka untuk pemeriksaan; halaman pelacakan menyebut untuk siapa.",
        "Your identity was opened for the examination; the tracking page says to whom.",
    ),
}
"""By the kind as the reporter reads it."""

NEUTRAL: Mapping[str, Text] = {
    "receipt": TEXTS["receipt"],
    "completion_request": TEXTS["completion_request"],
    "verified": Text("Laporan Anda sedang diperiksa.", "Your report is being examined."),
    "closed": Text("Pemeriksaan laporan Anda telah selesai.", "The examination of your report is finished."),
}
"""Of protected cases, where the text differs: nothing of outcome, office or path."""

SUBJECT = Text("Laporan {code}", "Report {code}")
_WHERE = Text(
    "Kode {code}. Baca selengkapnya dengan kode dan PIN Anda di {address}.",
    "Code {code}. Read more with your code and PIN at {address}.",
)
_NO_REPLY = Text("Pesan ini dikirim otomatis; jangan dibalas.", "This message was sent automatically; don't reply.")


def sentence(kind: str, custody: str) -> Text:
    """What a notice says; `kind` as the reporter reads it."""
    neutral = NEUTRAL.get(kind) if custody == "protected" else None
    return neutral or TEXTS[kind]


def letter(kind: str, custody: str, *, code: str, address: str) -> tuple[str, str]:
    """Subject and text of a message, in both languages: nobody asked the reporter which one they read."""
    said, where = sentence(kind, custody), _WHERE.filled(code=code, address=address)
    subject = SUBJECT.filled(code=code)
    lines = (said.id, where.id, _NO_REPLY.id, "", "--", "", said.en, where.en, _NO_REPLY.en)
    return f"{subject.id} / {subject.en}", "\n".join(lines) + "\n"


def short(kind: str, custody: str, *, code: str) -> str:
    """A text message: the code and one sentence."""
    return f"{code}: {sentence(kind, custody).id}"
