"""Walking the chains: every history entry against its hash and its columns, every case against its history. Names the first bad row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from chassis.data.pool import Connection
from complaints.cases import chain

_COLUMNS = ("case_id", "sequence", "action", "actor", "from_state", "to_state", "at", "public", "internal")
_PREFETCH = 500
_ENTRIES = """
SELECT c.id, c.version, c.chain AS head, h.case_id, h.sequence, h.action, h.actor, h.from_state, h.to_state, h.at,
       h.public, h.internal, h.canonical, h.chain
FROM cases c LEFT JOIN case_history h ON h.case_id = c.id
ORDER BY c.id, h.sequence
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that doesn't hold: of which case, at which entry, and how."""

    case_id: UUID
    sequence: int | None
    reason: str

    def __str__(self) -> str:
        place = f"case {self.case_id}" + (f", entry {self.sequence}" if self.sequence is not None else "")
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Walked:
    """How much was walked, and what was found."""

    cases: int
    entries: int
    broken: Broken | None


async def walk(connection: Connection) -> Walked:
    """Verify the chain of every case, in one snapshot; stops at the first bad row."""
    walker = _Walker()
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for row in connection.cursor(_ENTRIES, prefetch=_PREFETCH):
            broken = walker.take(row)
            if broken is not None:
                return Walked(walker.cases, walker.entries, broken)
    return Walked(walker.cases, walker.entries, walker.finish())


class _Walker:
    """Takes the entries of all cases in order."""

    def __init__(self) -> None:
        self.cases = self.entries = 0
        self._case: Mapping[str, Any] | None = None
        self._previous, self._sequence = chain.START, 0

    def take(self, row: Mapping[str, Any]) -> Broken | None:
        """What is wrong with this entry, or with the end of the case before it."""
        if self._case is None or row["id"] != self._case["id"]:
            broken = self.finish()
            if broken is not None:
                return broken
            self._case, self._previous, self._sequence = row, chain.START, 0
            self.cases += 1
        if row["case_id"] is None:
            return Broken(row["id"], None, "the case has no history")
        self.entries += 1
        reason = self._reason(row)
        if reason is not None:
            return Broken(row["id"], row["sequence"], reason)
        self._previous, self._sequence = bytes(row["chain"]), row["sequence"]
        return None

    def _reason(self, row: Mapping[str, Any]) -> str | None:
        if row["sequence"] != self._sequence + 1:
            return f"entry {self._sequence + 1} is missing"
        content = bytes(row["canonical"])
        if chain.link(self._previous, content) != bytes(row["chain"]):
            return "the hash doesn't follow from the entry before"
        # The hash is over the stored bytes; what people read are the columns.
        told = orjson.loads(chain.canonical({name: row[name] for name in _COLUMNS}))
        return None if told == orjson.loads(content) else "the columns differ from what was hashed"

    def finish(self) -> Broken | None:
        """What is wrong with the end of the case that was walked last."""
        case = self._case
        if case is None:
            return None
        if case["version"] != self._sequence:
            return Broken(case["id"], case["version"], "the case's last entry is missing")
        if bytes(case["head"]) != self._previous:
            return Broken(case["id"], self._sequence, "the case's head isn't its last entry's hash")
        return None
