"""Who a caller is: the person behind an account or client, with the seats held at an instant."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.identity import Caller
from directory.roles import SUPERVISOR, Actor, Seat
from directory.zones import national_day
from registry.institutions.edges import EDGES


def _seats_of(column: str) -> Statement:
    """The person, once for each seat in office on the local day of its institution; once without a seat if none is."""
    return Statement(f"""
SELECT people.id AS person_id, people.name AS person_name, people.institution_id AS person_institution_id,
    people.employee_number, people.account_id, people.client_id, seat.*
FROM people LEFT JOIN LATERAL (
    SELECT held.id AS appointment_id, held.role, held.acting, held.institution_id, held.unit_id,
        lower(held.valid_during) AS valid_from, upper(held.valid_during) AS valid_to,
        institution.name AS institution_name, unit.name AS unit_name
    FROM appointments AS held
    CROSS JOIN LATERAL (
        SELECT name, time_zone FROM institutions WHERE id = held.institution_id
        ORDER BY lower(valid_during) DESC LIMIT 1) AS institution
    CROSS JOIN LATERAL (SELECT CAST(CAST(:at AS timestamptz) AT TIME ZONE CASE institution.time_zone
        WHEN 'wita' THEN 'Asia/Makassar' WHEN 'wit' THEN 'Asia/Jayapura' ELSE 'Asia/Jakarta' END AS date) AS day) AS local
    LEFT JOIN units AS unit ON unit.id = held.unit_id AND unit.valid_during @> local.day
    WHERE held.person_id = people.id AND held.in_office_during @> local.day) AS seat ON true
WHERE people.{column} = :caller_id
ORDER BY seat.valid_from, seat.appointment_id""")  # noqa: S608 - a column's name of ours


_OF_ACCOUNT, _OF_CLIENT = _seats_of("account_id"), _seats_of("client_id")
_SUPERVISED = Statement(f"""
WITH RECURSIVE {EDGES},
below AS (
    SELECT institution_id AS id FROM edges WHERE supervisor_id = ANY(CAST(:institution_ids AS uuid[]))
    UNION SELECT edges.institution_id FROM edges JOIN below ON edges.supervisor_id = below.id
)
SELECT id FROM below""")  # noqa: S608 - a constant of ours


async def find_held(connection: Connection, caller: Caller, at: datetime) -> list[Row]:
    """A row for each seat of the caller's person; one without a role if the person holds none; none if nobody is known."""
    statement = _OF_ACCOUNT if caller.kind == "account" else _OF_CLIENT
    return await statement.fetch(connection, caller_id=caller.id, at=at)


async def find_actor(connection: Connection, caller: Caller, at: datetime) -> Actor:
    """A `directory.access.FindActor` over the registry's own tables."""
    rows = await find_held(connection, caller, at)
    seats = tuple(
        Seat(
            role=row["role"],
            institution_id=row["institution_id"],
            unit_id=row["unit_id"],
            person_id=row["person_id"],
            acting=row["acting"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
        )
        for row in rows
        if row["role"] is not None
    )
    above = [seat.institution_id for seat in seats if seat.role == SUPERVISOR]
    return Actor(
        kind=caller.kind,
        id=caller.id,
        scopes=caller.scopes,
        unbound=caller.unbound,
        institution_id=caller.institution_id,
        person_id=rows[0]["person_id"] if rows else None,
        seats=seats,
        supervised=await _supervised(connection, above, at) if above else frozenset(),
    )


async def _supervised(connection: Connection, institution_ids: Collection[UUID], at: datetime) -> frozenset[UUID]:
    rows = await _SUPERVISED.fetch(connection, institution_ids=list(institution_ids), day=national_day(at))
    return frozenset(row["id"] for row in rows)
