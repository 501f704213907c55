"""The lifecycle's table through the real application: every action in the states where it stands, by every role, and by strangers.

Who may is read from the published table (case-lifecycle.json), not from the code.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from api.every_operation.world import World
from api.every_operation.world_of_complaints import INSPECTORATE_ABOVE
from chassis.data.pool import Connection
from support.cast import CALLERS
from support.documents import Operation, operations
from support.stages import WAYS
from support.watch import REHEARSAL

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
CLASS_OF = {"aspiration": "aspiration", "input": "aspiration", "information_request": "public_information"}
"""The types that aren't complaints, each with a class of its own."""
CASE_TYPES = ("complaint", *CLASS_OF)
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
DECIDED_IN = ("in_arbitration", "under_appeal")
DECIDING = {
    "supervisor": {"supervisor"},
    "supervisor@above": {"supervisor"},  # the province's Pembina supervises its cities
    INSPECTORATE_ABOVE: {"supervising_inspectorate"},
}
"""Who knows of a protected case besides in these states: those who decide in place of the responsible officer and supervisor."""
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


def roles_of(state: str, action: str, *, protected: bool = False, case_type: str = "complaint") -> set[str]:
    """The roles to which the table opens an action in a state."""
    found: set[str] = set()
    for row in TABLE["transitions"]:
        of_type = row["types"] == "all" or case_type in row["types"].split(", ")
        if (row["state"], row["action"]) == (state, action) and of_type:
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


@asynccontextmanager
async def let_through(world: World, table: str) -> AsyncIterator[Connection]:
    """Meanwhile the rehearsal lets writes to this table be kept."""
    async with world.cast.service.connection() as connection:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {REHEARSAL}")
        try:
            yield connection
        finally:
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER {REHEARSAL}")


async def overwrite(world: World, case_id: UUID, **columns: Any) -> None:
    """Make a case one of another kind, for good."""
    changes = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, 2))
    async with let_through(world, "cases") as connection:
        await connection.execute(f"UPDATE cases SET {changes} WHERE id = $1", case_id, *columns.values())


@asynccontextmanager
async def retyped(world: World, state: str, case_type: str) -> AsyncIterator[None]:
    """The case of a state as one of another type, for as long as it is tried."""
    case_id = UUID(world.ids[f"case_id:{state}"])
    async with world.cast.service.connection() as connection:
        held = await connection.fetchrow("SELECT type, case_class FROM cases WHERE id = $1", case_id)
    await overwrite(world, case_id, type=case_type, case_class=CLASS_OF[case_type])
    try:
        yield
    finally:
        await overwrite(world, case_id, **held)


@pytest.mark.parametrize("case_type", CLASS_OF)
@pytest.mark.parametrize("state", WAYS)
async def test_other_types_have_the_ways_of_the_table_and_no_more(
    complaints_rehearsal: World, state: str, case_type: str
) -> None:
    """Where the table opens an action to a role it isn't forbidden; where not, it is refused with what is allowed."""
    world = complaints_rehearsal
    async with retyped(world, state, case_type):
        for action in ACTIONS.keys() - UNTABLED:
            able = roles_of(state, action, case_type=case_type)
            if action == "reply":  # of somebody who is satisfied: the closure
                able |= roles_of(state, "closure", case_type=case_type)
            known = set().union(*(roles_of(each, action, case_type=kind) for each in WAYS for kind in CASE_TYPES))
            for caller, roles in INSIDE.items():
                reply = await attempt(world, ACTIONS[action], caller, state)
                said = f"{action} by {caller}: {reply.status_code} {reply.text[:300]}"
                assert reply.status_code < 500, said
                if caller in AT_UNITS and state in UNHELD:
                    assert reply.status_code in (403, 404), said
                elif not roles & known:
                    assert reply.status_code == 403, said
                elif not roles & able:
                    assert (reply.status_code, reply.json()["code"]) == (409, "move_not_allowed"), said
                    assert action not in reply.json()["allowed_actions"], said
                else:
                    assert reply.status_code not in (401, 403, 404), said


@asynccontextmanager
async def protected_custody(world: World, state: str) -> AsyncIterator[None]:
    """The case of a state as the protected path has it, held by the inspectorate, for as long as it is tried."""
    case_id = UUID(world.ids[f"case_id:{state}"])
    async with world.cast.service.connection() as connection:
        held = await connection.fetchrow("SELECT custody, case_class, unit_id FROM cases WHERE id = $1", case_id)
    inspectorate = held["unit_id"] and UUID(world.ids["inspectorate"])
    await overwrite(world, case_id, custody="protected", case_class="supervisory", unit_id=inspectorate)
    try:
        yield
    finally:
        await overwrite(world, case_id, **held)


@pytest.mark.parametrize("state", WAYS)
async def test_under_protected_custody_others_act_in_place_of_those_of_the_table_and_nobody_else_knows(
    complaints_rehearsal: World, state: str
) -> None:
    """Every action in every state, by each who has a role on the case and by everybody who has none (§4)."""
    world = complaints_rehearsal
    knowing = PROTECTED | (DECIDING if state in DECIDED_IN else {})
    async with protected_custody(world, state):
        for action in ACTIONS.keys() - UNTABLED:
            able = roles_of(state, action, protected=True)
            if action == "reply":  # of somebody who is satisfied: the closure
                able |= roles_of(state, "closure", protected=True)
            for caller, roles in knowing.items():
                reply = await attempt(world, ACTIONS[action], caller, state)
                said = f"{action} by {caller}: {reply.status_code} {reply.text[:300]}"
                assert reply.status_code < 500, said
                if not roles & ever(action, protected=True):
                    assert reply.status_code == 403, said
                elif not roles & able:
                    assert (reply.status_code, reply.json()["code"]) == (409, "move_not_allowed"), said
                    assert action not in reply.json()["allowed_actions"], said
                else:
                    assert reply.status_code not in (401, 403, 404), said
            for caller in {*INSIDE, *DECIDING, *STRANGERS, "client", "national_admin"} - knowing.keys():
                reply = await attempt(world, ACTIONS[action], caller, state)
                said = f"{action} by {caller}: {reply.status_code} {reply.text[:300]}"
                assert reply.status_code in (403, 404), said


@pytest.mark.parametrize("state", WAYS)
async def test_a_protected_case_is_read_by_those_who_have_a_role_on_it_and_offers_what_the_table_opens(
    complaints_rehearsal: World, state: str
) -> None:
    world, path = complaints_rehearsal, f"/v1/complaints/{complaints_rehearsal.ids[f'case_id:{state}']}"
    service = world.cast.service
    knowing = PROTECTED | (DECIDING if state in DECIDED_IN else {})
    actions = {row["action"] for row in TABLE["transitions"]}
    async with protected_custody(world, state), let_through(world, "access_log"):
        for caller in {*CALLERS, *DECIDING, *PROTECTED} - {"platform"}:
            reply = await service.client.request("GET", path, headers=dict(world.cast.headers(caller)))
            if caller not in knowing:
                assert reply.status_code in ((401, 403, 404) if caller == "anonymous" else (403, 404)), caller
                continue
            assert reply.status_code == 200, f"{caller}: {reply.status_code} {reply.text[:300]}"
            opened = {each for each in actions if knowing[caller] & roles_of(state, each, protected=True)}
            assert set(reply.json()["allowed_actions"]) <= opened, caller
