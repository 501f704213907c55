"""Reading policies and categories. What was read is kept by its content, so that a policy is parsed once."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Date, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from complaints.policies.rules import Policy, read_policy
from complaints.policies.tables import categories, deadline_policies, policy_adoptions

_VERSIONS = (
    select(deadline_policies)
    .ext(distinct_on(deadline_policies.c.code))
    .order_by(deadline_policies.c.code, deadline_policies.c.version.desc())
)
_NEWEST = _VERSIONS.subquery("newest")
_LIST = Statement(select(_NEWEST).order_by(_NEWEST.c.effective_from, _NEWEST.c.code))
_ONE = Statement(
    select(deadline_policies)
    .where(deadline_policies.c.code == bindparam("code"))
    .order_by(deadline_policies.c.version.desc())
    .limit(1)
)
_VERSION = Statement(
    select(deadline_policies).where(
        deadline_policies.c.code == bindparam("code"), deadline_policies.c.version == bindparam("version")
    )
)
STAMP = """
SELECT coalesce(string_agg(encode(digest, 'hex') || version, ' ' ORDER BY code, version), '') FROM deadline_policies
"""
"""What changes with any policy, as a statement or a part of one."""
_STAMP = Statement(STAMP)
_EVERY = Statement(select(deadline_policies.c.document, deadline_policies.c.version))
_ADOPTED = Statement(
    select(func.array_agg(policy_adoptions.c.policy_code)).where(
        policy_adoptions.c.institution_id == bindparam("institution_id"),
        policy_adoptions.c.adopted_on <= bindparam("day", type_=Date),
    )
)
_ADOPTIONS = Statement(select(policy_adoptions))
_CATEGORIES = Statement(select(categories).order_by(categories.c.position))

Policies = dict[tuple[str, int], Policy]
"""Every version of every policy."""

_KEPT: OrderedDict[str, Policies] = OrderedDict()
_MOST_KEPT = 4


async def list_policies(connection: Connection) -> list[Row]:
    """The newest version of each policy, oldest policy first."""
    return await _LIST.fetch(connection)


async def find_policy(connection: Connection, code: str, version: int | None = None) -> Row | None:
    """A policy's newest version, or the one named."""
    if version is None:
        return await _ONE.fetchrow(connection, code=code)
    return await _VERSION.fetchrow(connection, code=code, version=version)


async def load_policies(connection: Connection) -> Policies:
    """Every version of every policy; parsed again only when one has changed."""
    return await policies_of(connection, await _STAMP.fetchval(connection))


async def policies_of(connection: Connection, stamp: str) -> Policies:
    """The policies as of `STAMP`, as `load_policies` gives them."""
    held = _KEPT.get(stamp)
    if held is None:
        rows = await _EVERY.fetch(connection)
        held = {
            (row["document"]["code"], row["version"]): read_policy(row["document"], version=row["version"])
            for row in rows
        }
        _KEPT[stamp] = held
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return held


async def find_adopted(connection: Connection, institution_id: UUID | None, day: date) -> frozenset[str]:
    """The local variants that an institution had adopted on a day."""
    if institution_id is None:
        return frozenset()
    return frozenset(await _ADOPTED.fetchval(connection, institution_id=institution_id, day=day) or ())


class Adoption(NamedTuple):
    """A local variant that an institution adopted, and as of when."""

    policy_code: str
    adopted_on: date


async def load_adoptions(connection: Connection) -> Mapping[UUID, Sequence[Adoption]]:
    """What every institution has adopted; those that adopted nothing are left out."""
    found: dict[UUID, list[Adoption]] = {}
    for row in await _ADOPTIONS.fetch(connection):
        found.setdefault(row["institution_id"], []).append(Adoption(row["policy_code"], row["adopted_on"]))
    return found


async def list_categories(connection: Connection) -> list[dict[str, Any]]:
    """The categories in their order, each with the code of its parent."""
    return [dict(row) for row in await _CATEGORIES.fetch(connection)]
