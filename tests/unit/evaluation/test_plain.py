"""The quick way to read an answer takes nothing that the careful one refuses, and reads it alike."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.http.problems import Problem
from chassis.ops.identifiers import new_ids
from evaluation.surveys.answer_schemas import NewAnswer
from evaluation.surveys.answers import Known
from evaluation.surveys.entries import Entry, check_entry
from evaluation.surveys.plain import PlainReader

ELEMENTS = ("requirements", "fee", "product")
SERVICE = UUID("0198c000-0000-7000-8000-000000000001")
NOW = datetime(2026, 7, 15, 3, tzinfo=UTC)
OWN_ID = "019cae00-0000-7000-8000-000000000007"  # of 2 March 2026
KNOWN = Known(
    channels=frozenset({"paper", "kiosk", "online_link", "focus_group", "one_time_code", "after_complaint"}),
    qualitative=frozenset({"focus_group"}),
    profile={
        "sex": frozenset({"male", "female"}),
        "age_band": frozenset({"26_35"}),
        "education": frozenset({"diploma"}),
        "occupation": frozenset({"farmer_fisher"}),
        "disability": frozenset({"none"}),
    },
)
SURVEY: dict[str, Any] = {
    "id": UUID("0198c000-0000-7000-8000-000000000002"),
    "elements": list(ELEMENTS),
    "scale_min": 1,
    "scale_max": 4,
    "period_from": date(2026, 1, 1),
    "period_to": date(2026, 9, 1),
    "time_zone": "Asia/Makassar",
    "service_id": None,
    "expectations": False,
}
GOOD: dict[str, Any] = {
    "answers": {"requirements": 4, "fee": 3, "product": 1},
    "channel": "paper",
    "profile": {"sex": "female", "disability": None},
    "service_id": str(SERVICE),
    "received_at": "2026-03-02T10:00:00+08:00",
    "reference": "A-1",
}
WHOLE_PROFILE = {
    "sex": "male",
    "age_band": "26_35",
    "education": "diploma",
    "occupation": "farmer_fisher",
    "disability": None,
}


def carefully(item: Any) -> Entry | None:
    try:
        return check_entry(SURVEY, NewAnswer.model_validate(item), {SERVICE}, known=KNOWN, now=NOW)
    except (ValidationError, Problem):
        return None


def quickly(item: Any) -> Entry | None:
    return PlainReader(SURVEY, {SERVICE}, ids=iter(new_ids(1)), known=KNOWN, now=NOW).read(item)


def facts(entry: Entry, item: Any) -> tuple[object, ...]:
    """All of an entry, but for an id of its own that it was given."""
    brought = entry.id if item.get("id") else None
    return (brought, entry.counted, entry.received_at, entry.reference, entry.brought)


strange = st.sampled_from([0, 5, 2.0, 2.5, True, "4", None, 10**30, [], {}])
texts = st.sampled_from(
    [
        "paper",
        "kiosk",
        "focus_group",
        "one_time_code",
        "after_complaint",
        "unheard_of",
        "",
        " paper",
        "A\nB",
        " A-1 ",
        "x" * 301,
    ]
)
instants = st.sampled_from(
    [
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:00.123456+08:00",
        "2026-03-02 10:00:00Z",
        "2026-03-02T10:00:00",
        "2026-W10-1T10:00:00+08:00",
        "20260302T100000Z",
        "2026-03-02T100000+08",
        "2026-03-02T10:00:60Z",
        "2026-03-02T10:00:00+24:00",
        "2025-12-31T15:59:59Z",  # the last second of 2025 in Makassar
        "2026-07-15T03:00:59Z",  # a clock that is ahead a little
        "2026-07-15T03:02:00Z",
        "2026-08-31T16:00:00Z",
        1_770_000_000,
    ]
)
answers = st.dictionaries(st.sampled_from([*ELEMENTS, "colour"]), st.integers(1, 4) | strange, max_size=4)
profiles = st.dictionaries(
    st.sampled_from([*KNOWN.profile, "name"]),
    st.sampled_from(["male", "26_35", "none"]) | st.none() | strange,
    max_size=5,
)
ids = st.sampled_from([OWN_ID, OWN_ID.upper(), OWN_ID.replace("-", ""), "7" * 36, str(UUID(int=0)), ""])
items = st.fixed_dictionaries(
    {"answers": st.just(GOOD["answers"]) | answers | strange},
    optional={
        "channel": texts | strange,
        "profile": profiles | strange,
        "service_id": st.sampled_from([str(SERVICE), str(SERVICE).upper(), OWN_ID, "x"]) | strange,
        "received_at": instants | strange,
        "id": ids | strange,
        "reference": texts | strange,
        "code": st.none() | texts,
        "expectations": st.none() | answers,
        "colour": st.none(),
    },
)


@given(items)
@example(GOOD | {"id": OWN_ID})
@example({"answers": GOOD["answers"], "profile": {"name": None}})
@example(GOOD | {"profile": WHOLE_PROFILE})
@example(GOOD | {"profile": {**WHOLE_PROFILE, "occupation": "unheard_of"}})
@example(GOOD | {"channel": "one_time_code"})
@example(GOOD | {"channel": "after_complaint"})
def test_what_is_read_quickly_is_what_careful_reading_gives(item: dict[str, Any]) -> None:
    entry = quickly(item)
    if entry is None:
        return
    careful = carefully(item)
    assert careful is not None, "the quick way took what the careful one refuses"
    assert facts(entry, item) == facts(careful, item)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"received_at": "2026-03-02T02:00:00Z"},
        {"received_at": "2026-03-02T02:00:00.123Z"},
        {"id": OWN_ID},
        {"profile": WHOLE_PROFILE},
        {"channel": None, "profile": {}, "service_id": None, "reference": None},
    ],
)
def test_what_batches_are_made_of_is_read_quickly(changes: dict[str, Any]) -> None:
    assert quickly(GOOD | changes) is not None
    assert quickly({"answers": GOOD["answers"]}) is not None


@pytest.mark.parametrize(
    "item",
    [
        *(None, 1, "answers", [], {}, {"answers": None}),
        GOOD | {"code": "0000-0000-0000-0000"},
        *(GOOD | {"channel": each} for each in ("one_time_code", "after_complaint", "focus_group")),
        GOOD | {"profile": {("name" if name == "sex" else name): term for name, term in WHOLE_PROFILE.items()}},
    ],
)
def test_anything_else_is_left_to_the_careful_way(item: Any) -> None:
    assert quickly(item) is None
