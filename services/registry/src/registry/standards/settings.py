"""An institution's settings for standards: what the law leaves open. Without a row, the defaults hold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.versions import Expected
from registry.moments import EVERYTHING, Cut
from registry.standards import queries
from registry.standards.tables import standard_settings, standard_settings_versions

DEFAULTS = {
    "plt_may_stipulate": True,
    "plh_may_stipulate": False,
    "public_test_may_be_skipped": False,
    "public_test_least_days": 0,
}
"""UU 30/2014 art. 14 forbids a holder by mandate strategic decisions; whether a standard is one isn't settled."""

_CONTENT = {column.name: bindparam(column.name, type_=column.type) for column in standard_settings.c}
_PUT = insert(standard_settings).values(_CONTENT)
_SAVE = Statement(
    _PUT.on_conflict_do_update(
        index_elements=[standard_settings.c.institution_id],
        set_={name: _PUT.excluded[name] for name in _CONTENT if name != "institution_id"},
    )
)
_KEEP = Statement(insert(standard_settings_versions).values(_CONTENT))


async def settings_of(connection: Connection, institution_id: UUID, *, cut: Cut = EVERYTHING) -> dict[str, Any]:
    """The settings in force for the institution, now or at a cut."""
    row = await queries.find_settings(connection, institution_id, cut=cut)
    if row is not None:
        return dict(row)
    return {"institution_id": institution_id, **DEFAULTS, "version": 0, "changed_at": None}


async def put_settings(
    connection: Connection, institution_id: UUID, content: dict[str, Any], *, now: datetime, expected: Expected
) -> dict[str, Any]:
    """Replace the institution's settings; the earlier ones stay as what held until now.

    Raises StaleVersion, also (by constraint) where two replace the same ones at once.
    """
    held = await settings_of(connection, institution_id)
    expected.check(held["version"])
    row = {"institution_id": institution_id, **content, "version": held["version"] + 1, "changed_at": now}
    await _SAVE.execute(connection, **row)
    await _KEEP.execute(connection, **row)
    return row
