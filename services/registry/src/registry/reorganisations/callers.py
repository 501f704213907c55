"""Who asked for long work, kept with it: rights are looked up anew when it is done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.http.identity import Caller
from directory.roles import Actor
from registry.appointments.callers import find_actor


def kept(caller: Caller) -> dict[str, Any]:
    """The caller as it is kept."""
    return {
        "kind": caller.kind,
        "id": caller.id,
        "scopes": sorted(caller.scopes),
        "institution_id": None if caller.institution_id is None else str(caller.institution_id),
        "unbound": caller.unbound,
    }


async def actor_of(connection: Connection, held: Mapping[str, Any], at: datetime) -> Actor:
    """The caller that was kept, with the seats held at an instant."""
    institution_id = held["institution_id"]
    caller = Caller(
        held["kind"],
        held["id"],
        frozenset(held["scopes"]),
        None if institution_id is None else UUID(institution_id),
        unbound=held["unbound"],
    )
    if caller.unbound:
        return Actor(kind=caller.kind, id=caller.id, scopes=caller.scopes, unbound=True)
    return await find_actor(connection, caller, at)
