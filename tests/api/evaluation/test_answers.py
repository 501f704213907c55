"""Answering surveys: what is refused and why, codes, references, limits, batches, corrections and withdrawals."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from api.evaluation.conftest import ELEMENTS, Office, all_of
from evaluation.surveys import aggregates
from support.wall_clock import wall_clock


async def test_an_answer_is_kept_without_a_name(office: Office) -> None:
    survey = await office.survey()
    profile = {"sex": "female", "age_band": "26_35", "education": "bachelor", "occupation": "farmer_fisher"}
    path = f"/v1/surveys/{survey['id']}/responses"
    body = {"answers": all_of(3, fee=4), "profile": profile, "channel": "paper"}
    reply = await office.call("POST", path, caller=office.officer("officer"), json=body)
    assert reply.status_code == 201
    answer = reply.json()
    assert answer["answers"] == all_of(3, fee=4)
    assert answer["profile"] == {**profile, "disability": None}
    seen = await office.call("GET", reply.headers["location"], caller=office.officer("head"))
    assert seen.json() == answer
    assert (await office.call("GET", path, caller=office.officer("head"))).json()["items"] == [answer]
    for caller in (office.service.anonymous(), office.officer("other_admin")):
        assert (await office.call("GET", reply.headers["location"], caller=caller)).status_code == 404
        assert (await office.call("GET", path, caller=caller)).status_code == 404


async def test_every_flaw_is_told_at_its_element(office: Office) -> None:
    survey = await office.survey()
    answers = all_of(4, fee=5, procedure=0, colour=3)
    del answers["product"]
    body = {
        "answers": answers,
        "channel": "focus_group",
        "profile": {"sex": "unheard_of"},
        "received_at": "2150-01-01T00:00:00Z",
        "service_id": str(uuid4()),
    }
    reply = await office.call("POST", f"/v1/surveys/{survey['id']}/responses", json=body)
    assert reply.status_code == 422
    assert {(error["pointer"], error["code"]) for error in reply.json()["errors"]} == {
        ("/answers/fee", "off_scale"),
        ("/answers/procedure", "off_scale"),
        ("/answers/product", "missing_element"),
        ("/answers/colour", "unknown_element"),
        ("/channel", "qualitative_channel"),
        ("/profile/sex", "unknown_code"),
        ("/received_at", "in_the_future"),
        ("/service_id", "other_service"),
    }
    for strange in (2.5, True, "4", None, 10**30):
        body = {"answers": {**all_of(4), "fee": strange}}
        reply = await office.call("POST", f"/v1/surveys/{survey['id']}/responses", json=body)
        assert reply.status_code == 422, strange
        assert {error["pointer"] for error in reply.json()["errors"]} == {"/answers/fee"}


async def test_who_may_enter_answers(office: Office) -> None:
    survey = await office.survey()
    path, body = f"/v1/surveys/{survey['id']}/responses", {"answers": all_of(4)}
    service, country = office.service, office.country
    for caller, status in (
        (office.officer("officer"), 201),
        (office.officer("liaison"), 201),
        (office.officer("head"), 201),
        (office.officer("works_head"), 403),
        (office.officer("auditor"), 403),
        (service.account(str(uuid4())), 403),
        (service.anonymous(), 401),
        (service.integration("evaluation:answer", country.city), 201),
        (service.integration("evaluation:answer", country.other_city), 403),
        (service.integration("evaluation:read evaluation:write", country.city), 403),
    ):
        assert (await office.call("POST", path, caller=caller, json=body)).status_code == status


async def test_a_code_is_good_for_one_answer(office: Office) -> None:
    survey, other = await office.survey(), await office.survey()
    made = await office.call("POST", f"/v1/surveys/{survey['id']}/codes", json={"count": 2})
    code, second = made.json()["codes"]
    anonymous = office.service.anonymous()

    async def answer(code: str, place: dict[str, Any] = survey, **fields: Any) -> Any:
        body = {"answers": all_of(4), "code": code, **fields}
        return await office.call("POST", f"/v1/surveys/{place['id']}/responses", caller=anonymous, json=body)

    off_scale = await answer(code, answers=all_of(5))
    assert off_scale.status_code == 422
    first = await answer(code.lower().replace("-", " "))
    assert (first.status_code, first.json()["channel"]) == (201, "one_time_code")
    assert (await answer(code)).json()["code"] == "code_used"
    assert (await answer(second, other)).status_code == 422
    assert (await answer("0000-0000-0000-0000")).json()["errors"][0]["code"] == "unknown_code"
    assert (await answer(second, received_at="2026-01-01T00:00:00Z")).status_code == 422
    race = await asyncio.gather(*(answer(second) for _ in range(5)))
    assert sorted(reply.status_code for reply in race) == [201, 409, 409, 409, 409]
    assert (await office.result(survey)).json()["n"] == 2


async def test_the_channels_of_codes_are_claimed_by_codes_alone(office: Office) -> None:
    """Neither by who enters answers nor by a batch, whether it is read quickly, closely, copied in or kept one by one."""
    survey = await office.survey(period_from="2026-01-01")
    path = f"/v1/surveys/{survey['id']}/responses"
    made = await office.call("POST", f"/v1/surveys/{survey['id']}/codes", json={"count": 1})
    code = {"code": made.json()["codes"][0]}
    for channel in ("one_time_code", "after_complaint"):
        plain: dict[str, Any] = {"answers": all_of(4), "channel": channel}
        closely = {**plain, "expectations": None}
        offline = {**plain, "id": str(uuid7()), "received_at": "2026-03-02T02:00:00Z"}
        replies = [await office.call("POST", path, json=plain), await office.call("POST", path, json=closely)]
        for reply in replies:
            assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/channel")
        good = [{"answers": all_of(4), "channel": "paper"}] * 25
        for items in ([plain, closely, *good], [plain, closely, offline, *good]):
            outcomes = (await office.batch(survey, items)).json()["items"]
            refused = [each["problem"] for each in outcomes if each["status"] != 201]
            assert len(refused) == len(items) - len(good)
            assert {problem["errors"][0]["pointer"] for problem in refused} == {"/channel"}
    not_invited = await office.call("POST", path, caller=office.service.anonymous(), json=plain | code)
    assert not_invited.json()["errors"][0]["code"] == "needs_an_invitation"
    shown = (await office.result(survey)).json()["profile"]["channel"]
    assert [(cell["code"], cell["n"]) for cell in shown] == [("paper", 100)]


async def test_answers_are_taken_while_it_is_open(office: Office) -> None:
    survey = await office.survey(state="draft")
    path, body = f"/v1/surveys/{survey['id']}/responses", {"answers": all_of(4)}
    refused = await office.call("POST", path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "survey_not_open")
    assert refused.json()["allowed_actions"] == ["opening"]
    await office.act(survey, "opening")
    assert (await office.call("POST", path, json=body)).status_code == 201
    await office.act(survey, "closing")
    assert (await office.call("POST", path, json=body)).json()["code"] == "survey_not_open"
    assert (await office.batch(survey, [body])).json()["code"] == "survey_not_open"
    missing = f"/v1/surveys/{uuid4()}/responses"
    assert (await office.call("POST", missing, json=body)).status_code == 404


async def test_a_transaction_is_answered_for_once(office: Office) -> None:
    survey = await office.survey()
    await office.answer(survey, all_of(4), reference="A-0017")
    path = f"/v1/surveys/{survey['id']}/responses"
    again = await office.call("POST", path, json={"answers": all_of(1), "reference": "A-0017"})
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    async with office.service.connection() as connection:
        kept = await connection.fetchval(
            "SELECT reference_hash FROM survey_responses WHERE survey_id = $1", survey["id"]
        )
    assert b"A-0017" not in bytes(kept)
    assert (await office.result(survey)).json()["index"] == 100.0


async def test_a_channel_has_its_limit_a_day(office: Office) -> None:
    survey = await office.survey(channel_limits={"kiosk": 2}, period_from="2026-01-01")
    for _ in range(2):
        await office.answer(survey, all_of(4), channel="kiosk")
    path = f"/v1/surveys/{survey['id']}/responses"
    third = await office.call("POST", path, json={"answers": all_of(4), "channel": "kiosk"})
    assert (third.status_code, third.json()["code"], third.json()["limit"]) == (409, "channel_limit_reached", 2)
    await office.answer(survey, all_of(4), channel="paper")
    await office.answer(survey, all_of(4), channel="kiosk", received_at="2026-01-05T02:00:00Z")
    assert (await office.result(survey)).json()["n"] == 4


async def test_a_batch_takes_what_is_right(office: Office) -> None:
    survey = await office.survey()
    items: list[dict[str, Any]] = [
        {"answers": all_of(4), "reference": "1"},
        {"answers": all_of(9)},
        {"answers": all_of(3), "reference": "1"},
        {"replies": {}},
        {"answers": all_of(2), "code": "0000-0000-0000-0000"},
        {"answers": all_of(2), "channel": "paper"},
    ]
    reply = await office.batch(survey, items, caller=office.officer("officer"), headers={"accept-language": "en"})
    assert reply.status_code == 207
    outcomes = reply.json()["items"]
    assert [item["status"] for item in outcomes] == [201, 422, 409, 422, 422, 201]
    assert outcomes[1]["problem"]["errors"][0]["detail"] == "The answer must be 1 to 4."
    assert {error["pointer"] for error in outcomes[3]["problem"]["errors"]} == {"/answers", "/replies"}
    assert outcomes[2]["problem"]["code"] == "already_answered"
    result = (await office.result(survey)).json()
    assert (result["n"], result["index"]) == (2, 75.0)
    assert (await office.batch(survey, items * 200)).status_code == 422
    assert (await office.batch(survey, items, caller=office.officer("auditor"))).status_code == 403


async def test_a_large_batch_that_comes_again_is_kept_once(office: Office) -> None:
    """Many at once are copied in; where some are there already, they alone are left out, whatever brought them."""
    survey = await office.survey(period_from="2026-01-01", expectations=True)
    received = {"received_at": "2026-03-02T02:00:00Z", "channel": "kiosk", "profile": {"sex": "female"}}
    items: list[dict[str, Any]] = [{"answers": all_of(4), "id": str(uuid7()), **received} for _ in range(25)]
    items.append({"answers": all_of(4), "reference": "A-1", "expectations": {"fee": 3}})
    assert {each["status"] for each in (await office.batch(survey, items)).json()["items"]} == {201}
    more = [
        *items,  # again
        {**items[0], "answers": all_of(1)},  # under an id that is another's
        {"answers": all_of(2), "id": str(uuid7()), **received},
        {"answers": all_of(2), "reference": "A-2"},
        {"answers": all_of(1), "reference": "A-2"},
        {"answers": all_of(5)},
        "nothing",
    ]
    outcomes = (await office.batch(survey, more)).json()["items"]
    assert [each["status"] for each in outcomes] == [200] * 25 + [409, 409, 201, 201, 409, 422, 422]
    assert [each["id"] for each in outcomes[:25]] == [each["id"] for each in items[:25]]
    assert [each["problem"]["code"] for each in outcomes[25:27]] == ["already_answered", "id_taken"]
    result = (await office.result(survey)).json()
    assert (result["n"], result["index"]) == (28, round((26 * 100 + 2 * 50) / 28, 2))
    assert [(gap["code"], gap["gap"]) for gap in result["expectations"]] == [("fee", 1.0)]
    kept = (await office.call("GET", f"/v1/surveys/{survey['id']}/responses?channel=kiosk&limit=1")).json()["items"][0]
    assert kept["profile"]["sex"] == "female"
    async with office.service.connection() as connection:
        sums = await aggregates.kept(connection, UUID(survey["id"]))
        assert sums == await aggregates.recomputed(connection, UUID(survey["id"]), datetime(2100, 1, 1, tzinfo=UTC))


async def test_what_is_copied_in_is_what_single_answers_keep(office: Office) -> None:
    """Rows of COPY are made by hand: every column says what the plain statement wrote, and so do the sums."""
    service = str(office.country.identity_card)
    items: list[dict[str, Any]] = [
        {
            "answers": all_of(1 + number % 4, fee=4),
            "channel": ("paper", "kiosk")[number % 2],
            "profile": {"sex": "female", "occupation": None} if number % 3 else {},
            "received_at": f"2026-0{1 + number % 3}-1{number % 10}T23:59:59.{number:06}+08:00",
            **({"service_id": service} if number % 4 else {}),
            **({"expectations": {"fee": 3, "facilities": 4}} if number % 5 == 0 else {}),
        }
        for number in range(30)
    ]
    kept, sums = [], []
    for way in ("single", "copied", "copied or left out"):
        survey = await office.survey(period_from="2026-01-01", expectations=True)
        if way == "single":
            for item in items:
                await office.answer(survey, **item)
        else:
            told = items if way == "copied" else [{**item, "reference": str(n)} for n, item in enumerate(items)]
            assert {each["status"] for each in (await office.batch(survey, told)).json()["items"]} == {201}
        async with office.service.connection() as connection:
            kept.append(
                await connection.fetch(
                    """SELECT scores, channel, service_id, sex, age_band, education, occupation, disability, expectations,
                              received_at, day, counted, version, version_at
                       FROM survey_responses WHERE survey_id = $1 AND created_at > $2 ORDER BY received_at""",
                    survey["id"],
                    datetime(2026, 1, 1, tzinfo=UTC),
                )
            )
            sums.append(await aggregates.kept(connection, UUID(survey["id"])))
            assert sums[-1] == await aggregates.recomputed(
                connection, UUID(survey["id"]), datetime(2100, 1, 1, tzinfo=UTC)
            )
    assert len(kept[0]) == 30
    assert kept[0] == kept[1] == kept[2]
    assert sums[0] == sums[1] == sums[2]


async def test_answers_lie_within_the_period(office: Office) -> None:
    survey = await office.survey(period_from="2026-01-01", period_to="2026-04-01")
    made = await office.call("POST", f"/v1/surveys/{survey['id']}/codes", json={"count": 1})
    path = f"/v1/surveys/{survey['id']}/responses"
    # Midnight of 1 April in Makassar is 16:00 UTC of 31 March.
    for instant, status in (
        ("2026-03-31T15:59:59Z", 201),
        ("2026-03-31T16:00:00Z", 422),
        ("2025-12-31T15:59:59Z", 422),
    ):
        reply = await office.call("POST", path, json={"answers": all_of(4), "received_at": instant})
        assert reply.status_code == status, instant
    with wall_clock(office.service) as clock:
        clock.set(1, month=4)
        late = {"answers": all_of(4), "code": made.json()["codes"][0]}
        refused = await office.call("POST", path, caller=office.service.anonymous(), json=late)
        assert refused.json()["code"] == "survey_not_open"
        clock.set(31, month=3)
        assert (await office.call("POST", path, caller=office.service.anonymous(), json=late)).status_code == 201


async def test_many_at_once_are_all_counted(office: Office) -> None:
    """Single answers and batches over several days, side by side: no deadlock, nothing lost."""
    survey = await office.survey(period_from="2026-01-01")
    path = f"/v1/surveys/{survey['id']}/responses"

    def item(number: int) -> dict[str, Any]:
        sex = ("male", "female", "undisclosed")[number % 3]
        received = f"2026-02-0{1 + number * 7 % 9}T02:00:00Z"
        return {"answers": all_of(1 + number % 4), "profile": {"sex": sex}, "channel": "paper", "received_at": received}

    singles = [office.call("POST", path, json=item(number)) for number in range(40)]
    batches = [office.batch(survey, [item(number + place) for place in range(10)]) for number in range(6)]
    replies = await asyncio.gather(*singles, *batches)
    assert {reply.status_code for reply in replies} == {201, 207}
    result = (await office.result(survey)).json()
    total = sum(1 + number % 4 for number in range(40)) + sum(
        1 + (n + place) % 4 for n in range(6) for place in range(10)
    )
    assert (result["n"], result["elements"][0]["sum"]) == (100, total)


async def test_a_service_must_be_of_what_is_surveyed(office: Office) -> None:
    country = office.country
    survey, elsewhere = await office.survey(), await office.survey(unit_id=str(country.works))
    named = {"answers": all_of(4), "service_id": str(country.identity_card)}
    assert (await office.call("POST", f"/v1/surveys/{survey['id']}/responses", json=named)).status_code == 201
    refused = await office.call("POST", f"/v1/surveys/{elsewhere['id']}/responses", json=named)
    assert refused.json()["errors"][0]["pointer"] == "/service_id"


async def test_corrected_and_withdrawn(office: Office) -> None:
    survey = await office.survey()
    wrong = await office.answer(survey, all_of(1))
    await office.answer(survey, all_of(3))
    path = f"/v1/surveys/{survey['id']}/responses/{wrong['id']}"
    right = {"answers": all_of(4), "reason": "Salah ketik"}
    assert (
        await office.call("POST", f"{path}/correction", caller=office.officer("officer"), json=right)
    ).status_code == 403
    assert (await office.call("POST", f"{path}/correction", json={**right, "answers": {"fee": 4}})).status_code == 422
    corrected = await office.call("POST", f"{path}/correction", caller=office.officer("head"), json=right)
    assert (corrected.status_code, corrected.json()["version"]) == (201, 2)
    assert (await office.result(survey)).json()["index"] == 87.5
    stale = await office.call("POST", f"{path}/withdrawal", headers={"if-match": '"1.x"'}, json={"reason": "Ganda"})
    assert stale.status_code == 412
    withdrawn = await office.call("POST", f"{path}/withdrawal", json={"reason": "Ganda"})
    assert withdrawn.json()["state"] == "withdrawn"
    assert (await office.call("POST", f"{path}/withdrawal", json={"reason": "Ganda"})).status_code == 409
    result = (await office.result(survey)).json()
    assert (result["n"], result["index"]) == (1, 75.0)
    async with office.service.connection() as connection:
        history = await connection.fetch(
            "SELECT version, scores, reason, changed_by FROM survey_response_versions WHERE response_id = $1 ORDER BY version",
            wrong["id"],
        )
    assert [(row["version"], row["scores"], row["reason"]) for row in history] == [
        (1, [1] * 9, "Salah ketik"),
        (2, [4] * 9, "Ganda"),
    ]
    assert history[0]["changed_by"] == f"account:{office.country.accounts['head']}"
    await office.act(survey, "closing")
    await office.act(survey, "publication")
    other = (await office.call("GET", f"/v1/surveys/{survey['id']}/responses")).json()["items"][0]
    late = await office.call(
        "POST", f"/v1/surveys/{survey['id']}/responses/{other['id']}/withdrawal", json={"reason": "Terlambat"}
    )
    assert late.json()["code"] == "survey_move_not_allowed"


async def test_added_elements_are_asked_and_weigh_alike(office: Office) -> None:
    parking = {"code": "parking", "label": {"id": "Parkir", "en": "Parking"}}
    survey = await office.survey(additional_elements=[parking])
    assert [question["code"] for question in survey["questions"]] == [*ELEMENTS, "parking"]
    missing = await office.call("POST", f"/v1/surveys/{survey['id']}/responses", json={"answers": all_of(4)})
    assert missing.json()["errors"][0]["pointer"] == "/answers/parking"
    await office.answer(survey, all_of(4, parking=1))
    result = (await office.result(survey)).json()
    assert (result["index"], result["weight"]) == (92.5, "1/10")  # (9 x 4 + 1) / 10 x 25
    assert result["elements"][-1]["label"] == {"id": "Parkir", "en": "Parking"}
    assert result["lowest"] == ["parking"]
    assert (await office.result(survey, "?weighting=rounded_0_11")).status_code == 400
