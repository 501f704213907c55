"""`POST /v1/complaints`, open to everybody; and the receipt."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Header, Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.transactions import ACQUIRE_TIMEOUT_S, Reading
from chassis.documents.printing import Printer
from chassis.documents.replies import FORMS, JSON, PDF, SECRET, chosen_form, pdf_reply
from chassis.http.idempotency import STORED, checked_key, fingerprint, stored_response
from chassis.http.identity import CallerOfAnyKind
from chassis.http.problems import Unprocessable
from chassis.http.routing import router
from chassis.http.versions import encode, single
from chassis.ops.clock import Now
from complaints.attachments.operations import choice_flaws
from complaints.attachments.queries import find_files
from complaints.cases import access
from complaints.cases.callers import CaseCaller
from complaints.cases.rights import Filer, Keys, Reader
from complaints.cases.routes import seen
from complaints.codes import KnownCodes
from complaints.custody.routing.places import Named
from complaints.deadlines.queries import find_duties
from complaints.intake import operations, receipts
from complaints.intake.placing import assign, matter_of, route
from complaints.intake.receipt_document import receipt_document
from complaints.intake.schemas import Complaint, Filed, Receipt
from complaints.intake.validity import all_flaws
from complaints.keys import CaseKeys
from complaints.policies.queries import load_policies
from complaints.reporters.codes import access_pin

routes = router(tags=["complaints"])


async def keyed(
    request: Request,
    caller: CallerOfAnyKind,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> dict[str, Any] | None:
    """The key of this filing: its row is written by the filing's own statement, not beforehand as `Once` does."""
    key = checked_key(caller, idempotency_key)
    if key is None:
        return None
    return {"client": caller.subject, "key": key, "body_hash": await fingerprint(request)}


Claimed = Annotated[dict[str, Any] | None, Depends(keyed)]


@routes.post(
    "/complaints",
    operation_id="file_complaint",
    summary="File a complaint, aspiration, input or information request",
    response_model=Filed,
    status_code=201,
)
async def file_complaint(
    request: Request,
    caller: Filer,
    now: Now,
    keys: Keys,
    codes: KnownCodes,
    claim: Claimed,
    body: Complaint,
) -> Response:
    """Open to the public, with or without a token. Keep `tracking_code` and `access_pin`: the PIN is stored nowhere.

    Known or unknown to the registry's copy, every filing is taken; triage finds its place.
    """
    _check(body, codes, now)
    state = request.app.state
    named = Named(body.service_id, body.unit_id, body.region_code)
    place = await state.places.find(named, now)
    case_class, protected = operations.classed(body, codes)
    assigned = await assign(body, state.suggester, protected=bool(protected))
    matter = matter_of(body, assigned)
    routing = await route(place, named, matter, state.router, protected=bool(protected), now=now)
    plan = await state.planner.plan(operations.deadline_subject(body, routing.place, case_class, now), now)
    expected = await state.expectations.find(body.service_id, routing.place.unit_id, now)
    prepared = operations.prepare(
        body, caller, codes=codes, keys=keys, routing=routing, assigned=assigned, plan=plan, expected=expected, now=now
    )
    # A connection only now: whoever holds one never waits for another.
    async with state.pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
        if prepared.attachments and not await _is_replay(connection, claim):
            await _check_uploads(connection, body, caller)
        if not await operations.write(connection, prepared, claim):
            return await _replay(connection, claim, keys)
    state.sequencer.wake()
    return Response(_with_pin(prepared.reply, keys), status_code=201, headers=operations.stored_headers(prepared))


def _check(body: Complaint, codes: KnownCodes, now: datetime) -> None:
    found = all_flaws(body, codes, now)
    if found:
        raise Unprocessable(errors=found)


async def _is_replay(connection: Connection, claim: dict[str, Any] | None) -> bool:
    """Whether the key was used before: then the uploads are attached to what was filed with it."""
    return claim is not None and await connection.fetchrow(STORED, claim["client"], claim["key"]) is not None


async def _check_uploads(connection: Connection, body: Complaint, caller: CaseCaller) -> None:
    held = await find_files(connection, body.attachment_ids)
    found = choice_flaws(body.attachment_ids, held, owner=caller.filer, case_id=None)
    if found:
        raise Unprocessable(errors=found)


async def _replay(connection: Connection, claim: dict[str, Any] | None, keys: CaseKeys) -> Response:
    assert claim is not None
    row = await connection.fetchrow(STORED, claim["client"], claim["key"])
    stored = stored_response(row, claim["body_hash"])
    headers = {name: value for name, value in stored.headers.items() if name != "content-length"}
    content = _with_pin(orjson.loads(stored.body), keys)
    return Response(content, status_code=stored.status_code, headers=headers)


def _with_pin(reply: dict[str, Any], keys: CaseKeys) -> bytes:
    """The reply's bytes with the PIN, which is derived anew each time and never stored."""
    case_id = reply["id"] if isinstance(reply["id"], UUID) else UUID(reply["id"])
    return encode({**reply, "access_pin": access_pin(keys.pin, case_id)})


@routes.get(
    "/complaints/{case_id}/receipt",
    operation_id="get_complaint_receipt",
    summary="The receipt",
    response_model=Receipt,
    responses=FORMS,
)
async def get_receipt(
    request: Request, case_id: UUID, caller: Reader, connection: Reading, printer: Printer, now: Now, keys: Keys
) -> Response:
    """The receipt of UU 25/2009 art. 44, by Accept as JSON or PDF. That of a protected case names neither the matter nor the path.

    The complainant's identity is for the complainant, with a Tracking-Token or signed in as who filed; and for the officer who
    received the case, as long as it is in their reach: such a reading is logged.
    """
    form = chosen_form(request, (JSON, PDF))
    row, roles = await seen(connection, case_id, caller, now)
    content = await receipts.receipt(connection, row, roles, keys, caller=caller)
    if content["reporter"] is not None:
        await access.note_reading(connection, row, caller, roles=roles, what="identity", now=now)
    if form == JSON:
        return single(request, content, version=row["version"], cache=SECRET)
    ordinary = row["custody"] == "ordinary"
    duties = await find_duties(connection, case_id, await load_policies(connection)) if ordinary else []
    document = receipt_document(content, duties, labels=printer.labels, language=request.state.language)
    name = f"tanda-terima-{content['tracking_code'] or case_id}"
    return pdf_reply(request, printer.press, document, version=row["version"], name=name, keep=False, cache=SECRET)
