"""Loading the small world that the resolver reads: five short statements, however many subjects are asked about."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from directory.world import Appointment, Institution, Service, Supervision, Unit, World
from directory.zones import iana_name
from registry.institutions.edges import EDGES
from registry.moments import Moment

_SERVICES = Statement("""
SELECT id, institution_id, unit_id, code, name, region_codes FROM services WHERE id = ANY(CAST(:service_ids AS uuid[]))
""")


class _Statements:
    """The dated ones, over the tables or over everything that was ever recorded.

    The tree is climbed by its rows: the closure has no recorded time, and a line is short.
    """

    def __init__(self, *, known: bool) -> None:
        suffix = "_known" if known else ""

        def held(alias: str, period: str = "valid_during") -> str:
            recorded = f" AND {alias}.recorded_at <= :known_at AND {alias}.replaced_at > :known_at" if known else ""
            return f"{alias}.{period} @> CAST(:day AS date){recorded}"

        self.lines = Statement(f"""
WITH RECURSIVE line AS (
    SELECT u.* FROM units{suffix} AS u WHERE u.id = ANY(CAST(:unit_ids AS uuid[])) AND {held("u")}
    UNION SELECT u.* FROM units{suffix} AS u JOIN line ON u.id = line.parent_id WHERE {held("u")}
)
SELECT id, institution_id, parent_id, name, kind, region_code,
    lower(valid_during) AS valid_from, upper(valid_during) AS valid_to FROM line""")  # noqa: S608 - names of ours
        self.institutions = Statement(f"""
WITH RECURSIVE {EDGES},
upward AS (
    SELECT i.id FROM institutions AS i
    WHERE i.id = ANY(CAST(:institution_ids AS uuid[]))
    OR (i.region_code = ANY(CAST(:region_codes AS text[])) AND i.kind IN ('province', 'regency', 'city'))
    UNION SELECT edges.supervisor_id FROM edges JOIN upward ON edges.institution_id = upward.id
)
SELECT i.id, identity.code, i.name, i.kind, i.region_code, i.time_zone,
    lower(i.valid_during) AS valid_from, upper(i.valid_during) AS valid_to
FROM upward JOIN institutions{suffix} AS i ON i.id = upward.id JOIN institution_identities AS identity ON identity.id = i.id
WHERE {held("i")}""")  # noqa: S608 - names of ours
        self.appointments = Statement(f"""
SELECT a.id, a.person_id, people.name AS person_name, a.institution_id, a.unit_id, a.role, a.acting, a.decree_number,
    lower(a.valid_during) AS valid_from, upper(a.valid_during) AS valid_to
FROM appointments{suffix} AS a JOIN people ON people.id = a.person_id
WHERE (a.unit_id = ANY(CAST(:unit_ids AS uuid[]))
    OR (a.institution_id = ANY(CAST(:institution_ids AS uuid[])) AND a.unit_id IS NULL))
AND a.role IN ('liaison', 'officer', 'unit_head', 'responsible_officer', 'supervisor')
AND {held("a", "in_office_during")}""")  # noqa: S608 - names of ours


_NOW, _KNOWN = _Statements(known=False), _Statements(known=True)
_EDGES = Statement("""
SELECT institution_id, supervisor_id, lower(valid_during) AS valid_from, upper(valid_during) AS valid_to
FROM supervision WHERE institution_id = ANY(CAST(:institution_ids AS uuid[])) AND valid_during @> CAST(:day AS date)
""")


async def load_world(
    connection: Connection,
    moment: Moment,
    *,
    service_ids: Collection[UUID] = (),
    unit_ids: Collection[UUID] = (),
    institution_ids: Collection[UUID] = (),
    region_codes: Collection[str] = (),
) -> World:
    """What the resolver needs for these subjects at a moment, and no more. Read it in one snapshot."""
    statements = _KNOWN if moment.known_at else _NOW
    recorded: dict[str, datetime] = {"known_at": moment.known_at} if moment.known_at else {}
    services = await _SERVICES.fetch(connection, service_ids=list(service_ids)) if service_ids else []
    wanted = {*unit_ids, *(row["unit_id"] for row in services)}
    units: list[Row] = []
    if wanted:
        units = await statements.lines.fetch(connection, unit_ids=sorted(wanted), day=moment.day, **recorded)
    near = {*institution_ids, *(row["institution_id"] for row in (*services, *units))}
    institutions = await statements.institutions.fetch(
        connection, institution_ids=sorted(near), region_codes=_governed(region_codes), day=moment.day, **recorded
    )
    everyone = [row["id"] for row in institutions]
    edges = await _EDGES.fetch(connection, institution_ids=everyone, day=moment.day)
    appointments = await statements.appointments.fetch(
        connection,
        institution_ids=everyone,
        unit_ids=sorted({row["id"] for row in units}),
        day=moment.day,
        **recorded,
    )
    return World(
        institutions=tuple(Institution(**_zoned(row)) for row in institutions),
        units=tuple(Unit(**row) for row in units),
        appointments=tuple(Appointment(**row) for row in appointments),
        services=tuple(Service(**{**row, "region_codes": tuple(row["region_codes"])}) for row in services),
        supervision=tuple(Supervision(**row) for row in edges),
    )


def _zoned(row: Row) -> Mapping[str, Any]:
    return {**row, "time_zone": iana_name(row["time_zone"])}


def _governed(region_codes: Iterable[str]) -> list[str]:
    """The codes that may have a local government: of 51.71.02, 51 and 51.71."""
    parts = [code.split(".") for code in region_codes]
    return sorted({".".join(each[:length]) for each in parts for length in (1, 2)})
