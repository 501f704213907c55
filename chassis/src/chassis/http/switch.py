"""Finds the route of a request by the parts of its path; trying each route in turn took a quarter of a millisecond for the last."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Receive, Scope, Send

_Key = tuple[int, str, str | None]
"""How many segments, the second one (the resource), and the last; None where the last is a parameter."""


class Switch:
    """Before a router: takes what a single route fits at once, and leaves the rest (no route, a wrong method) to it."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for route in self.candidates(scope["path"]):
                match, found = route.matches(scope)
                if match == Match.FULL:
                    scope.update(found)
                    await route.handle(scope, receive, send)
                    return
        await self._router(scope, receive, send)

    def candidates(self, path: str) -> list[BaseRoute]:
        """The routes that may fit a path, in their order."""
        segments = path.split("/")
        resource = segments[2] if len(segments) > 2 else ""
        known = self._routes.get((len(segments), resource, segments[-1]))
        return known or self._routes.get((len(segments), resource, None), [])

    @cached_property
    def _routes(self) -> dict[_Key, list[BaseRoute]]:
        return _indexed(route for route in self._router.routes if isinstance(route, Route))


def _indexed(routes: Iterable[Route]) -> dict[_Key, list[BaseRoute]]:
    """By their keys; those whose last segment is a parameter stand among those with each last segment that there is."""
    keyed = [(_key(route.path), route) for route in routes if ":path}" not in route.path]
    found: dict[_Key, list[BaseRoute]] = defaultdict(list)
    for key in {key for key, _ in keyed}:
        found[key] = [route for other, route in keyed if other in (key, (*key[:2], None))]
    return dict(found)


def _key(path: str) -> _Key:
    segments = path.split("/")
    last = segments[-1]
    return len(segments), segments[2] if len(segments) > 2 else "", None if last.startswith("{") else last
