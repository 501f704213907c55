"""Results: published figures through the whole service, exact under any history, as of any day, and who sees them."""

import random
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest

from api.evaluation.conftest import ELEMENTS, Office, all_of
from evaluation.surveys import aggregates
from support.wall_clock import wall_clock
from unit.evaluation.published import of_29_respondents, rows


async def test_the_published_29_respondents(office: Office) -> None:
    survey = await office.survey(population=30)
    reply = await office.batch(survey, [{"answers": each, "channel": "paper"} for each in of_29_respondents()])
    assert [item["status"] for item in reply.json()["items"]] == [201] * 29
    exact = (await office.result(survey)).json()
    assert (exact["n"], exact["index"], exact["grade"], exact["weighting"], exact["weight"]) == (
        29,
        91.48,
        "a",
        "exact",
        "1/9",
    )
    assert (exact["sample_required"], exact["sample_reached"]) == (28, True)
    rounded = (await office.result(survey, "?weighting=rounded_0_11")).json()
    assert (rounded["index"], rounded["grade"], rounded["weight"]) == (90.56, "a", "0.11")
    by_code = {each["code"]: each for each in exact["elements"]}
    assert by_code["fee"]["score"] == 4.0
    assert by_code["requirements"]["score"] == 3.6207  # 105 / 29
    assert (by_code["completion_time"]["sum"], by_code["completion_time"]["score"]) == (100, 3.4483)
    assert (exact["lowest"], exact["highest"]) == (["completion_time"], ["fee"])
    assert exact["interval"]["low"] < 91.48 < exact["interval"]["high"]


@pytest.mark.parametrize("weighting", ["exact", "rounded_0_11"])
async def test_the_three_respondents(office: Office, weighting: str) -> None:
    survey = await office.survey(weighting=weighting)
    totals = [Decimal(0), Decimal(0)]
    for row in rows("skm-3-respondents.csv"):
        alone = await office.survey(weighting=weighting)
        answers = {code: int(row[code]) for code in ELEMENTS}
        for place in (alone, survey):
            await office.answer(place, answers)
        assert (await office.result(alone)).json()["index"] == float(row[f"index_{weighting}"])
        totals[0] += sum(answers.values())
        totals[1] += 1
    weight = Decimal(1) / 9 if weighting == "exact" else Decimal("0.11")
    index = (totals[0] / totals[1] * weight * 25).quantize(Decimal("0.01"), ROUND_HALF_UP)
    result = (await office.result(survey)).json()
    assert result["index"] == float(index)
    assert result["weighting"] == weighting


async def test_nobody_answered(office: Office) -> None:
    survey = await office.survey()
    result = (await office.result(survey)).json()
    assert (result["n"], result["index"], result["grade"], result["interval"]) == (0, None, None, None)
    assert (result["elements"], result["sample_required"], result["sample_reached"]) == ([], None, None)


@pytest.mark.parametrize("seed", range(3))
async def test_sums_equal_a_full_recomputation_after_any_history(office: Office, seed: int) -> None:
    """Answers alone and in batches, corrected and withdrawn at random: aggregates, answers and plain reckoning agree."""
    chance = random.Random(seed)
    survey = await office.survey(period_from="2026-01-01")
    standing: dict[str, dict[str, int]] = {}

    def drawn() -> dict[str, Any]:
        profile = {"sex": chance.choice(["male", "female", None]), "education": chance.choice(["primary", "diploma"])}
        received = f"2026-0{chance.randint(1, 3)}-0{chance.randint(1, 9)}T03:00:00Z"
        answers = {code: chance.randint(1, 4) for code in ELEMENTS}
        return {"answers": answers, "profile": profile, "channel": "paper", "received_at": received}

    for _ in range(25):
        path = f"/v1/surveys/{survey['id']}/responses"
        move = chance.choice(["answer", "batch", "correction", "withdrawal"])
        if move == "answer" or not standing:
            item = drawn()
            standing[(await office.answer(survey, **item))["id"]] = item["answers"]
        elif move == "batch":
            items = [drawn() for _ in range(chance.randint(1, 9))]
            replies = (await office.batch(survey, items)).json()["items"]
            standing |= {reply["id"]: item["answers"] for reply, item in zip(replies, items, strict=True)}
        elif move == "correction":
            identifier, right = chance.choice(list(standing)), drawn()["answers"]
            body = {"answers": right, "reason": "Salah ketik"}
            assert (await office.call("POST", f"{path}/{identifier}/correction", json=body)).status_code == 201
            standing[identifier] = right
        else:
            identifier = chance.choice(list(standing))
            await office.call("POST", f"{path}/{identifier}/withdrawal", json={"reason": "Ganda"})
            del standing[identifier]
    result = (await office.result(survey)).json()
    total = sum(sum(answers.values()) for answers in standing.values())
    index = (Decimal(25 * total) / (9 * len(standing))).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert (result["n"], result["index"]) == (len(standing), float(index))
    async with office.service.connection() as connection:
        kept = await aggregates.kept(connection, UUID(survey["id"]))
        assert kept == await aggregates.recomputed(connection, UUID(survey["id"]), datetime(2100, 1, 1, tzinfo=UTC))


async def test_as_of_any_day(office: Office) -> None:
    """Local days of Makassar: 17:00 UTC of the 2nd is the 3rd. What was corrected later stands as it stood."""
    with wall_clock(office.service) as clock:
        clock.set(2)
        survey = await office.survey()
        first = await office.answer(survey, all_of(1))
        clock.set(3)
        await office.answer(survey, all_of(3), received_at="2026-03-02T17:00:00Z")
        clock.set(4)
        path = f"/v1/surveys/{survey['id']}/responses/{first['id']}"
        await office.call("POST", f"{path}/correction", json={"answers": all_of(4), "reason": "Salah ketik"})
        clock.set(5)
        await office.call("POST", f"{path}/withdrawal", json={"reason": "Ganda"})
        seen = {day: (await office.result(survey, f"?as_of=2026-03-0{day}")).json() for day in (1, 2, 3, 4, 5)}
        assert {day: (found["n"], found["index"]) for day, found in seen.items()} == {
            1: (0, None),
            2: (1, 25.0),
            3: (2, 50.0),
            4: (2, 87.5),
            5: (1, 75.0),
        }
        assert seen[2]["as_of"] == "2026-03-02"
        assert (await office.result(survey)).json()["index"] == 75.0


async def test_a_day_that_has_not_come_has_no_result(office: Office) -> None:
    survey = await office.survey()
    with wall_clock(office.service) as clock:
        clock.set(2)  # in Makassar it stays the 2nd until 16:00 UTC
        assert (await office.result(survey, "?as_of=2026-03-02")).status_code == 200
        for day in ("2026-03-03", "9999-12-31"):
            reply = await office.result(survey, f"?as_of={day}")
            told = [(error["pointer"], error["code"]) for error in reply.json()["errors"]]
            assert (reply.status_code, told) == (400, [("query/as_of", "in_the_future")])
        assert (await office.result(survey, "?as_of=0001-01-01")).json()["n"] == 0


async def test_results_are_public_once_published(office: Office) -> None:
    survey = await office.survey()
    items = [{"answers": all_of(4), "profile": {"sex": sex}} for sex in ["male"] * 7 + ["female"] * 6 + ["undisclosed"]]
    await office.batch(survey, items)
    service, country = office.service, office.country
    strangers = (
        service.anonymous(),
        office.officer("works_head"),
        service.integration("evaluation:read", country.other_city),
    )
    insiders = (
        office.officer("head"),
        office.officer("supervisor"),
        service.integration("evaluation:read", country.city),
    )
    for caller in strangers:
        assert (await office.result(survey, caller=caller)).status_code == 404
    for caller in insiders:
        assert (await office.result(survey, caller=caller)).json()["n"] == 14
    await office.act(survey, "closing")
    await office.act(survey, "publication")
    shown = (await office.result(survey, caller=service.anonymous())).json()
    assert (shown["n"], shown["index"]) == (14, 100.0)
    assert {cell["code"]: (cell["n"], cell["suppressed"]) for cell in shown["profile"]["sex"]} == {
        "male": (7, False),
        "female": (None, True),  # else the one undisclosed could be reckoned from the total
        "undisclosed": (None, True),
    }
    assert (await office.result(survey, "?as_of=2026-03-02", caller=service.anonymous())).status_code == 403
    inside = (await office.result(survey, caller=office.officer("head"))).json()
    assert {cell["code"]: cell["n"] for cell in inside["profile"]["sex"]} == {"male": 7, "female": 6, "undisclosed": 1}


async def test_trend_against_the_survey_before(fresh: Office) -> None:
    before = await fresh.survey(period_from="2026-01-01", title="Semester 1")
    await fresh.answer(before, all_of(3))
    unfinished = await fresh.survey(period_from="2026-02-01")
    await fresh.answer(unfinished, all_of(1))
    later = await fresh.survey(period_from="2026-07-01", title="Semester 2")
    await fresh.answer(later, all_of(4, fee=3))
    assert (await fresh.result(later)).json()["trend"] is None
    await fresh.act(before, "closing")
    trend = (await fresh.result(later)).json()["trend"]
    assert (trend["survey_id"], trend["index"], trend["n"], trend["difference"]) == (before["id"], 75.0, 1, 22.22)


async def test_the_trend_of_a_day_is_against_what_stood_that_day(fresh: Office) -> None:
    with wall_clock(fresh.service) as clock:
        clock.set(2)
        before = await fresh.survey(period_from="2026-01-01")
        wrong = await fresh.answer(before, all_of(1))
        await fresh.answer(before, all_of(3))
        later = await fresh.survey(period_from="2026-02-01")
        await fresh.answer(later, all_of(4))
        clock.set(3)
        await fresh.act(before, "closing")
        clock.set(4)
        path = f"/v1/surveys/{before['id']}/responses/{wrong['id']}/correction"
        right = {"answers": all_of(2), "reason": "Salah ketik"}
        assert (await fresh.call("POST", path, json=right)).status_code == 201
        seen = {day: (await fresh.result(later, f"?as_of=2026-03-0{day}")).json()["trend"] for day in (2, 3, 4)}
        assert seen[2] is None  # it wasn't finished yet
        assert {day: (seen[day]["index"], seen[day]["difference"]) for day in (3, 4)} == {
            3: (50.0, 50.0),
            4: (62.5, 37.5),
        }
        assert (await fresh.result(later)).json()["trend"]["index"] == 62.5


async def test_one_more_answer_changes_a_fixed_number_of_rows(office: Office) -> None:
    survey = await office.survey()
    await office.batch(survey, [{"answers": all_of(4), "channel": "paper"} for _ in range(200)])
    async with office.service.connection() as connection:
        sums = await connection.fetch("SELECT dimension, n FROM survey_aggregates WHERE survey_id = $1", survey["id"])
    assert {row["dimension"]: row["n"] for row in sums} == {"all": 200, "channel": 200}
