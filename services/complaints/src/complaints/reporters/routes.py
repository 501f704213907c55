"""`/v1/tracking`, and of a case: the reporter's identity for those who must answer, and who has read it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Reading, Snapshot
from chassis.http.identity import Public
from chassis.http.languages import Text
from chassis.http.problems import Forbidden, NotFound
from chassis.http.routing import router
from chassis.http.versions import encode, single
from chassis.ops.clock import Now
from complaints.cases import access, shown, status, tokens
from complaints.cases import queries as cases
from complaints.cases.allowing import allowed_actions
from complaints.cases.callers import AUDITOR, CaseCaller
from complaints.cases.rights import Keys, Reader
from complaints.cases.routes import seen
from complaints.cases.visibility import INSTITUTION_ADMIN, REPORTER, roles_on
from complaints.deadlines.queries import calendar_of
from complaints.invitations.codes import survey_code
from complaints.invitations.inviting import find_invitation
from complaints.keys import CaseKeys
from complaints.reporters import queries
from complaints.reporters.codes import is_pin, read_code
from complaints.reporters.disclosure import was_disclosed_to
from complaints.reporters.schemas import AccessLog, Identity, NextDeadline, Pair, SurveyInvitation, Tracking
from complaints.reporters.sealing import unseal
from directory.roles import LIAISON, OFFICER, UNIT_HEAD, reaches

routes = router(tags=["tracking"])
NOBODY = UUID(int=0)
"""Whose PIN is compared where no case was found, so that the answer takes the same time."""
DATA_PROTECTION_OFFICER = "data_protection_officer"
"""Sees who read cases of the institution, and nothing else of them (UU 27/2022 art. 53)."""
CONTACTERS = frozenset({LIAISON, OFFICER, UNIT_HEAD, INSTITUTION_ADMIN, REPORTER})
"""Who may need the reporter's contacts to answer (case-lifecycle §8)."""


class IdentityWithheld(Forbidden):
    """The reporter asked for anonymity, or the case is protected: identity only by identity disclosure."""

    code = "identity_withheld"
    title = Text("Identitas pelapor dirahasiakan", "The reporter's identity is withheld")


@routes.post("/tracking", operation_id="track_case", summary="Track a case", response_model=Tracking)
async def track(request: Request, _caller: Public, connection: Snapshot, now: Now, keys: Keys, body: Pair) -> Response:
    """The case of a tracking code and PIN. A wrong code and a wrong PIN give the same answer: 404."""
    code = read_code(body.tracking_code)
    case_id = await queries.find_by_code(connection, code or "")
    matches = is_pin(keys.pin, case_id or NOBODY, body.access_pin)
    if case_id is None or not matches:
        raise NotFound
    row = await cases.find_case(connection, case_id, now)
    assert row is not None
    roles = frozenset({REPORTER})
    entries = await cases.find_shown_timeline(connection, row, roles)
    complaint = shown.detail(row, roles, request.state.language)
    due = row["due_at"] if row["custody"] == "ordinary" else None
    content = {
        "id": case_id,
        "complaint": complaint,
        "state": complaint["state"],
        "status": status.public_status(row, row["unit_name"], row.get("matter")).read(request.state.language),
        "timeline": entries,
        "next_deadline": NextDeadline(due_at=due, party="agency").model_dump() if due else None,
        "survey": await _invitation(request, connection, row, keys, now),
        "tracking_token": tokens.mint(keys.token, case_id, now),
        "tracking_token_expires_at": now + tokens.LIFETIME,
        "allowed_actions": allowed_actions(row, roles),
    }
    # The ETag lets the reporter send If-Match with what follows.
    return single(request, content, version=row["version"], cache="no-store")


@routes.get(
    "/complaints/{case_id}/survey-invitation",
    operation_id="get_survey_invitation",
    summary="The code for the survey after the closing",
    response_model=SurveyInvitation,
)
async def get_survey_invitation(
    request: Request, case_id: UUID, caller: Reader, connection: Snapshot, now: Now, keys: Keys
) -> Response:
    """For the reporter alone, once the case is closed: what they answer is tied neither to the case nor to them."""
    row, roles = await seen(connection, case_id, caller, now)
    if REPORTER not in roles:
        raise Forbidden
    found = await _invitation(request, connection, row, keys, now)
    if found is None:
        raise NotFound
    return single(request, found, version=row["version"], cache="no-store")


async def _invitation(
    request: Request, connection: Connection, case: Row, keys: CaseKeys, now: datetime
) -> dict[str, Any] | None:
    """The invitation of a case while its code is good. Whether it was used is known to evaluation alone."""
    held = await find_invitation(connection, case["id"])
    if held is None or case["custody"] == "protected":
        return None
    calendar = await calendar_of(connection, case["institution_id"])
    if held["expires_on"] < calendar.local_day(now):
        return None
    code = survey_code(keys.survey, case["id"])
    address = request.app.state.printing.public_url
    return {
        "code": code,
        "service_id": held["service_id"],
        "answer_until": held["expires_on"],
        "link": f"{address}/v1/surveys?service={held['service_id']}&state=open#{code}",
    }


@routes.get(
    "/complaints/{case_id}/reporter",
    operation_id="get_complaint_reporter",
    summary="Who reported",
    response_model=Identity,
)
async def get_reporter(
    request: Request, case_id: UUID, caller: Reader, connection: Reading, now: Now, keys: Keys
) -> Response:
    """The reporter's identity, for whoever needs it to answer; each reading is logged. 403 where it is withheld."""
    row, roles = await seen(connection, case_id, caller, now)
    withheld = REPORTER not in roles and (row["anonymous"] or row["custody"] == "protected")
    opened = withheld and AUDITOR in roles and await was_disclosed_to(connection, case_id, caller)
    if not opened and not roles & (CONTACTERS | ({AUDITOR} if withheld else set())):
        raise Forbidden
    if withheld and not opened:
        raise IdentityWithheld
    sealed = await queries.find_reporter(connection, case_id)
    if sealed is None:
        raise NotFound
    await access.note_reading(connection, row, caller, roles=roles, what="identity", now=now)
    given = unseal(keys, case_id, sealed)
    content = {name: given.get(name) for name in Identity.model_fields} | {"kind": sealed["kind"]}
    return single(request, content, version=row["version"], cache="no-store")


@routes.get(
    "/complaints/{case_id}/access-log",
    operation_id="get_complaint_access_log",
    summary="Who read a case",
    response_model=AccessLog,
)
async def get_access_log(case_id: UUID, caller: Reader, connection: Reading, now: Now) -> Response:
    """The logged readings, newest first: for the reporter, the auditors and the data protection officer.

    The reporter isn't told names or accounts, and of a protected case nothing: the roles alone would name its path.
    """
    row = await cases.find_case(connection, case_id, now)
    if row is None:
        raise NotFound
    roles = roles_on(caller, row, row["ancestors"], now)
    if not _protects_data(caller, row):
        if not roles or (row["custody"] == "protected" and shown.is_outside(roles)):
            raise NotFound
        # Under protected custody a unit head is the head of internal audit, who is shown every reading (case-lifecycle §4).
        watching = {REPORTER, AUDITOR, UNIT_HEAD if row["custody"] == "protected" else INSTITUTION_ADMIN}
        if not roles & watching:
            raise Forbidden
    items = [dict(entry) for entry in await queries.find_accesses(connection, case_id)]
    if roles and shown.is_outside(roles):
        items = [{**item, "actor": {"role": item["actor"]["role"]}} for item in items]
    return Response(encode({"items": items}), media_type="application/json", headers={"Cache-Control": "no-store"})


def _protects_data(caller: CaseCaller, case: Row) -> bool:
    """Whether the caller is the data protection officer of the case's institution, and isn't accused in it (§8)."""
    if caller.actor.unbound or caller.actor.person_id in case["accused_person_ids"]:
        return False
    return reaches(caller.actor, DATA_PROTECTION_OFFICER, case["institution_id"], case["ancestors"])
