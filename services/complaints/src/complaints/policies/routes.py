"""`/v1/deadline-policies` and `/v1/categories`: read by everybody."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import Path, Query, Request
from starlette.responses import Response

from chassis.data.statements import Row
from chassis.data.transactions import Reading, Transaction
from chassis.http.idempotency import Once
from chassis.http.identity import Public
from chassis.http.pages import PartOfList
from chassis.http.problems import Forbidden, NotFound
from chassis.http.routing import router
from chassis.http.versions import FOREVER, encode, single
from complaints.policies import operations, queries
from complaints.policies.schemas import AdoptionBody, AdoptionShape, CategoryList, PolicyList, PolicyShape
from directory.access import acting, may
from directory.roles import Actor

PolicyCode = Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9_]+$")]

routes = router(tags=["policies"])


@routes.get(
    "/deadline-policies",
    operation_id="list_deadline_policies",
    summary="The deadline policies",
    response_model=PolicyList,
)
async def list_deadline_policies(_caller: Public, connection: Reading, part: PartOfList) -> Response:
    """Each policy in its newest version. A case keeps the versions that were in force on the day it was filed."""
    rows = await queries.list_policies(connection)
    content = part.of([_summary(row) for row in rows], key="code")
    return Response(encode(content), media_type="application/json")


@routes.get(
    "/deadline-policies/{code}",
    operation_id="get_deadline_policy",
    summary="A deadline policy with its rows",
    response_model=PolicyShape,
)
async def get_deadline_policy(
    request: Request,
    _caller: Public,
    connection: Reading,
    code: PolicyCode,
    version: Annotated[int | None, Query(ge=1, le=2_000_000_000, description="An earlier version")] = None,
) -> Response:
    """The newest version, or the one named."""
    row = await queries.find_policy(connection, code, version)
    if row is None:
        raise NotFound
    content = _whole(row)
    if version is not None:
        return single(request, content, version=version, cache=FOREVER)
    return single(request, content, version=row["version"])


@routes.post(
    "/deadline-policies/{code}/adoptions",
    operation_id="adopt_deadline_policy",
    summary="Adopt a local variant",
    response_model=AdoptionShape,
    status_code=201,
)
async def adopt_deadline_policy(
    code: PolicyCode,
    body: AdoptionBody,
    actor: Annotated[Actor, acting("institution_admin", "national_admin", scope="complaints:act")],
    connection: Transaction,
    _once: Once,
) -> Response:
    """For what the institution is told from that day on; open cases keep the rules under which they were filed."""
    administers = ("institution_admin", "national_admin")
    if not may(actor, "complaints:act", *administers, institution_id=body.institution_id, ancestors=frozenset()):
        raise Forbidden
    await operations.adopt(connection, code, institution_id=body.institution_id, adopted_on=body.adopted_on)
    content = {"policy_code": code, **body.model_dump()}
    headers = {"Location": f"/v1/deadline-policies/{code}"}
    return Response(encode(content), status_code=201, media_type="application/json", headers=headers)


@routes.get(
    "/categories", operation_id="list_categories", summary="The categories of cases", response_model=CategoryList
)
async def list_categories(request: Request, _caller: Public, connection: Reading, part: PartOfList) -> Response:
    """All of them, roots first in their customary order."""
    rows = await queries.list_categories(connection)
    items = [{name: row[name] for name in ("code", "parent_code", "label", "attributes")} for row in rows]
    version = int.from_bytes(hashlib.sha256(orjson.dumps(items)).digest()[:4])
    return single(request, part.of(items, key="code"), version=version, cache="public, max-age=300")


def _summary(row: Row) -> dict[str, Any]:
    document: Mapping[str, Any] = row["document"]
    same = ("code", "version", "title", "legal_source", "applies_to", "effective_from", "effective_to")
    return {name: row[name] for name in same} | {
        "dates_mark": document.get("dates_mark", ""),
        "note": document.get("note", ""),
    }


def _whole(row: Row) -> dict[str, Any]:
    document: Mapping[str, Any] = row["document"]
    rules = [
        {"number": number, "note": "", "extension": None, "case_class": rule["class"]}
        | {name: value for name, value in rule.items() if name in _RULE_FIELDS}
        for number, rule in enumerate(document["rules"], 1)
    ]
    return _summary(row) | {
        "overrides": document.get("overrides"),
        "rules": rules,
        "limits": document.get("limits", {}),
        "escalation": document.get("escalation", []),
    }


_RULE_FIELDS = frozenset(
    [
        "stage",
        "case_type",
        "amount",
        "unit",
        "from_event",
        "to_event",
        "pauses",
        "party",
        "on_lapse",
        "source",
        "mark",
        "note",
        "extension",
    ]
)
