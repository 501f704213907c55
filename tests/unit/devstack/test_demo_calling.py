"""The demonstration's voice: patient while a program is away, and never acting twice."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import httpx
import pytest

from devstack.demo import calling
from devstack.demo.calling import DemoFailed, Voice

Answer = httpx.Response | httpx.TransportError


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses it made; time passes by them alone."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(calling, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(calling, "time", SimpleNamespace(monotonic=lambda: sum(pauses)))
    return pauses


def voice(answers: Iterator[Answer]) -> tuple[Voice, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = next(answers)
        if isinstance(found, httpx.TransportError):
            raise found
        return found

    return Voice(httpx.AsyncClient(base_url="http://gateway", transport=httpx.MockTransport(answer))), asked


def forever(make: Callable[[], Answer]) -> Iterator[Answer]:
    while True:
        yield make()


def resource(version: int, **content: object) -> httpx.Response:
    return httpx.Response(200, json=content, headers={"etag": f'"{version}"'})


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_it_asks_again_with_the_same_key(status: int, waited: list[float]) -> None:
    away = httpx.Response(status, headers={"retry-after": "2"})
    citizen, asked = voice(iter([httpx.ReadError("broken"), away, httpx.Response(201, json={"id": 1})]))
    assert await citizen.post("/complaints", {"title": "x"}) == {"id": 1}
    assert len({request.headers["idempotency-key"] for request in asked}) == 1
    assert len({request.content for request in asked}) == 1
    assert waited == [calling.PAUSE_S, 2.0]


async def test_a_first_try_still_at_work_is_waited_for() -> None:
    busy = httpx.Response(409, headers={"retry-after": "2"})
    citizen, asked = voice(iter([busy, httpx.Response(201, json={})]))
    await citizen.post("/complaints")
    assert len(asked) == 2


@pytest.mark.parametrize("status", [400, 409, 422, 500])
async def test_a_refusal_is_an_answer(status: int) -> None:
    citizen, asked = voice(iter([httpx.Response(status)]))
    with pytest.raises(DemoFailed, match=f"POST /complaints was answered {status}"):
        await citizen.post("/complaints")
    assert len(asked) == 1


@pytest.mark.parametrize("away", [lambda: httpx.Response(503), lambda: httpx.ConnectError("refused")])
async def test_what_does_not_come_back_is_told_in_a_sentence(away: Callable[[], Answer], waited: list[float]) -> None:
    citizen, _ = voice(forever(away))
    with pytest.raises(DemoFailed, match=r"GET /units wasn't answered within 30 s \(at last: (503|ConnectError)\)"):
        await citizen.get("/units")
    assert sum(waited) <= calling.PATIENCE_S


async def test_a_patch_that_was_taken_although_its_answer_was_lost_is_not_made_twice() -> None:
    taken = resource(2, name="new", nested={"a": [1], "b": 2})
    answers = [resource(1), httpx.ReadError("lost"), httpx.Response(412), taken]
    head, asked = voice(iter(answers))
    body = {"name": "new", "nested": {"a": [1]}}
    assert (await head.act("/things/1", "", body, method="PATCH"))["name"] == "new"
    assert [request.method for request in asked] == ["GET", "PATCH", "PATCH", "GET"]


async def test_a_patch_that_met_the_change_of_another_is_made_on_that() -> None:
    answers = [resource(1), httpx.Response(412), resource(2, name="old"), resource(2), resource(3, name="new")]
    head, asked = voice(iter(answers))
    assert await head.act("/things/1", "", {"name": "new"}, method="PATCH") == {"name": "new"}
    assert asked[-1].headers["if-match"] == '"2"'


async def test_an_action_on_what_changes_all_the_time_ends() -> None:
    def changing() -> Iterator[Answer]:
        while True:
            yield resource(1)
            yield httpx.Response(412)

    head, _ = voice(changing())
    with pytest.raises(DemoFailed, match="412"):
        await head.act("/things/1", "approval")
