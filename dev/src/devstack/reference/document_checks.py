"""What must hold for the JSON documents of `data/`: vocabularies, calendar, deadlines, categories, instruments, standards.

Each check yields one sentence per problem; nothing yielded means that the document is sound.
"""

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from devstack.reference.files import read_json
from devstack.reference.table_checks import codes_of_vocabulary, repeated

VOCABULARY_FILES = ("directory", "registry", "complaints", "evaluation")
WEEK_MINUTES = 37 * 60 + 30  # Perpres 21/2023
LEVELS = ["0", "1", "2", "3", "4", "5"]
ALL = Decimal(100)


def check_vocabularies(data: Path) -> Iterator[str]:
    """Each stands in one file, names its source, and has items with unique codes and both labels."""
    names: list[str] = []
    for file in VOCABULARY_FILES:
        vocabularies = read_json(data / "vocabularies" / f"{file}.json")
        names.extend(vocabularies)
        for name, vocabulary in vocabularies.items():
            if not vocabulary["source"] or not vocabulary["items"]:
                yield f"vocabularies: {name} has no source or no items"
            codes = repeated(item["code"] for item in vocabulary["items"])
            yield from (f"vocabularies: {name} has {code} twice" for code in codes)
            for item in vocabulary["items"]:
                if set(item) != {"code", "label", "attributes"} or set(item["label"]) != {"id", "en"}:
                    yield f"vocabularies: {name}/{item['code']} isn't of the form code, label (id, en), attributes"
                elif not all(item["label"].values()):
                    yield f"vocabularies: {name}/{item['code']} lacks a label"
    yield from (f"vocabularies: {name} stands in two files" for name in repeated(names))


def minutes(block: list[str]) -> int:
    """The length of a working block `["07:30", "12:00"]`."""
    opening, closing = (time.fromisoformat(edge) for edge in block)
    return (closing.hour - opening.hour) * 60 + closing.minute - opening.minute


def check_calendar(data: Path) -> Iterator[str]:
    """Days in order and once each, kinds known, sources given; the week has the working time of the law."""
    calendar = read_json(data / "calendars" / "national.json")
    kinds = codes_of_vocabulary(data, "day_kinds")
    dates = [date.fromisoformat(day["date"]) for day in calendar["days"]]
    if dates != sorted(set(dates)):
        yield "calendar: days out of order or given twice"
    for day in calendar["days"]:
        if day["kind"] not in kinds or not (day["name_id"] and day["name_en"] and day["source"]):
            yield f"calendar: {day['date']} lacks a known kind, a name or a source"
    lengths = [minutes(block) for blocks in calendar["working_blocks"].values() for block in blocks]
    if min(lengths) <= 0 or sum(lengths) != WEEK_MINUTES:
        yield f"calendar: a week of {sum(lengths)} minutes, expected {WEEK_MINUTES}"


def check_deadlines(data: Path) -> Iterator[str]:
    """Policies have unique codes and a half-open validity; their rows name known stages, units and events."""
    document = read_json(data / "deadlines" / "deadline-policies.json")
    stages = codes_of_vocabulary(data, "deadline_kinds")
    yield from (f"deadlines: {code} twice" for code in repeated(policy["code"] for policy in document["policies"]))
    for policy in document["policies"]:
        if policy["effective_to"] is not None and policy["effective_to"] <= policy["effective_from"]:
            yield f"deadlines: {policy['code']} ends before it starts"
        for rule in policy["rules"]:
            known = rule["stage"] in stages and rule["unit"] in document["units"]
            if not known or not {rule["from_event"], rule["to_event"]} <= set(document["events"]):
                yield f"deadlines: {policy['code']}/{rule['stage']} names an unknown stage, unit or event"


def check_categories(data: Path) -> Iterator[str]:
    """The tree's roots are the categories of LAPOR!, each once, and every parent exists."""
    categories = read_json(data / "complaints" / "categories.json")["categories"]
    codes = [category["code"] for category in categories]
    if sorted(codes) != sorted(codes_of_vocabulary(data, "lapor_categories", file="complaints")):
        yield "categories: not those of the vocabulary lapor_categories"
    parents = {category["parent_code"] for category in categories} - {None}
    yield from (f"categories: no parent {parent}" for parent in parents - set(codes))


def check_category_lexicon(data: Path) -> Iterator[str]:
    """Lexicon and examples name known categories; their words are single, in lower case, and not stop words."""
    lexicon = read_json(data / "complaints" / "category-lexicon.json")
    examples = read_json(data / "complaints" / "category-examples.json")["categories"]
    known = codes_of_vocabulary(data, "lapor_categories", file="complaints")
    for name, categories in (("lexicon", lexicon["categories"]), ("examples", examples)):
        yield from (f"category {name}: no category {code}" for code in sorted(set(categories) - set(known)))
        yield from (f"category {name}: nothing for {code}" for code, given in categories.items() if not given)
    yield from (f"category examples: none for {code}" for code in sorted(set(lexicon["categories"]) - set(examples)))
    silent = set(lexicon["stop_words"])
    for code, words in lexicon["categories"].items():
        yield from (f"category lexicon: {code} has {word} twice" for word in repeated(words))
        for word in words:
            if word != word.casefold() or len(word.split()) != 1 or word in silent:
                yield f"category lexicon: {word} of {code} is no single word in lower case, or a stop word"


def check_items(form: dict[str, Any], aspects: set[str]) -> Iterator[str]:
    """Items numbered from 1 with unique codes, known aspects, and a rubric of six levels where an evaluator scores."""
    items = form["items"]
    name = f"instrument: {form['code']}"
    if [item["number"] for item in items] != list(range(1, len(items) + 1)):
        yield f"{name} isn't numbered from 1"
    yield from (f"{name} has {code} twice" for code in repeated(item["code"] for item in items))
    for item in items:
        if item["aspect"] not in aspects and item.get("scored", True):
            yield f"{name}/{item['code']} has no aspect {item['aspect']}"
        if form["answered_by"] == "evaluator" and list(item["rubric"]) != LEVELS:
            yield f"{name}/{item['code']} lacks a level of the rubric"


def check_instrument(data: Path) -> Iterator[str]:
    """Aspects weigh 100 together; in form F-02 A so do the items of each aspect."""
    instrument = read_json(data / "instruments" / "pekppp.json")
    aspects = {aspect["code"] for aspect in instrument["aspects"]}
    if sum(Decimal(aspect["weight"]) for aspect in instrument["aspects"]) != ALL:
        yield "instrument: the aspects don't weigh 100"
    for form in instrument["forms"]:
        yield from check_items(form, aspects)
    on_site = next(form for form in instrument["forms"] if form["code"] == "f02_a")
    for aspect in aspects:
        weight = sum(Decimal(item["weight"]) for item in on_site["items"] if item["aspect"] == aspect)
        if weight != ALL:
            yield f"instrument: the items of {aspect} weigh {weight}"


def check_survey(data: Path) -> Iterator[str]:
    """The nine elements of the vocabulary, four answers each, and grades that meet without gap or overlap."""
    survey = read_json(data / "surveys" / "skm.json")
    elements = [element["code"] for element in survey["elements"]]
    if sorted(elements) != sorted(codes_of_vocabulary(data, "survey_elements", file="evaluation")):
        yield "survey: not the elements of the vocabulary survey_elements"
    for element in survey["elements"]:
        if [answer["value"] for answer in element["answers"]] != [1, 2, 3, 4]:
            yield f"survey: {element['code']} hasn't the answers 1 to 4"
    for better, worse in zip(survey["grades"], survey["grades"][1:], strict=False):
        if Decimal(better["min"]) - Decimal(worse["max"]) != Decimal("0.01"):
            yield f"survey: grades {better['code']} and {worse['code']} don't meet"


def check_standards(data: Path) -> Iterator[str]:
    """Every example has all components of a standard, and services name a known kind of unit and service."""
    components = codes_of_vocabulary(data, "standard_components")
    for example in read_json(data / "standards" / "examples.json")["examples"]:
        if set(example["standard"]["components"]) != components:
            yield f"standards: {example['code']} hasn't the components of a standard"
    unit_kinds = codes_of_vocabulary(data, "unit_kinds")
    service_kinds = codes_of_vocabulary(data, "service_kinds")
    for service in read_json(data / "standards" / "services.json")["services"]:
        if service["unit_kind"] not in unit_kinds or service["kind"] not in service_kinds:
            yield f"standards: {service['code']} has an unknown kind"


CHECKS = (
    check_vocabularies,
    check_calendar,
    check_deadlines,
    check_categories,
    check_category_lexicon,
    check_instrument,
    check_survey,
    check_standards,
)
