"""Splitting: each further matter of a case becomes a case with its own code, and the same start of the clocks."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, insert, select, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Unprocessable
from chassis.ops.identifiers import new_id
from complaints.attachments.operations import copy_attachments
from complaints.cases import chain, facts
from complaints.cases.operations import Opened
from complaints.cases.tables import case_history, cases
from complaints.codes import Codes
from complaints.custody.routing.places import NOWHERE, Named, find_place
from complaints.deadlines import queries as deadlines
from complaints.deadlines.ledger import check_at
from complaints.deadlines.operations import open_book
from complaints.intake.statement import insert_case
from complaints.keys import CaseKeys
from complaints.moves.moving import move
from complaints.reporters.codes import new_code
from complaints.reporters.queries import find_reporter
from complaints.reporters.sealing import seal, unseal
from complaints.triage.matters import Matter, Split
from complaints.triage.tables import case_parts
from directory.zones import national_day

_KEPT = (
    "type", "region_code", "location", "occurred_on", "channel", "anonymous", "confidential", "filed_by", "institution_id",
    "received_at", "file_complete_at", "legal_clock", "legal_clock_reason",
)  # fmt: skip
"""What a part has of the case that it was in. No clock is renewed by a split."""
_EMPTY: Mapping[str, Any] = dict.fromkeys(
    (
        "unit_id",
        "information",
        "requested_solution",
        "loss_amount_idr",
        "resolved_at",
        "closed_at",
        "rating",
        "closure_kind",
    )
)
_STARTED = {"verified": ("request_received", "file_complete"), "submitted": ("filed", "request_received")}
_PROTECTED_ONLY = Text(
    "Laporan biasa tidak menjadi terlindung dengan pemisahan: gunakan protection.",
    "An ordinary case isn't protected by a split: use protection.",
)

_FILING_ACTOR = Statement(
    select(case_history.c.actor).where(
        case_history.c.case_id == bindparam("id", type_=Uuid), case_history.c.sequence == 1
    )
)
_ACCUSE = Statement(
    update(cases)
    .where(cases.c.id == bindparam("case", type_=Uuid))
    .values(accused_person_ids=bindparam("people", type_=ARRAY(Uuid)), accused_unit_id=bindparam("unit", type_=Uuid))
)
_LINK = Statement(
    insert(case_parts).values({column.name: bindparam(column.name, type_=column.type) for column in case_parts.c})
)
_PARTS = Statement(
    select(case_parts.c.case_id.label("id"), cases.c.tracking_code)
    .join_from(case_parts, cases, cases.c.id == case_parts.c.case_id)
    .where(case_parts.c.source_id == bindparam("id", type_=Uuid))
    .order_by(case_parts.c.case_id)
)


async def split(
    connection: Connection, opened: Opened, body: Split, *, codes: Codes, keys: CaseKeys, now: datetime
) -> tuple[Row, list[UUID]]:
    """Split the opened case; returns it as it is now, and the ids of the new ones. Raises Unprocessable."""
    source = opened.row
    flaws = _flaws(body, source, codes)
    if flaws:
        raise Unprocessable(errors=flaws)
    parts = [
        await _part(connection, opened, matter, reason=body.reason, keys=keys, now=now) for matter in body.matters[1:]
    ]
    after = await move(
        connection,
        source,
        action="split",
        to_state=opened.to(source["state"]).to,
        actor=opened.actor,
        now=now,
        public={"reason": body.reason, "kept": body.matters[0].title, "parts": len(parts)},
        internal={"part_ids": parts},
    )
    return after, parts


def _flaws(body: Split, source: Row, codes: Codes) -> list[Flaw]:
    found = []
    for index, matter in enumerate(body.matters):
        flaw = codes.flaw("lapor_categories", matter.category, f"/matters/{index}/category")
        if flaw is not None:
            found.append(flaw)
        if matter.protected and source["custody"] == "ordinary":
            found.append(Flaw(f"/matters/{index}/protected", "use_protection", _PROTECTED_ONLY))
    return found


async def _part(
    connection: Connection, opened: Opened, matter: Matter, *, reason: str, keys: CaseKeys, now: datetime
) -> UUID:
    """Write the case of one matter."""
    source = opened.row
    protected = source["custody"] == "protected" and matter.protected is not False
    leaves = source["custody"] == "protected" and not protected
    case = await _case(connection, source, matter, protected=protected, now=now)
    duties, case["due_at"] = await _duties(connection, case, now)
    # Whoever handles the harmless part learns neither of the protected one nor who handles that.
    actor = await _FILING_ACTOR.fetchval(connection, id=source["id"]) if leaves else opened.actor
    entry = {
        "case_id": case["id"],
        "sequence": 1,
        "action": "filing",
        "actor": actor,
        "from_state": None,
        "to_state": case["state"],
        "at": now,
        "public": {"channel": case["channel"], "attachment_ids": []},
        "internal": {"custody": case["custody"]} | ({} if leaves else {"split_from": source["id"], "reason": reason}),
    }
    content = chain.canonical(entry)
    case["chain"] = chain.link(chain.START, content)
    await insert_case(
        connection,
        case=case,
        reporter=await _reporter(connection, source["id"], case["id"], keys),
        history={**entry, "canonical": content, "chain": case["chain"]},
        duties=duties,
        event=_event(case, now),
        key=None,
        attachments=[],
    )
    if protected:
        people, unit = source["accused_person_ids"], source["accused_unit_id"]
        await _ACCUSE.execute(connection, case=case["id"], people=people, unit=unit)
    await _LINK.execute(connection, case_id=case["id"], source_id=source["id"], split_at=now)
    chosen = matter.attachment_ids if matter.attachment_ids is not None or not leaves else []
    await copy_attachments(connection, source["id"], case["id"], chosen=chosen, actor=actor, now=now)
    part: UUID = case["id"]
    return part


async def _case(
    connection: Connection, source: Row, matter: Matter, *, protected: bool, now: datetime
) -> dict[str, Any]:
    named = Named(matter.service_id, matter.unit_id, None)
    place = NOWHERE
    if not protected and named != Named(None, None, None):
        place = await find_place(connection, named, national_day(now))
    near = place.institution_id is not None and place.institution_id == source["institution_id"]
    request = source["type"] == "information_request"
    return {
        **_EMPTY,
        **{name: source[name] for name in _KEPT},
        "id": new_id(),
        "tracking_code": new_code(secrets.randbelow),
        "state": "verified" if source["file_complete_at"] is not None else "submitted",
        "case_class": "supervisory" if protected else source["case_class"] if request else "unclassified",
        "sub_class": source["sub_class"] if request else None,
        "custody": "protected" if protected else "ordinary",
        "title": matter.title,
        "body": matter.body,
        "category": matter.category or (None if source["custody"] == "protected" else source["category"]),
        "ethics_values": source["ethics_values"] if protected else [],
        "service_id": matter.service_id,
        "proposed_unit_id": place.unit_id if near else None,
        "late": False,
        "routing": "done",
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }


async def _duties(
    connection: Connection, case: Mapping[str, Any], now: datetime
) -> tuple[list[dict[str, Any]], datetime | None]:
    """The duties that run for a part, from the starts that the whole case had."""
    book = await open_book(connection, case)
    ledger = book.ledger
    ledger.take_all(_STARTED[case["state"]], now)
    rows = [
        deadlines.row_of(duty, case["id"], check_at(duty, (), ledger.calendar, book.steps)) for duty in ledger.duties
    ]
    return rows, ledger.due_at()


async def _reporter(connection: Connection, source_id: UUID, case_id: UUID, keys: CaseKeys) -> dict[str, Any] | None:
    """The reporter's identity, sealed anew: a seal opens in its own row only."""
    held = await find_reporter(connection, source_id)
    if held is None:
        return None
    given = unseal(keys, source_id, held)
    return {"case_id": case_id, "kind": held["kind"], **seal(keys, case_id, given)._asdict()}


def _event(case: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "type": "case.filed",
        "subject": f"complaints/{case['id']}",
        "sequence": 1,
        "visibility": facts.visibility(case),
        "institution_id": case["institution_id"],
        "data": facts.data(case),
        "occurred_at": now,
    }


async def find_parts(connection: Connection, source_id: UUID) -> list[Row]:
    """The cases split off one, with their codes."""
    return await _PARTS.fetch(connection, id=source_id)
