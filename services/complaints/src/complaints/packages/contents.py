"""What a package holds for its reader: everything that this reader may read of the case anyhow, gathered in one snapshot."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.http.languages import Language
from complaints.attachments.opening import reads
from complaints.attachments.queries import find_attachments
from complaints.cases import queries as cases
from complaints.cases import shown
from complaints.cases.callers import AUDITOR, CaseCaller
from complaints.cases.visibility import INSTITUTION_ADMIN, REPORTER
from complaints.compensation.routes import whole_claim
from complaints.cooperation.queries import find_contributions
from complaints.cooperation.routes import shown_contribution
from complaints.deadlines.queries import find_duties
from complaints.deadlines.routes import explained
from complaints.intake.receipts import receipt
from complaints.keys import CaseKeys
from complaints.notices.queries import find_notices
from complaints.notices.routes import shown_notice
from complaints.policies.queries import load_policies
from complaints.reporters.disclosure import was_disclosed_to
from complaints.reporters.queries import find_accesses, find_reporter
from complaints.reporters.sealing import unseal
from directory.roles import RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD

PACKAGERS = frozenset({REPORTER, UNIT_HEAD, INSTITUTION_ADMIN, RESPONSIBLE_OFFICER, SUPERVISOR, AUDITOR})
"""Who may take the whole of a case along: the reporter, and who answers for the institution or watches over it."""
NAMED_TO = frozenset({UNIT_HEAD, INSTITUTION_ADMIN})
"""Officers whose package names the reporter, unless they are anonymous or the case is protected (case-lifecycle §8)."""
BASIS = ("UU 37/2008 art. 23-24", "UU 25/2009 art. 45-46")
_IDENTITY = ("name", "phone", "email", "national_id", "address", "proxy")


class Package(NamedTuple):
    """`content` is what is written as JSON and printed; `duties` go on the receipt; `files`: attachments that are given along."""

    content: dict[str, Any]
    receipt: dict[str, Any]
    duties: list[Any]
    files: list[Row]


async def gather(
    connection: Connection,
    case: Row,
    caller: CaseCaller,
    roles: frozenset[str],
    *,
    keys: CaseKeys,
    language: Language,
    internal: bool,
    now: datetime,
) -> Package:
    """The package of a case for a caller of these roles. `internal`: with what the agency noted for itself, for officers alone."""
    outside = shown.is_outside(roles)
    hidden = outside and case["custody"] == "protected"
    case_id = case["id"]
    entries = await cases.find_shown_timeline(connection, case, roles)
    if not internal:
        entries = [{**entry, "internal": None} for entry in entries if not entry["public"].get("hidden")]
    held = await find_attachments(connection, case_id)
    readable = [row for row in held if reads(row, case, roles) and (internal or not row["internal"])]
    notices = await find_notices(connection, case_id, reporters=not internal)
    receipt_content = await receipt(connection, case, roles, keys)
    intervals = [] if hidden else [dict(each) for each in await cases.find_custody(connection, case_id)]
    contributions = [] if hidden else await find_contributions(connection, case_id)
    content = {
        "about": {
            "made_at": now,
            "made_for": "reporter" if outside else "institution",
            "legal_basis": BASIS,
            "internal": internal,
            "record": {"version": case["version"], "chain": bytes(case["chain"]).hex()},
        },
        "case": shown.detail(case, roles, language),
        "reporter": await _identity(connection, case, caller, roles, keys),
        "receipt": receipt_content,
        "timeline": entries,
        "custody": [{**each, "person_id": None} for each in intervals] if outside else intervals,
        "contributions": [shown_contribution(each, now, outside=not internal) for each in contributions],
        "deadlines": None if hidden else await explained(connection, case, now=now, calendar_version=None),
        "notices": [shown_notice(each, case["custody"], language, outside=outside) for each in notices],
        "compensation": await whole_claim(connection, case, now),
        "accesses": [_access(each) for each in await find_accesses(connection, case_id)],
        "attachments": [_listed(row) for row in readable],
    }
    duties = [] if hidden else await find_duties(connection, case_id, await load_policies(connection))
    return Package(content, receipt_content, duties, [row for row in readable if row["state"] == "clean"])


async def _identity(
    connection: Connection, case: Row, caller: CaseCaller, roles: frozenset[str], keys: CaseKeys
) -> dict[str, Any] | None:
    """Who reported, for the reporter; for officers who may know it; for the auditor who had the vault opened."""
    withheld = case["anonymous"] or case["custody"] == "protected"
    if REPORTER not in roles:
        opened = AUDITOR in roles and await was_disclosed_to(connection, case["id"], caller)
        if not opened and (withheld or not roles & NAMED_TO):
            return None
    sealed = await find_reporter(connection, case["id"])
    if sealed is None:
        return None
    given = unseal(keys, case["id"], sealed)
    return {name: given.get(name) for name in _IDENTITY}


def _access(row: Mapping[str, Any]) -> dict[str, Any]:
    """A reading without the reader's name or account."""
    return {"at": row["at"], "role": row["actor"]["role"], "what": row["what"]}


def _listed(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "name", "media_type", "size_bytes", "kind", "origin", "state", "added_at")
    return {**{name: row[name] for name in names}, "sha256": bytes(row["sha256"]).hex()}
