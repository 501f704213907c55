"""Whose approval an answer needs: the nearest policy that says it, field by field."""

from typing import Any
from uuid import uuid4

from complaints.policies.handling import nearest, rule_for

CITY, OFFICE, COUNTER = uuid4(), uuid4(), uuid4()
LINE = [COUNTER, OFFICE]


def policy(unit: Any, institution: Any, **rules: Any) -> dict[str, Any]:
    said = [{"class": name, "approval": None, "evidence": None} | rule for name, rule in rules.items()]
    return {"unit_id": unit, "institution_id": institution, "rules": said}


SHIPPED = policy(None, None, minor={"approval": "head", "evidence": []}, supervisory={"evidence": ["minutes"]})


def test_the_nearest_policy_comes_first() -> None:
    rows = [SHIPPED, policy(None, CITY), policy(COUNTER, CITY), policy(OFFICE, CITY)]
    assert [row["unit_id"] for row in nearest(rows, LINE)] == [COUNTER, OFFICE, None, None]
    assert nearest(rows, LINE)[-1]["institution_id"] is None


def test_each_field_is_taken_from_the_nearest_that_says_it() -> None:
    rows = nearest(
        [
            SHIPPED,
            policy(OFFICE, CITY, minor={"evidence": ["photo_after"]}),
            policy(None, CITY, minor={"approval": "none"}),
        ],
        LINE,
    )
    assert rule_for("minor", rows) == ("none", ("photo_after",))
    assert rule_for("supervisory", rows) == ("superior", ("minutes",))


def test_a_class_that_nobody_names_is_approved_by_a_superior() -> None:
    assert rule_for("normative", [SHIPPED]) == ("superior", ())
