"""Personal data goes from the record of a consultation when somebody asks (UU 27/2022); the record stays, and nothing else goes."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from api.registry.standards_stage import Agency, build_agency, consult, decree, draft, finalise, minutes, pointers
from support.services import ServiceUnderTest

ARTA = {"element": "service_users", "name": "I Wayan Arta"}
REASON = "Permintaan 12/PDP/2026"


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def recorded(agency: Agency) -> tuple[str, str]:
    """A stipulated version: Arta took part, signed, sees to an agreement, and made a comment, whose id comes second."""
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    said = {"body": "Saya Wayan Arta, antre tiga jam.", "contact": {"name": "I Wayan Arta", "phone": "08123456789"}}
    comment_id = (await agency.call("POST", f"/standards/{standard_id}/comments", by=None, json=said)).json()["id"]
    answer = {"disposition": "answered", "reason": "Sudah dijelaskan."}
    await agency.act(standard_id, f"comments/{comment_id}/disposition", answer, match=False)
    await finalise(agency, standard_id)
    body = minutes(("provider",))
    body["signers"].append(ARTA | {"position": "Ketua RT", "signed_on": "2026-01-02"})
    body["agreements"] = [body["agreements"][0], body["agreements"][0] | {"owner": ARTA["name"]}]
    assert (await agency.act(standard_id, "minutes", body, match=False)).status_code == 201
    stipulated = await agency.act(standard_id, "stipulation", decree())
    assert stipulated.status_code == 200, stipulated.text
    return standard_id, comment_id


async def erase(agency: Agency, standard_id: str, *, by: str | None = "unit_head", **content: Any) -> httpx.Response:
    body = {"reason": REASON} | content
    return await agency.call("POST", f"/standards/{standard_id}/erasure", by=by, json=body)


async def test_a_person_goes_and_the_record_stays(agency: Agency) -> None:
    standard_id, comment_id = await recorded(agency)
    path = f"/standards/{standard_id}"
    before = (await agency.call("GET", f"{path}/consultation")).json()
    reply = await erase(agency, standard_id, people=[ARTA], comments=[{"id": comment_id}])
    assert reply.status_code == 201, reply.text
    counts = {name: reply.json()[name] for name in ("participants", "signatures", "agreements", "comments")}
    assert counts == {"participants": 1, "signatures": 1, "agreements": 1, "comments": 1}
    after = (await agency.call("GET", f"{path}/consultation")).json()
    assert after["elements"] == before["elements"], "who attended is still told by element"
    names = [each["name"] for each in after["participants"]]
    assert (ARTA["name"] in names, "" in names, "Ketut Rai" in names) == (False, True, True)
    signed = (await agency.call("GET", f"{path}/minutes")).json()
    assert [each["name"] for each in signed["signers"]] == ["Wakil provider", ""]
    assert [each["element"] for each in signed["signers"]] == ["provider", "service_users"]
    assert [each["owner"] for each in signed["agreements"]] == ["Kepala Bidang", ""]
    [said] = (await agency.call("GET", f"{path}/comments")).json()["items"]
    assert (said["body"], said["contact"], said["disposition"]) == (
        "Saya Wayan Arta, antre tiga jam.",
        None,
        "answered",
    )


async def test_what_a_comment_says_is_erased_where_it_tells_who_made_it(agency: Agency) -> None:
    standard_id, comment_id = await recorded(agency)
    reply = await erase(agency, standard_id, comments=[{"id": comment_id, "body": True}])
    assert reply.status_code == 201, reply.text
    [said] = (await agency.call("GET", f"/standards/{standard_id}/comments")).json()["items"]
    assert (said["body"], said["contact"], said["reason"]) == ("", None, "Sudah dijelaskan.")


async def test_where_a_name_stands_in_what_was_said_is_told_and_left(agency: Agency) -> None:
    """Whole, however it is spaced and written; the officer decides, and erases a comment's text by its id."""
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    bodies = {
        "named": "Bapak i wayan  ARTA menunggu tiga jam.",
        "other": "I Wayan Artana menunggu tiga jam.",
        "owns": "Antre.",
    }
    ids: dict[str, str] = {}
    for name, body in bodies.items():
        said = {"body": body, "contact": {"name": "I Wayan Arta", "phone": "08123456789"} if name == "owns" else None}
        posted = await agency.call("POST", f"/standards/{standard_id}/comments", by=None, json=said)
        ids[name] = posted.json()["id"]
    answer = {"disposition": "answered", "reason": "Sudah dijelaskan kepada I Wayan Arta."}
    for comment_id in ids.values():
        await agency.act(standard_id, f"comments/{comment_id}/disposition", answer, match=False)
    await finalise(agency, standard_id)
    written = minutes(("provider",))
    written["agreements"] = [written["agreements"][0], written["agreements"][0] | {"issue": "Keluhan I Wayan Arta"}]
    assert (await agency.act(standard_id, "minutes", written, match=False)).status_code == 201
    reasons = {f"/comments/{each}/reason" for each in ids.values()}
    minuted = {"/rounds/1/minutes/agreements/1/issue"}
    first = await erase(agency, standard_id, comments=[{"id": ids["owns"]}])
    assert set(first.json()["mentions"]) == {f"/comments/{ids['named']}/body"} | reasons | minuted
    assert ARTA["name"] not in first.text
    second = await erase(agency, standard_id, people=[ARTA], comments=[{"id": ids["named"], "body": True}])
    assert set(second.json()["mentions"]) == reasons | minuted
    [agreed] = (await agency.call("GET", f"/standards/{standard_id}/minutes")).json()["agreements"][1:]
    assert agreed["issue"] == "Keluhan I Wayan Arta"


async def test_the_history_tells_who_erased_when_and_why_but_not_whom(agency: Agency) -> None:
    standard_id, _ = await recorded(agency)
    before = (await agency.call("GET", f"/standards/{standard_id}")).json()["state"]
    assert (await erase(agency, standard_id, people=[ARTA])).status_code == 201
    history = await agency.call("GET", f"/standards/{standard_id}/history")
    move = history.json()["items"][-1]
    assert (move["action"], move["state_after"]) == ("erasure", before)
    assert (move["details"]["reason"], move["actor"]) == (REASON, f"account:{agency.accounts['unit_head']}")
    assert move["at"]
    assert ARTA["name"] not in history.text


async def test_nobody_is_erased_twice_or_by_mistake(agency: Agency) -> None:
    standard_id, comment_id = await recorded(agency)
    stranger = await build_agency(agency.registry)
    strange = {"element": "mass_media", "name": ARTA["name"]}
    wrong = await erase(agency, standard_id, people=[ARTA, strange], comments=[{"id": str(uuid4())}])
    assert (wrong.status_code, pointers(wrong)) == (422, {"/people/1", "/comments/0"})
    elsewhere = await erase(stranger, await draft(stranger), comments=[{"id": comment_id}])
    assert pointers(elsewhere) == {"/comments/0"}
    assert (await erase(agency, standard_id)).status_code == 422
    assert pointers(await erase(agency, standard_id, people=[ARTA], reason="")) == {"/reason"}
    assert (await erase(agency, standard_id, people=[ARTA])).status_code == 201
    assert pointers(await erase(agency, standard_id, people=[ARTA])) == {"/people/0"}


async def test_who_may_erase(agency: Agency) -> None:
    standard_id, _ = await recorded(agency)
    officer = await a_data_protection_officer(agency)
    for by, status in ((None, 401), ("officer", 403), ("internal_auditor", 403), (officer, 201)):
        assert (await erase(agency, standard_id, by=by, people=[ARTA])).status_code == status, by
    stranger = await build_agency(agency.registry)
    assert (await erase(stranger, standard_id, people=[ARTA])).status_code == 404


async def a_data_protection_officer(agency: Agency) -> str:
    account, person = str(uuid4()), uuid4()
    agency.accounts["data_protection_officer"] = account
    async with agency.registry.connection() as connection:
        await connection.execute(
            "INSERT INTO people (id, institution_id, name, account_id, created_at) VALUES ($1, $2, 'PDP', $3, now())",
            person,
            agency.institution_id,
            account,
        )
        await connection.execute(
            """INSERT INTO appointments (id, person_id, institution_id, role, acting, decree_number, valid_during, created_at)
               VALUES ($1, $2, $3, 'data_protection_officer', 'definitive', 'SK/2', daterange('2020-01-01', NULL), now())""",
            uuid4(),
            person,
            agency.institution_id,
        )
    return "data_protection_officer"


async def test_the_database_lets_an_erasure_pass_and_nothing_beside_it(agency: Agency) -> None:
    standard_id, _ = await recorded(agency)
    strange, _ = await recorded(await build_agency(agency.registry))
    await erase(agency, standard_id, people=[ARTA])
    mine, other = "(SELECT max(id) FROM standard_moves WHERE standard_id = $1)", "(SELECT min(id) FROM standard_moves)"
    of_round = "consultation_id IN (SELECT id FROM consultations WHERE standard_id = $1)"
    for table, change, where in (
        ("comments", f"body = 'Bagus', contact = NULL, erasure_id = {mine}", "standard_id = $1"),
        ("comments", f"body = '', contact = NULL, disposition = 'accepted', erasure_id = {mine}", "standard_id = $1"),
        ("comments", f"body = '', contact = NULL, erasure_id = {other}", "standard_id = $1"),
        ("comments", "body = '', contact = NULL", "standard_id = $1"),
        ("consultation_participants", f"name = 'Orang lain', organisation = NULL, erasure_id = {mine}", of_round),
        ("consultation_participants", f"name = '', organisation = NULL, element = 'x', erasure_id = {mine}", of_round),
        ("minutes", f"signers = '[]', erasure_id = {mine}", of_round),
        ("minutes", f"""signers = jsonb_set(signers, '{{0,name}}', '"Lain"'), erasure_id = {mine}""", of_round),
        ("minutes", f"""agreements = jsonb_set(agreements, '{{0,issue}}', '""'), erasure_id = {mine}""", of_round),
    ):
        assert await refused(agency, f"UPDATE {table} SET {change} WHERE {where}", standard_id), change
    anonymous = f"UPDATE comments SET body = '', contact = NULL, erasure_id = {mine} WHERE standard_id = $1"
    assert not await refused(agency, anonymous, standard_id)
    assert await refused(agency, anonymous, strange), "nothing was recorded of it"


async def refused(agency: Agency, statement: str, standard_id: str) -> bool:
    async with agency.registry.connection() as connection:
        try:
            await connection.execute(statement, UUID(standard_id))
        except asyncpg.CheckViolationError as refusal:
            return str(refusal.constraint_name) == "standards_frozen"
    return False
