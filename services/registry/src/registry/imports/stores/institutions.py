"""Institutions of an import: they are some hundreds at most, and written by the operations of their own room."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.versions import Expected
from chassis.imports.findings import Report
from directory.roles import Actor
from registry import rights
from registry.imports.plans import institutions as plans
from registry.imports.plans.institutions import Plan
from registry.imports.plans.places import Line, Places, Request, regions_of
from registry.imports.plans.places import day as stated_day
from registry.imports.stores.places import load_institutions, load_places, timelines
from registry.institutions import operations, standing
from registry.timeline import Version

_PLATFORM = Actor(kind="client", id="imports", scopes=frozenset({rights.WRITE}), unbound=True)
"""Who may import institutions was asked when the file came."""
_VERSIONS = Statement("""
SELECT i.id, i.name, i.short_name, i.kind, i.region_code, i.time_zone,
    lower(i.valid_during) AS begins, upper(i.valid_during) AS ends
FROM institutions AS i WHERE i.id = ANY(CAST(:ids AS uuid[])) ORDER BY begins
""")
_ALIASES = Statement("""
SELECT institution_id, array_agg(alias) AS aliases FROM institution_aliases
WHERE institution_id = ANY(CAST(:ids AS uuid[])) GROUP BY institution_id
""")
_SUPERVISORS = Statement("""
SELECT edge.institution_id, array_agg(above.code) AS codes
FROM supervision AS edge JOIN institution_identities AS above ON above.id = edge.supervisor_id
WHERE edge.institution_id = ANY(CAST(:ids AS uuid[])) AND edge.valid_during @> CAST(:day AS date)
GROUP BY edge.institution_id
""")

_SUPERVISION = Statement("""
SELECT below.code, above.code AS above, lower(edge.valid_during) AS begins, upper(edge.valid_during) AS ends
FROM supervision AS edge JOIN institution_identities AS above ON above.id = edge.supervisor_id
JOIN institution_identities AS below ON below.id = edge.institution_id
""")


@dataclass(frozen=True, slots=True)
class Held:
    places: Places
    institutions: dict[str, plans.Held]
    supervision: plans.Supervision


async def load(connection: Connection, lines: Sequence[Line], request: Request) -> Held:
    """The institutions of these codes, with aliases and supervisors."""
    places = await load_places(connection, lines, request, units=False, regions=regions_of(lines, "region_code"))
    codes = {line.content["code"] for line in lines} & places.institutions.keys()
    ids = [places.institutions[code].id for code in codes]
    day = request.effective_on or request.today
    versions = timelines(await _VERSIONS.fetch(connection, ids=ids))
    aliases = {row["institution_id"]: row["aliases"] for row in await _ALIASES.fetch(connection, ids=ids)}
    above = {row["institution_id"]: row["codes"] for row in await _SUPERVISORS.fetch(connection, ids=ids, day=day)}
    known = {code: places.institutions[code].id for code in codes}
    ending, beginning = _stated(lines, known, "valid_to"), _stated(lines, known, "valid_from")
    beginning = [(id_, day) for id_, day in beginning if versions[id_][0].begins < day]
    going_on = _by_place(await standing.find_on_institutions(connection, ending) if ending else ())
    there = _by_place(await standing.find_before_institutions(connection, beginning) if beginning else ())
    held = {
        code: plans.Held(
            id_,
            versions[id_],
            frozenset(aliases.get(id_, ())),
            frozenset(above.get(id_, ())),
            going_on[id_],
            there[id_],
        )
        for code, id_ in known.items()
    }
    return Held(places, held, await _supervision(connection, lines))


async def _supervision(connection: Connection, lines: Sequence[Line]) -> plans.Supervision:
    """All of it, if a row says who supervises: a circle may close far above."""
    found: dict[str, tuple[Version, ...]] = defaultdict(tuple)
    if any("supervisor_codes" in line.content for line in lines):
        for row in await _SUPERVISION.fetch(connection):
            found[row["code"]] += (Version(row["begins"], row["ends"], {"parent_id": row["above"]}),)
    return found


def _stated(lines: Sequence[Line], known: Mapping[str, UUID], column: str) -> list[tuple[UUID, date]]:
    days = {line.content["code"]: found for line in lines if (found := stated_day(line.content, column)) is not None}
    return [(known[code], days[code]) for code in known.keys() & days.keys()]


def _by_place(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["institution_id"]].append(row)
    return found


def plan(lines: Sequence[Line], held: Held, request: Request, report: Report) -> Plan:
    """See plans.institutions."""
    return plans.plan(lines, held.places, held.institutions, held.supervision, request, report)


async def write(connection: Connection, plan: Plan, request: Request) -> None:
    """Write it, with the facts: new ones first without supervisors, which may stand further down."""
    changes = [(id_, dict(stated)) for id_, stated in plan.changed]
    for content in plan.created:
        body = {**content, "supervisor_ids": []}
        codes = body.pop("supervisor_codes")
        row = await operations.register(connection, body, actor=_PLATFORM, terms=request.terms, now=request.now)
        if codes:
            begins = content["valid_during"]["from_"]
            changes.append((row["id"], {"supervisor_codes": codes, "effective_on": begins}))
    known = await load_institutions(connection)
    for id_, stated in changes:
        if "supervisor_codes" in stated:
            stated["supervisor_ids"] = [known[code].id for code in stated.pop("supervisor_codes")]
        await operations.change(
            connection,
            id_,
            stated,
            actor=_PLATFORM,
            terms=request.terms,
            now=request.now,
            expected=Expected(None),
        )
