"""Opening ethics cases, and accusing one more person: at the level that what the accused hold demands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from directory.zones import national_day
from evaluation.ethics import queries
from evaluation.ethics.case_operations import carry_out, lock_case, record
from evaluation.ethics.case_schemas import NewAccused, NewCase
from evaluation.ethics.catalogues import CatalogueCode, read_conduct, read_sanctions, read_values
from evaluation.ethics.judging import LEVEL_NAMES, OUTSIDE_BODIES, Judge, Level, level_for
from evaluation.ethics.lifecycle import RECEIVED
from evaluation.ethics.tables import ethics_accused, ethics_cases

_VALUE = Text("Nilai ini tidak ada dalam kode etik.", "The code of ethics has no such value.")
_RULE = Text("Aturan perilaku ini tidak dikenal.", "No such rule of conduct.")
_REGIME = Text("Rezim hukum ini tidak dikenal.", "No such legal regime.")
_PERSON = Text("Orang ini tidak dikenal dalam registri.", "The registry doesn't know this person.")
_UNIT = Text("Orang ini tidak pernah bertugas di unit ini.", "This person never served in this unit.")
_TWICE = Text("Orang ini sudah terlapor.", "This person is accused already.")
_COMPLAINT = Text(
    "Bukan pengaduan jalur terlindungi dari instansi ini.", "Not a complaint on this institution's protected path."
)


class JudgedOutside(Conflict):
    """The accused is the supervisor: nobody in the institution may judge. `referral_bodies` names who may."""

    code = "judged_outside"
    title = Text("Perkara ini tidak dapat diperiksa di dalam instansi", "The institution can't judge this case itself")


class JudgedHigher(Forbidden):
    """The caller's seat isn't high enough for what the accused hold. `judged_by` names the lowest that is."""

    code = "judged_higher"
    title = Text("Perkara ini diperiksa oleh jabatan yang lebih tinggi", "A higher seat judges this case")


class OwnCase(Forbidden):
    """Nobody judges their own case, nor one from the unit or line they belong to."""

    code = "own_case"
    title = Text("Anda tidak boleh memeriksa perkara ini", "You may not judge this case")


class CaseOpenedAlready(Conflict):
    """There is a case of this complaint."""

    code = "ethics_case_opened_already"
    title = Text("Pengaduan ini sudah menjadi perkara etik", "This complaint is an ethics case already")


PROBLEMS = {"ethics_cases_complaint_id_key": CaseOpenedAlready()}
"""By constraint: two who open a case of one complaint at the same time."""

_INSERT = Statement(
    insert(ethics_cases).values({each.name: bindparam(each.name, type_=each.type) for each in ethics_cases.c})
)
_ACCUSE = Statement(
    insert(ethics_accused).values(
        {
            name: bindparam(name, type_=ethics_accused.c[name].type)
            for name in ("case_id", "person_id", "unit_id", "regime", "articles")
        }
    )
)
_CASES_OF = Statement("SELECT 1 FROM ethics_cases WHERE complaint_id = CAST(:complaint_id AS uuid)")


async def open_case(connection: Connection, new: NewCase, judge: Judge, now: datetime) -> Row:
    """Open a case against everyone accused, at the level that what they hold demands.

    Raises Forbidden, JudgedHigher, OwnCase, JudgedOutside, CaseOpenedAlready, Unprocessable.
    """
    own_level = judge.level_in(new.institution_id)
    if own_level is None:
        raise Forbidden
    day = national_day(now)
    values = read_values(await _in_force(connection, "values", now))
    rules = read_conduct(await _in_force(connection, "conduct_rules", now))
    sanctions = read_sanctions(await _in_force(connection, "sanctions", now))
    flaws = [
        Flaw(f"/values/{n}", "unknown_code", _VALUE) for n, code in enumerate(new.values) if code not in values.codes
    ]
    flaws += [
        Flaw(f"/conduct_rules/{n}", "unknown_code", _RULE)
        for n, code in enumerate(new.conduct_rules)
        if code not in rules
    ]
    flaws += await _flaws_of_complaint(connection, new)
    held = await queries.find_held(connection, new.institution_id, {each.person_id for each in new.accused}, day)
    flaws += _flaws_of_accused(new.accused, held, sanctions.kinds)
    if flaws:
        raise Unprocessable(errors=flaws)
    level = max(_level(held[each.person_id]) for each in new.accused)
    _require_level(own_level, level)
    if new.complaint_id is not None and await _CASES_OF.fetchval(connection, complaint_id=new.complaint_id) is not None:
        raise CaseOpenedAlready
    row: dict[str, Any] = {
        "id": new_id(),
        "complaint_id": new.complaint_id,
        "institution_id": new.institution_id,
        "level": int(level),
        "values": new.values,
        "values_version": values.version,
        "conduct_rules": new.conduct_rules,
        "summary": new.summary,
        "state": RECEIVED,
        "sanctions_version": sanctions.version,
        "referral_body": None,
        "objection_due_at": None,
        "version": 1,
        "created_at": now,
        "decided_at": None,
        "closed_at": None,
    }
    await _INSERT.execute(connection, **row)
    for each in new.accused:
        await _accuse(connection, row["id"], each, held[each.person_id])
    if await queries.find_case(connection, row["id"], judge, day) is None:
        raise OwnCase  # rolled back with everything above
    await record(connection, row, judge, "opening", None, now, {"complaint_id": new.complaint_id})
    return row


async def accuse(
    connection: Connection, case_id: UUID, new: NewAccused, judge: Judge, *, expected: Expected, now: datetime
) -> Row:
    """Accuse one more person; the case rises where that demands it, and may then be out of the caller's sight.

    Raises NotFound, StaleVersion, EthicsMoveNotAllowed, JudgedOutside, Unprocessable.
    """
    case, _ = await lock_case(connection, case_id, "accusation", judge, expected=expected, now=now)
    day = national_day(now)
    sanctions = read_sanctions(await queries.find_version(connection, "sanctions", case["sanctions_version"]))
    held = await queries.find_held(connection, case["institution_id"], {new.person_id}, day)
    flaws = _flaws_of_accused([new], held, sanctions.kinds)
    if new.person_id in {row["person_id"] for row in await queries.find_accused(connection, case_id)}:
        flaws.append(Flaw("/accused/0/person_id", "accused_already", _TWICE))
    if flaws:
        raise Unprocessable(
            errors=[Flaw(flaw.pointer.replace("/accused/0", "/accused"), flaw.code, flaw.detail) for flaw in flaws]
        )
    level = _level(held[new.person_id])
    if level is Level.OUTSIDE:
        raise JudgedOutside(referral_bodies=list(OUTSIDE_BODIES))
    await _accuse(connection, case_id, new, held[new.person_id])
    changes = {"level": max(case["level"], int(level))}
    return await carry_out(
        connection, case, "accusation", judge, now=now, changes=changes, detail={"person_id": new.person_id}
    )


async def _accuse(connection: Connection, case_id: UUID, each: NewAccused, held: queries.Held) -> None:
    unit_id = each.unit_id or held.unit_id
    await _ACCUSE.execute(
        connection, case_id=case_id, person_id=each.person_id, unit_id=unit_id, regime=each.regime, articles=[]
    )


async def _in_force(connection: Connection, code: CatalogueCode, now: datetime) -> Mapping[str, Any]:
    found = await queries.find_catalogue(connection, code, national_day(now))
    if found is None:
        raise LookupError(f"no version of {code} is in force")
    return found


async def _flaws_of_complaint(connection: Connection, new: NewCase) -> list[Flaw]:
    if new.complaint_id is None:
        return []
    fact = await queries.find_case_fact(connection, new.complaint_id)
    if fact is not None and (fact["institution_id"], fact["visibility_class"]) == (new.institution_id, "protected"):
        return []
    return [Flaw("/complaint_id", "not_a_protected_complaint", _COMPLAINT)]


def _flaws_of_accused(
    accused: Sequence[NewAccused], held: Mapping[UUID, queries.Held], regimes: Mapping[str, Any]
) -> list[Flaw]:
    found = []
    seen: set[UUID] = set()
    for place, each in enumerate(accused):
        if each.person_id not in held:
            found.append(Flaw(f"/accused/{place}/person_id", "unknown_person", _PERSON))
        elif each.unit_id is not None and each.unit_id not in held[each.person_id].units:
            found.append(Flaw(f"/accused/{place}/unit_id", "not_of_the_unit", _UNIT))
        if each.person_id in seen:
            found.append(Flaw(f"/accused/{place}/person_id", "accused_already", _TWICE))
        if each.regime not in regimes:
            found.append(Flaw(f"/accused/{place}/regime", "unknown_code", _REGIME))
        seen.add(each.person_id)
    return found


def _level(held: queries.Held) -> Level:
    return level_for(held.roles, heads_audit=held.heads_audit, within_audit=held.within_audit)


def _require_level(own: Level, needed: Level) -> None:
    if needed is Level.OUTSIDE:
        raise JudgedOutside(referral_bodies=list(OUTSIDE_BODIES))
    if own < needed:
        raise JudgedHigher(judged_by=LEVEL_NAMES[needed])
