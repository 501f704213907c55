"""Who sees what (case-lifecycle §8): every seat against every kind of case, as one case, in the list, in the count."""

from uuid import UUID

import pytest

from chassis.http.identity import Caller
from complaints.cases.callers import CaseCaller
from complaints.cases.visibility import roles_on, visible
from directory.zones import national_day
from support.filings import Desk

LINE_OF_COUNTER = {"liaison", "officer", "head"}
WHOLE_CITY = {"admin", "responsible", "supervisor", "auditor"}
COOPERATING = {"works_liaison", "works_head"}
"""Who sees a case only because their unit was asked to contribute: the matter, not how it is handled."""
NOBODY: set[str] = set()


async def _cases(desk: Desk) -> dict[str, tuple[str, set[str]]]:
    """A case of each kind, and the seats that see it."""
    ordinary = await desk.in_progress()
    confidential = await desk.in_progress(confidential=True)
    protected = str((await desk.file(protected=True))["id"])
    unassigned = str((await desk.file())["id"])
    request = str((await desk.file(type="information_request", sub_class="service_information"))["id"])
    nowhere = str((await desk.file(service_id=None))["id"])
    joined = await desk.in_progress()
    asked = {"unit_id": str(desk.country.works), "question": "Apakah jalan sudah diperbaiki?"}
    await desk.done(joined, "contributions", "liaison", asked)
    return {
        "ordinary": (ordinary, LINE_OF_COUNTER | WHOLE_CITY),
        "confidential": (confidential, LINE_OF_COUNTER | WHOLE_CITY),
        "protected": (protected, {"auditor", "head_auditor"}),
        "unassigned": (unassigned, WHOLE_CITY),
        "request": (request, WHOLE_CITY | {"information_officer"}),
        "nowhere": (nowhere, {"national"}),
        "joined": (joined, LINE_OF_COUNTER | WHOLE_CITY | COOPERATING),
    }


async def test_each_seat_sees_its_cases_and_no_others(desk: Desk) -> None:
    cases = await _cases(desk)
    for name in desk.country.accounts:
        listed = await desk.service.call("GET", "/v1/complaints?limit=200&count=exact", caller=desk.account(name))
        body = listed.json()
        ids = {item["id"] for item in body["items"]}
        if body["next"] is None:
            assert body["count"] == len(ids)
        for kind, (case_id, seers) in cases.items():
            seen = name in seers
            reply = await desk.get(case_id, name)
            assert (reply.status_code == 200) is seen, (name, kind, reply.status_code)
            assert (case_id in ids) is seen, (name, kind)
            for below in ("/timeline", "/custody", "/receipt"):
                whole = seen and not (kind == "joined" and name in COOPERATING)
                assert ((await desk.get(case_id, name, below)).status_code == 200) is whole, (name, kind, below)


async def test_the_rule_and_the_condition_agree_row_by_row(desk: Desk) -> None:
    await _cases(desk)
    now = desk.service.app.state.clock()
    async with desk.service.connection() as connection:
        rows = await connection.fetch(
            "SELECT c.*, (SELECT coalesce(array_agg(a.ancestor_id), '{}') FROM directory_unit_ancestors a "
            "WHERE a.unit_id = c.unit_id AND a.valid_during @> $1::date) AS ancestors, "
            "(SELECT coalesce(array_agg(a.ancestor_id), '{}') FROM directory_unit_ancestors a "
            "WHERE a.unit_id = ANY(c.cooperating_unit_ids) AND a.valid_during @> $1::date) AS cooperating_line FROM cases c",
            national_day(now),
        )
        callers = [Caller("account", account) for account in desk.country.accounts.values()]
        callers += [
            Caller("client", "agency", frozenset({scope}), desk.country.city)
            for scope in ("complaints:read", "complaints:act", "complaints:file")
        ]
        callers += [Caller("anonymous", ""), Caller("client", "bootstrap", frozenset(), None, True)]
        for caller in callers:
            actor = await desk.service.app.state.actors.find(caller, now)
            case_caller = CaseCaller(actor)
            seen = visible(case_caller, now)
            found = await _ids(connection, seen.condition, seen.values)
            ruled = {row["id"] for row in rows if roles_on(case_caller, row, row["ancestors"], now)}
            assert found == ruled, caller.subject


async def _ids(connection: object, condition: object, values: object) -> set[UUID]:
    from sqlalchemy import select

    from chassis.data.statements import Statement
    from complaints.cases.tables import cases

    rows = await Statement(select(cases.c.id).where(condition)).fetch(connection, **values)  # type: ignore[arg-type]
    return {row["id"] for row in rows}


async def test_nothing_tells_a_hidden_case_from_none(desk: Desk) -> None:
    hidden = str((await desk.file(protected=True))["id"])
    none = "018f0000-0000-7000-8000-000000000000"
    problems = []
    for case_id in (hidden, none):
        reply = await desk.get(case_id, "admin")
        problem = reply.json()
        problem.pop("request_id")
        problems.append((reply.status_code, problem))
    assert problems[0] == problems[1]


async def test_the_national_administrator_reads_no_confidential_content(desk: Desk) -> None:
    filed = await desk.file(service_id=None, confidential=True, title="Rahasia sekali zxqv")
    case = (await desk.get(filed["id"], "national")).json()
    assert (case["title"], case["body"]) == (None, None)
    listed = await desk.service.call("GET", "/v1/complaints?limit=200", caller=desk.account("national"))
    titles = {item["id"]: item["title"] for item in listed.json()["items"]}
    assert titles[filed["id"]] is None
    searched = await desk.service.call("GET", "/v1/complaints?q=zxqv", caller=desk.account("national"))
    assert searched.json()["items"] == []


async def test_an_accused_auditor_doesnt_see_the_case(desk: Desk) -> None:
    case_id = await desk.in_progress()
    body = {
        "trigger": "discovered",
        "reason": "Menyangkut auditor.",
        "accused_person_ids": [str(desk.country.people["auditor"])],
    }
    await desk.done(case_id, "protection", "liaison", body)
    assert (await desk.get(case_id, "auditor")).status_code == 404
    assert (await desk.get(case_id, "head_auditor")).status_code == 200


async def test_an_agencys_client_acts_within_its_institution(desk: Desk) -> None:
    filed = await desk.file()
    path = f"/v1/complaints/{filed['id']}"
    own = desk.service.integration("complaints:read complaints:act", desk.country.city)
    other = desk.service.integration("complaints:read complaints:act", desk.country.other_city)
    assert (await desk.service.call("GET", path, caller=own)).status_code == 200
    assert (await desk.service.call("GET", path, caller=other)).status_code == 404
    reading = desk.service.integration("complaints:read", desk.country.city)
    body, etag = {"complete": True}, {"if-match": '"1.x"'}
    refused = await desk.service.call("POST", f"{path}/verification", caller=reading, headers=etag, json=body)
    assert refused.status_code == 403
    done = await desk.service.call("POST", f"{path}/verification", caller=own, headers=etag, json=body)
    assert done.status_code == 201


async def test_lists_need_a_caller(desk: Desk) -> None:
    assert (await desk.service.call("GET", "/v1/complaints", caller=desk.service.anonymous())).status_code == 401
    unscoped = desk.service.integration("registry:read", desk.country.city)
    assert (await desk.service.call("GET", "/v1/complaints", caller=unscoped)).status_code == 403


@pytest.mark.parametrize("below", ["", "/timeline", "/custody", "/receipt", "/reporter", "/access-log"])
async def test_a_malformed_id_is_404(desk: Desk, below: str) -> None:
    assert (await desk.service.call("GET", f"/v1/complaints/bukan-uuid{below}")).status_code == 404
