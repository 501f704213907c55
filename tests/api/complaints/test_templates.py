"""Response templates: whose, versions, variables, previews, use in answers and the count of uses."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from support.filings import Desk

TEXT = "Laporan {{tracking_code}} tentang {{service_name}}: kartu dicetak pada 5 Maret dan dapat diambil di loket 3."


async def write(desk: Desk, caller: str = "admin", *, named: str | None = None, **changes: Any) -> httpx.Response:
    body = {
        "institution_id": str(desk.country.city),
        "name": named or f"Kartu dicetak {uuid4()}",
        "kind": "substantive",
        "texts": {"id": TEXT, "en": "Report {{tracking_code}}: your card is printed and waits at counter 3."},
    }
    return await desk.service.call("POST", "/v1/response-templates", caller=desk.account(caller), json=body | changes)


async def written(desk: Desk, **changes: Any) -> dict[str, Any]:
    reply = await write(desk, **changes)
    assert reply.status_code == 201, reply.text
    template: dict[str, Any] = reply.json()
    return template


async def act(desk: Desk, template: dict[str, Any], action: str, name: str = "admin", **body: Any) -> httpx.Response:
    path = f"/v1/response-templates/{template['id']}"
    etag = (await desk.service.call("GET", path)).headers["etag"]
    return await desk.service.call(
        "POST", f"{path}/{action}", caller=desk.account(name), headers={"if-match": etag}, json=body
    )


async def respond(desk: Desk, case_id: str, template: dict[str, Any], **changes: Any) -> httpx.Response:
    body = {"kind": "substantive", "proposed_outcome": "fixed", "template": {"id": template["id"]}} | changes
    return await desk.act(case_id, "response", "liaison", body)


async def uses(desk: Desk, template: dict[str, Any]) -> int:
    found = await desk.service.call("GET", f"/v1/response-templates/{template['id']}")
    return int(found.json()["uses"])


async def test_an_answer_begins_with_a_template_and_is_counted(desk: Desk) -> None:
    template = await written(desk)
    assert template["variables"] == ["service_name", "tracking_code"]
    case_id = await desk.in_progress()
    reply = await respond(desk, case_id, template)
    assert reply.json()["state"] == "awaiting_approval", reply.text
    case = await desk.done(case_id, "approval", "head", {"decision": "approved"})
    entry = (await desk.get(case_id, "admin", "/timeline")).json()["items"][-1]
    code = case["tracking_code"]
    told = f"Laporan {code} tentang KTP-el: kartu dicetak pada 5 Maret dan dapat diambil di loket 3."
    assert entry["public"]["body"] == told
    other = await desk.in_progress()
    own = "Kartu Anda dicetak pada 6 Maret dan dikirim ke rumah."
    await respond(desk, other, template, body=own)
    assert await uses(desk, template) == 2
    refused = await respond(desk, await desk.in_progress(), template, proposed_outcome="adopted")
    assert refused.status_code == 422
    assert await uses(desk, template) == 2  # what wasn't sent wasn't used


async def test_uses_by_many_at_once_are_all_counted(desk: Desk) -> None:
    template = await written(desk, kind="interim")
    cases = [await desk.in_progress() for _ in range(5)]
    replies = await asyncio.gather(
        *(
            desk.act(each, "response", "liaison", {"kind": "interim", "template": {"id": template["id"]}})
            for each in cases
        )
    )
    assert [reply.status_code for reply in replies] == [201] * 5
    assert await uses(desk, template) == 5


async def test_a_preview_fills_it_and_counts_nothing(desk: Desk) -> None:
    template = await written(desk, texts={"id": "{{unit_name}} sampai {{due_on}}: {{category}}"})
    case_id = await desk.in_progress()
    path = f"/v1/response-templates/{template['id']}/preview"
    shown = await desk.service.call("GET", f"{path}?case_id={case_id}", caller=desk.account("liaison"))
    assert shown.status_code == 200, shown.text
    assert shown.json()["body"].startswith("Loket KTP sampai ")
    assert shown.json()["missing"] == []
    unplaced = await desk.file()
    partly = await desk.service.call("GET", f"{path}?case_id={unplaced['id']}", caller=desk.account("admin"))
    assert partly.json()["missing"] == ["unit_name"]
    assert await uses(desk, template) == 0
    none = await desk.service.call("GET", f"{path}?case_id={case_id}&language=en", caller=desk.account("liaison"))
    assert none.json()["errors"][0]["pointer"] == "/template/language"
    for name, status in (("works_liaison", 404), ("other_liaison", 404), ("evaluator", 403)):
        reply = await desk.service.call("GET", f"{path}?case_id={case_id}", caller=desk.account(name))
        assert reply.status_code == status, name


async def test_what_is_refused_when_it_is_written(desk: Desk) -> None:
    strange = await write(desk, texts={"id": "Yth. {{reporter_name}}, nomor {{national_id}}"})
    assert strange.status_code == 422
    assert {error["code"] for error in strange.json()["errors"]} == {"unknown_variable"}
    assert {error["pointer"] for error in strange.json()["errors"]} == {"/texts/id"}
    empty = await write(desk, texts={})
    assert empty.json()["errors"][0]["pointer"] == "/texts"
    template = await written(desk)
    taken = await write(desk, named=template["name"].upper())
    assert (taken.status_code, taken.json()["code"]) == (409, "template_name_taken")


async def test_who_writes_and_who_reads(desk: Desk) -> None:
    expected = {"admin": 201, "head": 201, "liaison": 403, "evaluator": 403, "other_admin": 404}
    assert {name: (await write(desk, name)).status_code for name in expected} == expected
    template = await written(desk)
    path = f"/v1/response-templates/{template['id']}"
    assert (await desk.service.call("GET", path, caller=desk.service.anonymous())).status_code == 401
    assert (await desk.service.call("GET", path, caller=desk.account("other_liaison"))).status_code == 404
    assert (await desk.service.call("GET", path, caller=desk.account("officer"))).status_code == 200
    own = await desk.service.call("GET", "/v1/response-templates?limit=200", caller=desk.account("liaison"))
    assert template["id"] in {item["id"] for item in own.json()["items"]}
    others = await desk.service.call("GET", "/v1/response-templates?limit=200", caller=desk.account("other_liaison"))
    assert others.json()["items"] == []
    agency = desk.service.integration("complaints:act", desk.country.city)
    assert (await desk.service.call("GET", path, caller=agency)).status_code == 200


async def test_the_next_text_leaves_the_earlier_ones(desk: Desk) -> None:
    template = await written(desk)
    newer = await act(
        desk, template, "versions", texts={"id": "Kartu {{tracking_code}} sudah dicetak dan dapat diambil."}
    )
    assert (newer.status_code, newer.json()["version"]) == (201, 2)
    path = f"/v1/response-templates/{template['id']}"
    earlier = await desk.service.call("GET", f"{path}?version=1")
    assert (earlier.json()["version"], earlier.json()["texts"]["id"]) == (1, TEXT)
    assert (await desk.service.call("GET", f"{path}?version=9")).status_code == 404
    stale = await desk.service.call(
        "POST",
        f"{path}/versions",
        caller=desk.account("admin"),
        headers={"if-match": '"1.x"'},
        json={"texts": {"id": "Lain."}},
    )
    assert stale.status_code == 412
    assert (await act(desk, template, "versions", "other_admin", texts={"id": "Lain."})).status_code == 404


async def test_an_archived_template_stays_but_is_used_no_more(desk: Desk) -> None:
    template = await written(desk)
    case_id = await desk.in_progress()
    await respond(desk, case_id, template)
    gone = await act(desk, template, "archival")
    assert (gone.status_code, gone.json()["archived_at"] is not None, gone.json()["uses"]) == (201, True, 1)
    assert (await act(desk, template, "archival")).json()["code"] == "template_archived"
    assert (await act(desk, template, "versions", texts={"id": "Lain."})).json()["code"] == "template_archived"
    refused = await respond(desk, await desk.in_progress(), template)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "template_archived")
    offered = await desk.service.call("GET", "/v1/response-templates?archived=false&limit=200")
    assert template["id"] not in {item["id"] for item in offered.json()["items"]}
    again = await write(desk, named=template["name"])  # its name is free again
    assert again.status_code == 201


async def test_an_answer_names_a_template_of_its_institution_and_kind(desk: Desk) -> None:
    case_id = await desk.in_progress()
    first = await written(desk, kind="first")
    for template, code in (({"id": str(uuid4())}, "unknown_template"), (first, "other_kind")):
        refused = await respond(desk, case_id, template)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
    bare = await desk.act(case_id, "response", "liaison", {"kind": "interim"})
    assert bare.json()["errors"][0]["pointer"] == "/body"
