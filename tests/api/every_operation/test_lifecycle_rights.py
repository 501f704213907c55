"""The lifecycle's table through the real application: every action in the states where it stands, by every role, and by strangers.

Who may is read from the published table (case-lifecycle.json), not from the code.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from api.every_operation.world import World
from support.documents import Operation, operations
from support.stages import WAYS

TABLE: Mapping[str, Any] = orjson.loads(
    (Path(__file__).parents[2] / "unit" / "complaints" / "case-lifecycle.json").read_bytes()
)
SYSTEM = ("system", "proxy")
ACTIONS = {
    operation.path.rpartition("/")[2].replace("-", "_"): operation
    for operation in operations("complaints")
    if operation.path.startswith("/v1/complaints/{case_id}/")
    and operation.path.count("/") == 4
    and operation.method == "POST"
}
UNTABLED = {"attachments", "contributions", "compensation", "compensation_decision", "compensation_payment"}
"""Addresses below a case that record no action of the lifecycle."""
INSIDE = {
    "liaison": {"liaison"},
    "officer": {"officer"},
    "unit_head": {"unit_head"},
    "institution_admin": {"institution_admin"},
    "responsible_officer": {"responsible_officer"},
    "supervisor": {"supervisor"},
    "internal_auditor": {"internal_auditor"},
    "filer": {"reporter"},
}
"""Callers who know of an ordinary complaint that a unit holds, with the roles that they have on it."""
PROTECTED = {
    "internal_auditor": {"internal_auditor"},
    "head_of_internal_audit": {"unit_head"},
    "filer": {"reporter"},
}
"""The same under protected custody: the unit, its line and the administrators know nothing of it (§4)."""
IN_PLACE = {
    "institution_admin": "internal_auditor",
    "national_admin": "internal_auditor",
    "liaison": "internal_auditor",
    "officer": "internal_auditor",
    "responsible_officer": "supervisor",
    "supervisor": "supervising_inspectorate",
}
"""Who acts in place of an ordinary role under protected custody (§4); others keep their own."""
AT_UNITS = ("liaison", "officer", "unit_head")
UNHELD = (
    "submitted",
    "awaiting_completion",
    "verified",
    "in_arbitration",
    "archived",
    "withdrawn",
    "merged",
    "referred_out",
)
"""States to which a case is brought here without a unit holding it: those who sit at units don't know of it."""
STRANGERS = ("citizen", "liaison@beside", "unit_head@elsewhere", "institution_admin@elsewhere", "client@elsewhere")


def roles_of(state: str, action: str, *, protected: bool = False) -> set[str]:
    """The roles to which the table opens an action of a complaint in a state."""
    found: set[str] = set()
    for row in TABLE["transitions"]:
        if (row["state"], row["action"]) == (state, action) and (row["types"] == "all" or "complaint" in row["types"]):
            found |= {IN_PLACE.get(role, role) if protected else role for role in row["roles"]}
    return found - set(SYSTEM)


def ever(action: str, *, protected: bool = False) -> set[str]:
    """The roles that ever carry out the action."""
    return set().union(*(roles_of(state, action, protected=protected) for state in WAYS))


def pairs() -> Iterator[tuple[str, str]]:
    """Every action in each state where it stands, and in one where it doesn't."""
    for action in ACTIONS:
        if action not in UNTABLED:
            stands = [state for state in WAYS if roles_of(state, action)]
            yield from ((state, action) for state in stands)
            elsewhere = next((state for state in ("in_progress", "submitted", "closed") if state not in stands), None)
            if elsewhere is not None:
                yield elsewhere, action


async def attempt(world: World, operation: Operation, caller: str, variant: str) -> httpx.Response:
    options = world.request(operation)
    headers = {**world.cast.headers(caller), **options.pop("headers"), "idempotency-key": str(uuid4())}
    path = world.path(operation, variant)
    return await world.cast.service.client.request(operation.method, path, headers=headers, **options)


def test_every_action_of_the_table_has_its_address() -> None:
    """Closure follows a reply, escalation the clock, and filing has an address of its own."""
    tabled = {row["action"] for row in TABLE["transitions"]}
    assert ACTIONS.keys() - UNTABLED == tabled - {"filing", "closure", "escalation"}


@pytest.mark.parametrize(("state", "action"), list(pairs()))
async def test_an_action_is_open_to_whom_the_table_opens_it(
    complaints_rehearsal: World, state: str, action: str
) -> None:
    world, operation = complaints_rehearsal, ACTIONS[action]
    for caller, roles in INSIDE.items():
        reply = await attempt(world, operation, caller, state)
        said = f"{caller}: {reply.status_code} {reply.text[:300]}"
        assert reply.status_code < 500, said
        if caller in AT_UNITS and state in UNHELD:
            assert reply.status_code in (403, 404), said
        elif not roles & ever(action):
            assert reply.status_code == 403, said
        elif not roles & roles_of(state, action):
            assert (reply.status_code, reply.json()["code"]) == (409, "move_not_allowed"), said
            assert action not in reply.json()["allowed_actions"], said
        else:
            assert reply.status_code not in (401, 403, 404), said
    for caller in STRANGERS:
        reply = await attempt(world, operation, caller, state)
        assert reply.status_code in (403, 404), f"{caller}: {reply.status_code} {reply.text[:300]}"
    assert (await attempt(world, operation, "anonymous", state)).status_code in (401, 404)


@pytest.mark.parametrize("action", [action for action in ACTIONS if action not in UNTABLED])
async def test_under_protected_custody_the_auditors_act_and_nobody_else_knows(
    complaints_rehearsal: World, action: str
) -> None:
    world, operation = complaints_rehearsal, ACTIONS[action]
    for caller, roles in PROTECTED.items():
        reply = await attempt(world, operation, caller, "protected")
        said = f"{caller}: {reply.status_code} {reply.text[:300]}"
        if not roles & ever(action, protected=True):
            assert reply.status_code == 403, said
        else:
            assert reply.status_code not in (401, 403, 404), said
    unknowing = set(INSIDE) - set(PROTECTED) | {"client", "national_admin", *STRANGERS}
    for caller in unknowing:
        reply = await attempt(world, operation, caller, "protected")
        assert reply.status_code in (403, 404), f"{caller}: {reply.status_code} {reply.text[:300]}"
