"""Loading the policies of gratification that ship: one that changed becomes a new version, the old one stays."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import bindparam, insert

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from evaluation.gratification.policies import APPLIES_TO, read_policy
from evaluation.gratification.tables import gratification_policies

_NEWEST = Statement(
    "SELECT version, digest FROM gratification_policies WHERE code = :code ORDER BY version DESC LIMIT 1"
)
_ADD = Statement(
    insert(gratification_policies).values(
        {column.name: bindparam(column.name, type_=column.type) for column in gratification_policies.c}
    )
)


async def load(connection: Connection, data_dir: Path, *, now: datetime) -> None:
    """Load the policies of data/deadlines that are of gratification reports; loading them again changes nothing."""
    document = orjson.loads((data_dir / "deadlines" / "deadline-policies.json").read_bytes())
    for policy in document["policies"]:
        if policy["applies_to"] == APPLIES_TO:
            await put_policy(connection, policy, now=now)


async def put_policy(connection: Connection, document: Mapping[str, Any], *, now: datetime) -> int:
    """Keep a policy as its newest version unless it is that already; returns the version.

    Raises KeyError or ValueError if the document isn't a policy.
    """
    digest = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).digest()
    held = await _NEWEST.fetchrow(connection, code=document["code"])
    if held is not None and bytes(held["digest"]) == digest:
        return int(held["version"])
    version = 1 if held is None else held["version"] + 1
    read_policy(document, version=version)
    ends = document["effective_to"]
    await _ADD.execute(
        connection,
        code=document["code"],
        version=version,
        effective_from=date.fromisoformat(document["effective_from"]),
        effective_to=date.fromisoformat(ends) if ends else None,
        digest=digest,
        document=document,
        recorded_at=now,
    )
    return version
