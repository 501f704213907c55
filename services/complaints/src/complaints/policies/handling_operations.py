"""Setting how answers are approved and proven: each version is added beside the earlier ones, which stay."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from complaints.codes import Codes
from complaints.policies.handling import STRICT, SUPERIOR
from complaints.policies.handling_schemas import HandlingPolicyBody
from complaints.policies.tables import handling_policies

_PAST = Text("Kebijakan tidak berlaku surut.", "A policy isn't backdated.")
_TWICE = Text("Kelas ini disebut dua kali.", "This class is named twice.")
_STRICT = Text(
    "Kelas ini selalu memerlukan persetujuan atasan.", "Answers of this class always need a superior's approval."
)
_PROVEN = Text("Kelas ini selalu memerlukan bukti.", "Resolutions of this class always need evidence.")
_ELSEWHERE = Text("Unit ini bukan bagian instansi ini.", "This unit isn't one of the institution's.")

_LOCK = Statement("SELECT pg_advisory_xact_lock(hashtextextended('handling_policies ' || :place, 0))")
_NEWEST = Statement("""
SELECT coalesce(max(version), 0) FROM handling_policies
WHERE institution_id = CAST(:institution AS uuid) AND unit_id IS NOT DISTINCT FROM CAST(:unit AS uuid)
""")
_ADD = Statement(
    insert(handling_policies)
    .values({each.name: bindparam(each.name, type_=each.type) for each in handling_policies.c})
    .on_conflict_do_nothing(constraint="handling_policies_version_key")
)
_HAS_UNIT = Statement("""
SELECT EXISTS (SELECT FROM directory_units WHERE id = CAST(:unit AS uuid) AND institution_id = CAST(:institution AS uuid)
    AND valid_during @> CAST(:day AS date))
""")


async def put_default(connection: Connection, policy: Mapping[str, Any], *, now: datetime) -> None:
    """Keep a version of the policy that ships; one that is held stays as it is."""
    await _ADD.execute(
        connection,
        id=new_id(),
        institution_id=None,
        unit_id=None,
        version=policy["version"],
        effective_from=date.fromisoformat(policy["effective_from"]),
        legal_source=policy["legal_source"],
        rules=policy["rules"],
        recorded_by="system",
        recorded_at=now,
    )


async def set_policy(
    connection: Connection,
    body: HandlingPolicyBody,
    *,
    codes: Codes,
    expected: Expected,
    by: str,
    today: date,
    now: datetime,
) -> Row:
    """Add a version for an institution or a unit. Two at once wait for one another. Raises Unprocessable, StaleVersion."""
    flaws = list(_flaws(body, codes, today))
    if body.unit_id is not None and not await _HAS_UNIT.fetchval(
        connection, unit=body.unit_id, institution=body.institution_id, day=today
    ):
        flaws.append(Flaw("/unit_id", "unknown_unit", _ELSEWHERE))
    if flaws:
        raise Unprocessable(errors=flaws)
    place: Mapping[str, UUID | None] = {"institution": body.institution_id, "unit": body.unit_id}
    await _LOCK.execute(connection, place=" ".join(str(each) for each in place.values()))
    held: int = await _NEWEST.fetchval(connection, **place)
    expected.check(held)
    row: Row = {
        "id": new_id(),
        "institution_id": body.institution_id,
        "unit_id": body.unit_id,
        "version": held + 1,
        "effective_from": body.effective_from,
        "legal_source": body.legal_source,
        "rules": [
            {"class": rule.case_class, "approval": rule.approval, "evidence": rule.evidence} for rule in body.rules
        ],
        "recorded_by": by,
        "recorded_at": now,
    }
    await _ADD.execute(connection, **row)
    return row


def _flaws(body: HandlingPolicyBody, codes: Codes, today: date) -> Iterator[Flaw]:
    if body.effective_from < today:
        yield Flaw("/effective_from", "in_the_past", _PAST)
    classes = [rule.case_class for rule in body.rules]
    for index, rule in enumerate(body.rules):
        at = f"/rules/{index}"
        unknown = codes.flaw("case_classes", rule.case_class, f"{at}/class")
        if unknown is not None:
            yield unknown
        if rule.case_class in classes[:index]:
            yield Flaw(f"{at}/class", "named_twice", _TWICE)
        if rule.case_class in STRICT and rule.approval not in (None, SUPERIOR):
            yield Flaw(f"{at}/approval", "superior_needed", _STRICT)
        if rule.case_class in STRICT and rule.evidence == []:
            yield Flaw(f"{at}/evidence", "evidence_needed", _PROVEN)
        for position, kind in enumerate(rule.evidence or ()):
            unknown = codes.flaw("evidence_kinds", kind, f"{at}/evidence/{position}")
            if unknown is not None:
                yield unknown
