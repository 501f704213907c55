"""The life of a charter: issued with a publication, covering further standards of its unit, signed anew by who comes after."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, NotFound, Unprocessable
from chassis.http.versions import Expected
from chassis.ops.identifiers import new_id
from registry.standards import lifecycle
from registry.standards import operations as standards
from registry.standards import queries as standard_queries
from registry.standards.operations import By
from registry.stipulation import gate, queries
from registry.stipulation.tables import charter_signings, charter_standards, charters

_ID = bindparam("of_charter", type_=charters.c.id.type)
_ISSUE = Statement(
    insert(charters).values({column.name: bindparam(column.name, type_=column.type) for column in charters.c})
)
_COVER = Statement(
    insert(charter_standards).values(
        {column.name: bindparam(column.name, type_=column.type) for column in charter_standards.c}
    )
)
_SIGNED = ("number", "statements", "signer", "signed_on")
_KEEP = Statement(
    insert(charter_signings).values(
        charter_id=_ID,
        ordinal=select(func.coalesce(func.max(charter_signings.c.ordinal), 0) + 1)
        .where(charter_signings.c.charter_id == _ID)
        .scalar_subquery(),
        recorded_at=bindparam("at", type_=charter_signings.c.recorded_at.type),
        **{name: bindparam(f"new_{name}", type_=charters.c[name].type) for name in _SIGNED},
    )
)
_SIGN = Statement(
    update(charters)
    .where(charters.c.id == _ID)
    .values({name: bindparam(f"new_{name}", type_=charters.c[name].type) for name in _SIGNED})
)
_PUBLISH = Statement(
    update(charters).where(charters.c.id == _ID).values(state=bindparam("new_state", type_=charters.c.state.type))
)
_LOCK = Statement(select(charters).where(charters.c.id == _ID).with_for_update())
_ORDER = ("available", "stipulated", "compliant", "published_non_electronic", "published_electronic")
"""charter_states, each further than the one before."""
_EARLIER = Text(
    "Tidak boleh sebelum penandatanganan yang terakhir.", "It can't be before the last time that it was signed."
)
_FUTURE = Text("Tidak boleh di masa depan.", "This can't be in the future.")


async def issue(
    connection: Connection, row: Mapping[str, Any], charter: Mapping[str, Any], media: Sequence[str], *, by: By
) -> UUID:
    """A new charter of the unit of `row`, signed for the first time; its id. `charter`: number, statements, signer, signed_on."""
    identifier = new_id()
    signed = _worded(charter)
    await _ISSUE.execute(
        connection,
        id=identifier,
        institution_id=row["institution_id"],
        unit_id=row["unit_id"],
        state=gate.charter_state(media),
        created_at=by.now,
        **signed,
    )
    await _KEEP.execute(connection, of_charter=identifier, at=by.now, **_new(signed))
    return identifier


async def cover(connection: Connection, charter_id: UUID, standard_id: UUID, media: Sequence[str], *, by: By) -> str:
    """Let the charter cover one more standard, which is published by these media; the state of the charter then.

    It is published as far as any of its standards carries it; those that it covered already are told of.
    """
    charter = await _LOCK.fetchrow(connection, of_charter=charter_id)
    assert charter is not None, "the charter was just issued, or looked up"
    state = max(charter["state"], gate.charter_state(media), key=_ORDER.index)
    if state != charter["state"]:
        await _PUBLISH.execute(connection, of_charter=charter_id, new_state=state)
        await _tell_covered(connection, charter_id, by=by, charter_state=state)
    await _COVER.execute(connection, standard_id=standard_id, charter_id=charter_id)
    return str(state)


async def sign_anew(
    connection: Connection, standard_id: UUID, signature: Mapping[str, Any], *, by: By, expected: Expected
) -> dict[str, Any]:
    """Whoever holds the seat now signs the charter that covers a standard; what it covers stays. Earlier signatures are kept.

    `signature`: number, statements (None: as they were), signer, signed_on. Raises NotFound, Forbidden, MoveNotAllowed (the
    standard isn't in force), StaleVersion, Unprocessable with every flaw. Returns the standard.
    """
    row = await standards.lock_in(connection, standard_id, lifecycle.IN_FORCE, as_for="publication", by=by)
    expected.check(row["revision"])
    found = await queries.find_charter_of(connection, standard_id)
    if found is None:
        raise NotFound
    charter = await _LOCK.fetchrow(connection, of_charter=found["id"])
    assert charter is not None, "a charter is never deleted"
    flaws = _flaws(charter, signature, today=row["today"])
    if flaws:
        raise Unprocessable(errors=flaws)
    signed = _worded(
        {
            **signature,
            "number": signature["number"] or charter["number"],
            "statements": signature["statements"] or charter["statements"],
        }
    )
    await _SIGN.execute(connection, of_charter=charter["id"], **_new(signed))
    await _KEEP.execute(connection, of_charter=charter["id"], at=by.now, **_new(signed))
    await _tell_covered(connection, charter["id"], by=by)
    changed = await standard_queries.find_standard(connection, standard_id, at=by.now)
    assert changed is not None, "the standard was just locked"
    return dict(changed)


def _flaws(charter: Row, signature: Mapping[str, Any], *, today: date) -> list[Flaw]:
    stated = {**signature, "statements": signature["statements"] or charter["statements"]}
    flaws = [Flaw(each.pointer.removeprefix("/charter"), each.code, each.detail) for each in gate.charter_flaws(stated)]
    day = signature["signed_on"]
    if day is not None and day > today:
        flaws.append(Flaw("/signed_on", "in_the_future", _FUTURE))
    elif day is not None and day < charter["signed_on"]:
        flaws.append(Flaw("/signed_on", "before_last_signing", _EARLIER))
    return flaws


async def _tell_covered(connection: Connection, charter_id: UUID, *, by: By, **changes: Any) -> None:
    for covered in await queries.find_covered(connection, charter_id):
        if covered["state"] in lifecycle.IN_FORCE:
            row = await standard_queries.find_stored(connection, covered["id"], at=by.now)
            assert row is not None, "what is covered exists"
            await standards.amend(connection, row, by=by, **changes)


def _worded(charter: Mapping[str, Any]) -> dict[str, Any]:
    """The charter as it is kept: each statement in the unit's own words, or in those that stand for everybody."""
    statements = {code: charter["statements"][code] or text.id for code, text in gate.STATEMENTS.items()}
    return {**{name: charter[name] for name in _SIGNED}, "statements": statements}


def _new(signed: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": signed[name] for name in _SIGNED}
