"""What is wrong with an instrument's document: every reason at once, each at its place (a JSON pointer). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from evaluation.instruments.document import EVALUATOR, SELF, SERVICE_USER, WHOLE

_TWICE = Text("Kode ini sudah dipakai.", "This code is taken.")
_RESERVED = Text("Kode ini milik isian mandiri unit.", "This code is that of the unit's own answers.")
_HUNDRED = Text("Jumlah bobot harus 100.", "The weights must add up to 100.")
_SOME = Text("Harus ada bobot di atas nol.", "A weight above zero is needed.")
_ONE = Text("Jumlah bagian kedua formulir harus 1.", "The shares of both forms must add up to 1.")
_ASPECT = Text("Aspek ini tidak ada dalam instrumen.", "The instrument has no such aspect.")
_NEEDED = Text("Butir yang dinilai memerlukan aspek dan bobot.", "An item that counts needs an aspect and a weight.")
_EMPTY = Text("Formulir ini tidak punya butir untuk aspek ini.", "A form of the evaluator has no item of this aspect.")
_LEVELS = Text("Rubrik harus memuat setiap tingkat dari skala.", "The rubric must say every level of the scale.")
_BEYOND = Text("Rubrik memuat tingkat di luar skala.", "The rubric says a level that the scale lacks.")
_NOTHING = Text("Formulir ini tidak punya butir yang dinilai.", "No item of this form counts.")
_MEAN = Text(
    "Jawaban pengguna layanan dirata-rata: butirnya tanpa bobot.",
    "The answers of service users are averaged: their items have no weights.",
)
_NO_FORM = Text(
    "Harus ada formulir evaluator dan formulir pengguna layanan.",
    "A form of the evaluator and one of users are needed.",
)
_SCALE = Text("Skala harus naik.", "The scale must rise.")
_GRADES = Text("Daftar nilai ini tidak dikenal.", "This list of grades isn't known.")
_LOWEST = Text("Nilai terendah harus mulai dari dasar skala.", "The lowest grade must begin at the foot of the scale.")
_SAME = Text("Dua nilai mulai dari batas yang sama.", "Two grades begin at the same bound.")
_ENDS = Text("Masa berlaku harus berakhir sesudah dimulai.", "It must end after it takes effect.")

Document = Mapping[str, Any]
Vocabularies = Mapping[str, Mapping[str, Any]]


def grades_of(document: Document, vocabularies: Vocabularies) -> Sequence[Mapping[str, Any]]:
    """The grades written out: as the document lists them, or those of the vocabulary that it names. Raises KeyError."""
    named = document["index"]["grades"]
    if not isinstance(named, str):
        return list(named)
    return [
        {
            "code": item["code"],
            "label": item["label"],
            "min": item["attributes"]["min"],
            "note": item["attributes"].get("note"),
        }
        for item in vocabularies[named]["items"]
    ]


def flaws_of(document: Document, vocabularies: Vocabularies) -> list[Flaw]:
    """Everything that refuses this version. The document has the shape of `NewInstrument`."""
    return [
        *_in_frame(document),
        *_in_grades(document, vocabularies),
        *_repeated(document["aspects"], "/aspects"),
        *_repeated(document["forms"], "/forms"),
        *(flaw for place, form in enumerate(document["forms"]) for flaw in _in_form(document, form, f"/forms/{place}")),
    ]


def _in_frame(document: Document) -> Iterator[Flaw]:
    index, scale = document["index"], document["scale"]
    if scale["min"] >= scale["max"]:
        yield Flaw("/scale", "scale", _SCALE)
    if document["effective_to"] is not None and document["effective_to"] <= document["effective_from"]:
        yield Flaw("/effective_to", "period", _ENDS)
    if sum(Decimal(aspect["weight"]) for aspect in document["aspects"]) != WHOLE:
        yield Flaw("/aspects", "weights_dont_add_up", _HUNDRED)
    if Decimal(index["f02_weight"]) + Decimal(index["f03_weight"]) != 1:
        yield Flaw("/index", "weights_dont_add_up", _ONE)
    if not {EVALUATOR, SERVICE_USER} <= {form["answered_by"] for form in document["forms"]}:
        yield Flaw("/forms", "form_missing", _NO_FORM)


def _in_grades(document: Document, vocabularies: Vocabularies) -> Iterator[Flaw]:
    try:
        least = [Decimal(grade["min"]) for grade in grades_of(document, vocabularies)]
    except KeyError:
        yield Flaw("/index/grades", "unknown_grades", _GRADES)
        return
    if min(least) != document["scale"]["min"]:
        yield Flaw("/index/grades", "grades_have_a_gap", _LOWEST)
    if len(set(least)) < len(least):
        yield Flaw("/index/grades", "grades_overlap", _SAME)


def _repeated(entries: Sequence[Document], place: str) -> Iterator[Flaw]:
    codes = [entry["code"] for entry in entries]
    for number, code in enumerate(codes):
        if code in codes[:number]:
            yield Flaw(f"{place}/{number}/code", "code_repeated", _TWICE)


def _in_form(document: Document, form: Document, place: str) -> Iterator[Flaw]:
    aspects = [aspect["code"] for aspect in document["aspects"]]
    if form["code"] == SELF:
        yield Flaw(f"{place}/code", "code_reserved", _RESERVED)
    yield from _repeated(form["items"], f"{place}/items")
    for number, item in enumerate(form["items"]):
        here = f"{place}/items/{number}"
        if item["aspect"] is not None and item["aspect"] not in aspects:
            yield Flaw(f"{here}/aspect", "unknown_aspect", _ASPECT)
        if form["answered_by"] == EVALUATOR:
            yield from _in_rubric(document["scale"], item, f"{here}/rubric")
            if item["scored"] and (item["aspect"] is None or item["weight"] is None):
                yield Flaw(here, "weight_missing", _NEEDED)
    if form["answered_by"] == EVALUATOR:
        for number, aspect in enumerate(aspects):
            yield from _in_weights(form, aspect, place, f"/aspects/{number}")
    else:
        if not any(item["scored"] for item in form["items"]):
            yield Flaw(f"{place}/items", "form_without_items", _NOTHING)
        if form["weighting"]["method"] != "mean" or any(item["weight"] is not None for item in form["items"]):
            yield Flaw(f"{place}/weighting", "mean_only", _MEAN)


def _in_rubric(scale: Document, item: Document, place: str) -> Iterator[Flaw]:
    levels = {str(level) for level in range(scale["min"], scale["max"] + 1)}
    said = set(item["rubric"] or ())
    if levels - said:
        yield Flaw(place, "rubric_level_missing", _LEVELS)
    if said - levels:
        yield Flaw(place, "rubric_level_unknown", _BEYOND)


def _in_weights(form: Document, aspect: str, place: str, aspect_place: str) -> Iterator[Flaw]:
    counted = [
        (number, Decimal(item["weight"] or 0))
        for number, item in enumerate(form["items"])
        if item["scored"] and item["aspect"] == aspect
    ]
    if not counted:
        yield Flaw(aspect_place, "aspect_without_items", _EMPTY)
        return
    total, first = sum(weight for _, weight in counted), f"{place}/items/{counted[0][0]}/weight"
    # Weights that nobody published are marked as doubtful: they are rescaled, and every result says so.
    doubtful = form["weighting"]["method"] == "rescale_within_aspect" and bool(form["weighting"]["mark"])
    if not doubtful and total != WHOLE:
        yield Flaw(first, "weights_dont_add_up", _HUNDRED)
    elif total == 0:
        yield Flaw(first, "weights_dont_add_up", _SOME)
