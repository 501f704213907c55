"""Recording what the Ombudsman announced, and correcting what was recorded wrongly: what stood before is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from chassis.data import events
from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.http.vocabularies import Vocabularies
from chassis.ops.identifiers import new_id
from directory.access import may
from directory.roles import NATIONAL_ADMIN, OMBUDSMAN, RESPONSIBLE_OFFICER, Actor
from evaluation.assessments.ombudsman import Judged, judge, schemes_of
from evaluation.assessments.opinion_schemas import NewOpinion, OpinionCorrection
from evaluation.assessments.tables import ombudsman_opinion_versions, ombudsman_opinions
from evaluation.facts.subjects import find_subject
from evaluation.rights import INSTITUTION_ADMIN, WRITE
from evaluation.surveys.results import number

RECORDING = (OMBUDSMAN, NATIONAL_ADMIN, INSTITUTION_ADMIN, RESPONSIBLE_OFFICER)
_UNKNOWN = Text("Tidak dikenal dalam registri.", "The registry doesn't know it.")


class OpinionExists(Conflict):
    """One assessment a year is announced of an institution; what was recorded wrongly is corrected."""

    code = "ombudsman_opinion_exists"
    title = Text("Opini tahun ini sudah dicatat", "This year's opinion is recorded already")


PROBLEMS = {"ombudsman_opinions_year_key": OpinionExists()}

_TABLE, _VERSIONS = ombudsman_opinions, ombudsman_opinion_versions
_SHOWN = (
    "id",
    "institution_id",
    "year",
    "scheme",
    "score",
    "category",
    "zone",
    "opinion",
    "source",
    "version",
    "created_at",
)
_SAID = ("scheme", "score", "category", "zone", "opinion", "source")
_INSERT = Statement(insert(_TABLE).values({each.name: bindparam(each.name, type_=each.type) for each in _TABLE.c}))
_FIND = Statement(select(_TABLE).where(_TABLE.c.id == bindparam("id", type_=_TABLE.c.id.type)))
_LOCK = Statement(select(_TABLE).where(_TABLE.c.id == bindparam("id", type_=_TABLE.c.id.type)).with_for_update())
_KEEP_BEFORE = Statement(
    insert(_VERSIONS).values({each.name: bindparam(each.name, type_=each.type) for each in _VERSIONS.c})
)
_CHANGE = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("opinion_id", type_=_TABLE.c.id.type))
    .values({name: bindparam(name, type_=_TABLE.c[name].type) for name in (*_SAID, "version")})
)
_BEFORE = Statement(
    select(_VERSIONS)
    .where(_VERSIONS.c.opinion_id == bindparam("opinion_id", type_=_VERSIONS.c.opinion_id.type))
    .order_by(_VERSIONS.c.version.desc())
)


async def record_opinion(
    connection: Connection, new: NewOpinion, actor: Actor, *, vocabularies: Vocabularies, now: datetime
) -> Row:
    """Record an opinion by the scheme of its year. Raises Unprocessable, Forbidden; OpinionExists by its constraint."""
    if await find_subject(connection, "institution", new.institution_id, now) is None:
        raise Unprocessable(errors=[Flaw("/institution_id", "unknown_subject", _UNKNOWN)])
    if not _records(actor, new.institution_id):
        raise Forbidden
    row: dict[str, Any] = {
        "id": new_id(),
        **new.model_dump(),
        **_judged(new.model_dump(exclude={"institution_id", "source"}), vocabularies),
        "version": 1,
        "recorded_by": f"{actor.kind}:{actor.id}",
        "created_at": now,
    }
    await _INSERT.execute(connection, **row)
    await _tell(connection, "ombudsman_opinion.recorded", row, now)
    return row


async def correct_opinion(
    connection: Connection,
    opinion_id: UUID,
    right: OpinionCorrection,
    actor: Actor,
    *,
    vocabularies: Vocabularies,
    expected: Expected,
    now: datetime,
) -> Row:
    """Say anew what was announced, of the same institution and year. Raises NotFound, Forbidden, StaleVersion, Unprocessable."""
    held = await _LOCK.fetchrow(connection, id=opinion_id)
    if held is None:
        raise NotFound
    if not _records(actor, held["institution_id"]):
        raise Forbidden
    expected.check(held["version"])
    said = right.model_dump(exclude={"reason"})
    judged = _judged({**{name: said[name] for name in said if name != "source"}, "year": held["year"]}, vocabularies)
    after = {**held, **said, **judged, "version": held["version"] + 1}
    await _KEEP_BEFORE.execute(
        connection,
        opinion_id=opinion_id,
        **{name: held[name] for name in (*_SAID, "version")},
        reason=right.reason,
        changed_by=f"{actor.kind}:{actor.id}",
        replaced_at=now,
    )
    await _CHANGE.execute(connection, opinion_id=opinion_id, **{name: after[name] for name in (*_SAID, "version")})
    await _tell(connection, "ombudsman_opinion.corrected", after, now)
    return after


async def find_opinion(connection: Connection, opinion_id: UUID) -> Row:
    """An opinion. Raises NotFound."""
    row = await _FIND.fetchrow(connection, id=opinion_id)
    if row is None:
        raise NotFound
    return row


async def find_replaced(connection: Connection, opinion_id: UUID) -> list[Row]:
    """What stood before each correction, the newest first."""
    return await _BEFORE.fetch(connection, opinion_id=opinion_id)


def written(row: Row) -> dict[str, Any]:
    """An opinion as a list shows it."""
    return {**{name: row[name] for name in _SHOWN}, "score": number(row["score"])}


def detailed(row: Row, replaced: list[Row]) -> dict[str, Any]:
    """An opinion with what stood before."""
    names = (*_SAID, "version", "reason", "replaced_at")
    before = [{**{name: each[name] for name in names}, "score": number(each["score"])} for each in replaced]
    return {**written(row), "corrections": before}


def _records(actor: Actor, institution_id: UUID) -> bool:
    return may(actor, WRITE, *RECORDING, institution_id=institution_id, ancestors=frozenset())


def _judged(said: Mapping[str, Any], vocabularies: Vocabularies) -> dict[str, Any]:
    judged = judge(schemes_of(vocabularies), **said)
    if not isinstance(judged, Judged):
        raise Unprocessable(errors=judged)
    return {"category": judged.category, "zone": judged.zone}


async def _tell(connection: Connection, type_: str, row: Row, now: datetime) -> None:
    await events.record(
        connection,
        type_,
        subject=f"ombudsman-opinions/{row['id']}",
        sequence=row["version"],
        data=written(row),
        at=now,
        institution_id=row["institution_id"],
    )
