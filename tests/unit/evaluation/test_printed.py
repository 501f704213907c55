"""What is printed: sheets of one-time codes, and the questionnaire to fill in by hand. Nothing comes from another address."""

from typing import Any

from chassis.documents.codes import qr_svg
from evaluation.surveys import paper
from evaluation.surveys.sheets import sheet
from unit.evaluation.published import skm

ELSEWHERE = ("<script", "<img", "<link", "url(", "@import", " src=", " href=")


def test_a_sheet_shows_every_code_and_its_address_as_a_qr_code() -> None:
    page = sheet("Survei <Dukcapil>", ["AAAA-1", "BBBB-2"], link="https://contoh.go.id/s?kode={code}&x=1")
    assert page.count("<li>") == 2
    assert "<b>AAAA-1</b>" in page
    assert "https://contoh.go.id/s?kode=BBBB-2&amp;x=1" in page
    for code in ("AAAA-1", "BBBB-2"):
        assert qr_svg(f"https://contoh.go.id/s?kode={code}&x=1") in page
    assert "Survei &lt;Dukcapil&gt;" in page
    assert not [word for word in ELSEWHERE if word in page]


def test_without_a_link_the_qr_code_says_the_code() -> None:
    assert qr_svg("AAAA-1") in sheet("Survei", ["AAAA-1"], link=None)


def asked(**changes: Any) -> dict[str, Any]:
    fields = ("code", "number", "label", "question", "answers")
    return {
        "title": "SKM <Loket>",
        "scale": [1, 2, 3, 4],
        "expectations": False,
        "questions": [{name: each[name] for name in fields} for each in skm().questions],
        "profile": {"sex": [{"code": "female", "label": {"id": "Perempuan", "en": "Female"}}]},
        **changes,
    }


def test_the_paper_asks_everything_in_both_languages() -> None:
    page = paper.page(asked())
    assert "SKM &lt;Loket&gt;" in page
    for question in skm().questions:
        assert question["number"] + ". " in page
        for words in (question["question"], *(answer["label"] for answer in question["answers"])):
            assert words["id"] in page
            assert words["en"] in page
    assert "Perempuan" in page
    assert "Female" in page
    assert page.count("<li><p>") == 9
    assert "Harapan Anda" not in page
    assert not [word for word in ELSEWHERE if word in page]


def test_an_added_element_is_asked_on_the_scale_and_expectations_where_the_survey_wants_them() -> None:
    parking = {
        "code": "parking",
        "number": None,
        "label": {"id": "Parkir", "en": "Parking"},
        "question": None,
        "answers": [],
    }
    page = paper.page(asked(questions=[parking], expectations=True))
    assert "Parkir" in page
    for words in ("1 Tidak baik", "2 Kurang baik", "3 Baik", "4 Sangat baik", "Harapan Anda", "Not good", "Very good"):
        assert words in page
    wider = paper.page(asked(questions=[parking], scale=[1, 2, 3, 4, 5]))
    assert "<li>5 </li>" in wider
