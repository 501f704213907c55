"""Actors of requests: the caller with the seats held now, looked up once and kept until the directory changes.

A service puts an `Actors` on `app.state.actors`, rung by its NOTIFY channel `directory_changed`; routes name what they need
in their signature: `Annotated[Actor, acting("unit_head", scope="registry:write")]`.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request

from chassis.data.pool import Connection, Pool
from chassis.http.identity import Caller, caller_of, policy
from chassis.http.problems import Forbidden, NotAuthenticated
from directory.copy import find_actor
from directory.roles import Actor, acts_within, reaches

KEPT_S = 30.0
"""An upper bound for what a lost notice may cost; a seat that begins or ends today does so within it."""
_MOST = 20_000

FindActor = Callable[[Connection, Caller, datetime], Awaitable[Actor]]
"""Looks up the seats that a caller holds at an instant, each on the local day of its institution."""


async def find_in_copy(connection: Connection, caller: Caller, at: datetime) -> Actor:
    """A `FindActor` over the directory copy, for every service but the registry."""
    return await find_actor(
        connection,
        caller.kind,
        caller.id,
        at,
        scopes=caller.scopes,
        unbound=caller.unbound,
        institution_id=caller.institution_id,
    )


class Actors:
    """Looks up actors, on connections of its own, so that no request waits for a second one."""

    def __init__(self, pool: Pool, find: FindActor) -> None:
        self._pool, self._find = pool, find
        self._kept: dict[str, tuple[float, Actor]] = {}
        self._generation = 0

    def forget(self) -> None:
        """The directory changed."""
        self._kept.clear()
        self._generation += 1

    async def find(self, caller: Caller, now: datetime) -> Actor:
        """The caller as an actor, with the seats valid at `now`."""
        key = f"{caller.subject} {' '.join(sorted(caller.scopes))} {caller.institution_id} {caller.unbound}"
        kept = self._kept.get(key)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        generation = self._generation
        actor = await self._look_up(caller, now)
        if generation == self._generation:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = (time.monotonic() + KEPT_S, actor)
        return actor

    async def _look_up(self, caller: Caller, now: datetime) -> Actor:
        if caller.kind == "anonymous" or caller.unbound:
            return Actor(kind=caller.kind, id=caller.id, scopes=caller.scopes, unbound=caller.unbound)
        async with self._pool.acquire(timeout=2) as connection:
            return await self._find(connection, caller, now)


async def actor_of(request: Request) -> Actor:
    """The caller of a request with the seats held now. Raises NotAuthenticated."""
    actors: Actors = request.app.state.actors
    found = await actors.find(caller_of(request), request.app.state.clock())
    request.state.actor = found
    return found


AnyActor = Annotated[Actor, Depends(actor_of)]


@policy("anyone")
async def _anyone(request: Request) -> Actor:
    return await actor_of(request)


Anyone = Annotated[Actor, Depends(_anyone)]
"""Open to all; what is shown depends on who asks."""


def acting(*roles: str, scope: str) -> Any:
    """A dependency: an account must hold one of `roles` somewhere, a client the scope.

    No token 401, otherwise 403. Whether the role reaches the thing at hand is asked by the operation, which then answers 404 or 403.
    """

    @policy(f"roles {', '.join(roles)}; scope {scope}")
    async def allowed(request: Request) -> Actor:
        actor = await actor_of(request)
        if actor.kind == "anonymous":
            raise NotAuthenticated
        if actor.kind == "client":
            if scope not in actor.scopes:
                raise Forbidden
        elif not actor.holds(*roles):
            raise Forbidden
        return actor

    return Depends(allowed)


def may(actor: Actor, scope: str, *roles: str, institution_id: UUID | None, ancestors: frozenset[UUID]) -> bool:
    """Whether the actor reaches something of this institution and units: as a client by the scope, or by one of the roles."""
    return acts_within(actor, scope, institution_id) or (
        actor.kind != "client" and any(reaches(actor, role, institution_id, ancestors) for role in roles)
    )
