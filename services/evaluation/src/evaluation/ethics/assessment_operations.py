"""Giving ethics assessments: of a kind and subject, each assessor speaks once for any day."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, Unprocessable
from chassis.ops.identifiers import new_id
from directory.roles import Actor, acts_within
from directory.zones import local_day
from evaluation.ethics import assessment_queries, queries
from evaluation.ethics.assessing import flaws_of_assessment, may_assess
from evaluation.ethics.assessment_schemas import NewAssessment
from evaluation.ethics.catalogues import read_conduct, read_values
from evaluation.ethics.tables import ethics_assessments
from evaluation.facts.subjects import Subject, find_subject
from evaluation.rights import ANSWER

_UNIT = Text("Unit ini tidak dikenal dalam registri.", "The registry doesn't know this unit.")
_PERSON = Text("Orang ini tidak bertugas di unit ini.", "This person doesn't serve in this unit.")
_FUTURE = Text("Masa ini belum dimulai.", "This period hasn't begun.")


class AssessedAlready(Conflict):
    """The assessor has given such an assessment for this period, or for a part of it."""

    code = "assessed_already"
    title = Text(
        "Penilaian ini sudah Anda berikan untuk seluruh atau sebagian masa ini",
        "You have given this assessment for this period or a part of it",
    )


_INSERT = Statement(
    insert(ethics_assessments)
    .values({each.name: bindparam(each.name, type_=each.type) for each in ethics_assessments.c})
    .on_conflict_do_nothing(index_elements=[ethics_assessments.c.once_hash])
    .returning(ethics_assessments.c.id)
)
_TURN = Statement("SELECT pg_advisory_xact_lock(hashtextextended(encode(CAST(:assessor_hash AS bytea), 'hex'), 0))")
# What was kept without the hash, before there was one, says whose it is by its author: of a citizen nothing does.
_OVERLAPPING = Statement("""
SELECT 1 FROM ethics_assessments
WHERE (assessor_hash = CAST(:assessor_hash AS bytea)
       OR (assessor_hash IS NULL AND author_person_id = CAST(:author_person_id AS uuid) AND kind = :kind
           AND unit_id = CAST(:unit_id AS uuid) AND person_id IS NOT DISTINCT FROM CAST(:person_id AS uuid)))
  AND period_from < CAST(:period_to AS date) AND period_to > CAST(:period_from AS date)
LIMIT 1
""")


async def assess(connection: Connection, new: NewAssessment, actor: Actor, now: datetime) -> Row:
    """Keep an assessment. Of a citizen nothing is kept that says who it was, but for a hash that keeps it to one.

    A client with evaluation:answer brings citizens' assessments of its institution. Raises Forbidden, Unprocessable, AssessedAlready.
    """
    unit = await find_subject(connection, "unit", new.unit_id, now)
    if unit is None:
        raise Unprocessable(errors=[Flaw("/unit_id", "unknown_subject", _UNIT)])
    if not _allowed(new, actor, unit):
        raise Forbidden
    today = local_day(now, unit.time_zone)
    values_document = await queries.find_catalogue(connection, "values", today)
    conduct_document = await queries.find_catalogue(connection, "conduct_rules", today)
    if values_document is None or conduct_document is None:
        raise LookupError("no version of the code of ethics is in force")
    values = read_values(values_document)
    flaws = flaws_of_assessment(new.kind, new.scores, new.conduct, values=values, rules=read_conduct(conduct_document))
    if new.person_id is not None and not await assessment_queries.serves(connection, new.person_id, new.unit_id, today):
        flaws.append(Flaw("/person_id", "not_of_the_unit", _PERSON))
    if new.period_from > today:
        flaws.append(Flaw("/period_from", "in_the_future", _FUTURE))
    if flaws:
        raise Unprocessable(errors=flaws)
    row: dict[str, Any] = {
        "id": new_id(),
        "kind": new.kind,
        "subject": "unit" if new.person_id is None else "officer",
        "institution_id": unit.institution_id,
        "unit_id": new.unit_id,
        "person_id": new.person_id,
        "period_from": new.period_from,
        "period_to": new.period_to,
        "values_version": values.version,
        "scores": dict(new.scores),
        "conduct_version": conduct_document["version"],
        "conduct": dict(new.conduct),
        "note": new.note,
        "author_person_id": None if new.kind == "citizen" else actor.person_id,
        "created_at": now,
    }
    who = None if actor.kind == "client" else f"{actor.kind}:{actor.id}"  # a client speaks for many
    assessor = None if who is None else _hash(who, new.kind, new.unit_id, new.person_id)
    if assessor is not None:
        await _check_once(connection, row, assessor)
    once = _hash(who or new_id(), new.kind, new.unit_id, new.person_id, new.period_from, new.period_to)
    if await _INSERT.fetchval(connection, **row, once_hash=once, assessor_hash=assessor) is None:
        raise AssessedAlready
    return row


async def _check_once(connection: Connection, row: Row, assessor: bytes) -> None:
    """Two at the same moment take turns. Raises AssessedAlready."""
    await _TURN.execute(connection, assessor_hash=assessor)
    same = {
        name: row[name] for name in ("author_person_id", "kind", "unit_id", "person_id", "period_from", "period_to")
    }
    if await _OVERLAPPING.fetchval(connection, assessor_hash=assessor, **same) is not None:
        raise AssessedAlready


def _allowed(new: NewAssessment, actor: Actor, unit: Subject) -> bool:
    if actor.kind == "client":
        return new.kind == "citizen" and acts_within(actor, ANSWER, unit.institution_id)
    return may_assess(
        actor,
        new.kind,
        institution_id=unit.institution_id,
        unit_id=new.unit_id,
        ancestors=unit.ancestors,
        person_id=new.person_id,
    )


def _hash(*of: object) -> bytes:
    return hashlib.sha256("|".join(map(str, of)).encode()).digest()
