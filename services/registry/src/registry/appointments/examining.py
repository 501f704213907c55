"""What speaks against a seat: asked of the registry before an appointment is written, and of what it rests on afterwards."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Date, Uuid, and_, bindparam, func, or_, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from registry.appointments import holding, problems, queries
from registry.appointments.grounds import read_grounds
from registry.appointments.tables import placed_posts
from registry.institutions.tables import institutions
from registry.units.tables import units

_ID = bindparam("id", type_=Uuid)
_DAYS = func.daterange(bindparam("begins", type_=Date), bindparam("ends", type_=Date))
_POST = Statement(
    select(
        func.bool_or(_DAYS.op("&&")(placed_posts.c.valid_during) & _DAYS.op("&<")(placed_posts.c.valid_during)).label(
            "lasts"
        ),
        func.min(placed_posts.c.role).label("role"),
    ).where(
        placed_posts.c.id == _ID,
        or_(
            bindparam("kept", type_=Boolean),
            and_(
                placed_posts.c.institution_id == bindparam("institution_id", type_=Uuid),
                placed_posts.c.unit_id.is_not_distinct_from(bindparam("unit_id", type_=Uuid)),
            ),
        ),
    )
)
"""Its role, and whether a post lasts as long as the appointment; null if it never was at that place. Who fills it may have sat there before.

A post that the appointment had is `kept` wherever it is: declared reorganisations take it to a successor on their day only.
"""
_UNIT_COVERS = Statement(select(func.range_agg(units.c.valid_during).op("@>")(_DAYS)).where(units.c.id == _ID))
_INSTITUTION_COVERS = Statement(
    select(func.range_agg(institutions.c.valid_during).op("@>")(_DAYS)).where(institutions.c.id == _ID)
)


async def examine(connection: Connection, seat: Mapping[str, Any], *, held: Row | None = None) -> None:
    """Raises what speaks against the seat, before it is written. `held`: the appointment as it was."""
    institution_id, unit_id, begins, ends = (seat[name] for name in ("institution_id", "unit_id", "begins", "ends"))
    covering, whose = (_INSTITUTION_COVERS, institution_id) if unit_id is None else (_UNIT_COVERS, unit_id)
    if not await covering.fetchval(connection, id=whose, begins=begins, ends=ends):
        raise problems.outside_place()
    if seat["post_id"] is not None:
        await _check_post(connection, seat, kept=held is not None and held["post_id"] == seat["post_id"])
    if seat["appointed_by"] is not None and not await queries.is_appointer(connection, seat["appointed_by"]):
        raise problems.unknown_appointer()
    if seat["role"] in holding.SINGLE:
        holders = await queries.find_holders(
            connection,
            institution_id=institution_id,
            unit_id=unit_id,
            role=seat["role"],
            begins=begins,
            ends=ends,
            person_id=seat["person_id"],
            fills=holding.is_single(seat["role"], seat["acting"]),
            besides=seat["id"],
        )
        if holders:
            raise _taken(holders[0])


def check_grounds(row: Row) -> None:
    """Raises Unprocessable for an appointment, as it was written, that can't make anybody the Penanggung jawab."""
    over = row["state"] == "ended"
    refusal = holding.seat_refusal(row["role"], row["acting"], read_grounds(row), over=over)
    if refusal is not None:
        raise problems.flawed("/appointed_by", *refusal)


async def _check_post(connection: Connection, seat: Mapping[str, Any], *, kept: bool) -> None:
    place_and_days = {name: seat[name] for name in ("institution_id", "unit_id", "begins", "ends")}
    post = await _POST.fetchrow(connection, id=seat["post_id"], kept=kept, **place_and_days)
    if post is None or post["lasts"] is None:
        raise problems.unknown_post()
    if not kept and post["role"] != seat["role"]:
        raise problems.post_of_another_role(post["role"])
    if not post["lasts"]:
        raise problems.outside_post()


def _taken(holder: Row) -> problems.SeatTaken:
    """A refusal that names the holder: a public fact."""
    return problems.SeatTaken(
        problems.held_by(holder["person_name"], holder["valid_from"], holder["valid_to"]),
        holder={
            "appointment_id": holder["id"],
            "person_name": holder["person_name"],
            "valid_during": {"from": holder["valid_from"], "to": holder["valid_to"]},
        },
    )
