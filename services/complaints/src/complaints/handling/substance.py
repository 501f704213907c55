"""Whether an answer answers: "noted" and "forwarded" are first responses, not substance (rules of SP4N-LAPOR!). Pure."""

import re

_ACKNOWLEDGING = """
catat dicatat mencatat tampung ditampung terima diterima menerima teruskan diteruskan meneruskan sampaikan disampaikan
menyampaikan disposisi didisposisikan mendisposisikan koordinasi koordinasikan dikoordinasikan mengoordinasikan
tindaklanjuti ditindaklanjuti menindaklanjuti tindak lanjut proses diproses memproses
noted forward forwarded received registered pass passed coordinate coordinated process processed follow followed
acknowledged
"""
_EMPTY = """
yth bapak ibu sdr saudara saudari pelapor salam halo selamat pagi siang sore malam terima kasih terimakasih mohon maaf
demikian laporan aduan pengaduan aspirasi masukan informasi pertanyaan anda saudara kami kita akan telah sudah sedang
segera dapat untuk agar dan atau yang ini itu ke kepada oleh dari di pada dengan atas lebih bidang unit instansi dinas
badan kantor bagian kepala pihak terkait berwenang bersangkutan menunggu perkenan perhatian perhatiannya baik ya hal
tersebut hormat
dear sir madam thank thanks you your report complaint question we us our will shall have has had been be is are the a an
to by of for and or this that with it on up further unit office agency relevant competent concerned please regards
matter
"""
ACKNOWLEDGING = frozenset(_ACKNOWLEDGING.split())
"""Words that say only that a report was received or sent on."""
EMPTY = frozenset(_EMPTY.split())
"""Courtesies and words that carry nothing by themselves."""
LEAST_WORDS = 2
"""Words of content that make a sentence say something."""
LEAST_BESIDE_ACKNOWLEDGING = 5
"""The same in a sentence that also acknowledges; names of offices, written large, don't count there."""


def is_substantive(body: str) -> bool:
    """Whether a sentence says more than courtesies and the news that the report was noted or forwarded."""
    return any(_says_something(sentence) for sentence in re.split(r"[.!?;\n]+", body))


def _says_something(sentence: str) -> bool:
    words = re.findall(r"[^\W_]+", sentence)
    content = [word for word in words if word.lower() not in EMPTY | ACKNOWLEDGING]
    if any(word.lower() in ACKNOWLEDGING for word in words):
        return sum(not word[0].isupper() for word in content) >= LEAST_BESIDE_ACKNOWLEDGING
    return len(content) >= LEAST_WORDS
