"""Reading decrees, publications and charters."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Uuid, bindparam, cast, func, or_, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from registry.services.past import promised
from registry.services.tables import services
from registry.standards.lifecycle import IN_FORCE
from registry.standards.tables import standards
from registry.stipulation.tables import charter_signings, charter_standards, charters, publications, stipulations

_ID = bindparam("id", type_=Uuid)
_STIPULATION = Statement(select(stipulations).where(stipulations.c.standard_id == _ID))
_PUBLICATION = Statement(
    select(publications, standards.c.effective_on)
    .select_from(publications.join(standards, standards.c.id == publications.c.standard_id))
    .where(publications.c.standard_id == _ID)
)
_CHARTER = Statement(select(charters).where(charters.c.id == _ID))
_CHARTER_OF = Statement(
    select(charters)
    .select_from(charters.join(charter_standards, charter_standards.c.charter_id == charters.c.id))
    .where(charter_standards.c.standard_id == _ID)
)
_SIGNINGS = Statement(
    select(charter_signings).where(charter_signings.c.charter_id == _ID).order_by(charter_signings.c.ordinal.desc())
)
_COVERED = Statement(
    select(
        standards.c.id,
        standards.c.number,
        standards.c.version,
        standards.c.service_id,
        services.c.name.label("service_name"),
        services.c.active_during.label("offered"),
        standards.c.state,
        standards.c.effective_on,
        standards.c.effective_to,
    )
    .select_from(
        charter_standards.join(standards, standards.c.id == charter_standards.c.standard_id).join(
            services, services.c.id == standards.c.service_id
        )
    )
    .where(charter_standards.c.charter_id == _ID)
    .order_by(standards.c.number)
)
_IN_FORCE = or_(*(standards.c.state == state for state in sorted(IN_FORCE)))
_OTHERS = Statement(
    select(standards.c.id, standards.c.effective_on, standards.c.effective_to)
    .where(standards.c.service_id == _ID, _IN_FORCE)
    .order_by(standards.c.effective_on)
    .with_for_update()
)
_TODAY = cast(func.timezone(standards.c.time_zone, bindparam("at", type_=DateTime(timezone=True))), Date)
_ENDED = Statement(
    select(standards.c.id)
    .where(_IN_FORCE, standards.c.effective_to <= _TODAY)
    .order_by(standards.c.id)
    .limit(100)
    .with_for_update(skip_locked=True)
)
_REVIEW_DUE = Statement(
    select(standards.c.id)
    .join(services, services.c.id == standards.c.service_id)
    .where(standards.c.state == "published", standards.c.review_due_on <= _TODAY, promised(_TODAY))
    .order_by(standards.c.id)
    .limit(100)
    .with_for_update(skip_locked=True, of=standards)
)
_SIGNING = ["unit_head", "responsible_officer", "supervisor"]
_SIGNER = Statement("""
SELECT people.name, ARRAY(
    SELECT seat.acting FROM appointments AS seat
    WHERE seat.person_id = people.id AND seat.institution_id = CAST(:institution_id AS uuid)
        AND seat.in_office_during @> CAST(:day AS date) AND seat.role = ANY(CAST(:roles AS text[]))
        AND (seat.unit_id IS NULL OR seat.unit_id IN (
            SELECT ancestor_id FROM unit_ancestors
            WHERE unit_id = CAST(:unit_id AS uuid) AND valid_during @> CAST(:day AS date)))
    ORDER BY seat.acting) AS held
FROM people WHERE people.id = CAST(:id AS uuid)""")

_UNIT_END = Statement("""
SELECT upper(valid_during) FROM units WHERE id = CAST(:id AS uuid) ORDER BY valid_during DESC LIMIT 1""")


async def find_stipulation(connection: Connection, standard_id: UUID) -> Row | None:
    """A version's decree."""
    return await _STIPULATION.fetchrow(connection, id=standard_id)


async def find_publication(connection: Connection, standard_id: UUID) -> Row | None:
    """A version's publication, with `effective_on`."""
    return await _PUBLICATION.fetchrow(connection, id=standard_id)


async def find_charter(connection: Connection, charter_id: UUID) -> Row | None:
    """A charter by its id."""
    return await _CHARTER.fetchrow(connection, id=charter_id)


async def find_charter_of(connection: Connection, standard_id: UUID) -> Row | None:
    """The charter that covers a version."""
    return await _CHARTER_OF.fetchrow(connection, id=standard_id)


async def find_signings(connection: Connection, charter_id: UUID) -> list[Row]:
    """Every time that a charter was signed, the last first."""
    return await _SIGNINGS.fetch(connection, id=charter_id)


async def find_covered(connection: Connection, charter_id: UUID) -> list[Row]:
    """The versions that a charter covers."""
    return await _COVERED.fetch(connection, id=charter_id)


async def lock_in_force(connection: Connection, service_id: UUID) -> list[Row]:
    """The service's versions that are in force now or later, earliest first, locked: id, effective_on, effective_to."""
    return await _OTHERS.fetch(connection, id=service_id)


async def take_ended(connection: Connection, *, at: Any) -> list[UUID]:
    """Versions whose successor's day has come, locked; those that somebody else works on are left out."""
    return [row["id"] for row in await _ENDED.fetch(connection, at=at)]


async def take_review_due(connection: Connection, *, at: Any) -> list[UUID]:
    """Versions whose review is due, locked likewise."""
    return [row["id"] for row in await _REVIEW_DUE.fetch(connection, at=at)]


async def find_end(connection: Connection, unit_id: UUID) -> date | None:
    """The day from which a unit exists no more; None: it has no end yet."""
    end: date | None = await _UNIT_END.fetchval(connection, id=unit_id)
    return end


async def find_signer(
    connection: Connection, person_id: UUID, *, institution_id: UUID, unit_id: UUID, day: date
) -> Row | None:
    """A person's name, and as what (acting) they held, on a day, the seats that may stipulate for a unit: its head or one above
    it, the responsible officer, the supervisor. None: nobody of that id."""
    return await _SIGNER.fetchrow(
        connection, id=person_id, institution_id=institution_id, unit_id=unit_id, day=day, roles=_SIGNING
    )
