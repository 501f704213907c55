"""Every operation, tried by everybody on real rows: who may is a table, and who may not learns nothing.

Nothing that is tried is kept: each commit is refused at its end, so that every caller finds the same world.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.every_operation.tables import Row, rights_of
from api.every_operation.world import World
from support.cast import CALLERS
from support.documents import Operation, operations
from support.facts import vocabulary

SERVICES = ("registry", "complaints", "evaluation")
"""The gateway's own operations know no roles: see test_gateway_rights."""
BY_ID = {operation.id: operation for operation in operations(*SERVICES)}
ROWS = [(service, row) for service in SERVICES for row in rights_of(service)]
IDS = [f"{row.operation}:{row.variant}" if row.variant else row.operation for _, row in ROWS]
# What is open to all is open to the least of all: the others would only take time.
LEAST = ("anonymous", "citizen", "officer@elsewhere", "client_without_scope")
WITHOUT_TOKEN = ("anonymous", "reporter")
REFUSED = (401, 403)
HIDDEN = (*REFUSED, 404)


async def attempt(
    world: World,
    operation: Operation,
    caller: str,
    *,
    variant: str = "",
    absent: bool = False,
    params: Mapping[str, str] | None = None,
) -> httpx.Response:
    """What a caller gets for a request that could succeed."""
    options = world.request(operation)
    options["params"] = {**options["params"], **(params or {})}
    headers = {**world.cast.headers(caller), **options.pop("headers")}
    if "idempotency-key" in operation.parameters("header"):
        headers["idempotency-key"] = str(uuid4())
    path = world.path(operation, variant, absent=absent)
    return await world.cast.service.client.request(operation.method, path, headers=headers, **options)


def told(reply: httpx.Response) -> Mapping[str, Any]:
    """What a refusal says, save for the request's own id."""
    return {**reply.json(), "request_id": ""}


def test_every_operation_has_its_row() -> None:
    assert {row.operation for _, row in ROWS} == BY_ID.keys()
    assert len(IDS) == len(set(IDS))


def test_every_role_is_tried() -> None:
    assert vocabulary("appointment_roles") <= set(CALLERS)


@pytest.mark.parametrize(("world", "row"), ROWS, ids=IDS, indirect=["world"])
async def test_only_who_may_does(world: World, row: Row) -> None:
    operation, everybody = BY_ID[row.operation], (*CALLERS, *world.cast.others)
    assert row.know <= set(everybody), "the table names callers that there are"
    for caller in LEAST if row.may >= set(CALLERS) else filter(row.concerns, everybody):
        reply = await attempt(world, operation, caller, variant=row.variant)
        said = f"{caller}: {reply.status_code} {reply.text[:300]}"
        assert reply.status_code < 500, said
        if caller in row.may:
            assert reply.status_code not in HIDDEN, said
        elif not row.hidden or caller in row.know:
            assert reply.status_code in REFUSED, said
            assert (reply.status_code == 401) == (caller in WITHOUT_TOKEN), said
        else:
            assert reply.status_code in HIDDEN, said
            none = await attempt(world, operation, caller, variant=row.variant, absent=True)
            assert (reply.status_code, told(reply)) == (none.status_code, told(none)), (
                f"{said}, which isn't as if it weren't"
            )


LISTED = [
    ("registry", "list_standards", "get_standard", "standard_id"),
    ("complaints", "list_complaints", "get_complaint", "case_id"),
    ("evaluation", "list_surveys", "get_survey", "survey_id"),
    ("evaluation", "list_assessments", "get_assessment", "assessment_id"),
    ("evaluation", "list_ethics_cases", "get_ethics_case", "case_id"),
    ("evaluation", "list_gratification_reports", "get_gratification_report", "report_id"),
]
"""(service, list, what reads one of its things, the parameter that names the thing)."""


@pytest.mark.parametrize(("world", "listing", "reading", "name"), LISTED, indirect=["world"])
async def test_a_list_holds_what_may_be_read_and_nothing_else(
    world: World, listing: str, reading: str, name: str
) -> None:
    rows = [row for _, row in ROWS if row.operation == reading]
    places = {row.variant: world.ids[f"{name}:{row.variant}" if row.variant else name] for row in rows}
    services = world.services.get(name, {})
    for caller in (*CALLERS, *world.cast.others):
        for row in rows:
            world.ids["service_id:listed"] = services.get(places[row.variant], "")
            reply = await attempt(world, BY_ID[listing], caller, variant="listed", params={"limit": "200"})
            if reply.status_code != 200:
                assert reply.status_code in REFUSED, f"{caller}: {reply.text}"
                assert caller not in row.may, f"{caller} may read {row.variant or 'it'} and can't list"
                continue
            held = {item["id"] for item in reply.json()["items"]}
            assert (places[row.variant] in held) == (caller in row.may), f"{caller}: {row.variant or reading}"
