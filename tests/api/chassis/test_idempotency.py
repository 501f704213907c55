"""An Idempotency-Key has one effect, whatever happens to the request."""

import asyncio
from uuid import uuid4

from support.services import ServiceUnderTest


async def test_fifty_at_once_are_one(notebook: ServiceUnderTest) -> None:
    key, words = str(uuid4()), f"fifty {uuid4()}"
    replies = await asyncio.gather(
        *(notebook.call("POST", "/v1/notes", key=key, json={"words": words}) for _ in range(50))
    )
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert sum("idempotency-replayed" in reply.headers for reply in replies) == 49
    async with notebook.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM notes WHERE words = $1", words) == 1
        assert await connection.fetchval("SELECT count(*) FROM outbox WHERE data->>'words' = $1", words) == 1


async def test_another_body_is_refused(notebook: ServiceUnderTest) -> None:
    key = str(uuid4())
    first = await notebook.call("POST", "/v1/notes", key=key, json={"words": f"first {key}"})
    other = await notebook.call("POST", "/v1/notes", key=key, json={"words": f"second {key}"})
    assert (first.status_code, other.status_code) == (201, 422)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_failure_gives_the_key_back(notebook: ServiceUnderTest) -> None:
    key, parent = str(uuid4()), uuid4()
    body = {"words": f"child {key}", "parent_id": str(parent)}
    assert (await notebook.call("POST", "/v1/notes", key=key, json=body)).status_code == 422
    async with notebook.connection() as connection:
        await connection.execute("INSERT INTO notes (id, words) VALUES ($1, $2)", parent, f"parent {key}")
    assert (await notebook.call("POST", "/v1/notes", key=key, json=body)).status_code == 201


async def test_another_clients_key_gives_nothing(notebook: ServiceUnderTest) -> None:
    key, words = str(uuid4()), f"mine {uuid4()}"
    mine = await notebook.call("POST", "/v1/notes", key=key, caller=notebook.account("one"), json={"words": words})
    other = await notebook.call("POST", "/v1/notes", key=key, caller=notebook.account("two"), json={"words": words})
    assert (mine.status_code, other.status_code) == (201, 409)


async def test_who_must_send_one(notebook: ServiceUnderTest) -> None:
    body = {"words": f"keyless {uuid4()}"}
    client = await notebook.call("POST", "/v1/notes", key=None, json=body)
    assert (client.status_code, client.json()["errors"][0]["pointer"]) == (400, "header/idempotency-key")
    anonymous = await notebook.call("POST", "/v1/notes", caller=notebook.anonymous(), key="abc", json=body)
    assert (anonymous.status_code, anonymous.json()["errors"][0]["code"]) == (400, "uuid_parsing")
    assert (
        await notebook.call("POST", "/v1/notes", caller=notebook.account("a"), key=None, json=body)
    ).status_code == 201
