"""Filing many at once: each filing is checked and prepared by itself, what is right is written together."""

import asyncio
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.problems import Problem, Unprocessable
from chassis.ops.identifiers import new_id
from complaints.attachments.operations import choice_flaws
from complaints.attachments.problems import twice
from complaints.attachments.queries import find_files
from complaints.cases.callers import CaseCaller
from complaints.intake import operations
from complaints.intake.copying import copy_cases
from complaints.intake.operations import Prepared
from complaints.intake.problems import AlreadyFiled
from complaints.intake.settling import BREATH, Settled, Workshop
from complaints.reporters.codes import new_code

STRETCH = 250
"""Filings in one COPY."""
_ATTEMPTS = 3
_TOLD = ("id", "tracking_code", "type", "state", "received_at", "due_at")
_HELD = """
SELECT id, filed_by, tracking_code, type, state, received_at, due_at FROM cases WHERE id = ANY($1::uuid[])
"""
_TAKEN_CODES = "SELECT tracking_code FROM cases WHERE tracking_code = ANY($1::text[])"


class Outcome(NamedTuple):
    """What became of one filing: what its reporter is told, without the PIN, or why not."""

    status: int
    reply: dict[str, Any] | None = None
    problem: Problem | None = None


async def file_all(
    connection: Connection, settled: Sequence[Settled | Problem], caller: CaseCaller, shop: Workshop, *, now: datetime
) -> list[Outcome]:
    """File what can be filed, in the caller's transaction; an outcome for each, in order."""
    held = await _held(connection, settled)
    refused = await _upload_problems(connection, settled, caller)
    outcomes: list[Outcome | None] = []
    fresh: dict[int, Settled] = {}
    brought: set[UUID] = set()
    for index, each in enumerate(settled):
        outcome = _known(each, held, refused.get(index), brought, caller)
        outcomes.append(outcome)
        if outcome is None:
            assert isinstance(each, Settled)
            fresh[index] = each
            brought.update([each.filing.id] if each.filing.id else [])
    replies = await _write(connection, list(fresh.values()), caller, shop, now)
    for index, reply in zip(fresh, replies, strict=True):
        outcomes[index] = Outcome(201, reply=reply)
    return [outcome for outcome in outcomes if outcome is not None]


def _known(
    each: Settled | Problem,
    held: Mapping[UUID, Row],
    refused: Problem | None,
    brought: Collection[UUID],
    caller: CaseCaller,
) -> Outcome | None:
    """What became of a filing that isn't to be written; None for one that is."""
    if isinstance(each, Problem):
        return Outcome(each.status, problem=each)
    before = held.get(each.filing.id) if each.filing.id else None
    if before is not None and caller.filer is not None and before["filed_by"] == caller.filer:
        return Outcome(200, reply={**{name: before[name] for name in _TOLD}, "expected": None})
    if before is not None or each.filing.id in brought:
        return Outcome(409, problem=AlreadyFiled())
    return None if refused is None else Outcome(refused.status, problem=refused)


async def _write(
    connection: Connection, fresh: Sequence[Settled], caller: CaseCaller, shop: Workshop, now: datetime
) -> list[dict[str, Any]]:
    """Prepare and write; while the database takes one stretch the next is prepared."""
    replies: list[dict[str, Any]] = []
    copying: asyncio.Task[None] | None = None
    try:
        for start in range(0, len(fresh), STRETCH):
            prepared = []
            for index, each in enumerate(fresh[start : start + STRETCH]):
                prepared.append(_prepared(each, caller, shop, now))
                if index % BREATH == BREATH - 1:
                    await asyncio.sleep(0)
            if copying is not None:
                await copying
            copying = asyncio.create_task(_copy(connection, prepared))
            replies += [each.reply for each in prepared]
        if copying is not None:
            await copying
    finally:
        if copying is not None and not copying.done():
            copying.cancel()
            await asyncio.gather(copying, return_exceptions=True)
    return replies


def _prepared(each: Settled, caller: CaseCaller, shop: Workshop, now: datetime) -> Prepared:
    made = operations.prepare(
        each.filing,
        caller,
        codes=shop.codes,
        keys=shop.keys,
        routing=each.routing,
        assigned=each.assigned,
        plan=each.plan,
        expected=each.expected,
        now=now,
    )
    for duty in made.duties:  # the plan is shared
        duty["id"] = new_id()
    return made


async def _copy(connection: Connection, fresh: Sequence[Prepared]) -> None:
    """Write cases; a code that another request takes in this moment is drawn again."""
    for left in range(_ATTEMPTS, 0, -1):
        await _draw_codes(connection, fresh)
        try:
            async with connection.transaction():
                await copy_cases(connection, fresh)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != "cases_tracking_code_key" or left == 1:
                raise
        else:
            return


async def _draw_codes(connection: Connection, fresh: Sequence[Prepared]) -> None:
    codes = [each.case["tracking_code"] for each in fresh]
    taken = {row["tracking_code"] for row in await connection.fetch(_TAKEN_CODES, codes)}
    for each in fresh:
        while each.case["tracking_code"] in taken:
            each.case["tracking_code"] = each.reply["tracking_code"] = new_code(secrets.randbelow)
        taken.add(each.case["tracking_code"])


async def _held(connection: Connection, settled: Iterable[Settled | Problem]) -> Mapping[UUID, Row]:
    """Cases that exist under the ids that the client brought."""
    ids = [each.filing.id for each in settled if isinstance(each, Settled) and each.filing.id is not None]
    return {row["id"]: row for row in await connection.fetch(_HELD, ids)} if ids else {}


async def _upload_problems(
    connection: Connection, settled: Iterable[Settled | Problem], caller: CaseCaller
) -> dict[int, Problem]:
    """Why filings can't have the uploads that they name, by place; an upload goes with the first that names it."""
    named = {
        index: each.filing.attachment_ids
        for index, each in enumerate(settled)
        if isinstance(each, Settled) and each.filing.attachment_ids
    }
    if not named:
        return {}
    files = await find_files(connection, sorted({file for ids in named.values() for file in ids}))
    problems: dict[int, Problem] = {}
    used: set[UUID] = set()
    for index, ids in named.items():
        flaws = choice_flaws(ids, files, owner=caller.filer, case_id=None)
        flaws += [twice(f"/attachment_ids/{place}") for place, each in enumerate(ids) if each in used]
        if flaws:
            problems[index] = Unprocessable(errors=flaws)
        else:
            used.update(ids)
    return problems
