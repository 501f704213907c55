"""A unit's way through PEKPPP: preparation, own answers, evaluation, verification with objections, publication."""

import copy
from typing import Any
from uuid import uuid4

from api.evaluation.assessed import SCORED, all_levels, all_users, assessed, codes
from api.evaluation.conftest import Office
from unit.evaluation.instruments import SHIPPED

# The example worked by hand in tests/unit/evaluation/test_ipp.py.
WORKED = dict(
    zip(SCORED, [4, 5, 3, 5, 5, 2, 1, 3, 4, 3, 4, 5, 2, 5, 2, 4, 3, 5, 1, 3, 4, 3, 5, 2, 5, 4, 3, 2, 3, 1], strict=True)
)
TWO_USERS = (all_users(4), all_users(3, toilet_clean=5))


async def test_the_worked_example_from_campaign_to_publication(office: Office) -> None:
    unit = await assessed(office)
    assert unit.answer["state"] == "prepared"
    assert unit.answer["allowed_actions"] == ["opening"]
    assert (await unit.moved("opening", by="admin"))["state"] == "self_assessment"
    own = {"form": "f01", "answers": {"parking": 3}, "notes": {"parking": "Tiga fasilitas"}}
    assert (await unit.post("answers", own, by="officer")).status_code == 201
    document = {"item": "parking", "title": "SK penataan parkir", "document_number": "188/2026"}
    assert (await unit.post("evidence", document, by="officer")).status_code == 201
    assert (await unit.moved("submission", by="head"))["state"] == "evaluation"
    await unit.levels({item: level for item, level in WORKED.items() if item != "parking"})
    open_ = (await unit.get("/result", by="evaluator")).json()
    assert (open_["missing"], open_["ipp"], open_["f02"]["score"]) == (["parking"], None, None)
    await unit.levels({"parking": WORKED["parking"], "queue_system": 4})
    await unit.users(*TWO_USERS)
    assert (await unit.moved("completion", by="evaluator"))["state"] == "verification"
    confirmed = await unit.moved("verification", by="evaluator", body={"decision": "confirmed"})
    assert (confirmed["state"], confirmed["ipp"], confirmed["grade"]) == ("final", 3.46, "b_minus")
    assert (await unit.get("/result", by="nobody")).status_code == 404
    assert (await unit.moved("publication", by="admin"))["state"] == "published"

    result = (await unit.get("/result", by="nobody")).json()
    assert [aspect["score"] for aspect in result["aspects"]] == [3.69, 4.0, 3.26, 3.4, 3.35, 2.0]
    assert (result["f02"]["score"], result["f02"]["weight"], result["f02"]["rescaled"]) == (3.4214, "0.75", False)
    assert (result["f03"]["score"], result["f03"]["respondents"]) == (3.5714, 2)
    assert (result["ipp"], result["grade_label"]["id"], result["state"]) == (3.46, "B-", "published")
    assert result["grade_note"] == "Baik dengan Catatan / Good with notes"
    assert [each["level"] for each in result["additional"]] == [4]
    seen = (await unit.get(by="nobody")).json()
    assert (seen["ipp"], seen["evaluator_ids"], seen["allowed_actions"]) == (3.46, None, [])
    for inside in ("/answers", "/evidence", "/objection", "/offered-levels", "/history"):
        assert (await unit.get(inside, by="nobody")).status_code == 404
        assert (await unit.get(inside, by="head")).status_code == 200
    answers = (await unit.get("/answers", by="officer")).json()
    assert [(each["item"], each["level"], each["note"]) for each in answers["self_assessment"]] == [
        ("parking", 3, "Tiga fasilitas")
    ]
    assert (len(answers["evaluator"]), answers["respondents"]) == (31, 2)
    history = (await unit.get("/history")).json()["items"]
    assert [each["action"] for each in history] == [
        "preparation",
        "opening",
        "submission",
        "completion",
        "confirmed",
        "publication",
    ]


async def test_an_item_that_does_not_count_has_no_part_in_what_users_say(office: Office) -> None:
    """Service users may leave it open; given or not, the mean is that of the other thirteen."""
    document = copy.deepcopy(SHIPPED) | {"code": f"trial_{uuid4().hex[:8]}"}
    informative = document["forms"][2]["items"][0]
    informative["scored"] = False
    assert (await office.call("POST", "/v1/instruments", json=document)).status_code == 201
    unit = await (await assessed(office, instrument=document["code"])).to_evaluation()
    left_open = {item: level for item, level in all_users(3).items() if item != informative["code"]}
    await unit.users(left_open, all_users(4, **{informative["code"]: 0}))
    f03 = (await unit.get("/result")).json()["f03"]
    assert (f03["score"], f03["respondents"]) == (3.5, 2)


async def test_what_is_off_the_scale_or_unknown_is_named(office: Office) -> None:
    unit = await (await assessed(office)).to_evaluation()
    body = {"form": "f02_a", "answers": {"parking": 6, "toilet": -1, "weather": 3, "waiting_room": 2}}
    refused = await unit.post("answers", body, by="evaluator")
    assert refused.status_code == 422
    assert codes(refused) == {
        ("/answers/parking", "off_scale"),
        ("/answers/toilet", "off_scale"),
        ("/answers/weather", "unknown_item"),
    }
    assert (await unit.get("/answers")).json()["evaluator"] == []
    assert codes(await unit.post("answers", {"form": "f03_b", "answers": {"parking": 1}})) == {
        ("/form", "unknown_form")
    }
    note = {"form": "f02_a", "answers": {"parking": 1}, "notes": {"toilet": "?"}}
    assert codes(await unit.post("answers", note)) == {("/notes/toilet", "note_without_answer")}
    half = {"form": "f02_a", "answers": {"parking": 2.5}}
    assert (await unit.post("answers", half)).status_code == 422


async def test_each_side_answers_its_form_in_its_time(office: Office) -> None:
    unit = await assessed(office)
    own: dict[str, Any] = {"form": "f01", "answers": {"parking": 3}}
    theirs: dict[str, Any] = {"form": "f02_a", "answers": {"parking": 3}}
    for body, by in ((own, "officer"), (theirs, "evaluator")):
        early = await unit.post("answers", body, by=by)
        assert (early.status_code, early.json()["code"]) == (409, "assessment_move_not_allowed")
    await unit.to_evaluation()
    tries: tuple[tuple[dict[str, Any], str | None, int], ...] = (
        (own, "officer", 409),
        (theirs, "officer", 403),
        (theirs, "works_head", 404),
        (theirs, "nobody", 404),
        (theirs, "evaluator", 201),
        (theirs, None, 201),
    )
    for body, who, status in tries:
        assert (await unit.post("answers", body, by=who)).status_code == status, who
    integration = office.service.integration("evaluation:write", office.country.city)
    path = f"{unit.path}/answers"
    assert (await office.call("POST", path, caller=integration, json=theirs)).status_code == 403


async def test_a_code_is_good_for_one_answer(office: Office) -> None:
    unit = await assessed(office)
    made = await unit.post("codes", {"count": 2}, by="admin", key="codes-once")
    first, second = made.json()["codes"]
    again = await unit.post("codes", {"count": 2}, by="admin", key="codes-once")
    assert "codes" not in again.json()
    assert (await unit.as_user(all_users(4), first)).status_code == 409, "nobody is asked yet"
    assert (await unit.as_user(all_users(4), "0000-0000-0000-0000")).status_code == 404
    await unit.to_evaluation()
    assert (await unit.as_user(all_users(4), first.lower())).status_code == 201
    used = await unit.as_user(all_users(5), first)
    assert (used.status_code, used.json()["code"]) == (409, "code_used")
    assert codes(await unit.as_user(all_users(5), "0000-0000-0000-0000")) == {("/code", "unknown_code")}
    short = all_users(5)
    del short["toilet_clean"]
    assert codes(await unit.as_user(short, second)) == {("/answers/toilet_clean", "missing_item")}
    assert codes(await unit.as_user(all_users(5, toilet_clean=9), second)) == {("/answers/toilet_clean", "off_scale")}
    assert (await unit.as_user(all_users(5), second)).status_code == 201, "a refused answer leaves its code good"
    assert (await unit.get("/answers")).json()["respondents"] == 2


async def test_paper_answers_are_entered_by_those_who_ask_not_by_the_unit(office: Office) -> None:
    unit = await (await assessed(office)).to_evaluation()
    body = {"form": "f03_a", "answers": all_users(3)}
    for by, status in (("evaluator", 201), ("admin", 201), ("officer", 403), ("head", 403), ("nobody", 404)):
        assert (await unit.post("answers", body, by=by)).status_code == status, by


async def test_what_is_incomplete_is_not_finished(office: Office) -> None:
    unit = await (await assessed(office, respondents_minimum=2)).to_evaluation()
    levels = all_levels(3)
    del levels["parking"]
    await unit.levels(levels)
    await unit.users(all_users(3))
    refused = await unit.move("completion", by="evaluator")
    assert (refused.status_code, refused.json()["code"]) == (422, "assessment_incomplete")
    assert codes(refused) == {("/answers/parking", "missing_item")}
    assert (refused.json()["respondents"], refused.json()["respondents_minimum"]) == (1, 2)
    await unit.levels({"parking": 3})
    few = await unit.move("completion", by="evaluator")
    assert (few.status_code, few.json()["errors"]) == (422, [])
    await unit.users(all_users(3))
    assert (await unit.moved("completion", by="evaluator"))["state"] == "verification"


async def test_an_objection_is_decided_before_anything_is_confirmed(office: Office) -> None:
    unit = await (await assessed(office)).to_verification(all_levels(3), all_users(3))
    body = {"item": "parking", "claimed_level": 5, "reason": "Lima fasilitas, bukti terlampir."}
    assert (await unit.post("objection", body, by="evaluator")).status_code == 403
    assert codes(await unit.post("objection", body | {"claimed_level": 6}, by="head")) == {
        ("/claimed_level", "off_scale")
    }
    assert codes(await unit.post("objection", body | {"item": "weather"}, by="head")) == {("/item", "unknown_item")}
    raised = await unit.post("objection", body, by="head")
    assert raised.status_code == 201, raised.text
    objection = raised.json()["id"]
    refused = await unit.move("verification", by="evaluator", body={"decision": "confirmed"})
    assert codes(refused) == {(f"/objections/{objection}", "objection_undecided")}
    accepted = {"id": objection, "decision": "accepted", "reason": "Bukti diterima."}
    unchanged = {"decision": "confirmed", "objections": [accepted]}
    assert codes(await unit.move("verification", body=unchanged)) == {("/objections/0/decision", "adjustment_missing")}
    as_it_was = unchanged | {"adjustments": {"parking": 3}}
    assert codes(await unit.move("verification", body=as_it_was)) == {("/objections/0/decision", "adjustment_missing")}
    off = unchanged | {"adjustments": {"parking": 7}}
    assert codes(await unit.move("verification", body=off)) == {("/adjustments/parking", "off_scale")}
    confirmed = await unit.moved("verification", by="admin", body=unchanged | {"adjustments": {"parking": 5}})
    # All 3, save for parking: 3 + 0.75 · 0.18 · 0.15 · 2 = 3.0405.
    assert (confirmed["ipp"], confirmed["grade"]) == (3.04, "b_minus")
    (decided,) = (await unit.get("/objection", by="head")).json()["items"]
    assert (decided["decision"], decided["decision_reason"]) == ("accepted", "Bukti diterima.")
    last = (await unit.get("/history", by="head")).json()["items"][-1]
    assert last["detail"]["adjustments"] == {"parking": {"from": 3, "to": 5}}
    assert (await unit.post("objection", body, by="head")).status_code == 409


async def test_verification_may_return_it(office: Office) -> None:
    unit = await (await assessed(office)).to_verification(all_levels(3), all_users(3))
    for by, status in (("officer", 403), ("works_head", 403), ("nobody", 401)):
        assert (await unit.move("verification", by=by, body={"decision": "returned"})).status_code == status, by
    returned = await unit.moved("verification", by="admin", body={"decision": "returned", "note": "Periksa ulang"})
    assert (returned["state"], returned["ipp"]) == ("evaluation", None)
    await unit.levels({"parking": 4})
    assert (await unit.moved("completion", by="evaluator"))["state"] == "verification"


async def test_what_is_accepted_moves_the_level_of_a_returned_assessment_too(office: Office) -> None:
    unit = await (await assessed(office)).to_verification(all_levels(3), all_users(3))
    raised = await unit.post("objection", {"item": "parking", "reason": "Lima fasilitas."}, by="head")
    accepted = {"id": raised.json()["id"], "decision": "accepted", "reason": "Benar."}
    body = {"decision": "returned", "objections": [accepted]}
    refused = await unit.move("verification", by="admin", body=body)
    assert codes(refused) == {("/objections/0/decision", "adjustment_missing")}
    returned = await unit.moved("verification", by="admin", body=body | {"adjustments": {"parking": 5}})
    assert returned["state"] == "evaluation"
    given = (await unit.get("/answers")).json()["evaluator"]
    assert [each["level"] for each in given if each["item"] == "parking"] == [5]


async def test_moves_in_another_order_and_by_others_are_refused(office: Office) -> None:
    unit = await assessed(office)
    for action, by in (("submission", "head"), ("completion", "evaluator"), ("publication", "admin")):
        refused = await unit.move(action, by=by)
        assert (refused.status_code, refused.json()["code"]) == (409, "assessment_move_not_allowed")
        assert refused.json()["allowed_actions"] == ["opening"]
    for action, by in (
        ("opening", "head"),
        ("submission", "evaluator"),
        ("completion", "head"),
        ("publication", "officer"),
    ):
        assert (await unit.move(action, by=by)).status_code == 403
    assert (await unit.move("opening", by="other_admin")).status_code == 404
    assert (await unit.post("opening", None, by="admin")).status_code == 428
    assert (await unit.post("opening", None, by="admin", headers={"if-match": '"9.x"'})).status_code == 412


async def test_before_publication_others_learn_nothing(office: Office) -> None:
    unit = await (await assessed(office)).to_evaluation()
    for by in ("nobody", "works_head", "other_admin"):
        assert (await unit.get(by=by)).status_code == 404
        assert (await unit.get("/result", by=by)).status_code == 404
        listed = await office.call(
            "GET", f"/v1/assessments?campaign={unit.answer['campaign_id']}", caller=unit._caller(by)
        )
        assert listed.json()["items"] == []
    for by in ("head", "officer", "admin", "evaluator", "supervisor", "ombudsman"):
        assert (await unit.get(by=by)).status_code == 200, by
        listed = await office.call(
            "GET", f"/v1/assessments?campaign={unit.answer['campaign_id']}", caller=unit._caller(by)
        )
        assert [each["id"] for each in listed.json()["items"]] == [unit.id]


async def test_form_b_says_that_its_weights_were_rescaled(office: Office) -> None:
    unit = await assessed(office, evaluator_form="f02_b", user_form="f03_b")
    await unit.to_evaluation()
    await unit.levels({"standard_available": 0}, form="f02_b")
    result = (await unit.get("/result")).json()
    assert (result["f02"]["rescaled"], "rescaled" in result["f02"]["note"]) == (True, True)
    assert [aspect["code"] for aspect in result["aspects"] if aspect["rescaled"]] == ["service_policy"]


async def test_facts_tell_of_it_and_the_index_only_once_it_is_published(fresh: Office) -> None:
    unit = await (await assessed(fresh)).to_publication(all_levels(4), all_users(4))
    await fresh.service.sequenced()
    async with fresh.service.connection() as connection:
        rows = await connection.fetch(
            "SELECT type, visibility, data->>'ipp' AS ipp FROM events WHERE subject = $1 ORDER BY position",
            f"assessments/{unit.id}",
        )
    assert [(row["type"].removeprefix("assessment."), row["visibility"], row["ipp"]) for row in rows] == [
        ("prepared", "agency", None),
        ("opened", "agency", None),
        ("submitted", "agency", None),
        ("completed", "agency", None),
        ("confirmed", "agency", None),
        ("published", "public", "4.0"),
    ]
