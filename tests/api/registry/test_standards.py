"""Drafting, reading and comparing the versions of a service's standard."""

from uuid import uuid4

import pytest

from api.registry.standards_stage import (
    EXAMPLES,
    Agency,
    a_draft,
    add_service,
    build_agency,
    consult,
    draft,
    finalise,
    pointers,
    published,
)
from support.services import ServiceUnderTest


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def test_a_draft_reserves_its_number_and_keeps_the_text(agency: Agency) -> None:
    reply = await agency.call("POST", f"/services/{agency.service_id}/standards", by="officer", json=a_draft())
    assert reply.status_code == 201
    made = reply.json()
    assert reply.headers["location"] == f"/v1/standards/{made['id']}"
    assert (made["state"], made["version"], made["number"]) == ("draft", 1, f"SP-{agency.code}-1")
    assert made["components"]["service_guarantee"]["remedy"] == "Pengantaran gratis"
    assert made["components"]["completion_time"]["amount"] == 1
    assert len(made["components"]) == 14
    assert made["allowed_actions"] == ["drafting"]
    again = await agency.call("POST", f"/services/{agency.service_id}/standards", json=a_draft())
    assert (again.status_code, again.json()["code"]) == (409, "draft_open")


async def test_who_may_draft(agency: Agency, registry: ServiceUnderTest) -> None:
    path = f"/services/{agency.service_id}/standards"
    assert (await agency.call("POST", path, by=None, json=a_draft())).status_code == 401
    assert (await agency.call("POST", path, by="internal_auditor", json=a_draft())).status_code == 403
    other = await build_agency(registry)
    assert (await other.call("POST", path, json=a_draft())).status_code == 403
    assert (await other.call("POST", path, by="client", json=a_draft())).status_code == 403
    without = registry.integration("registry:read", agency.institution_id)
    assert (await registry.call("POST", f"/v1{path}", caller=without, json=a_draft())).status_code == 403
    assert (await agency.call("POST", path, by="client", json=a_draft())).status_code == 201
    assert (await agency.call("POST", f"/services/{uuid4()}/standards", json=a_draft())).status_code == 404


async def test_the_team_must_be_named(agency: Agency) -> None:
    reply = await agency.call("POST", f"/services/{agency.service_id}/standards", json=a_draft(provider_team=[]))
    assert (reply.status_code, pointers(reply)) == (422, {"/provider_team"})


async def test_a_taken_number_is_refused(agency: Agency) -> None:
    await draft(agency, number="SP/1")
    other = uuid4()
    async with agency.registry.connection() as connection:
        await add_service(connection, agency, other, f"{agency.code}_b")
    reply = await agency.call("POST", f"/services/{other}/standards", json=a_draft(number="SP/1"))
    assert (reply.status_code, reply.json()["code"]) == (409, "standard_number_taken")


async def test_a_draft_is_not_known_outside_its_unit(agency: Agency, registry: ServiceUnderTest) -> None:
    standard_id = await draft(agency)
    for by, status in ((None, 404), ("officer", 200), ("internal_auditor", 200), ("client", 200)):
        assert (await agency.call("GET", f"/standards/{standard_id}", by=by)).status_code == status, by
    other = await build_agency(registry)
    assert (await other.call("GET", f"/standards/{standard_id}")).status_code == 404
    assert (
        await other.call(
            "POST", f"/standards/{standard_id}/abandonment", json={"reason": "x"}, headers={"if-match": "*"}
        )
    ).status_code == 404
    listed = await agency.call("GET", f"/services/{agency.service_id}/standards", by=None)
    assert listed.json()["items"] == []
    assert len((await agency.call("GET", f"/services/{agency.service_id}/standards")).json()["items"]) == 1


async def test_a_patch_merges_and_takes_out(agency: Agency) -> None:
    standard_id = await draft(agency)
    path = f"/standards/{standard_id}"
    tag = (await agency.call("GET", path)).headers["etag"]
    body = {
        "components": {"completion_time": {"amount": 2}, "facilities": None},
        "considerations": {"capability": "Baru"},
    }
    assert (await agency.call("PATCH", path, json=body)).status_code == 428
    reply = await agency.call("PATCH", path, json=body, headers={"if-match": tag})
    assert reply.status_code == 200
    components = reply.json()["components"]
    assert components["completion_time"]["amount"] == 2
    assert components["completion_time"]["counted_from"] == "biometrics_recorded"
    assert "facilities" not in components
    assert reply.json()["considerations"]["capability"] == "Baru"
    stale = await agency.call("PATCH", path, json=body, headers={"if-match": tag})
    assert stale.status_code == 412
    wrong = await agency.call(
        "PATCH",
        path,
        json={"components": {"fee": {"free": False, "amount_idr": -1}, "price": 1}},
        headers={"if-match": "*"},
    )
    assert wrong.status_code == 422
    assert {"/components/price", "/components/fee/amount_idr"} <= pointers(wrong)


async def test_a_retry_of_a_draft_is_made_once(agency: Agency) -> None:
    key = str(uuid4())
    path = f"/services/{agency.service_id}/standards"
    first = await agency.call("POST", path, json=a_draft(), key=key)
    second = await agency.call("POST", path, json=a_draft(), key=key)
    assert (second.status_code, second.headers["idempotency-replayed"]) == (201, "true")
    assert first.json() == second.json()


async def test_the_public_sees_internal_components_only_by_the_flag(agency: Agency) -> None:
    standard_id = await published(agency, manufacturing_public=False)
    shown = (await agency.call("GET", f"/standards/{standard_id}", by=None)).json()
    assert set(shown["components"]) == {
        "requirements",
        "procedure",
        "completion_time",
        "fee",
        "product",
        "complaint_handling",
    }
    assert shown["provider_team"] is None
    assert len((await agency.call("GET", f"/standards/{standard_id}", by="officer")).json()["components"]) == 14


async def test_the_version_in_force_on_any_day(agency: Agency) -> None:
    first = await published(agency, "2026-01-05")
    second = await published(agency, "2026-03-01")
    path = f"/services/{agency.service_id}/standards?in_force_on="
    for day, expected in (
        ("2026-01-04", []),  # the day before the first took effect
        ("2026-01-05", [first]),
        ("2026-02-28", [first]),
        ("2026-03-01", [second]),
        ("2030-01-01", [second]),
    ):
        items = (await agency.call("GET", path + day, by=None)).json()["items"]
        assert [item["id"] for item in items] == expected, day
    listed = (await agency.call("GET", f"/services/{agency.service_id}/standards", by=None)).json()["items"]
    assert [(item["version"], item["state"], item["in_force"]) for item in listed] == [
        (2, "published", True),
        (1, "superseded", False),
    ]
    states = (await agency.call("GET", f"/services/{agency.service_id}/standards?state=superseded", by=None)).json()
    assert [item["id"] for item in states["items"]] == [first]


async def test_two_versions_are_compared(agency: Agency) -> None:
    first = await published(agency, "2026-01-05")
    components = EXAMPLES["ktp_el_new"]["standard"]["components"]
    changed = components | {"completion_time": components["completion_time"] | {"amount": 3}}
    second = await published(agency, "2026-03-01", components=changed)
    reply = await agency.call("GET", f"/standards/{second}/diff?against={first}", by=None)
    assert reply.status_code == 200
    (found,) = reply.json()["differences"]
    assert (found["code"], found["change"], found["effect"]) == ("completion_time", "changed", "worse")
    assert (found["before"]["amount"], found["after"]["amount"]) == (1, 3)
    assert (await agency.call("GET", f"/standards/{second}/diff", by=None)).status_code == 400


async def test_a_draft_is_abandoned_with_a_reason(agency: Agency) -> None:
    standard_id = await draft(agency)
    assert (await agency.act(standard_id, "abandonment", {"reason": "Digabung"}, by="officer")).status_code == 403
    reply = await agency.act(standard_id, "abandonment", {"reason": "Digabung"})
    assert (reply.status_code, reply.json()["state"], reply.json()["allowed_actions"]) == (200, "abandoned", [])
    again = await agency.act(standard_id, "abandonment", {"reason": "Lagi"})
    assert (again.status_code, again.json()["code"], again.json()["allowed_actions"]) == (409, "move_not_allowed", [])
    assert (await draft(agency)) != standard_id


async def test_participants_are_told_before_an_open_draft_ends(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    reply = await agency.act(standard_id, "abandonment", {"reason": "Dibatalkan"})
    assert (reply.status_code, pointers(reply)) == (422, {"/participants_told"})
    told = await agency.act(standard_id, "abandonment", {"reason": "Dibatalkan", "participants_told": True})
    assert told.json()["state"] == "abandoned"


async def test_a_stipulated_text_cannot_change_even_in_the_database(agency: Agency) -> None:
    standard_id = await published(agency)
    reply = await agency.call(
        "PATCH", f"/standards/{standard_id}", json={"components": {"fee": None}}, headers={"if-match": "*"}
    )
    assert (reply.status_code, reply.json()["code"]) == (409, "move_not_allowed")
    async with agency.registry.connection() as connection:
        for statement in (
            "UPDATE standards SET components = '{}' WHERE id = $1",
            "UPDATE standards SET number = 'lain' WHERE id = $1",
            "UPDATE standards SET state = 'draft' WHERE id = $1",
            "DELETE FROM standards WHERE id = $1",
        ):
            with pytest.raises(Exception, match="frozen"):
                await connection.execute(statement, standard_id)


async def test_what_was_known_at_an_instant(agency: Agency) -> None:
    standard_id = await draft(agency)
    async with agency.registry.connection() as connection:
        before = await connection.fetchval("SELECT recorded_at FROM standards WHERE id = $1", standard_id)
    body = {"components": {"completion_time": {"amount": 9}}}
    await agency.call("PATCH", f"/standards/{standard_id}", json=body, headers={"if-match": "*"})
    path = f"/standards/{standard_id}"
    known = await agency.call("GET", path, params={"known_at": before.isoformat()})
    assert known.json()["components"]["completion_time"]["amount"] == 1
    assert (await agency.call("GET", path)).json()["components"]["completion_time"]["amount"] == 9
    assert (await agency.call("GET", path, params={"known_at": "2020-01-01T00:00:00Z"})).status_code == 404


async def test_which_version_was_believed_to_be_in_force(agency: Agency) -> None:
    first = await published(agency, "2026-01-05")
    async with agency.registry.connection() as connection:
        before = await connection.fetchval("SELECT recorded_at FROM standards WHERE id = $1", first)
    second = await published(agency, "2026-03-01")
    path = f"/services/{agency.service_id}/standards"
    for query, expected in (
        ({"known_at": before.isoformat()}, [first]),  # the second version wasn't thought of yet
        ({}, [second]),
    ):
        reply = await agency.call("GET", path, by=None, params={"in_force_on": "2026-06-01", **query})
        assert [item["id"] for item in reply.json()["items"]] == expected


async def test_a_retry_with_the_old_etag_replays(agency: Agency) -> None:
    standard_id = await draft(agency)
    tag = (await agency.call("GET", f"/standards/{standard_id}")).headers["etag"]
    key, path = str(uuid4()), f"/standards/{standard_id}/abandonment"
    replies = [
        await agency.call("POST", path, json={"reason": "Digabung"}, key=key, headers={"if-match": tag})
        for _ in range(2)
    ]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[1].headers["idempotency-replayed"] == "true"


async def test_the_history_names_every_act(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    await finalise(agency, standard_id)
    history = (await agency.call("GET", f"/standards/{standard_id}/history")).json()["items"]
    assert [(one["action"], one["state_after"]) for one in history] == [
        ("drafting", "draft"),
        ("consultation", "in_consultation"),
        ("consultation", "in_consultation"),
        ("finalisation", "finalising"),
    ]
    assert history[0]["person_id"] == str(agency.people["unit_head"])


async def test_settings_are_the_institutions(agency: Agency) -> None:
    path = f"/institutions/{agency.institution_id}/standard-settings"
    seen = await agency.call("GET", path, by=None)
    defaults, match = seen.json(), {"if-match": seen.headers["etag"]}
    assert (defaults["plt_may_stipulate"], defaults["plh_may_stipulate"]) == (True, False)
    assert (await agency.call("PUT", path, by="unit_head", json={}, headers=match)).status_code == 403
    body = {"plh_may_stipulate": True}
    assert (await agency.call("PUT", path, by="responsible_officer", json=body)).status_code == 428
    changed = await agency.call("PUT", path, by="responsible_officer", json=body, headers=match)
    assert (changed.status_code, changed.json()["plh_may_stipulate"]) == (200, True)
