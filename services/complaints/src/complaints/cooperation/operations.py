"""The verbs of cooperation: ask a unit, answer, decline, withdraw. Each moves the case, so that its history tells of it.

A contribution is a unit's duty towards the coordinator: no date that the reporter was told moves by it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.problems import Flaw, Forbidden, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from complaints.attachments.operations import AGENCY, attach
from complaints.cases.callers import CaseCaller
from complaints.cases.lifecycle import OPEN_STATES, acting_role
from complaints.cases.operations import reach_case, refused
from complaints.cases.visibility import COOPERATORS
from complaints.codes import Codes
from complaints.cooperation import problems, queries
from complaints.cooperation.schemas import ContributionAnswer, ContributionRefusal, ContributionRequest
from complaints.deadlines import clock
from complaints.deadlines.queries import calendar_of
from complaints.moves.moving import move
from complaints.policies.queries import load_policies
from complaints.policies.rules import Binding, in_force
from directory.calendars import Calendar
from directory.roles import LIAISON, OFFICER, UNIT_HEAD, acts_within, reaches
from directory.zones import national_day

ACTION = "contribution"
STAGE = "contribution"
COORDINATORS = (LIAISON, OFFICER, UNIT_HEAD, "institution_admin")
ASKABLE = frozenset({"in_progress", "paused", "awaiting_approval", "responded"})
"""States in which a unit holds the case, and may ask others."""


async def ask(
    connection: Connection,
    case_id: UUID,
    caller: CaseCaller,
    body: ContributionRequest,
    *,
    expected: Expected,
    now: datetime,
) -> tuple[Row, UUID]:
    """Ask a unit of the institution to contribute; returns the case as it is now, and the contribution's id.

    Raises NotFound, Forbidden, StaleVersion, NotForProtected, MoveNotAllowed, AlreadyAsked, Unprocessable.
    """
    case, roles, ancestors = await reach_case(connection, case_id, caller, now)
    acting = _coordinates(case, roles)
    expected.check(case["version"])
    if case["custody"] == "protected":
        raise problems.NotForProtected
    if case["state"] not in ASKABLE:
        raise refused(case, roles)
    units = await queries.find_units(connection, [body.unit_id], national_day(now))
    flaw = flaw_of_unit(case, units.get(body.unit_id), "/unit_id", holder=ancestors[:1])
    if flaw is not None:
        raise Unprocessable(errors=[flaw])
    open_ones = [each for each in await queries.find_contributions(connection, case_id) if each["state"] == "asked"]
    if any(each["unit_id"] == body.unit_id for each in open_ones):
        raise problems.AlreadyAsked
    shared = await queries.share(connection, case_id, body.attachment_ids, now)
    for position, each_id in enumerate(body.attachment_ids):
        if each_id not in shared:
            raise problems.file_unknown(position)
    actor, unit = caller.record(acting), units[body.unit_id]
    contribution_id = await add(connection, case, unit, body.question, actor=actor, now=now)
    after = await _tell(
        connection, case, unit, fact="contribution_asked", state="asked", actor=actor, now=now,
        internal={"contribution_id": contribution_id, "question": body.question, "attachment_ids": body.attachment_ids},
    )  # fmt: skip
    return after, contribution_id


def flaw_of_unit(
    case: Row, unit: Row | None, pointer: str, *, holder: Sequence[UUID], across: bool = False
) -> Flaw | None:
    """Why a unit can't be asked: unknown, the holder itself, the accused one, or (unless `across`) of another institution."""
    if unit is None:
        return problems.unit_unknown(pointer)
    if unit["id"] in holder:
        return problems.unit_is_holder(pointer)
    if case["accused_unit_id"] is not None and case["accused_unit_id"] in unit["ancestors"]:
        return problems.unit_accused(pointer)
    if not across and unit["institution_id"] != case["institution_id"]:
        return problems.unit_elsewhere(pointer)
    return None


async def add(
    connection: Connection, case: Row, unit: Row, question: str, *, actor: Mapping[str, Any], now: datetime
) -> UUID:
    """Write what the unit is asked, with its clock; the caller moves the case."""
    calendar = await calendar_of(connection, unit["institution_id"])
    bound = await _limit(connection, case, now, calendar)
    due_at = clock.due_at(bound.rule, now, (), calendar)
    assert due_at is not None, "nothing pauses a contribution"
    contribution_id = new_id()
    await queries.add(
        connection,
        {
            "id": contribution_id,
            "case_id": case["id"],
            "institution_id": unit["institution_id"],
            "unit_id": unit["id"],
            "state": "asked",
            "question": question,
            "asked_by": dict(actor),
            "asked_at": now,
            "policy_code": bound.policy.code,
            "policy_version": bound.policy.version,
            "rule_number": bound.rule.number,
            "due_at": due_at,
        },
    )
    return contribution_id


async def _limit(connection: Connection, case: Row, now: datetime, calendar: Calendar) -> Binding:
    """The limit in force on the day of asking; a policy always sets one."""
    day = calendar.local_day(now)
    found = [
        Binding(policy, rule)
        for policy in in_force((await load_policies(connection)).values(), day)
        for rule in policy.rules
        if rule.stage == STAGE and rule.matches(case["type"], case["case_class"])
    ]
    return max(found, key=lambda bound: bound.rule.precision)


async def answer(
    connection: Connection,
    case_id: UUID,
    contribution_id: UUID,
    caller: CaseCaller,
    body: ContributionAnswer,
    *,
    expected: Expected,
    now: datetime,
) -> Row:
    """The unit answers the coordinator; its files are internal ones of the case.

    Raises NotFound, Forbidden, StaleVersion, ContributionEnded, Unprocessable.
    """
    case, held, unit, actor = await _open_for_unit(
        connection, case_id, contribution_id, caller, expected=expected, now=now
    )
    made = await attach(
        connection,
        body.upload_ids,
        case_id=case_id,
        owner=caller.filer,
        actor=actor,
        origin=AGENCY,
        now=now,
        internal=True,
        pointer="/upload_ids",
    )
    ids = [each["id"] for each in made]
    await queries.share(connection, case_id, ids, now)
    await queries.end(connection, held["id"], state="answered", by=actor, answer=body.body, now=now)
    return await _tell(
        connection, case, unit, fact="contribution_answered", state="answered", actor=actor, now=now,
        internal={"contribution_id": held["id"], "answer": body.body, "attachment_ids": ids},
    )  # fmt: skip


async def decline(
    connection: Connection,
    case_id: UUID,
    contribution_id: UUID,
    caller: CaseCaller,
    body: ContributionRefusal,
    *,
    codes: Codes,
    expected: Expected,
    now: datetime,
) -> Row:
    """The unit has nothing to contribute, and from then on reads nothing of the case. Raises as `answer` does."""
    unknown = codes.flaw("refusal_reasons", body.reason, "/reason")
    if unknown is not None:
        raise Unprocessable(errors=[unknown])
    case, held, unit, actor = await _open_for_unit(
        connection, case_id, contribution_id, caller, expected=expected, now=now
    )
    await queries.end(connection, held["id"], state="declined", by=actor, reason=body.explanation, now=now)
    return await _tell(
        connection, case, unit, fact="contribution_declined", state="declined", actor=actor, now=now,
        internal={"contribution_id": held["id"], "reason": body.reason, "explanation": body.explanation},
    )  # fmt: skip


async def withdraw(
    connection: Connection,
    case_id: UUID,
    contribution_id: UUID,
    caller: CaseCaller,
    reason: str,
    *,
    expected: Expected,
    now: datetime,
) -> Row:
    """The coordinator no longer needs it. Raises NotFound, Forbidden, StaleVersion, ContributionEnded."""
    case, roles, _ancestors = await reach_case(connection, case_id, caller, now)
    actor = caller.record(_coordinates(case, roles))
    expected.check(case["version"])
    held = await queries.find_contribution(connection, case_id, contribution_id)
    if held is None:
        raise NotFound
    if not await queries.end(connection, held["id"], state="withdrawn", by=actor, reason=reason, now=now):
        raise problems.ContributionEnded
    unit = {"id": held["unit_id"], "name": held["unit_name"]}
    return await _tell(
        connection, case, unit, fact="contribution_withdrawn", state="withdrawn", actor=actor, now=now,
        internal={"contribution_id": held["id"], "reason": reason},
    )  # fmt: skip


def _coordinates(case: Row, roles: frozenset[str]) -> frozenset[str]:
    """Those of the roles in which the caller coordinates. Raises Forbidden."""
    able = roles & {acting_role(role, case["custody"]) for role in COORDINATORS}
    if not able:
        raise Forbidden
    return able


async def _open_for_unit(
    connection: Connection,
    case_id: UUID,
    contribution_id: UUID,
    caller: CaseCaller,
    *,
    expected: Expected,
    now: datetime,
) -> tuple[Row, Row, Row, dict[str, Any]]:
    """The locked case, the open contribution, its unit, and how history names the caller, who answers for that unit."""
    case, roles, _ancestors = await reach_case(connection, case_id, caller, now)
    held = await queries.find_contribution(connection, case_id, contribution_id)
    if held is None:
        raise NotFound
    units = await queries.find_units(connection, [held["unit_id"]], national_day(now))
    unit = units.get(held["unit_id"], {"id": held["unit_id"], "name": held["unit_name"], "ancestors": []})
    acting = answers_for(caller, held["institution_id"], unit["ancestors"])
    if not acting:
        raise Forbidden
    expected.check(case["version"])
    if held["state"] != "asked":
        raise problems.ContributionEnded
    if case["state"] not in OPEN_STATES:
        raise refused(case, roles)
    return case, held, unit, caller.record(acting)


def answers_for(caller: CaseCaller, institution_id: UUID, ancestors: Sequence[UUID]) -> frozenset[str]:
    """The roles in which a caller answers for a unit (`ancestors`: itself and all above it). Pure."""
    if acts_within(caller.actor, "complaints:act", institution_id):
        return frozenset({OFFICER})
    return frozenset(role for role in COOPERATORS if reaches(caller.actor, role, institution_id, ancestors))


async def _tell(
    connection: Connection,
    case: Row,
    unit: Row,
    *,
    fact: str,
    state: str,
    actor: Mapping[str, Any],
    now: datetime,
    internal: Mapping[str, Any],
) -> Row:
    """Move the case in place. Its reporter reads which unit was asked and what became of it, never the words."""
    return await move(
        connection,
        case,
        action=ACTION,
        to_state=case["state"],
        actor=actor,
        now=now,
        changes={"cooperating_unit_ids": await queries.find_cooperating(connection, case["id"])},
        public={"unit_id": unit["id"], "unit_name": unit["name"], "state": state},
        internal={"unit_id": unit["id"], "state": state, **internal},
        fact=fact,
    )
