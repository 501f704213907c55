"""What stands on a unit or an institution: neither is ended under it, nor begins after it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw
from registry.institutions.problems import SetByReorganisation, StillInUse
from registry.timeline import Timeline

NAMED = 3
"""So many of a kind are named; the others are counted."""
# `standing` is a view of what the rooms above this one hold: child units, people in office, active services, standards that
# aren't over. `unit_id`: below which unit, at which unit; `ends` is exclusive, null: open.
_SUMMED = "kind, count(*) AS count, array_agg(id ORDER BY name, id) AS ids, array_agg(name ORDER BY name, id) AS names"


def _on(place: str) -> Statement:
    return Statement(f"""
SELECT ending.{place}, ending.day, {_SUMMED}
FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS ending ({place}, day) JOIN standing USING ({place})
WHERE ends IS NULL OR ends > ending.day GROUP BY ending.{place}, ending.day, kind ORDER BY kind""")  # noqa: S608 - ours


# `standing_since` is a view of the same things, with the day since which each stands there, or stood.
def _before(place: str) -> Statement:
    return Statement(f"""
SELECT beginning.{place}, beginning.day, {_SUMMED}
FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS beginning ({place}, day), LATERAL (
    SELECT DISTINCT ON (kind, id) kind, id, name FROM standing_since AS stands
    WHERE stands.{place} = beginning.{place} AND stands.begins < beginning.day ORDER BY kind, id) AS found
GROUP BY beginning.{place}, beginning.day, kind ORDER BY kind""")  # noqa: S608 - ours


# A reorganisation ended it where it wrote the row that ends on its day; a successor lives on the day on which it succeeds.
def _reorganised(kind: str) -> Statement:
    return Statement(f"""
SELECT r.id, r.decree_number, r.effective_on FROM reorganisations AS r
WHERE r.effective_on = CAST(:ended AS date) AND r.withdrawal IS NULL AND EXISTS (
    SELECT FROM {kind}s_history AS h WHERE h.id = CAST(:id AS uuid) AND h.replaced_at = r.recorded_at)
UNION ALL
SELECT r.id, r.decree_number, r.effective_on FROM {kind}_successions AS s JOIN reorganisations AS r ON r.id = s.reorganisation_id
WHERE s.to_id = CAST(:id AS uuid) AND NOT daterange(CAST(:begins AS date), CAST(:ends AS date)) @> s.effective_on
LIMIT 1""")  # noqa: S608 - ours


_REORGANISED_UNIT, _REORGANISED_INSTITUTION = _reorganised("unit"), _reorganised("institution")
_ON_UNITS, _ON_INSTITUTIONS = _on("unit_id"), _on("institution_id")
_BEFORE_UNITS, _BEFORE_INSTITUTIONS = _before("unit_id"), _before("institution_id")
_WORDS = {
    "unit": Text("unit", "units"),
    "appointment": Text("pejabat", "people in office"),
    "service": Text("layanan", "services"),
    "standard": Text("standar pelayanan yang belum berakhir", "service standards that aren't over"),
}
_HINT = Text(
    "Masih ada: {}. Akhiri dahulu, atau nyatakan reorganisasi (pembubaran atau penggabungan) yang membawanya ke penerus.",
    "There are still: {}. End them first, or declare a reorganisation (dissolve or merge), which carries them to a successor.",
)
_HINT_BEFORE = Text(
    "Sebelum tanggal itu sudah ada: {}. Perbaiki dahulu awal masanya, atau pilih tanggal yang lebih awal.",
    "Before that day there are: {}. Correct since when they are, or choose an earlier day.",
)


async def check_unit(connection: Connection, identity: UUID, before: Timeline, after: Timeline) -> None:
    """Raises StillInUse, naming what stands on a unit, if it would end sooner or begin later than what stands there;
    SetByReorganisation if a reorganisation ended it on another day, or passed on to it when it wouldn't be there."""
    await _check_reorganised(_REORGANISED_UNIT, connection, identity, before, after)
    ends, begins = sooner(before, after), later(before, after)
    if ends is not None and (found := await find_on_units(connection, [(identity, ends)])):
        raise refusal(found)
    if begins is not None and (found := await find_before_units(connection, [(identity, begins)])):
        raise refusal(found, begins=True)


async def check_institution(connection: Connection, identity: UUID, before: Timeline, after: Timeline) -> None:
    """The same of an institution and what stands there."""
    await _check_reorganised(_REORGANISED_INSTITUTION, connection, identity, before, after)
    ends, begins = sooner(before, after), later(before, after)
    if ends is not None and (found := await find_on_institutions(connection, [(identity, ends)])):
        raise refusal(found)
    if begins is not None and (found := await find_before_institutions(connection, [(identity, begins)])):
        raise refusal(found, begins=True)


async def _check_reorganised(
    statement: Statement, connection: Connection, identity: UUID, before: Timeline, after: Timeline
) -> None:
    ended, begins, ends = before[-1].ends, after[0].begins, after[-1].ends
    if (before[0].begins, ended) == (begins, ends):
        return
    row = await statement.fetchrow(
        connection, id=identity, ended=None if ended == ends else ended, begins=begins, ends=ends
    )
    if row is None:
        return
    detail = Text(
        f"Penataan dengan keputusan {row['decree_number']}, berlaku {row['effective_on']}, menetapkannya. Batalkan penataan "
        "itu sebelum harinya, atau nyatakan penataan lain.",
        f"The reorganisation of decree {row['decree_number']}, of {row['effective_on']}, set it. Withdraw that before its day, "
        "or declare another.",
    )
    raise SetByReorganisation(
        detail,
        errors=[Flaw("/valid_during", SetByReorganisation.code, detail)],
        reorganisation_id=row["id"],
        decree_number=row["decree_number"],
    )


def sooner(before: Timeline, after: Timeline) -> date | None:
    """The day on which it ends now, if it didn't end by then before."""
    ends, ended = after[-1].ends, before[-1].ends
    return None if ends is None or (ended is not None and ended <= ends) else ends


def later(before: Timeline, after: Timeline) -> date | None:
    """The day on which it begins now, if it began before."""
    return after[0].begins if before and before[0].begins < after[0].begins else None


async def find_on_units(connection: Connection, ending: Sequence[tuple[UUID, date]]) -> list[Row]:
    """What goes on at units past the days on which they would end, by kind: unit_id, day, kind, count, ids, names."""
    return await _fetch(_ON_UNITS, connection, ending)


async def find_on_institutions(connection: Connection, ending: Sequence[tuple[UUID, date]]) -> list[Row]:
    """What goes on in institutions past the days on which they would end: as of units, with institution_id."""
    return await _fetch(_ON_INSTITUTIONS, connection, ending)


async def find_before_units(connection: Connection, beginning: Sequence[tuple[UUID, date]]) -> list[Row]:
    """What is or was at units before the days on which they would begin, by kind: as above."""
    return await _fetch(_BEFORE_UNITS, connection, beginning)


async def find_before_institutions(connection: Connection, beginning: Sequence[tuple[UUID, date]]) -> list[Row]:
    """What is or was in institutions before the days on which they would begin: as of units, with institution_id."""
    return await _fetch(_BEFORE_INSTITUTIONS, connection, beginning)


async def _fetch(statement: Statement, connection: Connection, stated: Sequence[tuple[UUID, date]]) -> list[Row]:
    ids, days = [identity for identity, _ in stated], [day for _, day in stated]
    return await statement.fetch(connection, ids=ids, days=days)


def refusal(found: Sequence[Mapping[str, Any]], *, begins: bool = False, pointer: str | None = None) -> StillInUse:
    """The refusal that counts what stands there by kind (kind, count, ids, names), and names the first few.

    `begins`: there before the day on which the place would begin, instead of after the day on which it would end. `pointer`:
    where the body states that day.
    """
    told = [_told(row["kind"], row["count"], row["names"]) for row in found]
    listed = Text("; ".join(each.id for each in told), "; ".join(each.en for each in told))
    standing = [
        {
            "kind": row["kind"],
            "count": row["count"],
            "first": [
                {"id": row["ids"][place], "name": row["names"][place]} for place in range(min(NAMED, row["count"]))
            ],
        }
        for row in found
    ]
    hint = _HINT_BEFORE if begins else _HINT
    detail = Text(hint.id.format(listed.id), hint.en.format(listed.en))
    pointer = pointer or f"/valid_during/{'from' if begins else 'to'}"
    return StillInUse(detail, errors=[Flaw(pointer, StillInUse.code, detail)], standing=standing)


def _told(kind: str, count: int, names: Sequence[str]) -> Text:
    first = ", ".join(names[:NAMED]) + (", …" if count > NAMED else "")
    return Text(f"{count} {_WORDS[kind].id} ({first})", f"{count} {_WORDS[kind].en} ({first})")
