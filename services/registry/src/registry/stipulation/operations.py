"""The verbs of stipulation: stipulate by decree, publish with the charter."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, insert

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, Forbidden, Unprocessable
from chassis.http.versions import Expected
from directory.roles import Actor, Seat, reaches
from registry.consultations import queries as consultation_queries
from registry.consultations.participation import settled_on
from registry.standards import lifecycle, settings
from registry.standards import operations as standards
from registry.standards import queries as standard_queries
from registry.standards.diff import beyond_dispositions
from registry.standards.facts import content
from registry.standards.operations import By
from registry.standards.seal import content_hash
from registry.stipulation import charters, gate, queries
from registry.stipulation.tables import publications, stipulations


def _adding(table: Table) -> Statement:
    return Statement(
        insert(table).values({column.name: bindparam(column.name, type_=column.type) for column in table.c})
    )


_STIPULATE = _adding(stipulations)
_PUBLISH = _adding(publications)
_INCOMPLETE = Text(
    "Standar belum dapat ditetapkan; semua kekurangannya disebutkan.",
    "The standard can't be stipulated yet; everything that is missing is named.",
)
_UNPUBLISHABLE = Text(
    "Standar belum dapat dipublikasikan; semua kekurangannya disebutkan.",
    "The standard can't be published yet; everything that is missing is named.",
)
_OTHER_UNIT = Text("Maklumat ini milik unit lain atau tidak ada.", "This charter is another unit's, or doesn't exist.")
_ACTING = Text(
    "Pejabat dengan mandat ini tidak boleh menetapkan standar menurut pengaturan instansi.",
    "By the institution's settings an acting official of this kind may not stipulate a standard.",
)


class NotStipulable(Unprocessable):
    """The version isn't ready for its decree; `errors` names every gap."""

    code = "not_stipulable"
    title = Text("Standar belum dapat ditetapkan", "The standard can't be stipulated yet")


class NotPublishable(Unprocessable):
    """The version isn't ready for publication; `errors` names every gap."""

    code = "not_publishable"
    title = Text("Standar belum dapat dipublikasikan", "The standard can't be published yet")


class ActingMayNotStipulate(Forbidden):
    """The official acts by a mandate that doesn't reach this decision."""

    code = "acting_may_not_stipulate"
    title = Text(
        "Pejabat pelaksana ini tidak berwenang menetapkan standar", "This acting official may not stipulate a standard"
    )


async def stipulate(
    connection: Connection, standard_id: UUID, decree: Mapping[str, Any], *, by: By, expected: Expected
) -> dict[str, Any]:
    """Freeze the text by a decree (decree_number, decree_date, signer {name, post, person_id, acting}) and seal it by its hash.

    Raises NotStipulable with every gap at once, ActingMayNotStipulate.
    """
    row, move = await standards.lock(connection, standard_id, "stipulation", by=by, expected=expected)
    chosen = await settings.settings_of(connection, row["institution_id"])
    _check_acting(by.actor, row, move, chosen)
    drafted = await _drafted(connection, row)
    flaws = gate.stipulation_flaws(drafted, decree, today=row["today"])
    signer = decree["signer"]
    if signer is not None and not gate.acting_may_stipulate(signer["acting"], chosen):
        flaws.append(Flaw("/signer/acting", "acting_may_not_stipulate", _ACTING))
    flaws += await _signer_flaws(connection, row, decree)
    if flaws:
        raise NotStipulable(_INCOMPLETE, errors=flaws)
    sealed = content_hash(row["number"], row["version"], content(row))
    await _STIPULATE.execute(
        connection,
        standard_id=standard_id,
        decree_number=decree["decree_number"],
        decree_date=decree["decree_date"],
        signer=signer,
        content_hash=sealed,
        stipulated_at=by.now,
        stipulated_by=by.name,
    )
    details = {"decree_number": decree["decree_number"], "decree_date": decree["decree_date"]}
    return await standards.carry_out(
        connection,
        row,
        move,
        by=by,
        details=details,
        content_hash=sealed,
        changeable=[],
        consultation_elements=await consultation_queries.find_elements(connection, standard_id),
    )


def _check_acting(actor: Actor, row: Mapping[str, Any], move: lifecycle.Move, chosen: Mapping[str, Any]) -> None:
    """An account stipulates by a seat: one of those that reach the version must be allowed to."""
    if actor.kind == "client":
        return
    ancestors = frozenset(row["ancestors"])

    def allowed(seat: Seat) -> bool:
        alone = Actor(kind=actor.kind, id=actor.id, seats=(seat,), person_id=actor.person_id)
        return (
            seat.role in move.roles
            and reaches(alone, seat.role, row["institution_id"], ancestors)
            and gate.acting_may_stipulate(seat.acting, chosen)
        )

    if not any(allowed(seat) for seat in actor.seats):
        raise ActingMayNotStipulate(_ACTING)


async def _signer_flaws(connection: Connection, row: Mapping[str, Any], decree: Mapping[str, Any]) -> list[Flaw]:
    """Of a signer who is named as a person of the registry: whether they held, on the decree's day, the seat that is stated."""
    signer = decree["signer"]
    if signer is None or signer["person_id"] is None:
        return []
    day = decree["decree_date"] or row["today"]
    [then] = await standard_queries.placed(connection, [dict(row)], day)
    found = await queries.find_signer(connection, UUID(signer["person_id"]), **then["place"], day=day)
    return gate.signer_flaws(signer, found)


async def _drafted(connection: Connection, row: Mapping[str, Any]) -> gate.Drafted:
    consultation = await consultation_queries.find_current(connection, row["id"])
    assert consultation is not None, "a version being finalised has a round of consultation"
    participants = await consultation_queries.find_participants(connection, consultation["id"])
    sessions = await consultation_queries.find_sessions(connection, consultation["id"])
    minutes = await consultation_queries.find_minutes(connection, consultation["id"])
    signers = None if minutes is None else minutes["signers"]
    pending = await standard_queries.find_pending(connection, row["id"])
    discussed = await standard_queries.find_discussed(connection, row["id"])
    components = row["components"]
    return gate.Drafted(
        components=components,
        considerations=row["considerations"],
        undisposed=await consultation_queries.find_undisposed(connection, row["id"]),
        unmet=[
            (each["pointer"], each["component"])
            for each in pending
            if components.get(each["component"]) == each["discussed"]
        ],
        beyond=beyond_dispositions({each["component"] for each in pending}, components, discussed),
        attended=[found["element"] for found in participants if found["attended"]],
        signers=None if signers is None else [signer["element"] for signer in signers],
        settled_on=settled_on([session["held_on"] for session in sessions], signers or ()),
    )


async def publish(
    connection: Connection, standard_id: UUID, publication: Mapping[str, Any], *, by: By, expected: Expected
) -> dict[str, Any]:
    """Publish a stipulated version with its charter; from `effective_on` it is in force and the one before is superseded.

    `publication`: effective_on, channels [{medium, address}], charter or charter_id. Raises NotPublishable with every gap.
    """
    row, move = await standards.lock(connection, standard_id, "publication", by=by, expected=expected)
    stipulation = await queries.find_stipulation(connection, standard_id)
    assert stipulation is not None, "a stipulated version has its decree"
    others = await queries.lock_in_force(connection, row["service_id"])
    flaws = gate.publication_flaws(
        publication,
        decree_date=stipulation["decree_date"],
        others_effective_on=[other["effective_on"] for other in others],
        today=row["today"],
    )
    media = sorted({channel["medium"] for channel in publication["channels"]})
    charter_id = publication["charter_id"]
    if charter_id is not None:
        charter = await queries.find_charter(connection, charter_id)
        if charter is None or charter["unit_id"] != row["unit_id"]:
            flaws.append(Flaw("/charter_id", "unknown_charter", _OTHER_UNIT))
    if flaws:
        raise NotPublishable(_UNPUBLISHABLE, errors=flaws)
    effective_on = publication["effective_on"]
    for other in others:
        if other["effective_to"] is None or other["effective_to"] > effective_on:
            await _end(connection, other["id"], effective_on, by=by)
    if publication["charter"] is not None:
        charter_id = await charters.issue(connection, row, publication["charter"], media, by=by)
    charter_state = await charters.cover(connection, charter_id, standard_id, media, by=by)
    await _PUBLISH.execute(
        connection,
        standard_id=standard_id,
        channels=publication["channels"],
        published_at=by.now,
        published_by=by.name,
    )
    changed = await standards.carry_out(
        connection,
        row,
        move,
        by=by,
        details={"effective_on": effective_on, "charter_id": charter_id},
        effective_on=effective_on,
        review_due_on=lifecycle.review_due(effective_on),
        publication_media=media,
        charter_state=charter_state,
    )
    await standards.tell(connection, changed, "standard.published", now=by.now)
    return changed


async def _end(connection: Connection, standard_id: UUID, day: Any, *, by: By) -> None:
    """The version before ends on the day its successor takes effect: superseded at once, or by the day's task."""
    found = await standard_queries.find_standard(connection, standard_id, at=by.now, lock="update")
    assert found is not None
    if day > found["today"]:
        await standards.amend(connection, found, by=by, effective_to=day)
        return
    move = lifecycle.find_move(found["state"], "supersession")
    assert move is not None
    changed = await standards.carry_out(connection, found, move, by=by, details={}, effective_to=day)
    await standards.tell(connection, changed, "standard.superseded", now=by.now)
