"""Reading and writing response templates."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, bindparam, func, insert, select, true

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.filters import Filters, Parameter, Sort, one_of
from complaints.templates.tables import response_template_uses, response_template_versions, response_templates

_USES = (
    select(func.count())
    .where(response_template_uses.c.template_id == response_templates.c.id)
    .scalar_subquery()
    .label("uses")
)
_TEXT = (response_template_versions.c.texts, response_template_versions.c.variables)
LISTED = select(*response_templates.c, *_TEXT, _USES).join_from(
    response_templates,
    response_template_versions,
    (response_template_versions.c.template_id == response_templates.c.id)
    & (response_template_versions.c.version == response_templates.c.version),
)


def _archived() -> ColumnElement[bool]:
    return response_templates.c.archived_at.is_not(None) == bindparam("archived")


FILTERS = Filters(
    parameters=[
        one_of("institution", response_templates.c.institution_id, UUID, "Institution that wrote it"),
        one_of("kind", response_templates.c.kind, str, "Kind of answer, see response_kinds"),
        Parameter("archived", bool, _archived, "Whether it was archived"),
    ],
    sorts={"created_at": Sort((response_templates.c.created_at, response_templates.c.id), (datetime, UUID))},
    default_sort="-created_at",
)
_OF_INSTITUTIONS = response_templates.c.institution_id == any_(bindparam("mine", type_=ARRAY(Uuid)))
_ADD = Statement(
    insert(response_templates).values(
        {column.name: bindparam(column.name, type_=column.type) for column in response_templates.c}
    )
)
_ADD_VERSION = Statement(
    insert(response_template_versions).values(
        {column.name: bindparam(column.name, type_=column.type) for column in response_template_versions.c}
    )
)
_ADD_USE = Statement(
    insert(response_template_uses).values(
        {column.name: bindparam(column.name, type_=column.type) for column in response_template_uses.c}
    )
)
_ONE = Statement("""
SELECT t.*, v.version AS shown_version, v.texts, v.variables,
       (SELECT count(*) FROM response_template_uses u WHERE u.template_id = t.id) AS uses
FROM response_templates t
JOIN response_template_versions v ON v.template_id = t.id AND v.version = coalesce(CAST(:version AS integer), t.version)
WHERE t.id = CAST(:id AS uuid)
""")
_LOCK = Statement("SELECT * FROM response_templates WHERE id = CAST(:id AS uuid) FOR UPDATE")
_CHANGE = Statement("""
UPDATE response_templates SET name = :name, version = CAST(:version AS integer),
       archived_at = CAST(:archived_at AS timestamptz), updated_at = CAST(:updated_at AS timestamptz)
WHERE id = CAST(:id AS uuid)
""")
_PLACE = Statement("""
SELECT i.time_zone, (SELECT s.name FROM directory_services s WHERE s.id = CAST(:service AS uuid)) AS service_name
FROM (SELECT 1) one LEFT JOIN directory_institutions i ON i.id = CAST(:institution AS uuid)
""")


def reach(institutions: list[UUID] | None) -> tuple[str, ColumnElement[bool], Mapping[str, Any]]:
    """The templates of these institutions, as `Filters.page` takes it; None for all."""
    if institutions is None:
        return "all", true(), {}
    return "mine", _OF_INSTITUTIONS, {"mine": institutions}


async def find_template(connection: Connection, template_id: UUID, version: int | None = None) -> Row | None:
    """A template with `texts`, `variables` and `shown_version` of its newest version or the one named, and `uses`."""
    return await _ONE.fetchrow(connection, id=template_id, version=version)


async def lock_template(connection: Connection, template_id: UUID) -> Row | None:
    """The locked row, without its text."""
    return await _LOCK.fetchrow(connection, id=template_id)


async def add_template(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a new template; its text goes to `add_version`."""
    await _ADD.execute(connection, **row)


async def add_version(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a text of a template."""
    await _ADD_VERSION.execute(connection, **row)


async def change_template(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep what changed of a template."""
    names = ("id", "name", "version", "archived_at", "updated_at")
    await _CHANGE.execute(connection, **{name: row[name] for name in names})


async def add_use(connection: Connection, response_id: UUID, template_id: UUID, version: int) -> None:
    """Note that an answer began with a version of a template."""
    await _ADD_USE.execute(connection, response_id=response_id, template_id=template_id, version=version)


async def find_wording(connection: Connection, case: Mapping[str, Any]) -> Row:
    """`service_name` of the case, and the `time_zone` of its institution; both may be None."""
    found = await _PLACE.fetchrow(connection, service=case["service_id"], institution=case["institution_id"])
    assert found is not None
    return found
