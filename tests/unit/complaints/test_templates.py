"""Texts with variables: which they name, what of them is refused, and that nothing put in is looked at again."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from chassis.documents.wording import Labels
from complaints.templates.filling import filled, flaws_of, values_of, variables_of
from devstack.layout import DATA

KNOWN = [
    item["code"]
    for item in orjson.loads((DATA / "vocabularies" / "complaints.json").read_bytes())["template_variables"]["items"]
]
CASE: dict[str, Any] = {
    "tracking_code": "PRM-1",
    "title": "Jalan {{unit_name}} rusak",
    "type": "complaint",
    "category": None,
    "institution_name": "Kota Contoh",
    "unit_name": "Loket KTP",
    "service_name": None,
    # 16:30 UTC is half past midnight of the next day in Bali.
    "received_at": datetime(2026, 3, 2, 16, 30, tzinfo=UTC),
    "due_at": None,
}


def values(language: Any = "id") -> dict[str, str | None]:
    now = datetime(2026, 3, 4, 1, tzinfo=UTC)
    return values_of(CASE, labels=Labels({}), language=language, zone_name="Asia/Makassar", now=now)


def test_every_variable_of_the_vocabulary_has_its_value() -> None:
    assert sorted(values()) == sorted(KNOWN)


def test_days_are_those_of_the_institution() -> None:
    assert values()["received_on"] == "3 Maret 2026"
    assert values("en")["today"] == "4 March 2026"


def test_what_is_put_in_stays_text() -> None:
    body, missing = filled("{{title}} ({{ unit_name }})", values())
    assert (body, missing) == ("Jalan {{unit_name}} rusak (Loket KTP)", [])


def test_what_the_case_doesnt_say_is_named() -> None:
    body, missing = filled("Paling lambat {{due_on}}, {{service_name}}.", values())
    assert body == "Paling lambat {{due_on}}, {{service_name}}."
    assert missing == ["due_on", "service_name"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Kode {{tracking_code}}.", []),
        ("Yth. {{reporter_name}}", ["unknown_variable"]),
        ("{{case.chain}}", ["broken_variable"]),
        ("{{ tracking_code", ["broken_variable"]),
        ("{{TRACKING_CODE}}", ["broken_variable"]),
        ("{{{{tracking_code}}}}", ["broken_variable"]),
        ("{satu} kurung", []),
    ],
)
def test_what_is_refused(text: str, codes: list[str]) -> None:
    assert [flaw.code for flaw in flaws_of(text, KNOWN, "/texts/id")] == codes


def test_variables_are_named_once_each() -> None:
    assert variables_of("{{title}} {{ title }} {{today}}") == ["title", "today"]
