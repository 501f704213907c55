"""Ethics cases: for whom they exist, who judges whom, the way from complaint to closure, figures without names."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.evaluation.conftest import Office, case
from directory.zones import local_day
from support.directory import seat, settle
from support.wall_clock import wall_clock

WARNING = {"sanction": "written_warning", "decree_number": "800/12/2026", "articles": ["44(1)"]}


async def protected_complaint(office: Office, institution_id: UUID | None = None) -> str:
    identifier = uuid4()
    where = institution_id or office.country.city
    await office.take("complaints", case(1, identifier, institution_id=where, visibility_class="protected"))
    return str(identifier)


async def open_case(
    office: Office, *accused: str, caller: str = "auditor", complaint: bool = True, **fields: Any
) -> httpx.Response:
    body = {
        "institution_id": str(office.country.city),
        "complaint_id": await protected_complaint(office) if complaint else None,
        "values": ["refuses_bribes"],
        "conduct_rules": ["no_misuse_of_office"],
        "accused": [{"person_id": str(office.country.people[name])} for name in accused],
        "summary": "Diduga meminta imbalan.",
    }
    return await office.call("POST", "/v1/ethics-cases", caller=office.officer(caller), json=body | fields)


async def opened(office: Office, *accused: str, **options: Any) -> str:
    reply = await open_case(office, *accused, **options)
    assert reply.status_code == 201, reply.text
    return str(reply.headers["location"])


async def act(office: Office, path: str, action: str, body: Any = None, caller: str = "auditor") -> httpx.Response:
    """Act with the newest ETag, which the platform's own client reads."""
    etag = (await office.call("GET", path)).headers["etag"]
    options = {} if body is None else {"json": body}
    return await office.call(
        "POST", f"{path}/{action}", caller=office.officer(caller), headers={"if-match": etag}, **options
    )


async def examined(office: Office, *accused: str, **options: Any) -> str:
    path = await opened(office, *accused, **options)
    caller = options.get("caller", "auditor")
    for step in ("screening", "examination"):
        reply = await act(office, path, step, caller=caller)
        assert reply.status_code == 201, reply.text
    return path


def decision(office: Office, **verdicts: dict[str, Any]) -> dict[str, Any]:
    return {
        "verdicts": [
            {"person_id": str(office.country.people[name]), "reason": "Bukti cukup", "verdict": "proven", **told}
            for name, told in verdicts.items()
        ]
    }


def local_day_of_decision(decided: httpx.Response) -> str:
    """The day it was in the city when the case was decided: from 16:00 UTC on, that is another day than in UTC."""
    return str(local_day(datetime.fromisoformat(decided.json()["decided_at"]), "Asia/Makassar"))


async def test_a_case_exists_for_auditors_their_head_and_the_supervisor_alone(office: Office) -> None:
    path = await opened(office, "officer")
    for name in ("auditor", "head_auditor", "supervisor"):
        assert (await office.call("GET", path, caller=office.officer(name))).status_code == 200, name
    unknown = await office.call("GET", f"/v1/ethics-cases/{uuid4()}", caller=office.service.anonymous())
    assert unknown.status_code == 404
    others = (
        "officer",
        "head",
        "works_head",
        "admin",
        "responsible",
        "evaluator",
        "national",
        "ombudsman",
        "other_admin",
    )
    clients = [
        office.service.integration(scope, office.country.city) for scope in ("evaluation:write", "evaluation:read")
    ]
    for caller in (*map(office.officer, others), *clients, office.service.anonymous()):
        for method, address in (("GET", path), ("GET", f"{path}/readings"), ("POST", f"{path}/screening")):
            headers = {"if-match": '"1.x"'} if method == "POST" else None
            reply = await office.call(method, address, caller=caller, headers=headers)
            assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
            assert {k: v for k, v in reply.json().items() if k != "request_id"} == {
                k: v for k, v in unknown.json().items() if k != "request_id"
            }


async def test_lists_show_what_may_be_judged(fresh: Office) -> None:
    ordinary = await opened(fresh, "officer")
    of_auditor = await opened(fresh, "auditor", caller="head_auditor")
    of_head = await opened(fresh, "head_auditor", caller="supervisor")

    async def listed(name: str) -> set[str]:
        reply = await fresh.call("GET", "/v1/ethics-cases?count=exact", caller=fresh.officer(name))
        items = reply.json()["items"]
        assert reply.json()["count"] == len(items)
        return {f"/v1/ethics-cases/{item['id']}" for item in items}

    assert await listed("auditor") == {ordinary}
    assert await listed("head_auditor") == {ordinary, of_auditor}
    assert await listed("supervisor") == {ordinary, of_auditor, of_head}
    assert await listed("works_head") == set()  # heads a unit, but no inspectorate
    for name in ("officer", "admin", "responsible"):
        assert (await fresh.call("GET", "/v1/ethics-cases", caller=fresh.officer(name))).status_code == 403


@pytest.mark.parametrize(
    ("accused", "caller", "status", "code"),
    [
        ("officer", "auditor", 201, None),
        ("auditor", "auditor", 403, "judged_higher"),  # one's own case
        ("auditor", "head_auditor", 201, None),
        ("head_auditor", "auditor", 403, "judged_higher"),
        ("head_auditor", "head_auditor", 403, "judged_higher"),
        ("head_auditor", "supervisor", 201, None),
        ("responsible", "head_auditor", 403, "judged_higher"),
        ("responsible", "supervisor", 201, None),
        ("supervisor", "supervisor", 409, "judged_outside"),
        ("officer", "works_head", 403, "forbidden"),
        ("officer", "admin", 403, "forbidden"),
    ],
)
async def test_who_opens_cases_against_whom(
    office: Office, accused: str, caller: str, status: int, code: str | None
) -> None:
    reply = await open_case(office, accused, caller=caller)
    assert reply.status_code == status, reply.text
    if code is not None:
        assert reply.json()["code"] == code
    if code == "judged_outside":
        assert "kpk" in reply.json()["referral_bodies"]


async def test_nobody_judges_a_case_of_the_line_they_belong_to(fresh: Office) -> None:
    """An auditor who also serves in the works department has no part in its cases; the head of audit has."""
    country, both = fresh.country, uuid4()
    events = seat(both, "both", "internal_auditor", country.city, country.inspectorate)
    await settle(fresh.service, [*events, seat(both, "both", "officer", country.city, country.works)[1]])
    path = await opened(fresh, "works_liaison", complaint=False)
    elsewhere = await opened(fresh, "officer", complaint=False)
    caller = fresh.service.account("both")
    assert (await fresh.call("GET", path, caller=caller)).status_code == 404
    assert (await fresh.call("GET", elsewhere, caller=caller)).status_code == 200
    body = {
        "institution_id": str(country.city),
        "values": ["polite"],
        "accused": [{"person_id": str(country.people["works_head"])}],
        "summary": "Kasar.",
    }
    refused = await fresh.call("POST", "/v1/ethics-cases", caller=caller, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "own_case")


async def test_the_line_of_every_seat_of_the_accused_counts(fresh: Office) -> None:
    """Someone who serves in two units is nobody's colleague to judge in either, whichever of them the case names."""
    country, both, colleague = fresh.country, uuid4(), uuid4()
    events = seat(both, "both", "internal_auditor", country.city, country.inspectorate)
    events.append(seat(both, "both", "officer", country.city, country.works)[1])
    events += seat(colleague, "colleague", "officer", country.city, country.counter)
    events.append(seat(colleague, "colleague", "officer", country.city, country.works)[1])
    await settle(fresh.service, events)
    accused = [{"person_id": str(colleague), "unit_id": str(country.counter)}]
    path = await opened(fresh, "officer", complaint=False, accused=accused)
    assert (await fresh.call("GET", path, caller=fresh.officer("auditor"))).status_code == 200
    assert (await fresh.call("GET", path, caller=fresh.service.account("both"))).status_code == 404


async def test_what_a_case_must_say(office: Office) -> None:
    async def refused(**fields: Any) -> set[tuple[str, str]]:
        reply = await open_case(office, "officer", **fields)
        assert reply.status_code == 422, reply.text
        return {(error["pointer"], error["code"]) for error in reply.json()["errors"]}

    assert await refused(values=["brave"]) == {("/values/0", "unknown_code")}
    assert await refused(conduct_rules=["lazy"]) == {("/conduct_rules/0", "unknown_code")}
    assert await refused(accused=[{"person_id": str(uuid4())}]) == {("/accused/0/person_id", "unknown_person")}
    officer = str(office.country.people["officer"])
    elsewhere = {"person_id": officer, "unit_id": str(office.country.works)}
    assert await refused(accused=[elsewhere]) == {("/accused/0/unit_id", "not_of_the_unit")}
    assert await refused(accused=[{"person_id": officer, "regime": "military"}]) == {
        ("/accused/0/regime", "unknown_code")
    }
    assert await refused(accused=[{"person_id": officer}] * 2) == {("/accused/1/person_id", "accused_already")}
    wrong = {("/complaint_id", "not_a_protected_complaint")}
    assert await refused(complaint_id=str(uuid4())) == wrong
    assert await refused(complaint_id=await protected_complaint(office, office.country.other_city)) == wrong
    public = uuid4()
    await office.take("complaints", case(1, public, institution_id=office.country.city))
    assert await refused(complaint_id=str(public)) == wrong
    complaint = await protected_complaint(office)
    assert (await open_case(office, "officer", complaint_id=complaint)).status_code == 201
    again = await open_case(office, "officer", complaint_id=complaint)
    assert (again.status_code, again.json()["code"]) == (409, "ethics_case_opened_already")


async def test_a_complaint_is_named_by_its_id_alone_and_no_event_tells_of_it(office: Office) -> None:
    async with office.service.connection() as connection:
        before = await connection.fetchval("SELECT count(*) FROM outbox")
    path = await opened(office, "officer")
    await act(office, path, "screening")
    async with office.service.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM outbox") == before
    content = (await office.call("GET", path, caller=office.officer("auditor"))).json()
    assert content["accused"][0]["name"].startswith("Pejabat officer")
    assert not [name for name in content if "report" in name or "identity" in name]


async def test_every_reading_is_on_record(office: Office) -> None:
    path = await opened(office, "officer")
    await office.call("GET", path, caller=office.officer("auditor"))
    await office.call("GET", path, caller=office.officer("head_auditor"))
    readings = await office.call("GET", f"{path}/readings", caller=office.officer("head_auditor"))
    assert [item["person_id"] for item in readings.json()["items"]] == [
        str(office.country.people[name]) for name in ("head_auditor", "auditor")
    ]
    assert (await office.call("GET", f"{path}/readings", caller=office.officer("auditor"))).status_code == 404


async def test_the_head_decides_and_another_decides_on_the_objection(office: Office) -> None:
    path = await examined(office, "officer", "liaison")
    told = decision(office, officer=WARNING, liaison={"verdict": "not_proven"})
    by_auditor = await act(office, path, "decision", told)
    assert (by_auditor.status_code, by_auditor.json()["code"]) == (403, "head_decides")
    half = decision(office, officer=WARNING)
    assert (await act(office, path, "decision", half, "head_auditor")).json()["errors"][0]["code"] == "not_everyone"
    decided = await act(office, path, "decision", told, "head_auditor")
    assert decided.status_code == 201, decided.text
    assert decided.json()["state"] == "decided"
    assert decided.json()["objection_due_at"] is not None
    assert (await act(office, path, "closure")).json()["code"] == "sanction_pending"
    objection = {
        "person_id": str(office.country.people["officer"]),
        "received_on": local_day_of_decision(decided),
        "grounds": "Tidak benar.",
    }
    stranger = {**objection, "person_id": str(office.country.people["liaison"])}
    assert (await act(office, path, "objection", stranger)).json()["errors"][0]["code"] == "not_sanctioned"
    assert (await act(office, path, "objection", objection)).json()["state"] == "objection"
    milder = decision(office, officer={**WARNING, "sanction": "verbal_warning"}, liaison={"verdict": "not_proven"})
    own = await act(office, path, "objection-decision", milder, "head_auditor")
    assert (own.status_code, own.json()["code"]) == (403, "own_decision")
    final = await act(office, path, "objection-decision", milder, "supervisor")
    by_person = {each["person_id"]: each for each in final.json()["accused"]}
    assert by_person[objection["person_id"]]["sanction"] == "verbal_warning"
    assert (await act(office, path, "objection", objection)).json()["code"] == "objection_too_late"
    assert [step["action"] for step in final.json()["history"]] == [
        *("opening", "screening", "examination", "decision", "objection", "objection_decision")
    ]


async def test_a_supervisor_who_decided_does_not_decide_on_the_objection(office: Office) -> None:
    """Nobody judges their own: another seat does, or a body outside; not by way of a referral and back either."""
    path = await examined(office, "officer")
    told = decision(office, officer=WARNING)
    decided = await act(office, path, "decision", told, "supervisor")
    objection = {
        "person_id": str(office.country.people["officer"]),
        "received_on": local_day_of_decision(decided),
        "grounds": "Tidak benar.",
    }
    assert (await act(office, path, "objection", objection)).json()["allowed_actions"] == [
        *("objection", "objection_decision", "referral")
    ]
    own = await act(office, path, "objection-decision", told, "supervisor")
    assert (own.status_code, own.json()["code"]) == (403, "own_decision")
    assert "ombudsman" in own.json()["referral_bodies"]
    referred = await act(office, path, "referral", {"body": "ombudsman", "reason": "Keberatan."}, "supervisor")
    assert referred.json()["state"] == "referred"
    assert (await act(office, path, "examination")).json()["state"] == "examination"
    again = await act(office, path, "decision", told, "supervisor")
    assert (again.status_code, again.json()["code"]) == (403, "own_decision")
    assert (await act(office, path, "decision", told, "head_auditor")).json()["state"] == "decided"


async def test_the_accused_see_their_own_verdict_and_object_themselves(fresh: Office) -> None:
    """From the decision on, within the term, once; of the case itself they learn nothing more."""
    with wall_clock(fresh.service) as clock:
        path = await examined(fresh, "officer", "liaison")
        own = path.replace("/ethics-cases/", "/ethics-verdicts/")
        officer, liaison = fresh.officer("officer"), fresh.officer("liaison")
        grounds = {"grounds": "Saya tidak bertugas hari itu."}
        assert (await fresh.call("GET", own, caller=officer)).status_code == 404  # not decided yet
        await act(fresh, path, "decision", decision(fresh, officer=WARNING, liaison=WARNING), "head_auditor")
        reply = await fresh.call("GET", own, caller=officer)
        shown = reply.json()
        assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-store")
        assert (shown["sanction"], shown["severity"], shown["may_object"]) == ("written_warning", "light", True)
        assert shown["reason"] == "Bukti cukup"
        assert not {"summary", "complaint_id", "accused", "history", "judged_by"} & shown.keys()
        assert str(fresh.country.people["liaison"]) not in reply.text
        listed = (await fresh.call("GET", "/v1/ethics-verdicts", caller=officer)).json()["items"]
        assert [each["case_id"] for each in listed] == [path.rpartition("/")[2]]
        assert (await fresh.call("GET", path, caller=officer)).status_code == 404
        for caller in ("head", "auditor", "supervisor", "admin"):
            assert (await fresh.call("GET", own, caller=fresh.officer(caller))).status_code == 404
            stranger = await fresh.call("POST", f"{own}/objection", caller=fresh.officer(caller), json=grounds)
            assert stranger.status_code == 404
            assert (await fresh.call("GET", "/v1/ethics-verdicts", caller=fresh.officer(caller))).json()["items"] == []
        anonymous = fresh.service.anonymous()
        assert (await fresh.call("GET", "/v1/ethics-verdicts", caller=anonymous)).status_code == 401
        assert (await fresh.call("GET", own, caller=anonymous)).status_code == 404

        clock.set(16)  # 14 calendar days from 2 March
        objected = await fresh.call("POST", f"{own}/objection", caller=officer, json=grounds)
        assert (objected.status_code, objected.json()["state"], objected.json()["may_object"]) == (
            201,
            "objection",
            False,
        )
        again = await fresh.call("POST", f"{own}/objection", caller=officer, json=grounds)
        assert (again.status_code, again.json()["code"]) == (409, "objected_already")
        assert (await fresh.call("POST", f"{own}/objection", caller=liaison, json=grounds)).status_code == 201
        steps = (await fresh.call("GET", path)).json()["history"][-2:]
        assert [(step["action"], step["person_id"]) for step in steps] == [
            ("objection", str(fresh.country.people[name])) for name in ("officer", "liaison")
        ]
        assert steps[0]["detail"] == {
            "person_id": str(fresh.country.people["officer"]),
            "received_on": "2026-03-16",
            **grounds,
        }
        milder = {**WARNING, "sanction": "verbal_warning"}
        told = decision(fresh, officer=milder, liaison={"verdict": "not_proven"})
        assert (await act(fresh, path, "objection-decision", told, "supervisor")).json()["state"] == "decided"
        final = await fresh.call("POST", f"{own}/objection", caller=officer, json=grounds)
        assert (final.status_code, final.json()["code"]) == (409, "objection_too_late")
        acquitted = (await fresh.call("GET", own, caller=liaison)).json()
        assert (acquitted["verdict"], acquitted["sanction"], acquitted["may_object"]) == ("not_proven", None, False)
        refused = await fresh.call("POST", f"{own}/objection", caller=liaison, json=grounds)
        assert refused.json()["errors"][0]["code"] == "not_sanctioned"


async def test_the_accused_object_in_time_or_not_at_all(office: Office) -> None:
    with wall_clock(office.service) as clock:
        path = await examined(office, "officer")
        own = path.replace("/ethics-cases/", "/ethics-verdicts/")
        await act(office, path, "decision", decision(office, officer=WARNING), "head_auditor")
        officer = office.officer("officer")
        assert (await office.call("POST", f"{own}/objection", caller=officer, json={})).status_code == 422
        stale = await office.call(
            "POST", f"{own}/objection", caller=officer, json={"grounds": "-"}, headers={"if-match": '"1.x"'}
        )
        assert stale.status_code == 412
        clock.set(17)
        assert (await office.call("GET", own, caller=officer)).json()["may_object"] is False
        late = await office.call("POST", f"{own}/objection", caller=officer, json={"grounds": "Terlambat"})
        assert (late.status_code, late.json()["code"]) == (409, "objection_too_late")


async def test_a_warning_that_is_not_heeded_in_three_months(office: Office) -> None:
    """UU 25/2009 art. 54(2): three months from 3 March end with 3 June, local time."""
    person = str(office.country.people["officer"])
    with wall_clock(office.service) as clock:
        path, heeded = await examined(office, "officer"), await examined(office, "officer")
        for each in (path, heeded):
            await act(office, each, "decision", decision(office, officer=WARNING), "head_auditor")
        early = await act(office, path, "enforcement", {"effective_on": "2026-03-01"}, "head_auditor")
        assert early.json()["errors"][0]["code"] == "day_unfit"
        clock.set(3)
        for each in (path, heeded):
            reply = await act(office, each, "enforcement", {"effective_on": "2026-03-03"}, "head_auditor")
            assert reply.json()["state"] == "sanction_in_force"
        accused = reply.json()["accused"][0]
        assert (accused["remedy_due_at"], accused["unremedied"]) == ("2026-06-03T15:59:59Z", False)
        removal = {"person_id": person, "decree_number": "800/99/2026", "effective_on": "2026-06-05"}
        assert (await act(office, path, "escalation", removal, "head_auditor")).json()["code"] == "remedy_not_open"
        assert (await act(office, path, "closure")).json()["code"] == "sanction_pending"
        clock.set(2, month=6)
        remedy = {"person_id": person, "remedied_on": "2026-06-01", "proof": "Layanan dipulihkan."}
        assert (await act(office, heeded, "remedy", remedy)).json()["accused"][0]["remedied_on"] == "2026-06-01"
        assert (await act(office, heeded, "closure")).json()["state"] == "closed"
        clock.set(5, month=6)
        late = {**remedy, "remedied_on": "2026-06-04"}
        assert (await act(office, path, "remedy", late)).json()["code"] == "remedy_not_open"
        shown = await office.call("GET", path, caller=office.officer("auditor"))
        assert shown.json()["accused"][0]["unremedied"] is True
        assert (await act(office, path, "escalation", removal)).json()["code"] == "head_decides"
        removed = await act(office, path, "escalation", removal, "head_auditor")
        assert removed.json()["accused"][0]["sanction"] == "removal_from_post"
        assert (removed.json()["accused"][0]["severity"], removed.json()["accused"][0]["unremedied"]) == (
            "severe",
            False,
        )
        assert (await act(office, path, "closure")).json()["allowed_actions"] == []


async def test_the_term_of_objection_ends(office: Office) -> None:
    with wall_clock(office.service) as clock:
        path = await examined(office, "officer")
        await act(office, path, "decision", decision(office, officer=WARNING), "head_auditor")
        now = clock.set(17)  # 14 calendar days from 2 March end with the 16th
        objection = {"person_id": str(office.country.people["officer"]), "grounds": "Keberatan."}
        late = {**objection, "received_on": "2026-03-17"}
        assert (await act(office, path, "objection", late)).json()["code"] == "objection_too_late"
        to_come = {**objection, "received_on": str((now + timedelta(days=1)).date())}
        assert (await act(office, path, "objection", to_come)).json()["errors"][0]["code"] == "day_unfit"
        in_time = {**objection, "received_on": "2026-03-16"}
        assert (await act(office, path, "objection", in_time)).json()["state"] == "objection"


async def test_referral_and_the_examination_beside_it(office: Office) -> None:
    path = await examined(office, "officer")
    unknown = await act(office, path, "referral", {"body": "neighbours", "reason": "x"})
    assert unknown.json()["errors"][0]["code"] == "unknown_code"
    referred = await act(office, path, "referral", {"body": "kpk", "reason": "Dugaan suap."})
    assert (referred.json()["state"], referred.json()["referral_body"]) == ("referred", "kpk")
    assert (await act(office, path, "examination")).json()["state"] == "examination"


async def test_a_case_rises_with_who_is_accused(office: Office) -> None:
    path = await opened(office, "officer")
    accuse = {"accused": {"person_id": str(office.country.people["responsible"])}}
    reply = await act(office, path, "accusation", accuse)
    assert (reply.status_code, set(reply.json())) == (201, {"id"})
    assert (await office.call("GET", path, caller=office.officer("auditor"))).status_code == 404
    shown = await office.call("GET", path, caller=office.officer("supervisor"))
    assert (shown.json()["judged_by"], len(shown.json()["accused"])) == ("supervisor", 2)
    above = {"accused": {"person_id": str(office.country.people["supervisor"])}}
    assert (await act(office, path, "accusation", above, "supervisor")).json()["code"] == "judged_outside"


async def test_moves_need_the_newest_version_and_the_right_state(office: Office) -> None:
    path = await opened(office, "officer")
    auditor = office.officer("auditor")
    assert (await office.call("POST", f"{path}/screening", caller=auditor)).status_code == 428
    stale = await office.call("POST", f"{path}/screening", caller=auditor, headers={"if-match": '"7.x"'})
    assert stale.status_code == 412
    wrong = await act(office, path, "hearing")
    assert (wrong.status_code, wrong.json()["allowed_actions"]) == (409, ["accusation", "screening"])
    assert (await act(office, path, "screening")).status_code == 201
    cleared = decision(office, officer={"verdict": "not_examinable"})
    assert (await act(office, path, "decision", decision(office, officer=WARNING), "head_auditor")).status_code == 422
    assert (await act(office, path, "decision", cleared, "head_auditor")).json()["state"] == "decided"
    assert (await act(office, path, "enforcement", {"effective_on": "2026-01-01"})).json()[
        "code"
    ] == "nothing_to_enforce"
    assert (await act(office, path, "closure")).json()["state"] == "closed"


async def test_statistics_hide_small_cells_and_name_nobody(fresh: Office) -> None:
    with wall_clock(fresh.service):
        for number in range(4):
            await opened(fresh, "officer", complaint=False, values=["polite"] if number else ["refuses_bribes"])
        address = f"/v1/ethics-case-statistics?institution={fresh.country.city}&year=2026"
        small = (await fresh.call("GET", address, caller=fresh.officer("admin"))).json()
        assert (small["total"], small["suppressed"]) == (None, True)
        assert {cell["n"] for cell in small["by_state"] + small["by_value"]} == {None}
        for _ in range(6):
            await opened(fresh, "officer", complaint=False, values=["polite"])
        shown = (await fresh.call("GET", address, caller=fresh.officer("responsible"))).json()
        assert shown["total"] == 10
        assert shown["by_state"] == [{"code": "received", "n": 10, "suppressed": False}]
        # One case of bribery, and so the nine others, could be reckoned from the total.
        assert {cell["code"]: cell["n"] for cell in shown["by_value"]} == {"polite": None, "refuses_bribes": None}
        other_year = (await fresh.call("GET", address.replace("2026", "2025"), caller=fresh.officer("auditor"))).json()
        assert other_year["total"] == 0
    for name, status in (("officer", 403), ("works_head", 404), ("other_admin", 404), ("supervisor", 200)):
        assert (await fresh.call("GET", address, caller=fresh.officer(name))).status_code == status, name


@pytest.mark.parametrize(("name", "count"), [("ethics-values", 7), ("conduct-rules", 15)])
async def test_catalogues_are_public(office: Office, name: str, count: int) -> None:
    reply = await office.call("GET", f"/v1/{name}", caller=office.service.anonymous())
    assert len(reply.json()["items"]) == count
    held = {"if-none-match": reply.headers["etag"]}
    assert (await office.call("GET", f"/v1/{name}", headers=held)).status_code == 304
    assert (await office.call("GET", f"/v1/{name}?on=2001-01-01")).status_code == 404
    sanctions = (await office.call("GET", "/v1/sanctions", caller=office.service.anonymous())).json()
    assert [regime["code"] for regime in sanctions["regimes"]] == ["civil_servant", "public_service_law", "corporation"]
