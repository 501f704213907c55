"""What speaks against a seat, and what is only unusual about it: asked of the registry before an appointment is written."""

from collections.abc import Mapping
from typing import Any, TypedDict

from sqlalchemy import Date, Uuid, bindparam, func, select

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text as Words
from directory.roles import RESPONSIBLE_OFFICER
from registry.appointments import holding, problems, queries
from registry.appointments.tables import placed_posts
from registry.institutions.tables import institutions
from registry.terms import Terms
from registry.units.tables import units

_ID = bindparam("id", type_=Uuid)
_DAYS = func.daterange(bindparam("begins", type_=Date), bindparam("ends", type_=Date))
_POST = Statement(
    select(
        func.bool_or(_DAYS.op("&&")(placed_posts.c.valid_during) & _DAYS.op("&<")(placed_posts.c.valid_during))
    ).where(
        placed_posts.c.id == _ID,
        placed_posts.c.institution_id == bindparam("institution_id", type_=Uuid),
        placed_posts.c.unit_id.is_not_distinct_from(bindparam("unit_id", type_=Uuid)),
    )
)
"""Whether a post lasts as long as the appointment; null if it never was at that place. Who fills it may have sat there before."""
_UNIT_COVERS = Statement(select(func.range_agg(units.c.valid_during).op("@>")(_DAYS)).where(units.c.id == _ID))
_INSTITUTION_COVERS = Statement(
    select(func.range_agg(institutions.c.valid_during).op("@>")(_DAYS)).where(institutions.c.id == _ID)
)
_UNTIL_FURTHER_NOTICE = Words("waktu yang belum ditentukan", "an open end")


class _Grounds(TypedDict):
    """Whether the person heads the secretariat on the first day, and whether who appointed was the Pembina (None: unstated)."""

    heads_secretariat: bool
    by_supervisor: bool | None


async def examine(connection: Connection, seat: Mapping[str, Any], *, terms: Terms) -> list[holding.Caution]:
    """What speaks against the seat is raised, what is only unusual returned."""
    institution_id, unit_id, begins, ends = (seat[name] for name in ("institution_id", "unit_id", "begins", "ends"))
    covering, whose = (_INSTITUTION_COVERS, institution_id) if unit_id is None else (_UNIT_COVERS, unit_id)
    if not await covering.fetchval(connection, id=whose, begins=begins, ends=ends):
        raise problems.outside_place()
    if seat["post_id"] is not None:
        await _check_post(connection, seat)
    holders: list[Row] = []
    if seat["role"] in holding.SINGLE:
        holders = await queries.find_holders(
            connection,
            institution_id=institution_id,
            unit_id=unit_id,
            role=seat["role"],
            begins=begins,
            ends=ends,
            besides=seat["id"],
        )
        if holders and holding.is_single(seat["role"], seat["acting"]):
            raise _taken(holders[0])
    grounds = await _grounds(connection, seat)
    refusal = holding.seat_refusal(
        seat["role"],
        seat["acting"],
        **grounds,
        on_record=seat["role"] == RESPONSIBLE_OFFICER
        and await queries.is_on_record(connection, institution_id, seat["decree_date"] or begins, begins),
    )
    if refusal is not None:
        raise problems.flawed("/appointed_by", *refusal)
    return holding.term_warnings(
        seat["acting"],
        begins,
        ends,
        holding.Limits.of(terms.attributes("acting_kinds", seat["acting"])),
        extended=len(seat.get("extensions", ())),
    ) + holding.seat_warnings(
        seat["role"],
        seat["acting"],
        has_holder=any(each["valid_from"] <= begins for each in holders),
        **grounds,
    )


async def _check_post(connection: Connection, seat: Mapping[str, Any]) -> None:
    place_and_days = {name: seat[name] for name in ("institution_id", "unit_id", "begins", "ends")}
    lasts = await _POST.fetchval(connection, id=seat["post_id"], **place_and_days)
    if lasts is None:
        raise problems.unknown_post()
    if not lasts:
        raise problems.outside_post()


async def _grounds(connection: Connection, seat: Mapping[str, Any]) -> _Grounds:
    """On what the seat is held; raises Unprocessable for an appointer whom nobody knows."""
    institution_id, begins = seat["institution_id"], seat["begins"]
    by_supervisor = None
    if seat["appointed_by"] is not None:
        decreed = seat["decree_date"] or begins
        by_supervisor = await queries.is_supervisor(connection, seat["appointed_by"], institution_id, decreed)
        if by_supervisor is None:
            raise problems.unknown_appointer()
    heads = seat["role"] == RESPONSIBLE_OFFICER and await queries.heads_secretariat(
        connection, seat["person_id"], institution_id, begins
    )
    return _Grounds(heads_secretariat=heads, by_supervisor=by_supervisor)


def _taken(holder: Row) -> problems.SeatTaken:
    """A refusal that names the holder: a public fact."""
    named = {"holder": holder["person_name"], "begins": holder["valid_from"]}
    until = Words(*(str(holder["valid_to"]),) * 2) if holder["valid_to"] else _UNTIL_FURTHER_NOTICE
    detail = Words(problems.HELD.id.format(**named, ends=until.id), problems.HELD.en.format(**named, ends=until.en))
    return problems.SeatTaken(
        detail,
        holder={
            "appointment_id": holder["id"],
            "person_name": holder["person_name"],
            "valid_during": {"from": holder["valid_from"], "to": holder["valid_to"]},
        },
    )
