"""Who manages clients and accounts: other clients, by their scopes. Accounts have no scopes, and no role manages clients."""

from typing import Annotated

from fastapi import Depends

from chassis.http.identity import Caller, SignedIn, policy
from chassis.http.problems import Forbidden


@policy("scope clients:manage or platform:admin")
async def manager(caller: SignedIn) -> Caller:
    """A client that manages clients, at least its institution's, and makes accounts. Raises Forbidden."""
    if caller.kind != "client" or caller.scopes.isdisjoint(("clients:manage", "platform:admin")):
        raise Forbidden
    return caller


@policy("scope platform:admin")
async def administrator(caller: SignedIn) -> Caller:
    """A client that administers the platform. Accounts belong to no institution: nobody else sees or erases them."""
    if caller.kind != "client" or "platform:admin" not in caller.scopes:
        raise Forbidden
    return caller


Manager = Annotated[Caller, Depends(manager)]
Administrator = Annotated[Caller, Depends(administrator)]
