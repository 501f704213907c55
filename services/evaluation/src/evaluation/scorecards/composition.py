"""Composing a scorecard of what was read. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from evaluation.scorecards.figures import Document, View, by_code, count, mean, median_days, percent

Row = Mapping[str, Any]

COMPONENT_OF_ELEMENT = {
    "requirements": "requirements",
    "procedure": "procedure",
    "completion_time": "completion_time",
    "fee": "fee",
    "product": "product",
    "staff_competence": "staff_competence",
    "facilities": "facilities",
    "complaint_handling": "complaint_handling",
}
"""Which component of a standard an element of the survey asks about; behaviour is promised by no component."""


def standards_section(rows: Sequence[Row], day: date) -> Document:
    """Services, those with a standard in force, and standards whose review is due. Services are no people: nothing is hidden."""
    open_view = View(for_public=False)
    held = [row for row in rows if row["standard_id"] is not None]
    due = [row for row in held if row["review_due_on"] is not None and row["review_due_on"] <= day]
    return {
        "services": count(len(rows), open_view),
        "with_standard": count(len(held), open_view),
        "coverage_percent": percent(len(held), len(rows), open_view, of_people=False),
        "review_due": count(len(due), open_view),
        "missing": [
            {"service_id": row["service_id"], "name": row["service_name"]} for row in rows if row["standard_id"] is None
        ],
        "source": "registry",
    }


def complaints_section(rows: Sequence[Row], view: View) -> Document:
    """Cases of the period; `rows` as `queries.count_cases` gives them."""
    whole = next(row for row in rows if row["type"] is None)
    types = {row["type"]: row["received"] for row in rows if row["type"] is not None}
    return {
        "received": count(whole["received"], view),
        "open": count(whole["open"], view),
        "overdue": count(whole["overdue"], view),
        "resolved": count(whole["resolved"], view),
        "on_time_percent": percent(whole["on_time"], whole["resolved"], view),
        "median_days": median_days(whole["median_seconds"], whole["resolved"], view),
        "rating_mean": mean(whole["rating_sum"], whole["rated"], view),
        "received_by_type": by_code(types, view),
        "leaves_out": ["protected"],
        "source": "complaints",
    }


def satisfaction_section(part: Document, view: View) -> Document:
    """The union of the surveys' answers; for the public those of published surveys, and no figure of fewer than five."""
    hidden = view.hides(part["n"])
    shown = {name: None if hidden else part[name] for name in ("n", "index", "grade", "grade_label", "performance")}
    return {
        **shown,
        "interval": None if hidden else part["interval"],
        "elements": [] if hidden else part["elements"],
        "weighting": part["weighting"],
        "suppressed": hidden,
        "source": "surveys",
    }


def conformance_section(
    standards: Sequence[Row] | None, complaints: Document | None, satisfaction: Document, *, of_service: bool
) -> list[Document]:
    """What is known of keeping the standard, by component: what is promised, how often it was kept, how it was perceived.

    `kept` is null until something measures it; only the handling of complaints is measured by cases.
    """
    elements = {COMPONENT_OF_ELEMENT.get(each["code"]): each for each in satisfaction["elements"]}
    in_force = [row for row in standards or () if row["standard_id"] is not None]
    found = []
    for component in sorted(set(COMPONENT_OF_ELEMENT.values())):
        element = elements.get(component)
        promised = (
            in_force[0]["completion_time"] if of_service and in_force and component == "completion_time" else None
        )
        kept = complaints["on_time_percent"] if complaints and component == "complaint_handling" else None
        perceived = None
        if element is not None:
            perceived = {
                "element": element["code"],
                "n": element["n"],
                "index": element["index"],
                "grade": element["grade"],
            }
        found.append({"component": component, "promised": promised, "kept": kept, "perceived": perceived})
    return found


def principles_section(
    standards: Document | None, complaints: Document | None, satisfaction: Document
) -> dict[str, list[Document]]:
    """The figures by the principle that they measure (delivery_principles); a principle nothing measures has none."""
    tagged: dict[str, list[Document]] = {"effective": [], "efficient": [], "innovative": [], "quality": []}
    if complaints is not None:
        tagged["effective"].append({"measure": "complaints_on_time_percent", **complaints["on_time_percent"]})
        tagged["efficient"].append({"measure": "complaints_median_days", **complaints["median_days"]})
        tagged["quality"].append({"measure": "complaints_rating_mean", **complaints["rating_mean"]})
    if standards is not None:
        tagged["quality"].append({"measure": "standards_coverage_percent", **standards["coverage_percent"]})
    index = {
        "measure": "satisfaction_index",
        "value": satisfaction["index"],
        "numerator": None,
        "denominator": satisfaction["n"],
        "suppressed": satisfaction["suppressed"],
    }
    tagged["quality"].append(index)
    return tagged
