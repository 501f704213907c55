"""Drafts, questions, sheets of codes, offline answers, expectations, and the plan of follow-up."""

import time
from typing import Any
from uuid import UUID, uuid4

import httpx

from api.evaluation.conftest import ELEMENTS, Office, all_of
from chassis.ops.identifiers import new_id
from evaluation.surveys import aggregates
from support.wall_clock import wall_clock

PUBLICATION = {"method": "Kuesioner di loket", "process": "Dua minggu"}


async def patch(office: Office, path: str, body: dict[str, Any], **options: Any) -> httpx.Response:
    etag = (await office.call("GET", path)).headers["etag"]
    return await office.call("PATCH", path, headers={"if-match": etag}, json=body, **options)


async def test_a_draft_changes_and_what_was_asked_does_not(office: Office) -> None:
    survey = await office.survey(state="draft", population=100, period_from="2026-01-01")
    path = f"/v1/surveys/{survey['id']}"
    parking = {"code": "parking", "label": {"id": "Parkir", "en": "Parking"}, "question": None}
    changed = await patch(office, path, {"title": "SKM baru", "population": None, "additional_elements": [parking]})
    assert changed.status_code == 200, changed.text
    found = changed.json()
    assert (found["title"], found["population"], found["period_from"]) == ("SKM baru", None, "2026-01-01")
    assert [question["code"] for question in found["questions"]] == [*ELEMENTS, "parking"]
    kept = await patch(office, path, {"period_to": "2026-06-01"})
    assert [question["code"] for question in kept.json()["questions"]] == [*ELEMENTS, "parking"]
    for body, code in (
        ({"title": None}, "null_forbidden"),
        ({"period_to": "2026-01-01"}, "period"),
        ({"period_from": "2010-01-01"}, "not_in_force"),
        ({"weighting": "rounded_0_11"}, "weighting_unfit"),
        ({"unit_id": str(uuid4())}, "extra_forbidden"),
    ):
        refused = await patch(office, path, body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
    assert (await office.call("PATCH", path, json={"title": "x"})).status_code == 428
    assert (await patch(office, path, {"title": "x"}, caller=office.officer("officer"))).status_code == 403
    assert (await patch(office, path, {"title": "x"}, caller=office.officer("works_head"))).status_code == 404
    await office.act(survey, "opening")
    late = await patch(office, path, {"title": "x"})
    assert (late.status_code, late.json()["allowed_actions"]) == (409, ["closing"])


async def test_what_is_asked_is_public_in_both_languages(office: Office) -> None:
    survey, draft = await office.survey(expectations=True), await office.survey(state="draft")
    anonymous = office.service.anonymous()
    reply = await office.call("GET", f"/v1/surveys/{survey['id']}/questions", caller=anonymous)
    asked = reply.json()
    assert [question["code"] for question in asked["questions"]] == list(ELEMENTS)
    first = asked["questions"][0]
    assert set(first["label"]) == set(first["question"]) == set(first["answers"][0]["label"]) == {"id", "en"}
    assert (asked["scale"], asked["expectations"]) == ([1, 2, 3, 4], True)
    assert {"male", "female"} <= {option["code"] for option in asked["profile"]["sex"]}
    held = {"if-none-match": reply.headers["etag"]}
    path = f"/v1/surveys/{survey['id']}/questions"
    assert (await office.call("GET", path, caller=anonymous, headers=held)).status_code == 304
    assert (await office.call("GET", f"/v1/surveys/{draft['id']}/questions", caller=anonymous)).status_code == 404


async def test_the_questionnaire_is_printed(office: Office) -> None:
    survey = await office.survey(title="SKM <Loket>")
    path, anonymous = f"/v1/surveys/{survey['id']}/questions", office.service.anonymous()
    reply = await office.call("GET", path, caller=anonymous, headers={"accept": "text/html"})
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "SKM &lt;Loket&gt;" in reply.text
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    held = {"accept": "text/html", "if-none-match": reply.headers["etag"]}
    assert (await office.call("GET", path, caller=anonymous, headers=held)).status_code == 304
    assert (await office.call("GET", path, caller=anonymous, headers={"accept": "image/png"})).status_code == 406


async def test_a_sheet_of_codes_is_shown_once(office: Office) -> None:
    survey = await office.survey(title="SKM <Loket>")
    path = f"/v1/surveys/{survey['id']}/code-sheets"
    body = {"count": 3, "link": "https://survei.contoh.go.id/{code}"}
    page = await office.call("POST", path, key="sheet-key", json=body)
    assert (page.status_code, page.headers["cache-control"]) == (201, "no-store")
    assert page.headers["content-type"].startswith("text/html")
    codes = [part.partition("</b>")[0] for part in page.text.split("<b>")[1:]]
    assert len(set(codes)) == page.text.count("<svg ") == 3
    assert f"https://survei.contoh.go.id/{codes[0]}" in page.text
    again = await office.call("POST", path, key="sheet-key", json=body)
    assert (again.text, again.headers["idempotency-replayed"]) == ("", "true")
    answered = await office.call(
        "POST",
        f"/v1/surveys/{survey['id']}/responses",
        caller=office.service.anonymous(),
        json={"answers": all_of(4), "code": codes[0]},
    )
    assert answered.status_code == 201
    assert (await office.call("POST", path, json={"count": 1, "link": "javascript:alert(1)"})).status_code == 422


async def test_a_client_of_the_institution_makes_a_code_for_a_closed_case(office: Office) -> None:
    survey = await office.survey()
    path = f"/v1/surveys/{survey['id']}/codes"
    for scope, status in (("evaluation:write", 201), ("evaluation:answer", 403)):
        caller = office.service.integration(scope, office.country.city)
        assert (await office.call("POST", path, caller=caller, json={"count": 1})).status_code == status


async def test_an_answer_taken_offline_is_kept_once(office: Office) -> None:
    survey, other = await office.survey(period_from="2026-01-01"), await office.survey(period_from="2026-01-01")
    kiosk = office.service.integration("evaluation:answer", office.country.city)
    path = f"/v1/surveys/{survey['id']}/responses"
    taken = {"id": str(new_id()), "answers": all_of(3), "channel": "kiosk", "received_at": "2026-03-02T01:30:00.25Z"}

    async def send(place: str = path, **changes: Any) -> tuple[int, str]:
        reply = await office.call("POST", place, caller=kiosk, json=taken | changes)
        found = reply.json()
        return reply.status_code, found.get("code", found.get("id"))

    assert await send() == (201, taken["id"])
    assert await send() == (200, taken["id"])
    assert await send(answers=all_of(4)) == (409, "id_taken")
    assert await send(f"/v1/surveys/{other['id']}/responses") == (409, "id_taken")
    for changes, code in (
        ({"id": str(uuid4())}, "own_id"),
        ({"id": str(_of_tomorrow())}, "own_id"),
        ({"received_at": None}, "needed_with_an_id"),
    ):
        reply = await office.call("POST", path, caller=kiosk, json=taken | changes)
        assert [error["code"] for error in reply.json()["errors"]] == [code]
    second = {**taken, "id": str(new_id()), "answers": all_of(4)}
    batch = await office.batch(survey, [taken, second, second, {**second, "answers": all_of(1)}], caller=kiosk)
    assert [(item["status"], item["id"]) for item in batch.json()["items"]] == [
        (200, taken["id"]),
        (201, second["id"]),
        (200, second["id"]),
        (409, None),
    ]
    result = (await office.result(survey)).json()
    assert (result["n"], result["index"]) == (2, 87.5)
    shown = await office.call("GET", f"{path}/{taken['id']}")
    assert shown.json()["received_at"] == "2026-03-02T01:30:00.250000Z"


def _of_tomorrow() -> UUID:
    milliseconds = int((time.time() + 86_400) * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | 5)


async def test_expectations_stand_beside_the_index(office: Office) -> None:
    survey, plain = await office.survey(expectations=True), await office.survey()
    await office.answer(survey, all_of(3), expectations={"fee": 4, "product": 2})
    kept = await office.answer(survey, all_of(2), expectations={"fee": 4})
    await office.answer(survey, all_of(4))
    result = (await office.result(survey)).json()
    assert (result["n"], result["index"]) == (3, 75.0)
    gaps = {
        each["code"]: (each["n"], each["expected"], each["perceived"], each["gap"]) for each in result["expectations"]
    }
    assert gaps == {"fee": (2, 4.0, 2.5, -1.5), "product": (1, 2.0, 3.0, 1.0)}
    assert "expectation" not in result["profile"]
    path = f"/v1/surveys/{survey['id']}/responses/{kept['id']}"
    await office.call("POST", f"{path}/correction", json={"answers": all_of(4), "reason": "Salah ketik"})
    async with office.service.connection() as connection:
        sums = await aggregates.kept(connection, UUID(survey["id"]))
        until = await connection.fetchval("SELECT now() + interval '1 day'")
        assert sums == await aggregates.recomputed(connection, UUID(survey["id"]), until)
    assert sums[("expectation", "fee")].sums == (8, 7)
    await office.call("POST", f"{path}/withdrawal", json={"reason": "Ganda"})
    left = (await office.result(survey)).json()["expectations"]
    assert {each["code"]: each["n"] for each in left} == {"product": 1, "fee": 1}
    where = f"/v1/surveys/{survey['id']}/responses"
    flawed = await office.call("POST", where, json={"answers": all_of(4), "expectations": {"fee": 9, "x": 1}})
    assert {(error["pointer"], error["code"]) for error in flawed.json()["errors"]} == {
        ("/expectations/fee", "off_scale"),
        ("/expectations/x", "unknown_element"),
    }
    unasked = {"answers": all_of(4), "expectations": {"fee": 4}}
    refused = await office.call("POST", f"/v1/surveys/{plain['id']}/responses", json=unasked)
    assert refused.json()["errors"][0]["code"] == "not_asked"
    await office.act(survey, "closing")
    await office.act(survey, "publication", json=PUBLICATION)
    shown = (await office.result(survey, caller=office.service.anonymous())).json()["expectations"]
    assert {(each["n"], each["gap"], each["suppressed"]) for each in shown} == {(None, None, True)}


async def test_from_result_to_followed_up(office: Office) -> None:
    survey = await office.survey(period_from="2026-01-01")
    path = f"/v1/surveys/{survey['id']}/follow-up-plan"
    item = {"element": "fee", "programme": "Papan tarif di loket", "due_on": "2026-04-01", "owner": "Kepala loket"}
    early = await office.call("POST", f"{path}/items", json=item)
    assert (early.status_code, early.json()["code"]) == (409, "follow_up_plan_not_open")
    with wall_clock(office.service) as clock:
        await office.answer(survey, all_of(4, fee=1, procedure=1))
        await office.act(survey, "closing")
        assert (await office.call("GET", path, caller=office.service.anonymous())).status_code == 404
        mine = office.officer("head")
        first = await office.call("POST", f"{path}/items", caller=mine, json=item)
        assert first.status_code == 201
        assert (
            await office.call("POST", f"{path}/items", caller=office.officer("officer"), json=item)
        ).status_code == 403
        unknown = await office.call("POST", f"{path}/items", json={**item, "element": "colour"})
        assert unknown.json()["errors"][0]["code"] == "unknown_element"
        spare = await office.call("POST", f"{path}/items", json=item)
        address = f"{path}/items/{spare.json()['id']}"
        dropped = await office.call("DELETE", address, headers={"if-match": spare.headers["etag"]})
        assert dropped.status_code == 204
        await office.act(survey, "publication", json=PUBLICATION)  # 2 March
        second = await office.call("POST", f"{path}/items", json={**item, "element": "product"})
        address = f"{path}/items/{second.json()['id']}"
        announced = await office.call("DELETE", address, headers={"if-match": second.headers["etag"]})
        assert announced.status_code == 409
        plan = (await office.call("GET", path, caller=office.service.anonymous())).json()
        assert (plan["published_on"], plan["uncovered"]) == ("2026-03-02", ["procedure"])
        assert plan["realisation"] == {
            "planned": 2,
            "realised": 0,
            "percent": 0.0,
            "level": 1,
            "finished_on": None,
            "speed_level": None,
        }
        unfinished = await office.act(survey, "follow-up")
        assert (unfinished.json()["code"], unfinished.json()["planned"]) == ("follow_up_unfinished", 2)
        clock.set(2, month=4)
        done = {"realised_on": "2026-03-30", "proof": "Foto papan"}
        for reply, body, status in (
            (first, {"realised_on": "2026-03-30"}, 422),  # no proof
            (first, {**done, "realised_on": "2026-05-01"}, 422),  # to come
            (first, done, 200),
            (first, done, 412),
            (second, {**done, "realised_on": "2026-04-02"}, 200),
        ):
            changed = await office.call(
                "PATCH",
                f"{path}/items/{reply.json()['id']}",
                caller=mine,
                headers={"if-match": reply.headers["etag"]},
                json=body,
            )
            assert changed.status_code == status, changed.text
        assert changed.json()["late"] is True  # due on 1 April
        finished = (await office.call("GET", path)).json()["realisation"]
        assert (finished["percent"], finished["level"], finished["finished_on"], finished["speed_level"]) == (
            100.0,
            5,
            "2026-04-02",
            5,  # within a month of 2 March
        )
        ended = await office.act(survey, "follow-up", caller=mine)
        assert (ended.status_code, ended.json()["state"], ended.json()["allowed_actions"]) == (201, "followed_up", [])
        late = await office.call("POST", f"{path}/items", json=item)
        assert late.json()["code"] == "follow_up_plan_not_open"
        public = await office.result(survey, caller=office.service.anonymous())
        assert public.json()["state"] == "followed_up"
