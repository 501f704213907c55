"""`/v1/standards/{id}`, its `/page` and `/charter`: a version and its promise as JSON, as PDF, and as a page to read and print.

The version is read here, above the room of standards, because its document also names the decree.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.statements import Row
from chassis.data.transactions import Snapshot
from chassis.documents.printing import Printer, Printing
from chassis.documents.replies import FORMS, HTML, JSON, OPEN, PDF, PRIVATE, chosen_form, page_reply, pdf_reply
from chassis.http.languages import Language, Text
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import single
from chassis.ops.clock import Now
from directory.access import Anyone
from directory.roles import Actor
from directory.zones import national_day
from registry.moments import AtMoment, Moment, OnDay
from registry.standards import rights
from registry.standards.routes import readable, reply
from registry.standards.schemas import Standard
from registry.stipulation import documents, queries
from registry.stipulation.documents_places import find_place
from registry.stipulation.gate import STATEMENTS
from registry.stipulation.pages import STYLE, standard_page
from registry.stipulation.schemas import Charter

_LEFT = Text(
    "Penanda tangan tidak lagi memegang jabatannya; maklumat perlu ditandatangani ulang.",
    "The signer no longer holds the seat; the charter is to be signed anew.",
)
_ENDED = Text(
    "Unit penanda tangan sudah tidak ada; maklumat perlu ditandatangani ulang oleh unit penerusnya.",
    "The signer's unit exists no more; the charter is to be signed anew by the unit that took over.",
)
_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {HTML: {"schema": {"type": "string"}}}}}
_FORMS = {**FORMS, 200: {"content": {**FORMS[200]["content"], **_PAGE[200]["content"]}}}

routes = router(tags=["standards"])


@routes.get(
    "/standards/{standard_id}",
    operation_id="get_standard",
    summary="A version",
    response_model=Standard,
    responses=_FORMS,
)
async def get_standard(
    request: Request,
    actor: Anyone,
    connection: Snapshot,
    printer: Printer,
    standard_id: UUID,
    moment: AtMoment,
    now: Now,
) -> Response:
    """The public sees the six service-delivery components always, the others unless the version keeps them internal.

    By Accept as JSON, as PDF, or as a page. With `as_of`, what the version was on that day.
    """
    form = chosen_form(request, (JSON, PDF, HTML))
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    if form == JSON:
        return reply(request, row, actor)
    if form == HTML:
        return await _page(
            request, connection, row, actor, moment=moment, printing=printer, language=request.state.language
        )
    return await _document(request, connection, row, actor, moment=moment, printing=printer)


@routes.get(
    "/standards/{standard_id}/page",
    operation_id="get_standard_page",
    summary="A version as a page to read and print",
    response_class=Response,
    responses=_PAGE,
)
async def get_standard_page(
    request: Request,
    actor: Anyone,
    connection: Snapshot,
    printer: Printer,
    standard_id: UUID,
    moment: OnDay,
    now: Now,
    language: Annotated[Language | None, Query(description="Default: by Accept-Language")] = None,
) -> Response:
    """Where the codes on documents lead: HTML whatever Accept says, without script or outside asset, with the charter."""
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    chosen = language or request.state.language
    return await _page(request, connection, row, actor, moment=moment, printing=printer, language=chosen)


@routes.get(
    "/standards/{standard_id}/charter",
    operation_id="get_charter",
    summary="The charter (maklumat pelayanan) that covers a standard",
    response_model=Charter,
    responses=FORMS,
)
async def get_charter(
    request: Request,
    actor: Anyone,
    connection: Snapshot,
    printer: Printer,
    standard_id: UUID,
    moment: OnDay,
    now: Now,
) -> Response:
    """The three statements, who signed them, and every standard that the charter covers. By Accept as JSON, or as PDF for the wall."""
    form = chosen_form(request, (JSON, PDF))
    row = await readable(connection, standard_id, actor, at=now, moment=moment)
    charter = await _charter_on(connection, standard_id, moment)
    if charter is None:
        raise NotFound
    covered = await queries.find_covered(connection, charter["id"])
    if form == JSON:
        return await _charter(request, connection, charter, row, covered=covered)
    stipulation = await queries.find_stipulation(connection, standard_id)
    assert stipulation is not None, "what a charter covers has its decree"
    end = await queries.find_end(connection, charter["unit_id"])
    place = await find_place(connection, **_bearer(charter, row, end=end), day=charter["signed_on"])
    document = documents.charter_document(
        charter,
        row,
        covered=covered,
        decree_number=stipulation["decree_number"],
        place=place,
        labels=printer.labels,
        language=request.state.language,
        public_url=printer.public_url,
    )
    name = f"maklumat-{row['number']}"
    return pdf_reply(request, printer.press, document, version=row["revision"], name=name, keep=True, cache=OPEN)


async def _charter_on(connection: Connection, standard_id: UUID, moment: Moment) -> Row | None:
    """The charter as it was signed last, or by the day that was stated; with `signings`. None if there was none."""
    charter = await queries.find_charter_of(connection, standard_id)
    if charter is None:
        return None
    signings = await queries.find_signings(connection, charter["id"])
    if not moment.stated:
        return {**charter, "signings": signings}
    by_then = [signing for signing in signings if signing["signed_on"] <= moment.day]
    if not by_then:
        return None
    signed = {name: by_then[0][name] for name in ("number", "statements", "signer", "signed_on")}
    return {**charter, **signed, "signings": by_then}


async def _decree_on(connection: Connection, standard_id: UUID, moment: Moment) -> Row | None:
    """The decree, from its day on."""
    decree = await queries.find_stipulation(connection, standard_id)
    return None if decree is None or (moment.stated and moment.day < decree["decree_date"]) else decree


def _bearer(charter: Row, row: Row, *, end: date | None) -> dict[str, UUID]:
    """Whose promise a charter is: its unit's; once signed anew after that unit's end, that of the unit that has the standard."""
    where = row.get("place", row) if end is not None and end <= charter["signed_on"] else charter
    return {name: where[name] for name in ("institution_id", "unit_id")}


async def _warnings(connection: Connection, charter: Row, row: Row, *, end: date | None) -> list[tuple[str, Text]]:
    """Why the charter is to be signed anew: its signer's seat, or their unit, isn't there any more."""
    warnings = []
    person_id = charter["signer"].get("person_id")
    if person_id is not None:
        where = row.get("place", row)
        place = {name: where[name] for name in ("institution_id", "unit_id")}
        signer = await queries.find_signer(connection, UUID(person_id), **place, day=row["today"])
        if signer is None or not signer["held"]:
            warnings.append(("signer_left_seat", _LEFT))
    if end is not None and charter["signed_on"] < end <= row["today"]:
        warnings.append(("signer_unit_ended", _ENDED))
    return warnings


async def _charter(request: Request, connection: Connection, charter: Row, row: Row, *, covered: list[Row]) -> Response:
    end = await queries.find_end(connection, charter["unit_id"])
    language = request.state.language
    content = {
        **{name: charter[name] for name in ("id", "number", "state", "signed_on")},
        **_bearer(charter, row, end=end),
        "statements": [{"code": code, "text": charter["statements"][code]} for code in STATEMENTS],
        "signer": charter["signer"],
        "standards": [{name: value for name, value in found.items() if name != "offered"} for found in covered],
        "signings": [{name: each[name] for name in ("number", "signer", "signed_on")} for each in charter["signings"]],
        "warnings": [
            {"code": code, "detail": detail.read(language)}
            for code, detail in await _warnings(connection, charter, row, end=end)
        ],
    }
    return single(request, content, version=row["revision"])


async def _document(
    request: Request, connection: Connection, row: Row, actor: Actor, *, moment: Moment, printing: Printing
) -> Response:
    stipulation = await _decree_on(connection, row["id"], moment)
    content = await _content(connection, row, stipulation, actor, printing=printing, language=request.state.language)
    dated = national_day(row["changed_at"]) if stipulation is None else stipulation["decree_date"]
    return pdf_reply(
        request,
        printing.press,
        documents.standard_document(content, dated=dated),
        version=row["revision"],
        name=f"standar-{row['number']}",
        keep=stipulation is not None and rights.shown_to_all(row),
        cache=_cache(row, actor),
    )


async def _page(
    request: Request,
    connection: Connection,
    row: Row,
    actor: Actor,
    *,
    moment: Moment,
    printing: Printing,
    language: Language,
) -> Response:
    stipulation = await _decree_on(connection, row["id"], moment)
    charter = await _charter_on(connection, row["id"], moment)
    content = await _content(connection, row, stipulation, actor, printing=printing, language=language)
    page = standard_page(content, charter, standard_id=row["id"])
    response = page_reply(request, page, version=row["revision"], style=STYLE, cache=_cache(row, actor))
    response.headers["Content-Language"] = language
    return response


async def _content(
    connection: Connection,
    row: Row,
    stipulation: Row | None,
    actor: Actor,
    *,
    printing: Printing,
    language: Language,
) -> dict[str, Any]:
    where = row.get("place", row)
    place = await find_place(connection, where["institution_id"], where["unit_id"], day=row["today"])
    return documents.standard_content(
        row,
        stipulation,
        insider=rights.is_insider(actor, row),
        place=place,
        labels=printing.labels,
        language=language,
        public_url=printing.public_url,
    )


def _cache(row: Row, actor: Actor) -> str:
    """What insiders read may hold more than what others do: no shared cache keeps it."""
    return PRIVATE if rights.is_insider(actor, row) or not rights.shown_to_all(row) else OPEN
