"""A route's plan reads and refuses what FastAPI itself would, calls each dependency once, and refuses what it can't carry out."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from chassis.http.application import Application
from chassis.http.plan import NotCarriedOut
from chassis.http.routing import Route


class Thing(BaseModel):
    """A body as the house writes them."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=5)
    size: int = 1


async def paging(
    limit: Annotated[int, Query(ge=1, le=9)] = 5, colour: Annotated[list[str] | None, Query()] = None
) -> tuple[int, list[str] | None]:
    """A dependency with parameters of its own."""
    return limit, colour


async def who(request: Request, badge: Annotated[str | None, Header(max_length=3)] = None) -> str:
    """A dependency that two others need; counts its calls."""
    request.app.state.calls = getattr(request.app.state, "calls", 0) + 1
    return badge or "nobody"


async def left(person: Annotated[str, Depends(who)]) -> AsyncIterator[str]:
    """A dependency that is entered."""
    yield f"left of {person}"


def routes(kind: type[APIRoute]) -> APIRouter:
    """One route with everything that the house's routes use, of this kind."""
    router = APIRouter(route_class=kind)

    @router.post("/things/{thing_id}")
    async def handle(
        thing_id: UUID,
        page: Annotated[tuple[int, list[str] | None], Depends(paging)],
        side: Annotated[str, Depends(left, scope="function")],
        person: Annotated[str, Depends(who)],
        needed: int,
        body: Thing,
        agreed: bool = False,
    ) -> Response:
        return JSONResponse(
            [str(thing_id), list(page), side, person, needed, body.model_dump(), agreed],
        )

    return router


async def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [(each["type"], list(each["loc"])) for each in error.errors()]
    return JSONResponse(sorted(found, key=str), status_code=422)


def client(app: FastAPI, kind: type[APIRoute]) -> httpx.AsyncClient:
    """A client of an application with the route."""
    app.router.routes.extend(routes(kind).routes)
    app.add_exception_handler(RequestValidationError, _told)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


WORDS = st.sampled_from(["", "1", "7", "12", "x", "true", "red", "blue"])
QUERIES = st.lists(st.tuples(st.sampled_from(["limit", "colour", "needed", "agreed"]), WORDS), max_size=5)
BODIES = st.none() | st.dictionaries(
    st.sampled_from(["name", "size", "more"]), st.sampled_from(["a", "longer than five", 3, None, [1]]), max_size=3
)
PLACES = st.sampled_from(["0190a0b0-0000-7000-8000-000000000001", "no-id"])
BADGES = st.sampled_from([None, "ab", "abcd"])


@given(query=QUERIES, body=BODIES, place=PLACES, badge=BADGES)
async def test_it_answers_as_fastapi_does(
    query: list[tuple[str, str]], body: dict[str, Any] | None, place: str, badge: str | None
) -> None:
    headers = {} if badge is None else {"badge": badge}
    async with client(FastAPI(), APIRoute) as theirs, client(Application(), Route) as ours:
        expected, found = [
            await each.post(f"/things/{place}", params=query, json=body, headers=headers)
            if body is not None
            else await each.post(f"/things/{place}", params=query, headers=headers)
            for each in (theirs, ours)
        ]
    assert found.status_code == expected.status_code
    # FastAPI tells of a parameter once for each dependant that needs it.
    unique = [each for number, each in enumerate(expected.json()) if each not in expected.json()[:number]]
    assert found.json() == (unique if expected.status_code == 422 else expected.json())


async def test_a_dependency_that_several_need_is_called_once() -> None:
    app = Application()
    async with client(app, Route) as caller:
        reply = await caller.post(
            "/things/0190a0b0-0000-7000-8000-000000000001", params={"needed": 1}, json={"name": "a"}
        )
    assert reply.status_code == 200
    assert app.state.calls == 1


def plain() -> int:
    """Would be sent to a thread."""
    return 1


async def listed(of: Annotated[list[int], Query()] = []) -> list[int]:  # noqa: B006 - what is refused
    """A default that whoever gets it could change."""
    return of


async def takes_plain(_value: Annotated[int, Depends(plain)]) -> Response:
    return Response()


async def takes_reply(_response: Response) -> Response:
    return Response()


async def takes_two(one: Thing, other: Thing) -> Response:
    return Response()


async def ends_late(_side: Annotated[str, Depends(left)]) -> Response:
    return Response()


async def takes_list(_value: Annotated[list[int], Depends(listed)]) -> Response:
    return Response()


@pytest.mark.parametrize("handler", [takes_plain, takes_reply, takes_two, ends_late, takes_list])
def test_what_it_cannot_carry_out_does_not_start(handler: Callable[..., Any]) -> None:
    with pytest.raises(NotCarriedOut):
        Route("/", handler, methods=["POST"])
