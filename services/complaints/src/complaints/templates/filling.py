"""The text of a template: which variables it names, and the same text with what a case says in their places. Pure.

A variable is written `{{tracking_code}}`. Only those of the vocabulary template_variables exist; none is the reporter's data.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chassis.documents.wording import Labels, written_day
from chassis.http.languages import Language, Text
from chassis.http.problems import Flaw

VOCABULARY = "template_variables"
_VARIABLE = re.compile(r"\{\{[ \t]*([a-z][a-z0-9_]{0,60})[ \t]*\}\}")
_LEFT = re.compile(r"\{\{|\}\}")
_UNKNOWN = Text(
    "Variabel ini tidak dikenal; lihat template_variables.", "There is no such variable; see template_variables."
)
_BROKEN = Text(
    "Tulis variabel sebagai {{nama}}; kurung kurawal ganda lain tidak diterima.",
    "Write a variable as {{name}}; other double braces aren't taken.",
)


def variables_of(text: str) -> list[str]:
    """The variables that a text names, sorted."""
    return sorted(set(_VARIABLE.findall(text)))


def flaws_of(text: str, known: Collection[str], pointer: str) -> Iterator[Flaw]:
    """Variables that don't exist, and double braces that are none."""
    for name in variables_of(text):
        if name not in known:
            yield Flaw(pointer, "unknown_variable", _UNKNOWN)
    if _LEFT.search(_VARIABLE.sub("", text)):
        yield Flaw(pointer, "broken_variable", _BROKEN)


def values_of(
    case: Mapping[str, Any], *, labels: Labels, language: Language, zone_name: str, now: datetime
) -> dict[str, str | None]:
    """What the case says for each variable; None where it says nothing. `case` with `unit_name`, `institution_name` and
    `service_name`."""

    def day(instant: datetime | None) -> str | None:
        return None if instant is None else written_day(_local(instant, zone_name), language)

    return {
        "tracking_code": case["tracking_code"],
        "title": case["title"],
        "type": labels.read("case_types", case["type"], language),
        "category": labels.read("lapor_categories", case["category"], language) if case["category"] else None,
        "institution_name": case["institution_name"],
        "unit_name": case["unit_name"],
        "service_name": case["service_name"],
        "received_on": day(case["received_at"]),
        "due_on": day(case["due_at"]),
        "today": day(now),
    }


def filled(text: str, values: Mapping[str, str | None]) -> tuple[str, list[str]]:
    """The text with its variables filled, and those for which there is no value: they stay as they are written.

    What is put in isn't looked at again: a title with braces stays a title.
    """
    missing = [name for name in variables_of(text) if values.get(name) is None]
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text), missing


def _local(instant: datetime, zone_name: str) -> date:
    return instant.astimezone(ZoneInfo(zone_name)).date()
