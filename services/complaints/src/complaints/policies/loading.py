"""Loading the policies and categories that ship: a policy that changed becomes a new version, the old one stays."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import bindparam, insert
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from complaints.policies import queries
from complaints.policies.handling_operations import put_default
from complaints.policies.rules import read_policy
from complaints.policies.tables import categories, deadline_policies, deadline_rules
from directory.follower import CHANNEL

_POLICY = Statement(
    insert(deadline_policies).values({each.name: bindparam(each.name, type_=each.type) for each in deadline_policies.c})
)
_RULE = Statement(
    insert(deadline_rules).values({each.name: bindparam(each.name, type_=each.type) for each in deadline_rules.c})
)
_PUT = upsert(categories).values({each.name: bindparam(each.name, type_=each.type) for each in categories.c})
_CATEGORY = Statement(
    _PUT.on_conflict_do_update(
        index_elements=[categories.c.code],
        set_={each.name: _PUT.excluded[each.name] for each in categories.c if each.name != "code"},
    )
)


async def load(connection: Connection, data_dir: Path, *, now: datetime) -> None:
    """Load data/deadlines, the handling policies and the categories of data/complaints; loading them again changes nothing."""
    document = orjson.loads((data_dir / "deadlines" / "deadline-policies.json").read_bytes())
    for policy in document["policies"]:
        await put_policy(connection, policy, now=now)
    shipped = orjson.loads((data_dir / "complaints" / "handling-policies.json").read_bytes())
    for policy in shipped["policies"]:
        await put_default(connection, policy, now=now)
    rows = orjson.loads((data_dir / "complaints" / "categories.json").read_bytes())["categories"]
    await _CATEGORY.execute_many(
        connection,
        [
            {name: row[name] for name in ("code", "parent_code", "label", "attributes")} | {"position": position}
            for position, row in enumerate(rows)
        ],
    )


async def put_policy(connection: Connection, document: Mapping[str, Any], *, now: datetime) -> int:
    """Keep a policy as its newest version unless it is that already; returns the version.

    Raises KeyError or ValueError if the document isn't a policy.
    """
    digest = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).digest()
    held = await queries.find_policy(connection, document["code"])
    if held is not None and bytes(held["digest"]) == digest:
        return int(held["version"])
    version = 1 if held is None else held["version"] + 1
    read = read_policy(document, version=version)
    await _POLICY.execute(
        connection,
        code=read.code,
        version=version,
        title=document["title"],
        effective_from=read.effective_from,
        effective_to=read.effective_to,
        legal_source=read.legal_source,
        applies_to=read.applies_to,
        document=document,
        digest=digest,
        recorded_at=now,
    )
    await _RULE.execute_many(
        connection, [_row(read.code, version, number, rule) for number, rule in enumerate(document["rules"], 1)]
    )
    await connection.execute(f"NOTIFY {CHANNEL}")  # every process keeps the policies
    return version


def _row(code: str, version: int, number: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    same = ("stage", "case_type", "amount", "unit", "from_event", "to_event", "pauses", "party", "on_lapse")
    return {
        "policy_code": code,
        "policy_version": version,
        "number": number,
        "case_class": rule["class"],
        "source": rule["source"],
        "mark": rule["mark"],
        **{name: rule[name] for name in same},
    }
