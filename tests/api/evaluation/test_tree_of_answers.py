"""Every index above an answer, against a ledger of its own in Decimal: units, their union, quarters, the year, services.

Answers come alone and in batches, late, again, corrected and withdrawn, in any order.
"""

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from api.evaluation.conftest import ELEMENTS, Office, all_of

MONTHS = range(1, 10)
Ledger = dict[str, tuple[str, int, bool, dict[str, int]]]
"""By the answer's id: its unit, its month, whether it names the service, its scores."""


def by_decimal(answers: list[dict[str, int]]) -> tuple[int, float | None]:
    """The regulation's own steps: mean by element, a ninth of each, added up, times 25, rounded once."""
    n = len(answers)
    if not n:
        return 0, None
    means = [sum(Decimal(each[element]) for each in answers) / n for element in ELEMENTS]
    index = sum(mean / 9 for mean in means) * 25
    return n, float(index.quantize(Decimal("1e-12")).quantize(Decimal("0.01"), ROUND_HALF_UP))


@pytest.mark.parametrize("seed", range(3))
async def test_every_index_above_an_answer(fresh: Office, seed: int) -> None:
    chance, country = random.Random(seed), fresh.country
    units = {"counter": country.counter, "office": country.registry_office, "works": country.works}
    surveys = {name: await fresh.survey(unit_id=str(unit), period_from="2026-01-01") for name, unit in units.items()}
    ledger: Ledger = {}

    def drawn(unit: str) -> tuple[dict[str, Any], tuple[str, int, bool, dict[str, int]]]:
        month, names = chance.choice(MONTHS), unit == "counter" and chance.random() < 0.5
        scores = {code: chance.randint(1, 4) for code in ELEMENTS}
        item: dict[str, Any] = {
            "answers": scores,
            "channel": "kiosk",
            "received_at": f"2026-{month:02}-{chance.randint(2, 27):02}T03:00:00Z",
        }
        if names:
            item["service_id"] = str(country.identity_card)
        if chance.random() < 0.3:
            item["id"] = str(uuid7())
        return item, (unit, month, names, scores)

    for _ in range(20):
        unit = chance.choice(list(surveys))
        path = f"/v1/surveys/{surveys[unit]['id']}/responses"
        mine = [identifier for identifier, (of, *_) in ledger.items() if of == unit]
        move = chance.choice(["answer", "batch", "batch", "correction", "withdrawal"])
        if move in ("answer", "batch") or not mine:
            pairs = [drawn(unit) for _ in range(1 if move == "answer" else chance.randint(2, 30))]
            items = [item for item, _ in pairs]
            if move == "answer":
                taken = [(await fresh.answer(surveys[unit], **items[0]))["id"]]
            else:
                taken = [each["id"] for each in (await fresh.batch(surveys[unit], items)).json()["items"]]
                again = [item for item in items if "id" in item]  # a device that sends once more
                if again:
                    replies = (await fresh.batch(surveys[unit], again)).json()["items"]
                    assert {each["status"] for each in replies} == {200}
            ledger |= dict(zip(taken, (fact for _, fact in pairs), strict=True))
        elif move == "correction":
            identifier = chance.choice(mine)
            right = {code: chance.randint(1, 4) for code in ELEMENTS}
            body = {"answers": right, "reason": "Salah ketik"}
            assert (await fresh.call("POST", f"{path}/{identifier}/correction", json=body)).status_code == 201
            ledger[identifier] = (*ledger[identifier][:3], right)
        else:
            identifier = chance.choice(mine)
            await fresh.call("POST", f"{path}/{identifier}/withdrawal", json={"reason": "Ganda"})
            del ledger[identifier]

    async def satisfied(kind: str, identifier: UUID, period: str) -> tuple[int, float | None]:
        reply = await fresh.call("GET", f"/v1/scorecards/{kind}/{identifier}?period={period}")
        found = reply.json()["satisfaction"]
        return found["n"], found["index"]

    below = {
        ("unit", country.counter): {"counter"},
        ("unit", country.registry_office): {"counter", "office"},
        ("unit", country.works): {"works"},
        ("institution", country.city): set(units),
    }
    periods = {"2026": MONTHS, "2026-Q1": range(1, 4), "2026-Q2": range(4, 7), "2026-Q3": range(7, 10), "2026-Q4": ()}
    for period, months in periods.items():
        for (kind, identifier), names in below.items():
            wanted = [scores for unit, month, _, scores in ledger.values() if unit in names and month in months]
            assert await satisfied(kind, identifier, period) == by_decimal(wanted), (kind, period)
        of_service = [scores for _, month, named, scores in ledger.values() if named and month in months]
        assert await satisfied("service", country.identity_card, period) == by_decimal(of_service), period


async def test_units_that_ask_more_are_added_up_with_those_that_do_not(fresh: Office) -> None:
    """An answer weighs alike, whatever its number of elements; an element is the mean of those who were asked for it."""
    country = fresh.country

    def added(*codes: str) -> list[dict[str, Any]]:
        return [{"code": code, "label": {"id": code, "en": code}} for code in codes]

    asked: dict[UUID, tuple[tuple[str, ...], dict[str, int]]] = {
        country.counter: ((), {}),
        country.registry_office: (("parking",), {"parking": 1}),
        country.works: (("parking", "queue", "signs"), {"parking": 2, "queue": 3, "signs": 4}),
    }
    given: list[dict[str, int]] = []
    for place, (unit, (codes, scores)) in enumerate(asked.items()):
        survey = await fresh.survey(unit_id=str(unit), period_from="2026-01-01", additional_elements=added(*codes))
        for month in ("02", "05"):
            given.append(all_of(2 + place % 3, **scores))
            await fresh.answer(survey, given[-1], channel="paper", received_at=f"2026-{month}-10T03:00:00Z")
    reply = await fresh.call("GET", f"/v1/scorecards/institution/{country.city}?period=2026")
    found = reply.json()["satisfaction"]
    means = [Decimal(sum(each.values())) / len(each) for each in given]
    index = (
        (25 * sum(means, Decimal(0)) / len(means)).quantize(Decimal("1e-12")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    )
    assert (found["n"], found["index"]) == (6, float(index))
    assert {each["code"]: (each["n"], each["sum"]) for each in found["elements"]} == {
        **{code: (6, sum(each[code] for each in given)) for code in ELEMENTS},
        "parking": (4, 6),
        "queue": (2, 6),
        "signs": (2, 8),
    }
