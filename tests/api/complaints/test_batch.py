"""Filing many at once: each item its own result, one key for all, ids and times of offline clients."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.ops.identifiers import new_id
from support import files
from support.filings import Desk, complaint


def clerk(desk: Desk) -> dict[str, str]:
    return desk.service.integration("complaints:file", desk.country.city)


async def send(
    desk: Desk, items: list[Any], *, caller: dict[str, str] | None = None, key: str | None = ""
) -> httpx.Response:
    return await desk.service.call(
        "POST", "/v1/complaints/batch", caller=caller or clerk(desk), key=key, json={"items": items}
    )


async def results(desk: Desk, items: list[Any], **options: Any) -> list[dict[str, Any]]:
    reply = await send(desk, items, **options)
    assert reply.status_code == 207, reply.text
    found: list[dict[str, Any]] = reply.json()["items"]
    return found


async def test_a_batched_case_is_like_one_that_was_filed_alone(desk: Desk) -> None:
    (item,) = await results(desk, [complaint(desk.country)])
    alone = await desk.file(clerk(desk))
    assert item["status"] == 201
    filed = item["filed"]
    assert filed.keys() == alone.keys()
    one, other = [(await desk.get(case["id"], "admin")).json() for case in (filed, alone)]
    changing = {"id", "tracking_code", "received_at", "created_at", "updated_at", "due_at"}
    assert {name: value for name, value in one.items() if name not in changing} == {
        name: value for name, value in other.items() if name not in changing
    }
    for below in ("/timeline", "/deadline", "/custody"):
        both = [(await desk.get(case["id"], "admin", below)).json() for case in (filed, alone)]
        assert [len(next(iter(each.values()))) if isinstance(next(iter(each.values())), list) else 0 for each in both]
        assert both[0].keys() == both[1].keys()
    tracked = await desk.track(filed)
    assert tracked.status_code == 200
    identity = await desk.service.call(
        "GET", f"/v1/complaints/{filed['id']}/reporter", caller=await desk.tracking(filed)
    )
    assert identity.json()["name"] == "Ni Wayan Sari"
    async with desk.service.connection() as connection:
        rows = [
            await connection.fetchrow(
                """SELECT (SELECT count(*) FROM deadline_duties WHERE case_id = $1::uuid) AS duties,
                          (SELECT count(*) FROM custody_intervals WHERE case_id = $1::uuid) AS custody,
                          (SELECT count(*) FROM case_history WHERE case_id = $1::uuid) AS history""",
                case["id"],
            )
            for case in (filed, alone)
        ]
        assert dict(rows[0]) == dict(rows[1])


async def test_each_item_has_its_own_result_in_order(desk: Desk) -> None:
    own = str(new_id())
    items = [
        complaint(desk.country),
        complaint(desk.country, title="x"),
        {"type": "complaint"},
        "not an object",
        complaint(desk.country, category="none_such", surprise=1),
        complaint(desk.country, id=own),
        complaint(desk.country, id=own),
        complaint(desk.country, occurred_on="2999-01-01"),
    ]
    found = await results(desk, items)
    assert [item["status"] for item in found] == [201, 422, 422, 422, 422, 201, 409, 422]
    assert found[1]["problem"]["errors"][0]["pointer"] == "/title"
    assert found[4]["problem"]["errors"][0]["pointer"] == "/surprise"
    assert found[6]["problem"]["code"] == "already_filed"
    assert found[5]["id"] == own
    assert all((item["filed"] is None) != (item["problem"] is None) for item in found)


async def test_a_key_has_one_effect_and_its_reply_keeps_no_pin(desk: Desk) -> None:
    caller, key = clerk(desk), str(uuid4())
    items = [complaint(desk.country), complaint(desk.country, title="?")]
    first, second = [await send(desk, items, caller=caller, key=key) for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    filed = first.json()["items"][0]["filed"]
    other = await send(desk, items[:1], caller=caller, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    async with desk.service.connection() as connection:
        kept = await connection.fetchval("SELECT reply FROM idempotency_keys WHERE key = $1", key)
        assert filed["tracking_code"].encode() in kept
        assert b"access_pin" not in kept


async def test_what_a_client_sends_again_under_its_id_is_told_again(desk: Desk) -> None:
    caller, own = clerk(desk), str(new_id())
    (first,) = await results(desk, [complaint(desk.country, id=own)], caller=caller)
    (again,) = await results(desk, [complaint(desk.country, id=own)], caller=caller)
    assert (first["status"], again["status"]) == (201, 200)
    assert first["filed"]["tracking_code"] == again["filed"]["tracking_code"]
    assert first["filed"]["access_pin"] == again["filed"]["access_pin"]
    (foreign,) = await results(desk, [complaint(desk.country, id=own)])
    assert (foreign["status"], foreign["filed"]) == (409, None)


async def test_the_time_at_the_counter_is_kept_and_starts_no_clock(desk: Desk) -> None:
    earlier = datetime.now(UTC) - timedelta(days=3)
    late, in_time = [
        complaint(desk.country, occurred_on=(datetime.now(UTC) - timedelta(days=32)).date().isoformat(), **more)
        for more in ({}, {"client_filed_at": earlier.isoformat()})
    ]
    future = complaint(desk.country, client_filed_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    found = await results(desk, [late, in_time, future])
    assert [item["status"] for item in found] == [201, 201, 422]
    cases = [(await desk.get(item["id"], "admin")).json() for item in found[:2]]
    # 30 days after the service (UU 25/2009 art. 42(2)): judged by when the counter took it, not by when the network came back.
    assert [(case["legal_clock"], case["legal_clock_reason"]) for case in cases] == [
        (False, "out_of_time"),
        (True, None),
    ]
    assert cases[0]["received_at"] == cases[1]["received_at"]
    (entry,) = (await desk.get(found[1]["id"], "admin", "/timeline")).json()["items"]
    assert datetime.fromisoformat(entry["public"]["client_filed_at"]) == earlier


async def test_files_go_with_the_first_item_that_names_them(desk: Desk) -> None:
    caller = clerk(desk)
    upload = await desk.service.call("POST", "/v1/uploads", caller=caller, key=None, content=files.pdf())
    named = complaint(desk.country, attachment_ids=[upload.json()["id"]])
    found = await results(desk, [named, named], caller=caller)
    assert [item["status"] for item in found] == [201, 422]
    held = await desk.get(found[0]["id"], "admin", "/attachments")
    assert len(held.json()["items"]) == 1


async def test_protected_and_anonymous_filings_keep_their_path(desk: Desk) -> None:
    found = await results(
        desk, [complaint(desk.country, protected=True), complaint(desk.country, anonymous=True, reporter=None)]
    )
    assert [item["status"] for item in found] == [201, 201]
    assert (await desk.get(found[0]["id"], "admin")).status_code == 404
    assert (await desk.get(found[0]["id"], "auditor")).json()["custody"] == "protected"


async def test_who_may_file_for_many(desk: Desk) -> None:
    items = [complaint(desk.country)]
    assert (await send(desk, items, caller=desk.service.anonymous(), key=str(uuid4()))).status_code == 401
    reader = desk.service.integration("complaints:read", desk.country.city)
    assert (await send(desk, items, caller=reader)).status_code == 403
    assert (await send(desk, items, caller=desk.account("officer"))).status_code == 207
    assert (await send(desk, items, caller=desk.account("officer"), key=None)).status_code == 400


@pytest.mark.parametrize("items", [[], [{}] * 1001])
async def test_one_to_a_thousand(desk: Desk, items: list[Any]) -> None:
    assert (await send(desk, items)).status_code == 422


async def test_a_thousand_are_filed_together(desk: Desk) -> None:
    found = await results(desk, [complaint(desk.country, body=f"Nomor {number}.") for number in range(1000)])
    assert {item["status"] for item in found} == {201}
    assert len({item["filed"]["tracking_code"] for item in found}) == 1000
