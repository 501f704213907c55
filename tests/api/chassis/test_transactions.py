"""One transaction a request, committed before the reply; conflicts are tried again; failures are told and leave nothing."""

import asyncio
from typing import Any
from uuid import uuid4

import orjson

from support.services import ServiceUnderTest


async def test_the_commit_comes_before_the_reply(notebook: ServiceUnderTest) -> None:
    seen: list[int] = []
    async with notebook.connection() as other:
        for number in range(50):
            words = f"committed {number} {uuid4()}"
            body = orjson.dumps({"words": words})
            messages = iter([{"type": "http.request", "body": body, "more_body": False}])

            async def receive(messages: Any = messages) -> Any:
                return next(messages, {"type": "http.disconnect"})

            async def send(message: Any, words: str = words) -> None:
                if message["type"] == "http.response.start":
                    assert message["status"] == 201
                    seen.append(await other.fetchval("SELECT count(*) FROM notes WHERE words = $1", words))

            headers = {**notebook.anonymous(), "content-type": "application/json", "idempotency-key": str(uuid4())}
            scope = {
                "type": "http", "http_version": "1.1", "method": "POST", "path": "/v1/notes", "raw_path": b"/v1/notes",
                "query_string": b"", "root_path": "", "scheme": "http", "server": ("service", 80), "client": ("peer", 1),
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            }  # fmt: skip
            await notebook.app(scope, receive, send)
    assert seen == [1] * 50


async def test_a_constraint_that_fails_at_the_commit_is_told(notebook: ServiceUnderTest) -> None:
    words = f"orphan {uuid4()}"
    reply = await notebook.call("POST", "/v1/notes", json={"words": words, "parent_id": str(uuid4())})
    assert reply.status_code == 422
    assert reply.json()["code"] == "invalid"
    async with notebook.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM notes WHERE words = $1", words) == 0
        assert await connection.fetchval("SELECT count(*) FROM outbox WHERE data->>'words' = $1", words) == 0


async def test_serialization_conflicts_are_tried_again(notebook: ServiceUnderTest) -> None:
    async with notebook.connection() as connection:
        before = await connection.fetchval("SELECT value FROM counters WHERE name = 'turns'")
        replies = await asyncio.gather(*(notebook.call("POST", "/v1/turns") for _ in range(6)))
        assert [reply.status_code for reply in replies] == [201] * 6
        assert await connection.fetchval("SELECT value FROM counters WHERE name = 'turns'") == before + 6


async def test_a_known_constraint_has_its_own_problem(notebook: ServiceUnderTest) -> None:
    words = f"once {uuid4()}"
    assert (await notebook.call("POST", "/v1/notes", json={"words": words})).status_code == 201
    reply = await notebook.call("POST", "/v1/notes", json={"words": words}, headers={"accept-language": "en"})
    assert (reply.status_code, reply.json()["code"]) == (409, "words_taken")
    assert reply.json()["title"] == "These words exist already"
    assert words not in reply.text
