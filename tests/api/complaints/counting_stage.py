"""Cases by the hundred, written and changed as moves leave them, and the same figures reckoned in plain Python."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import insert, update

from chassis.data.statements import Statement
from chassis.ops.identifiers import new_id
from complaints.cases.tables import case_history, cases
from complaints.deadlines.tables import deadline_duties
from support.directory import Country

JAKARTA = ZoneInfo("Asia/Jakarta")
SINCE = datetime(2024, 11, 20, tzinfo=UTC)
SPAN = timedelta(days=500)
STATES = (
    "submitted",
    "in_progress",
    "responded",
    "resolved",
    "closed",
    "archived",
    "withdrawn",
    "merged",
    "referred_out",
)
CLASSES = {
    "complaint": ("unclassified", "minor", "non_supervisory"),
    "aspiration": ("aspiration",),
    "information_request": ("information",),
}
CATEGORIES = (None, "population", "health", "transport")
CHANNELS = ("website", "sms", "lapor")
REGIONS = (None, "51", "51.99", "51.99.01", "51.98.02.2001", "31.71")
OUTCOMES = ("fixed", "explained")
STAGES = ("verification", "handling", "first_response")


class Stage:
    """Writes random cases of a country, each with its fact, and remembers what it wrote."""

    def __init__(self, country: Country, seed: int) -> None:
        self.country, self.chance = country, random.Random(seed)
        self.rows: dict[UUID, dict[str, Any]] = {}
        self.appealed: set[UUID] = set()
        self.duties: dict[UUID, list[tuple[str, str]]] = {}

    def places(self) -> list[tuple[UUID | None, UUID | None, UUID | None]]:
        country = self.country
        return [
            (None, None, None),
            (country.city, None, None),
            (country.city, country.counter, country.identity_card),
            (country.city, country.registry_office, None),
            (country.city, country.works, None),
            (country.other_city, country.other_unit, None),
        ]

    def _facts(self, received: datetime, now: datetime) -> dict[str, Any]:
        chance = self.chance
        type_ = chance.choice(list(CLASSES))
        institution, unit, service = chance.choice(self.places())
        state = chance.choice(STATES)

        def later() -> datetime | None:
            return received + timedelta(hours=chance.randrange(900)) if chance.random() < 0.6 else None

        due = None if state in STATES[3:] else chance.choice((None, now - timedelta(days=2), now + timedelta(days=9)))
        return {
            "type": type_,
            "case_class": chance.choice(CLASSES[type_]),
            "state": state,
            "custody": "protected" if chance.random() < 0.08 else "ordinary",
            "confidential": chance.random() < 0.2,
            "category": chance.choice(CATEGORIES),
            "channel": chance.choice(CHANNELS),
            "region_code": chance.choice(REGIONS),
            "institution_id": institution,
            "unit_id": unit,
            "service_id": service,
            "file_complete_at": later(),
            "first_response_at": later(),
            "substantive_at": later(),
            "resolved_at": later() if state in ("resolved", "closed") else None,
            "due_at": due,
            "late": chance.random() < 0.2,
            "outcome_code": chance.choice(OUTCOMES) if state in ("resolved", "closed") else None,
            "rating": chance.choice((None, 1, 3, 5)),
            "reopen_count": chance.choice((0, 0, 0, 2)),
            "refusal_count": chance.choice((0, 0, 1)),
            "transfer_count": chance.choice((0, 0, 3)),
        }

    async def file(self, connection: asyncpg.Connection, many: int, now: datetime) -> None:
        """So many new cases, each with its event, in one transaction."""
        async with connection.transaction():
            for _ in range(many):
                received = SINCE + self.chance.random() * SPAN
                id_ = new_id()
                parent = self.chance.choice(list(self.rows)) if self.rows and self.chance.random() < 0.1 else None
                row = {
                    "id": id_,
                    "tracking_code": f"T-{id_}",
                    "title": f"Perkara {'lampu' if self.chance.random() < 0.5 else 'jalan'}",
                    "body": "Isi laporan.",
                    "anonymous": False,
                    "accused_person_ids": [],
                    "received_at": received,
                    "created_at": received,
                    "updated_at": received,
                    "version": 1,
                    "chain": b"",
                    "parent_id": parent,
                    **self._facts(received, now),
                }
                await Statement(insert(cases).values(row)).execute(connection)
                self.rows[id_] = row
                await self._tell(connection, id_)
                await self._decide(connection, id_)

    async def change(self, connection: asyncpg.Connection, many: int, now: datetime) -> None:
        """So many cases as something moved them on, each in a transaction of its own."""
        for id_ in self.chance.sample(list(self.rows), min(many, len(self.rows))):
            async with connection.transaction():
                changes = self._facts(self.rows[id_]["received_at"], now)
                await Statement(update(cases).where(cases.c.id == id_).values(changes)).execute(connection)
                self.rows[id_] |= changes
                await self._tell(connection, id_)
                await self._decide(connection, id_)
                if self.chance.random() < 0.2:
                    await self._appeal(connection, id_)

    async def settle_silently(self, connection: asyncpg.Connection, many: int) -> None:
        """A duty of so many cases ends without a fact, as a lapse leaves it."""
        for id_ in self.chance.sample(list(self.rows), many):
            async with connection.transaction():
                await self._decide(connection, id_, always=True)
                await connection.execute("INSERT INTO unannounced_changes (case_id) VALUES ($1)", id_)

    async def _tell(self, connection: asyncpg.Connection, id_: UUID) -> None:
        await connection.execute(
            """INSERT INTO outbox (type, subject, sequence, visibility, data, occurred_at)
               VALUES ('case.noted', $1, 1, 'internal', '{}', now())""",
            f"complaints/{id_}",
        )

    async def _decide(self, connection: asyncpg.Connection, id_: UUID, *, always: bool = False) -> None:
        if not always and self.chance.random() < 0.5:
            return
        stage, result = self.chance.choice(STAGES), self.chance.choice(("met", "breached"))
        policy = await connection.fetchrow(
            "SELECT policy_code, policy_version, number FROM deadline_rules ORDER BY 1, 2, 3 LIMIT 1"
        )
        values = {
            "id": new_id(),
            "case_id": id_,
            "stage": stage,
            "policy_code": policy["policy_code"],
            "policy_version": policy["policy_version"],
            "rule_number": policy["number"],
            "party": "agency",
            "started_at": SINCE,
            "stopped_at": SINCE,
            "result": result,
            "calendar_code": "national",
            "calendar_version": 1,
        }
        await Statement(insert(deadline_duties).values(values)).execute(connection)
        self.duties.setdefault(id_, []).append((stage, result))

    async def _appeal(self, connection: asyncpg.Connection, id_: UUID) -> None:
        if id_ in self.appealed:
            return
        values = {
            "case_id": id_,
            "sequence": 2,
            "action": "appeal",
            "actor": {},
            "to_state": "under_appeal",
            "at": SINCE,
            "public": {},
            "internal": {},
            "canonical": b"",
            "chain": b"",
        }
        await Statement(insert(case_history).values(values)).execute(connection)
        self.appealed.add(id_)

    def late(self, row: Mapping[str, Any], now: datetime) -> bool:
        return row["late"] or (row["due_at"] is not None and row["due_at"] < now)

    def reckon(self, rows: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, int]:
        """The counters of rows, by what each of them means."""
        kept = list(rows)

        def number(asked: Any) -> int:
            return sum(1 for row in kept if asked(row))

        states = Counter(row["state"] for row in kept)
        resolved = states["resolved"] + states["closed"]
        ended = {name: states[name] for name in ("archived", "withdrawn", "merged", "referred_out")}
        return {
            "filed": len(kept),
            "matters": number(lambda row: row["parent_id"] is None),
            "verified": number(lambda row: row["file_complete_at"] is not None),
            "answered": number(lambda row: row["first_response_at"] is not None),
            "followed_up": number(lambda row: row["substantive_at"] is not None),
            "resolved": resolved,
            **ended,
            "open": len(kept) - resolved - sum(ended.values()),
            "late": number(lambda row: self.late(row, now)),
            "rated": number(lambda row: row["rating"] is not None),
            "rating_sum": sum(row["rating"] or 0 for row in kept),
            "reopened": number(lambda row: row["reopen_count"] > 0),
            "appealed": number(lambda row: row["id"] in self.appealed),
            "refusals": sum(row["refusal_count"] for row in kept),
            "transfers": sum(row["transfer_count"] for row in kept),
        }

    def reckon_details(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Duties, days, ratings and outcomes of rows."""
        duties: dict[str, Counter[str]] = {}
        for row in rows:
            for stage, result in self.duties.get(row["id"], ()):
                duties.setdefault(stage, Counter(met=0, breached=0))[result] += 1
        ends = {
            "verification": "file_complete_at",
            "first_response": "first_response_at",
            "follow_up": "substantive_at",
            "resolution": "resolved_at",
        }
        return {
            "duties": {stage: dict(results) for stage, results in duties.items()},
            "days": {
                name: spans([(row[end] - row["received_at"]).days for row in rows if row[end] is not None])
                for name, end in ends.items()
            },
            "ratings": {str(value): sum(1 for row in rows if row["rating"] == value) for value in range(1, 6)},
            "outcomes": dict(Counter(row["outcome_code"] for row in rows if row["outcome_code"] is not None)),
        }


def spans(days: list[int]) -> dict[str, Any]:
    """Count, sum and nearest-rank percentiles of whole days."""
    ordered = sorted(days)

    def rank(percent: int) -> int | None:
        return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None

    return {"cases": len(days), "total_days": sum(days), "p50": rank(50), "p90": rank(90)}


def inside(region: str | None, code: str) -> bool:
    """Whether a case's region is this one or lies in it."""
    return region is not None and (region == code or region.startswith(code + "."))


def group_of(row: Mapping[str, Any], name: str) -> Any:
    """The value of a row in a dimension."""
    day = row["created_at"].astimezone(JAKARTA).date()
    match name:
        case "day":
            return day
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
        case "province":
            return row["region_code"] and row["region_code"][:2]
        case "regency":
            return row["region_code"] and row["region_code"][:5]
        case "class":
            return row["case_class"]
        case "source":
            return "platform"
        case "institution" | "unit" | "service":
            return row[f"{name}_id"]
    return row[name]
