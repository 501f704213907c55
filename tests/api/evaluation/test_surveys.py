"""Holding surveys: who may, their states, codes, publication, and the facts that tell of it."""

from typing import Any
from uuid import uuid4

from api.evaluation.conftest import ELEMENTS, Office, all_of


async def test_a_survey_is_made_with_the_questions_of_the_definition(office: Office) -> None:
    survey = await office.survey(population=1200, period_from="2026-07-01", period_to="2027-01-01")
    assert (survey["state"], survey["subject"]) == ("open", "unit")
    assert survey["unit_id"] == str(office.country.counter)
    assert survey["institution_id"] == str(office.country.city)
    assert survey["definition"]["code"] == "skm"
    assert survey["definition"]["source"].startswith("PermenPANRB 14/2017")
    assert len(survey["questions"]) == 9
    assert survey["questions"][3]["answers"][3] == {"value": 4, "label": {"id": "Gratis", "en": "Free of charge"}}
    again = await office.call("GET", f"/v1/surveys/{survey['id']}", caller=office.service.anonymous())
    assert again.status_code == 200
    assert again.headers["etag"] == survey["etag"]


async def test_a_survey_of_a_service_belongs_to_its_unit(office: Office) -> None:
    survey = await office.survey(service_id=str(office.country.identity_card))
    assert (survey["subject"], survey["unit_id"]) == ("service", str(office.country.counter))


async def test_who_may_hold_surveys(office: Office) -> None:
    body = {"title": "SKM", "unit_id": str(office.country.counter)}
    for name in ("admin", "head", "responsible"):
        reply = await office.call("POST", "/v1/surveys", caller=office.officer(name), json=body)
        assert reply.status_code == 201, name
    for name in ("officer", "works_head", "other_admin", "supervisor"):
        reply = await office.call("POST", "/v1/surveys", caller=office.officer(name), json=body)
        assert reply.status_code == 403, name
    service, country = office.service, office.country
    outside = await service.call("POST", "/v1/surveys", caller=service.anonymous(), json=body)
    assert outside.status_code == 401
    for scope, institution, status in (
        ("evaluation:write", country.city, 201),
        ("evaluation:write", country.other_city, 403),
        ("evaluation:read", country.city, 403),
    ):
        caller = service.integration(scope, institution)
        assert (await office.call("POST", "/v1/surveys", caller=caller, json=body)).status_code == status


async def test_what_a_survey_must_say(office: Office) -> None:
    async def refused(**body: Any) -> list[str]:
        reply = await office.call("POST", "/v1/surveys", json={"title": "SKM", **body})
        assert reply.status_code == 422, reply.text
        return [error["code"] for error in reply.json()["errors"]]

    unit = str(office.country.counter)
    assert await refused() == ["one_subject"]
    assert await refused(unit_id=unit, service_id=str(office.country.identity_card)) == ["one_subject"]
    assert await refused(unit_id=str(uuid4())) == ["unknown_subject"]
    assert await refused(unit_id=unit, period_from="2026-05-01", period_to="2026-05-01") == ["period"]
    assert await refused(unit_id=unit, period_from="2016-01-01") == ["not_in_force"]
    parking = {"code": "parking", "label": {"id": "Parkir", "en": "Parking"}}
    assert await refused(unit_id=unit, weighting="rounded_0_11", additional_elements=[parking]) == ["weighting_unfit"]
    assert await refused(unit_id=unit, additional_elements=[{**parking, "code": "fee"}]) == ["element_taken"]
    assert await refused(unit_id=unit, population=0) == ["greater_than_equal"]
    assert await refused(unit_id=unit, channel_limits={"kiosk": 5, "kios": 5, "counter": 5}) == ["unknown_code"] * 2
    draft = await office.survey(state="draft")
    headers = {"if-match": draft["etag"]}
    changed = await office.call(
        "PATCH", f"/v1/surveys/{draft['id']}", headers=headers, json={"channel_limits": {"kios": 5}}
    )
    assert (changed.status_code, changed.json()["errors"][0]["pointer"]) == (422, "/channel_limits/kios")


async def test_drafts_are_seen_in_reach_alone(office: Office) -> None:
    survey = await office.survey(state="draft")
    path = f"/v1/surveys/{survey['id']}"
    for name in ("admin", "officer", "supervisor", "evaluator"):
        assert (await office.call("GET", path, caller=office.officer(name))).status_code == 200, name
    for caller in (office.service.anonymous(), office.officer("works_head"), office.officer("other_admin")):
        assert (await office.call("GET", path, caller=caller)).status_code == 404
    listed = f"/v1/surveys?unit={office.country.counter}&state=draft&limit=200"
    mine = (await office.call("GET", listed, caller=office.officer("head"))).json()["items"]
    assert survey["id"] in {item["id"] for item in mine}
    assert (await office.call("GET", listed, caller=office.officer("works_head"))).json()["items"] == []


async def test_lists_by_subtree(fresh: Office) -> None:
    country = fresh.country
    of_counter = await fresh.survey()
    of_works = await fresh.survey(unit_id=str(country.works))
    of_office = await fresh.survey(unit_id=str(country.registry_office))

    async def found(query: str) -> set[str]:
        page = (await fresh.call("GET", f"/v1/surveys?{query}&count=exact")).json()
        assert page["count"] == len(page["items"])
        return {item["id"] for item in page["items"]}

    assert await found(f"unit={country.registry_office}") == {of_office["id"]}
    assert await found(f"unit={country.registry_office}&scope=subtree") == {of_office["id"], of_counter["id"]}
    assert await found(f"institution={country.city}") == {of_counter["id"], of_works["id"], of_office["id"]}
    assert (await fresh.call("GET", "/v1/surveys?scope=subtree")).status_code == 400


async def test_states_and_the_moves_between_them(office: Office) -> None:
    survey = await office.survey(state="draft")
    assert survey["allowed_actions"] == ["opening"]
    refused = await office.act(survey, "publication")
    assert (refused.status_code, refused.json()["allowed_actions"]) == (409, ["opening"])
    assert (await office.act(survey, "opening", caller=office.officer("head"))).json()["state"] == "open"
    assert (await office.act(survey, "opening")).status_code == 409
    assert (await office.act(survey, "closing", caller=office.officer("works_head"))).status_code == 403
    assert (await office.act(survey, "closing")).json()["allowed_actions"] == ["opening", "publication"]
    assert (await office.act(survey, "publication")).json()["code"] == "nothing_to_publish"
    assert (await office.act(survey, "opening")).json()["state"] == "open"
    await office.answer(survey, all_of(4))
    assert (await office.act(survey, "publication")).status_code == 409
    assert (await office.act(survey, "closing")).status_code == 201
    published = await office.act(survey, "publication", json={"method": "Kuesioner kertas", "process": "Di loket"})
    assert published.json()["state"] == "published"
    assert published.json()["method"] == "Kuesioner kertas"
    assert published.json()["allowed_actions"] == ["follow_up"]
    for action in ("opening", "closing", "publication"):
        assert (await office.act(survey, action)).status_code == 409


async def test_moves_need_the_newest_version(office: Office) -> None:
    survey = await office.survey()
    path = f"/v1/surveys/{survey['id']}/closing"
    assert (await office.call("POST", path)).status_code == 428
    assert (await office.call("POST", path, headers={"if-match": '"7.x"'})).status_code == 412
    first = await office.call("POST", path, key="one-key", headers={"if-match": survey["etag"]})
    again = await office.call("POST", path, key="one-key", headers={"if-match": survey["etag"]})
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (201, 201, "true")


async def test_publication_is_told_with_its_result(office: Office) -> None:
    survey = await office.survey(population=10)
    await office.batch(survey, [{"answers": all_of(4)}, {"answers": all_of(3)}])
    await office.act(survey, "closing")
    await office.act(survey, "publication")
    await office.service.sequenced()
    async with office.service.connection() as connection:
        rows = await connection.fetch(
            "SELECT type, sequence, visibility, data FROM events WHERE subject = $1 ORDER BY position",
            f"surveys/{survey['id']}",
        )
    assert [(row["type"], row["sequence"], row["visibility"]) for row in rows] == [
        ("survey.opened", 1, "public"),
        ("survey.closed", 2, "public"),
        ("survey.published", 3, "public"),
    ]
    result = rows[-1]["data"]["result"]
    assert (result["index"], result["grade"], result["n"], result["sample_required"]) == (87.5, "b", 2, 10)


async def test_a_result_is_announced_with_method_and_process(office: Office) -> None:
    """Told by who conducts it, or taken from the survey: nothing is announced without (PermenPANRB 14/2017)."""
    untold, told = [await office.survey(population=10, period_from="2026-01-01") for _ in range(2)]
    for survey in (untold, told):
        await office.batch(
            survey, [{"answers": all_of(4), "channel": "paper"}, {"answers": all_of(3), "channel": "kiosk"}]
        )
        await office.act(survey, "closing")
    shown = (await office.act(untold, "publication")).json()
    assert "9 unsur, skala 1–4, menurut PermenPANRB 14/2017" in shown["method"]
    assert "Kuesioner kertas" in shown["method"]
    assert "diterima 2026-01-01 s.d." in shown["process"]
    assert "2 responden dari 10 pengguna layanan; sampel minimal 10" in shown["process"]
    assert "1/9" in shown["process"]
    shown = (await office.act(told, "publication", json={"method": "Wawancara di loket"})).json()
    assert shown["method"] == "Wawancara di loket"
    assert "2 responden" in shown["process"]


async def test_codes_are_shown_once_and_kept_as_hashes(office: Office) -> None:
    survey = await office.survey()
    path = f"/v1/surveys/{survey['id']}/codes"
    made = await office.call("POST", path, key="codes-key", json={"count": 3})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    codes = made.json()["codes"]
    assert len(set(codes)) == 3
    again = await office.call("POST", path, key="codes-key", json={"count": 3})
    assert "codes" not in again.json()
    async with office.service.connection() as connection:
        stored = await connection.fetch("SELECT code_hash FROM survey_codes WHERE survey_id = $1", survey["id"])
    assert len(stored) == 3
    assert not [row for row in stored for code in codes if code.encode() in bytes(row["code_hash"])]
    assert (await office.call("POST", path, caller=office.officer("officer"), json={"count": 1})).status_code == 403
    assert (await office.call("POST", path, json={"count": 1001})).status_code == 422
    await office.act(survey, "closing")
    assert (await office.call("POST", path, json={"count": 1})).json()["code"] == "codes_not_allowed"


async def test_what_surveys_ask_and_how_they_count_is_open_to_all(office: Office) -> None:
    anonymous = office.service.anonymous()
    reply = await office.call("GET", "/v1/survey-definitions/skm/1", caller=anonymous)
    found = reply.json()
    assert [each["code"] for each in found["elements"]] == list(ELEMENTS)
    assert all(each["question"].keys() == {"id", "en"} and len(each["answers"]) == 4 for each in found["elements"])
    assert {each["code"]: each["weight"] for each in found["index"]["weightings"]} == {
        "exact": None,
        "rounded_0_11": "0.11",
    }
    assert [(each["code"], each["min"]) for each in found["grades"]] == [
        *(("a", "88.31"), ("b", "76.61"), ("c", "65.00"), ("d", "25.00"))
    ]
    assert {"population": 300, "sample": 169} in found["sample_size"]["table"]
    held = {"if-none-match": reply.headers["etag"]}
    again = await office.call("GET", "/v1/survey-definitions/skm/1", caller=anonymous, headers=held)
    assert again.status_code == 304
    listed = (await office.call("GET", "/v1/survey-definitions?code=skm", caller=anonymous)).json()["items"]
    assert [(each["code"], each["version"]) for each in listed] == [("skm", 1)]
    for unknown in ("skm/2", "unknown/1"):
        assert (await office.call("GET", f"/v1/survey-definitions/{unknown}")).status_code == 404
