"""The verbs of templates: write one, write its next text, archive it, fill it for a case, use it in an answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.documents.wording import Labels
from chassis.http.languages import Language, Text
from chassis.http.problems import Conflict, Flaw, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from complaints.codes import Codes
from complaints.templates import queries
from complaints.templates.filling import VOCABULARY, filled, flaws_of, values_of, variables_of
from complaints.templates.schemas import TemplateBody, TemplateUse, TemplateVersionBody
from directory.access import may
from directory.roles import Actor
from directory.zones import DEFAULT_ZONE

WRITERS = ("institution_admin", "unit_head")
ACT = "complaints:act"
_NO_TEMPLATE = Text("Instansi ini tidak memiliki templat ini.", "The institution has no such template.")
_ARCHIVED = Text("Templat ini sudah diarsipkan.", "This template was archived.")
_OTHER_KIND = Text("Templat ini untuk jenis tanggapan lain.", "This template is for another kind of answer.")
_NO_LANGUAGE = Text("Templat ini tidak ada dalam bahasa itu.", "The template isn't there in that language.")
_NO_VALUE = Text("Laporan ini belum memiliki nilai untuk {name}.", "The case has no value for {name} yet.")


class NameTaken(Conflict):
    """The institution has a template of this name."""

    code = "template_name_taken"
    title = Text("Instansi sudah memiliki templat bernama ini", "The institution has a template of this name already")


class AlreadyArchived(Conflict):
    """An archived template is kept as it was."""

    code = "template_archived"
    title = Text("Templat ini sudah diarsipkan", "The template was archived")


class Filled(NamedTuple):
    """A template's text for a case; `missing`: variables without a value."""

    version: int
    body: str
    missing: list[str]


async def write_template(
    connection: Connection, body: TemplateBody, actor: Actor, *, codes: Codes, now: datetime
) -> UUID:
    """Keep a new template of an institution that the caller writes for. Raises NotFound, Unprocessable."""
    _may_write(actor, body.institution_id)
    _check(body.texts.given(), codes)
    template_id = new_id()
    row = {
        "id": template_id,
        "institution_id": body.institution_id,
        "name": body.name,
        "kind": body.kind,
        "version": 1,
        "archived_at": None,
        "created_at": now,
        "updated_at": now,
    }
    await queries.add_template(connection, row)
    await _add_version(connection, template_id, 1, body.texts.given(), actor, now)
    return template_id


async def write_version(
    connection: Connection,
    template_id: UUID,
    body: TemplateVersionBody,
    actor: Actor,
    *,
    codes: Codes,
    expected: Expected,
    now: datetime,
) -> None:
    """Keep a template's next text. Raises NotFound, StaleVersion, AlreadyArchived, Unprocessable."""
    held = await _open(connection, template_id, actor, expected)
    _check(body.texts.given(), codes)
    version = held["version"] + 1
    changed = {**held, "name": body.name or held["name"], "version": version, "updated_at": now}
    await _add_version(connection, template_id, version, body.texts.given(), actor, now)
    await queries.change_template(connection, changed)


async def archive(
    connection: Connection, template_id: UUID, actor: Actor, *, expected: Expected, now: datetime
) -> None:
    """No longer offer a template; it stays, with every answer that used it. Raises NotFound, StaleVersion, AlreadyArchived."""
    held = await _open(connection, template_id, actor, expected)
    await queries.change_template(connection, {**held, "archived_at": now, "updated_at": now})


async def fill(
    connection: Connection, template: Row, case: Mapping[str, Any], *, language: Language, labels: Labels, now: datetime
) -> Filled:
    """A template's text as the case fills it; `case` with `unit_name` and `institution_name`. Raises Unprocessable."""
    text = template["texts"].get(language)
    if text is None:
        raise Unprocessable(errors=[Flaw("/template/language", "no_such_language", _NO_LANGUAGE)])
    wording = await queries.find_wording(connection, case)
    zone = wording["time_zone"] or DEFAULT_ZONE
    told = {**case, "service_name": wording["service_name"]}
    values = values_of(told, labels=labels, language=language, zone_name=zone, now=now)
    body, missing = filled(text, values)
    return Filled(template["shown_version"], body, missing)


async def text_of_use(
    connection: Connection,
    use: TemplateUse,
    case: Mapping[str, Any],
    *,
    kind: str,
    body: str | None,
    labels: Labels,
    now: datetime,
) -> tuple[str, int]:
    """The answer's own text, or the template's as the case fills it; and the version. Raises Unprocessable."""
    template = await queries.find_template(connection, use.id, use.version)
    if template is None or template["institution_id"] != case["institution_id"]:
        raise Unprocessable(errors=[Flaw("/template/id", "unknown_template", _NO_TEMPLATE)])
    if template["archived_at"] is not None:
        raise Unprocessable(errors=[Flaw("/template/id", "template_archived", _ARCHIVED)])
    if template["kind"] != kind:
        raise Unprocessable(errors=[Flaw("/template/id", "other_kind", _OTHER_KIND)])
    if body is not None:
        return body, template["shown_version"]
    found = await fill(connection, template, case, language=use.language, labels=labels, now=now)
    if found.missing:
        flaws = [Flaw("/template", "variable_without_value", _NO_VALUE.filled(name=name)) for name in found.missing]
        raise Unprocessable(errors=flaws)
    return found.body, found.version


def _may_write(actor: Actor, institution_id: UUID) -> None:
    """Raises NotFound: of another institution's templates nothing is known."""
    seats = {seat.unit_id for seat in actor.seats if seat.institution_id == institution_id and seat.unit_id}
    if not may(actor, ACT, *WRITERS, institution_id=institution_id, ancestors=frozenset(seats)):
        raise NotFound


async def _open(connection: Connection, template_id: UUID, actor: Actor, expected: Expected) -> Row:
    held = await queries.lock_template(connection, template_id)
    if held is None:
        raise NotFound
    _may_write(actor, held["institution_id"])
    expected.check(held["version"])
    if held["archived_at"] is not None:
        raise AlreadyArchived
    return held


def _check(texts: Mapping[str, str], codes: Codes) -> None:
    known = codes.by_name[VOCABULARY]
    flaws = [flaw for name, text in texts.items() for flaw in flaws_of(text, known, f"/texts/{name}")]
    if flaws:
        raise Unprocessable(errors=flaws)


async def _add_version(
    connection: Connection, template_id: UUID, version: int, texts: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    await queries.add_version(
        connection,
        {
            "template_id": template_id,
            "version": version,
            "texts": dict(texts),
            "variables": sorted({name for text in texts.values() for name in variables_of(text)}),
            "recorded_by": f"{actor.kind}:{actor.id}",
            "recorded_at": now,
        },
    )
