"""(e) 29 respondents answer; (f) the unit's scorecard shows what evaluation learned by the feeds."""

import csv
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from devstack.demo.calling import DemoFailed, Voice, until
from devstack.demo.organisation import Organisation
from devstack.demo.telling import Story
from devstack.layout import DATA

PUBLISHED_INDEX, PUBLISHED_GRADE = 91.48, "a"
"""As the agency published it, with the weight 1/9 (data/surveys)."""


def respondents() -> list[dict[str, int]]:
    """29 answers whose counts by element are the published ones; how answers fall together isn't known and doesn't matter."""
    with (DATA / "surveys" / "skm-29-respondents.csv").open(encoding="utf-8", newline="") as file:
        columns = {
            row["element"]: [score for score in (4, 3, 2, 1) for _ in range(int(row[f"answers_{score}"]))]
            for row in csv.DictReader(file)
        }
    count = len(next(iter(columns.values())))
    return [{element: scores[index] for element, scores in columns.items()} for index in range(count)]


async def survey(organisation: Organisation, service: dict[str, Any], story: Story) -> None:
    """A survey of the service, answered in one batch. Raises DemoFailed if the index isn't the published one."""
    story.chapter("e", "Satisfaction answers come in")
    head, admin = organisation.voices["unit_head"], organisation.voices["institution_admin"]
    body = {"title": "SKM contoh", "service_id": service["id"], "population": 31, "weighting": "exact"}
    made = await until("the arrival of the service at evaluation", lambda: _taken(head, body))
    at = f"/surveys/{made['id']}"
    items = [{"answers": answers, "channel": "paper"} for answers in respondents()]
    replies = (await admin.post(f"{at}/responses/batch", {"items": items}))["items"]
    if refused := [reply for reply in replies if reply["status"] != 201]:
        raise DemoFailed(f"answers were refused: {refused[0]}")
    await head.act(at, "closing", {})
    await head.act(at, "publication", {})
    result = await head.get(f"{at}/result")
    story.table(
        f"{result['n']} respondents (of {result['population']} users; {result['sample_required']} were needed)",
        ("Element", "Score", "Index", "Grade"),
        [(each["label"]["id"], each["score"], each["index"], each["grade"].upper()) for each in result["elements"]],
    )
    story.tell(f"Index {result['index']} (weighting {result['weighting']}), grade {result['grade'].upper()}")
    if (result["index"], result["grade"]) != (PUBLISHED_INDEX, PUBLISHED_GRADE):
        raise DemoFailed(f"the published index is {PUBLISHED_INDEX}, grade A")


async def _taken(head: Voice, body: dict[str, Any]) -> Any:
    reply = await head.ask("POST", "/surveys", json=body)
    return reply.json() if reply.is_success else None


async def rated(admin: Voice, organisation: Organisation) -> int:
    """How many rated cases evaluation has counted for the unit; 0 before it hears of the unit."""
    reply = await admin.ask("GET", _card_of(organisation))
    complaints = reply.json()["complaints"] if reply.is_success else None
    return (complaints["rating_mean"]["denominator"] or 0) if complaints else 0


def _card_of(organisation: Organisation) -> str:
    year = datetime.now(ZoneInfo("Asia/Makassar")).year
    return f"/scorecards/unit/{organisation.civil_registry['id']}?period={year}"


async def scorecard(organisation: Organisation, case: dict[str, Any], rated_before: int, story: Story) -> None:
    """Standards, complaints and satisfaction of the unit together, once `case` is one rated case more than before."""
    story.chapter("f", "The unit's scorecard, from what evaluation learned by the feeds")
    reader = organisation.voices["responsible_officer"]

    async def complete() -> dict[str, Any] | None:
        found = await reader.get(_card_of(organisation))
        complaints, standards = found["complaints"], found["standards"]
        if not complaints or not standards or (complaints["rating_mean"]["denominator"] or 0) <= rated_before:
            return None
        return dict(found) if standards["with_standard"]["value"] else None

    card = await until(f"the arrival of case {case['id']} at evaluation", complete)
    rows = [(f"standards: {name}", *_figure(card["standards"][name])) for name in ("services", "coverage_percent")]
    names = ("received", "resolved", "on_time_percent", "median_days", "rating_mean")
    rows += [(f"complaints: {name}", *_figure(card["complaints"][name])) for name in names]
    satisfaction = card["satisfaction"]
    rows.append(("satisfaction: index", str(satisfaction["index"]), f"{satisfaction['n']} answers"))
    rows.append(("satisfaction: grade", (satisfaction["grade"] or "-").upper(), ""))
    story.table(f"{card['subject']['name']}, {card['period']['name']}", ("Measure", "Value", "Of"), rows)
    if satisfaction["index"] != PUBLISHED_INDEX:
        raise DemoFailed("the scorecard's index isn't the survey's")


def _figure(figure: dict[str, Any]) -> tuple[str, str]:
    value = "-" if figure["value"] is None else f"{figure['value']:g}"
    of = "" if figure["numerator"] is None else f"{figure['numerator']} / {figure['denominator']}"
    return value, of
