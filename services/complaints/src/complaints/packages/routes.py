"""`GET /v1/complaints/{id}/package`: the whole of a case for a body outside, as JSON, PDF or ZIP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from chassis.data.transactions import Reading
from chassis.documents.printing import Printer
from chassis.documents.replies import JSON, PDF, SECRET, chosen_form, pdf_reply
from chassis.http.problems import Forbidden
from chassis.http.routing import router
from chassis.http.versions import single
from chassis.ops.clock import Now
from complaints.cases import access
from complaints.cases.rights import Keys, Reader
from complaints.cases.routes import seen
from complaints.cases.shown import is_outside
from complaints.cases.visibility import sees_content
from complaints.intake.receipt_document import receipt_document
from complaints.packages.contents import PACKAGERS, gather
from complaints.packages.document import package_document
from complaints.packages.replies import ZIP, PackageReply
from complaints.packages.schemas import PackageContent

routes = router(tags=["complaints"])
_BINARY = {"schema": {"type": "string", "format": "binary"}}
FORMS: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: _BINARY, ZIP: _BINARY}},
    406: {"description": "not_acceptable: Accept names none of the forms"},
    503: {"description": "press_busy, document_not_printed: as PDF or ZIP not now; as JSON always"},
}


@routes.get(
    "/complaints/{case_id}/package",
    operation_id="get_complaint_package",
    summary="The whole of a case for the Ombudsman",
    response_model=PackageContent,
    responses=FORMS,
)
async def get_package(
    request: Request,
    case_id: UUID,
    caller: Reader,
    connection: Reading,
    printer: Printer,
    now: Now,
    keys: Keys,
    internal: Annotated[bool, Query(description="With what the agency noted for itself; for officers alone")] = False,
) -> Response:
    """By Accept as JSON, PDF, or ZIP with both documents, the files and a manifest of SHA-256 digests.

    For the reporter, with a Tracking-Token or signed in, and for those who answer for the institution; each download by these is
    logged. An anonymous or protected reporter isn't named in theirs.
    """
    form = chosen_form(request, (JSON, PDF, ZIP))
    language = request.state.language
    row, roles = await seen(connection, case_id, caller, now)
    if not roles & PACKAGERS or not sees_content(roles, row) or (internal and is_outside(roles)):
        raise Forbidden
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        package = await gather(connection, row, caller, roles, keys=keys, language=language, internal=internal, now=now)
    what = ("package", "identity") if package.content["reporter"] is not None else ("package",)
    for each in what:
        await access.note_reading(connection, row, caller, roles=roles, what=each, now=now)
    if form == JSON:
        return single(request, package.content, version=row["version"], cache=SECRET)
    document = package_document(package, labels=printer.labels, language=language)
    name = f"berkas-{package.content['case']['tracking_code'] or case_id}"
    if form == PDF:
        return pdf_reply(request, printer.press, document, version=row["version"], name=name, keep=False, cache=SECRET)
    receipt = receipt_document(package.receipt, package.duties, labels=printer.labels, language=language)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.zip"',
        "Cache-Control": SECRET,
        "Vary": "Accept, Accept-Language",
    }
    documents = {"package.pdf": document, "receipt.pdf": receipt}
    return PackageReply(package, documents, press=printer.press, pool=request.app.state.side_pool, headers=headers)
