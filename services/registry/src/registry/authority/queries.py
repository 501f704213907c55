"""Loading the small world that the resolver reads: one statement, however many subjects are asked about.

As five statements in a snapshot it took twice as long: seven round trips to the server.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from directory.world import Appointment, Institution, Service, Supervision, Unit, World
from directory.zones import iana_name
from registry.institutions.edges import EDGES, KNOWN_EDGES
from registry.moments import Moment

_SERVICE = ("id", "institution_id", "unit_id", "code", "name", "region_codes")
_UNIT = ("id", "institution_id", "parent_id", "name", "kind", "region_code", "valid_from", "valid_to")
_INSTITUTION = ("id", "code", "name", "kind", "region_code", "time_zone", "valid_from", "valid_to")
_EDGE = ("institution_id", "supervisor_id", "valid_from", "valid_to")
_SEAT = (
    "id", "person_id", "person_name", "institution_id", "unit_id", "role", "acting", "decree_number", "valid_from",
    "valid_to",
)  # fmt: skip
_RANKS = "('liaison', 'officer', 'unit_head', 'responsible_officer', 'supervisor')"


def _rows(name: str, columns: Iterable[str]) -> str:
    return f"ARRAY(SELECT ROW({', '.join(columns)}) FROM {name}) AS {name}"  # noqa: S608 - names of ours


def _world(*, known: bool) -> Statement:
    """Over the tables, or over everything that was ever recorded.

    The tree is climbed by its rows: the closure has no recorded time, and a line is short. Subqueries in ANY are arrays, so
    that each step goes by its index.
    """
    suffix = "_known" if known else ""

    def held(alias: str, period: str = "valid_during") -> str:
        recorded = f" AND {alias}.recorded_at <= :known_at AND {alias}.replaced_at > :known_at" if known else ""
        return f"{alias}.{period} @> CAST(:day AS date){recorded}"

    def period(alias: str) -> str:
        return f"lower({alias}.valid_during) AS valid_from, upper({alias}.valid_during) AS valid_to"

    seat = f"""
    SELECT a.id, a.person_id, people.name AS person_name, a.institution_id, a.unit_id, a.role, a.acting, a.decree_number,
        {period("a")}
    FROM appointments{suffix} AS a JOIN people ON people.id = a.person_id
    WHERE a.role IN {_RANKS} AND {held("a", "in_office_during")}"""  # noqa: S608 - names of ours
    # Where the service was, if it has gone elsewhere since, or if that wasn't known yet: in the order of recording.
    later = " OR f.recorded_at > :known_at" if known else ""
    return Statement(f"""
WITH RECURSIVE {KNOWN_EDGES if known else EDGES},
services_asked AS (
    SELECT s.id, coalesce(former.institution_id, s.institution_id) AS institution_id,
        coalesce(former.unit_id, s.unit_id) AS unit_id, coalesce(former.code, s.code) AS code, s.name, s.region_codes
    FROM services AS s LEFT JOIN LATERAL (
        SELECT f.institution_id, f.unit_id, f.code FROM service_former_places AS f
        WHERE f.service_id = s.id AND (f.until > CAST(:day AS date){later}) ORDER BY f.id LIMIT 1) AS former ON true
    WHERE s.id = ANY(CAST(:service_ids AS uuid[]))
),
line AS (
    SELECT u.* FROM units{suffix} AS u
    WHERE u.id = ANY(CAST(:unit_ids AS uuid[]) || ARRAY(SELECT unit_id FROM services_asked)) AND {held("u")}
    UNION SELECT u.* FROM units{suffix} AS u JOIN line ON u.id = line.parent_id WHERE {held("u")}
),
units_above AS (
    SELECT id, institution_id, parent_id, name, kind, region_code, {period("line")} FROM line
),
upward AS (
    SELECT i.id FROM institutions{suffix} AS i
    WHERE i.id = ANY(CAST(:institution_ids AS uuid[])
        || ARRAY(SELECT institution_id FROM services_asked UNION SELECT institution_id FROM line))
    OR (i.region_code = ANY(CAST(:region_codes AS text[])) AND i.kind IN ('province', 'regency', 'city'))
    UNION SELECT edges.supervisor_id FROM edges JOIN upward ON edges.institution_id = upward.id
),
institutions_above AS (
    SELECT i.id, identity.code, i.name, i.kind, i.region_code, i.time_zone, {period("i")}
    FROM institutions{suffix} AS i JOIN institution_identities AS identity ON identity.id = i.id
    WHERE i.id = ANY(ARRAY(SELECT id FROM upward)) AND {held("i")}
),
supervision_edges AS (
    SELECT edge.institution_id, edge.supervisor_id, {period("edge")} FROM supervision{suffix} AS edge
    WHERE edge.institution_id = ANY(ARRAY(SELECT id FROM institutions_above)) AND {held("edge")}
),
seats AS (
    {seat} AND a.unit_id = ANY(ARRAY(SELECT id FROM units_above))
    UNION ALL {seat} AND a.unit_id IS NULL AND a.institution_id = ANY(ARRAY(SELECT id FROM institutions_above))
)
SELECT {_rows("services_asked", _SERVICE)}, {_rows("units_above", _UNIT)},
    {_rows("institutions_above", _INSTITUTION)}, {_rows("supervision_edges", _EDGE)}, {_rows("seats", _SEAT)}
""")  # noqa: S608 - names of ours


_NOW, _KNOWN = _world(known=False), _world(known=True)


async def load_world(
    connection: Connection,
    moment: Moment,
    *,
    service_ids: Collection[UUID] = (),
    unit_ids: Collection[UUID] = (),
    institution_ids: Collection[UUID] = (),
    region_codes: Collection[str] = (),
) -> World:
    """What the resolver needs for these subjects at a moment, and no more."""
    statement = _KNOWN if moment.known_at else _NOW
    recorded: dict[str, Any] = {"known_at": moment.known_at} if moment.known_at else {}
    found = await statement.fetchrow(
        connection,
        service_ids=list(service_ids),
        unit_ids=list(unit_ids),
        institution_ids=list(institution_ids),
        region_codes=_governed(region_codes),
        day=moment.day,
        **recorded,
    )
    assert found is not None
    return World(
        institutions=tuple(Institution(**_zoned(row)) for row in _named(found["institutions_above"], _INSTITUTION)),
        units=tuple(Unit(**row) for row in _named(found["units_above"], _UNIT)),
        appointments=tuple(Appointment(**row) for row in _named(found["seats"], _SEAT)),
        services=tuple(
            Service(**{**row, "region_codes": tuple(row["region_codes"])})
            for row in _named(found["services_asked"], _SERVICE)
        ),
        supervision=tuple(Supervision(**row) for row in _named(found["supervision_edges"], _EDGE)),
    )


def _named(rows: Iterable[Iterable[Any]], columns: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    return (dict(zip(columns, row, strict=True)) for row in rows)


def _zoned(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "time_zone": iana_name(row["time_zone"])}


def _governed(region_codes: Iterable[str]) -> list[str]:
    """The codes that may have a local government: of 51.71.02, 51 and 51.71."""
    parts = [code.split(".") for code in region_codes]
    return sorted({".".join(each[:length]) for each in parts for length in (1, 2)})
