"""The questionnaire to print and fill in by hand, in both languages, as the annex of PermenPANRB 14/2017 lays it out. Pure."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from chassis.http.languages import Text

Questionnaire = Mapping[str, Any]
"""As `replies.questionnaire` gives it."""

STYLE = """
@page { size: A4; margin: 14mm }
body { font: 10pt/1.4 sans-serif; margin: 0; color: #000 }
h1 { font-size: 14pt; margin: 0 0 1mm }
h2 { font-size: 11pt; margin: 5mm 0 2mm; border-bottom: 1px solid #000 }
p { margin: 0 0 2mm }
i { color: #333 }
ol, ul { list-style: none; margin: 0; padding: 0 }
ol > li, fieldset { break-inside: avoid; margin: 0 0 3mm; padding: 0; border: 0 }
legend { font-weight: 700; padding: 0 }
ul { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1mm 3mm }
ul > li::before { content: "\\2610\\00a0" }
.line { border-bottom: 1px dotted #000; height: 7mm }
"""

_ABOUT = Text("Tentang Anda (boleh dikosongkan)", "About you (may be left empty)")
_OPINION = Text("Pendapat Anda tentang pelayanan ini", "Your opinion of this service")
_EXPECTED = Text(
    "Harapan Anda: pada skala yang sama, seberapa baik pelayanan yang Anda harapkan?",
    "Your expectation: on the same scale, how good a service did you expect?",
)
_MARK = Text(
    "Beri tanda pada satu jawaban untuk setiap pertanyaan. Jangan menulis nama: jawaban Anda tidak dikaitkan dengan siapa pun.",
    "Mark one answer to each question. Don't write your name: your answer isn't tied to anybody.",
)
_DAY = Text("Tanggal dan jam", "Day and hour")
_SERVICE = Text("Jenis pelayanan yang diterima", "Service received")
_SCALE = {
    1: Text("Tidak baik", "Not good"),
    2: Text("Kurang baik", "Less than good"),
    3: Text("Baik", "Good"),
    4: Text("Sangat baik", "Very good"),
}
"""The scale's own words, for elements that a unit added without answers of their own."""
_PROFILE = {
    "sex": Text("Jenis kelamin", "Sex"),
    "age_band": Text("Usia", "Age"),
    "education": Text("Pendidikan", "Education"),
    "occupation": Text("Pekerjaan", "Occupation"),
    "disability": Text("Disabilitas", "Disability"),
}


def page(asked: Questionnaire) -> str:
    """The form as HTML: what is asked of the respondent, then every element with its answers."""
    title = escape(asked["title"])
    profile = "".join(
        f"<fieldset><legend>{_both(_PROFILE[name])}</legend>{_boxes([_label(each['label']) for each in options])}</fieldset>"
        for name, options in asked["profile"].items()
    )
    questions = "".join(_question(each, asked) for each in asked["questions"])
    return (
        f'<!doctype html><html lang="id"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"<h1>{title}</h1><p>{_both(_MARK)}</p>"
        f"<p>{_both(_DAY)}</p><p class=line></p><p>{_both(_SERVICE)}</p><p class=line></p>"
        f"<h2>{_both(_ABOUT)}</h2>{profile}<h2>{_both(_OPINION)}</h2><ol>{questions}</ol></html>\n"
    )


def _question(each: Mapping[str, Any], asked: Questionnaire) -> str:
    number = f"{escape(each['number'])}. " if each["number"] else ""
    words = {answer["value"]: _label(answer["label"]) for answer in each["answers"]}
    options = [f"{value} {words.get(value) or _of_scale(value)}" for value in asked["scale"]]
    expected = ""
    if asked["expectations"]:
        expected = f"<p>{_both(_EXPECTED)}</p>{_boxes([str(value) for value in asked['scale']])}"
    return f"<li><p><b>{number}{_label(each['question'] or each['label'])}</b></p>{_boxes(options)}{expected}</li>"


def _of_scale(value: int) -> str:
    found = _SCALE.get(value)
    return "" if found is None else _both(found)


def _boxes(options: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{each}</li>' for each in options)}</ul>"


def _label(label: Mapping[str, str]) -> str:
    return _both(Text(label["id"], label["en"]))


def _both(words: Text) -> str:
    if words.id == words.en:
        return escape(words.id)
    return f'{escape(words.id)} · <i lang="en">{escape(words.en)}</i>'
