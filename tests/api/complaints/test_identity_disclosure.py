"""Identity disclosure: the auditor opens the vault of an anonymous or protected case, on the record."""

from typing import Any

from support.filings import Desk

BODY: dict[str, Any] = {
    "reason": "Pelapor satu-satunya saksi.",
    "recipients": [{"name": "I Made Arta", "post": "Auditor madya", "purpose": "pemeriksaan"}],
    "legal_basis": "UU 27/2022",
}


async def test_the_auditor_opens_the_vault_once_and_reads_it_then(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    case_id = filed["id"]
    withheld = await desk.get(case_id, "auditor", "/reporter")
    assert (withheld.status_code, withheld.json()["code"]) == (403, "identity_withheld")
    done = await desk.act(case_id, "identity-disclosure", "auditor", BODY)
    assert done.status_code == 201, done.text
    assert done.json()["identity"]["name"] == "Ni Wayan Sari"
    assert done.headers["cache-control"] == "no-store"
    assert (await desk.get(case_id, "auditor", "/reporter")).json()["phone"] == "+6281234567890"
    log = (await desk.get(case_id, "auditor", "/access-log")).json()["items"]
    assert [entry["what"] for entry in log].count("identity") == 2
    timeline = (await desk.track(filed)).json()["timeline"]
    told = next(entry for entry in timeline if entry["action"] == "identity_disclosure")
    assert told["public"]["recipients"] == [{"post": "Auditor madya", "purpose": "pemeriksaan"}]
    assert "Pelapor satu-satunya" not in str(timeline)


async def test_another_auditor_reads_nothing_without_opening_it_too(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    await desk.done(filed["id"], "identity-disclosure", "auditor", BODY)
    assert (await desk.get(filed["id"], "head_auditor", "/reporter")).status_code == 403


async def test_a_repeated_request_shows_no_identity(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    held = await desk.service.call("GET", f"/v1/complaints/{filed['id']}")
    replies = [
        await desk.service.call(
            "POST",
            f"/v1/complaints/{filed['id']}/identity-disclosure",
            caller=desk.account("auditor"),
            key="disclose-once",
            headers={"if-match": held.headers["etag"]},
            json=BODY,
        )
        for _ in range(2)
    ]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert "Ni Wayan Sari" in replies[0].text
    assert "Ni Wayan Sari" not in replies[1].text
    async with desk.service.connection() as connection:
        kept = await connection.fetchval("SELECT reply FROM idempotency_keys WHERE key = 'disclose-once'")
    assert b"Ni Wayan Sari" not in kept


async def test_the_reporter_isnt_told_where_the_law_forbids(desk: Desk) -> None:
    filed = await desk.file(protected=True)
    silent = BODY | {"tell_reporter": False}
    assert (await desk.act(filed["id"], "identity-disclosure", "auditor", silent)).status_code == 422
    await desk.done(filed["id"], "identity-disclosure", "auditor", silent | {"withheld_because": "KUHAP pasal 1"})
    assert "identity_disclosure" not in str((await desk.track(filed)).json()["timeline"])


async def test_refusals(desk: Desk) -> None:
    named, nameless = await desk.file(), await desk.file(anonymous=True, reporter=None)
    hidden = await desk.file(anonymous=True)

    async def code(case_id: str, name: str = "auditor", body: dict[str, Any] | None = None) -> tuple[int, str]:
        reply = await desk.act(case_id, "identity-disclosure", name, body or BODY)
        return reply.status_code, reply.json()["code"]

    assert await code(named["id"]) == (409, "identity_not_withheld")
    assert await code(nameless["id"]) == (409, "no_identity")
    assert await code(hidden["id"], "admin") == (403, "forbidden")
    assert (await code(hidden["id"], "other_admin"))[0] == 404
    assert await code(hidden["id"], "auditor", BODY | {"recipients": []}) == (422, "invalid")
    assert (await desk.act(hidden["id"], "identity-disclosure", "auditor", BODY)).status_code == 201
