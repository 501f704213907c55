"""Making a version of routing rules: what it may say, and writing it down."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Unprocessable
from chassis.ops.identifiers import new_id
from complaints.codes import Codes
from complaints.custody.routing import queries
from complaints.custody.routing.queries import Homes
from complaints.custody.routing.schemas import RoutingRule, RuleSetBody
from complaints.custody.routing.tables import routing_rule_sets
from complaints.custody.routing.words import NotWords, read_patterns
from directory.follower import CHANNEL

_INSERT = Statement(
    insert(routing_rule_sets).values(
        {column.name: bindparam(column.name, type_=column.type) for column in routing_rule_sets.c}
    )
)
# Versions of one institution are made one after the other.
_TURN = Statement("SELECT pg_advisory_xact_lock(hashtextextended('routing rules ' || coalesce(:institution, ''), 0))")

_PAST = Text("Berlaku paling cepat hari ini.", "It takes effect today at the earliest.")
_TWICE = Text("Kode aturan ini dipakai dua kali.", "This rule's code is used twice.")
_NOT_WORDS = Text(
    "Tulis kata, frasa, atau awal kata seperti jalan* (paling sedikit tiga huruf).",
    "Give a word, a phrase, or a beginning such as jalan* (three letters at least).",
)
_ONE_BOUND = Text("Isi salah satu: below atau at_least.", "Give one of below and at_least.")
_NEEDS_UNIT = Text("Sebutkan unit tujuan.", "Name the unit to which it goes.")
_NEEDS_TARGET = Text("Sebutkan unit atau instansi tujuan.", "Name the unit or institution to which it goes.")
_TWO_TARGETS = Text("Sebutkan unit saja; instansinya mengikuti.", "Name the unit alone: its institution follows.")
_ASSIGNS_TO_UNITS = Text("Hanya unit yang dapat diserahi laporan.", "A case is assigned to a unit only.")
_NO_UNIT = Text("Unit ini tidak ada atau tidak aktif.", "This unit doesn't exist or isn't active.")
_NOT_YOURS = Text("Unit ini milik instansi lain.", "This unit is of another institution.")
_NO_INSTITUTION = Text("Instansi ini tidak ada.", "This institution doesn't exist.")
_NO_SERVICE = Text("Layanan ini tidak ada.", "This service doesn't exist.")


class NewerVersion(Conflict):
    """A newer version was made meanwhile: build on that one. `version` names it."""

    code = "newer_routing_rules"
    title = Text("Sudah ada versi aturan yang lebih baru", "There is a newer version of these rules")


async def make(
    connection: Connection, body: RuleSetBody, codes: Codes, *, made_by: Mapping[str, Any], today: date, now: datetime
) -> Row:
    """Write a new version. Raises Unprocessable with every flaw, NewerVersion."""
    flaws = [Flaw("/effective_from", "in_the_past", _PAST)] if body.effective_from < today else []
    flaws += await find_flaws(connection, body.rules, body.institution_id, codes, today)
    if flaws:
        raise Unprocessable(errors=flaws)
    institution = None if body.institution_id is None else str(body.institution_id)
    await _TURN.fetchval(connection, institution=institution)
    version = await queries.find_newest_version(connection, body.institution_id)
    if body.follows is not None and body.follows != version:
        raise NewerVersion(version=version)
    row = {
        "id": new_id(),
        "institution_id": body.institution_id,
        "version": version + 1,
        "effective_from": body.effective_from,
        "note": body.note,
        "rules": [rule.model_dump() for rule in body.rules],
        "made_by": dict(made_by),
        "created_at": now,
    }
    await _INSERT.execute(connection, **row)
    await connection.execute(f"NOTIFY {CHANNEL}")  # rare, and every process keeps the rules
    return row


async def find_flaws(
    connection: Connection, rules: Sequence[RoutingRule], institution_id: UUID | None, codes: Codes, today: date
) -> list[Flaw]:
    """Everything that is wrong with rules of an institution (None: of the nation), in their order."""
    places = {place for rule in rules for place in _places(rule)}
    homes = await queries.find_homes(connection, places, today)
    services = await queries.find_services(connection, {each for rule in rules for each in rule.service_ids})
    twice = {code for code, times in Counter(rule.code for rule in rules).items() if times > 1}
    found: list[Flaw | None] = []
    for index, rule in enumerate(rules):
        at = f"/rules/{index}"
        if rule.code in twice:
            found.append(Flaw(f"{at}/code", "used_twice", _TWICE))
        found += [
            codes.flaw("lapor_categories", each, f"{at}/categories/{n}") for n, each in enumerate(rule.categories)
        ]
        found += [codes.region_flaw(each, f"{at}/region_codes/{n}") for n, each in enumerate(rule.region_codes)]
        found += [
            Flaw(f"{at}/service_ids/{n}", "unknown_service", _NO_SERVICE)
            for n, each in enumerate(rule.service_ids)
            if each not in services
        ]
        found += _word_flaws(rule, at)
        found += _load_flaws(rule, at, homes)
        found += _target_flaws(rule, at, institution_id, homes)
    return [flaw for flaw in found if flaw is not None]


def _places(rule: RoutingRule) -> Iterator[UUID]:
    load = rule.load.unit_id if rule.load else None
    return (each for each in (rule.unit_id, rule.institution_id, load) if each is not None)


def _word_flaws(rule: RoutingRule, at: str) -> Iterator[Flaw]:
    for index, pattern in enumerate(rule.words):
        try:
            read_patterns([pattern])
        except NotWords:
            yield Flaw(f"{at}/words/{index}", "not_words", _NOT_WORDS)


def _load_flaws(rule: RoutingRule, at: str, homes: Homes) -> Iterator[Flaw]:
    if rule.load is None:
        return
    if (rule.load.below is None) == (rule.load.at_least is None):
        yield Flaw(f"{at}/load", "one_bound", _ONE_BOUND)
    if rule.load.unit_id not in homes.units:
        yield Flaw(f"{at}/load/unit_id", "unknown_unit", _NO_UNIT)


def _target_flaws(rule: RoutingRule, at: str, institution_id: UUID | None, homes: Homes) -> Iterator[Flaw]:
    if rule.unit_id is None:
        if rule.assigns:
            yield Flaw(f"{at}/assigns", "needs_unit", _ASSIGNS_TO_UNITS)
        if institution_id is not None:
            yield Flaw(f"{at}/unit_id", "missing", _NEEDS_UNIT)
        elif rule.institution_id is None:
            yield Flaw(f"{at}/unit_id", "missing", _NEEDS_TARGET)
        elif rule.institution_id not in homes.institutions:
            yield Flaw(f"{at}/institution_id", "unknown_institution", _NO_INSTITUTION)
    elif rule.institution_id is not None:
        yield Flaw(f"{at}/institution_id", "two_targets", _TWO_TARGETS)
    elif rule.unit_id not in homes.units:
        yield Flaw(f"{at}/unit_id", "unknown_unit", _NO_UNIT)
    elif institution_id not in (None, homes.units[rule.unit_id]):
        yield Flaw(f"{at}/unit_id", "out_of_reach", _NOT_YOURS)
