"""The receipt of UU 25/2009 art. 44(2): complainant, short description, place and time received, who received it."""

from typing import Any

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.cases.callers import CaseCaller
from complaints.cases.visibility import REPORTER, sees_content
from complaints.keys import CaseKeys
from complaints.reporters import queries
from complaints.reporters.sealing import unseal
from directory.zones import DEFAULT_ZONE

LEGAL_BASIS = "UU 25/2009 art. 44(1)-(2)"
_RECEIVED_BY = Statement("""
SELECT h.actor, i.name AS institution_name, i.time_zone, p.name AS person_name
FROM case_history h
LEFT JOIN directory_institutions i ON i.id = CAST(:institution AS uuid)
LEFT JOIN directory_people p ON p.id = CAST(h.actor ->> 'person_id' AS uuid)
WHERE h.case_id = CAST(:id AS uuid) AND h.sequence = 1
""")


async def receipt(
    connection: Connection, case: Row, roles: frozenset[str], keys: CaseKeys, *, caller: CaseCaller | None = None
) -> dict[str, Any]:
    """The receipt for a caller of these roles.

    The complainant's identity for the complainant, and for the officer who received the case from them, if they see it: the
    one who signs the paper that art. 44(2) names them on (`caller`; nobody of an anonymous or protected case).
    """
    found = await _RECEIVED_BY.fetchrow(connection, id=case["id"], institution=case["institution_id"])
    assert found is not None
    protected = case["custody"] == "protected"
    received = caller is not None and found["actor"]["subject"] == f"{caller.actor.kind}:{caller.actor.id}"
    named = REPORTER in roles or (received and not protected and not case["anonymous"])
    sealed = await queries.find_reporter(connection, case["id"]) if named else None
    given = unseal(keys, case["id"], sealed) if sealed is not None else None
    officer = found["actor"]["role"] not in (REPORTER, "integration_client")
    return {
        "id": case["id"],
        "tracking_code": case["tracking_code"] if REPORTER in roles or not protected else None,
        "received_at": case["received_at"],
        "time_zone": found["time_zone"] or DEFAULT_ZONE,
        "place": None if protected else found["institution_name"],
        "channel": case["channel"],
        "type": case["type"],
        "summary": None if protected or not sees_content(roles, case) else case["title"],
        "reporter": {name: given.get(name) for name in ("name", "phone", "email", "address")} if given else None,
        "received_by": {
            "kind": "officer" if officer else "system",
            "name": found["person_name"] if officer and not protected else None,
        },
        "due_at": None if protected else case["due_at"],
        "legal_basis": LEGAL_BASIS,
    }
