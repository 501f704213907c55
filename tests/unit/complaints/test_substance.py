"""What counts as an answer: a reply that only says noted or forwarded doesn't (rules of SP4N-LAPOR!)."""

import pytest

from complaints.handling.substance import is_substantive


@pytest.mark.parametrize(
    "body",
    [
        "Terima kasih atas laporan Anda.",
        "Laporan Anda telah kami terima dan akan segera ditindaklanjuti.",
        "Sudah kami teruskan ke Dinas Pekerjaan Umum dan Penataan Ruang Kota Denpasar.",
        "Yth. Bapak Wayan, aduan Bapak telah dicatat. Mohon menunggu. Terima kasih.",
        "Noted.",
        "Dear Sir, your report has been forwarded to the relevant office. Thank you.",
        "...",
        "",
    ],
)
def test_an_acknowledgement_is_no_answer(body: str) -> None:
    assert not is_substantive(body)


@pytest.mark.parametrize(
    "body",
    [
        "Jalan sudah diperbaiki.",
        "Laporan Anda kami terima. Lubang di Jalan Melati ditambal pada 3 Maret, foto terlampir.",
        "Laporan diteruskan ke bengkel, suku cadang tiba besok pagi, lalu lampu menyala lagi.",
        "The fee is Rp50.000, as the decree says; the difference was paid back on 4 March.",
        "Syaratnya kartu keluarga dan akta kelahiran; bawa aslinya ke loket 3.",
    ],
)
def test_an_answer_says_what_was_done_or_is_so(body: str) -> None:
    assert is_substantive(body)
