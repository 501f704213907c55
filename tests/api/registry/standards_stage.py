"""An agency with a unit, a service and its officials; and the walk of a standard from draft to publication, request by request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from uuid_utils.compat import uuid7

from devstack.layout import DATA
from support.services import ServiceUnderTest

EXAMPLES = {
    found["code"]: found for found in json.loads((DATA / "standards" / "examples.json").read_text())["examples"]
}
PARTICIPANTS = [
    {"element": "provider", "name": "Ni Made Sari", "organisation": "Dinas Dukcapil"},
    {"element": "service_users", "name": "I Wayan Arta"},
    {"element": "related_institutions", "name": "Ketut Rai", "organisation": "Dinas Kominfo"},
]
AGREEMENTS = [
    {
        "issue": "Jam layanan",
        "agreement": "Layanan keliling setiap Sabtu",
        "owner": "Kepala Bidang",
        "due_on": "2026-12-31",
    }
]


@dataclass
class Agency:
    """One agency of the stage, and callers who hold seats there. `service_id` belongs to `unit_id`, below `office_id`."""

    registry: ServiceUnderTest
    institution_id: UUID
    office_id: UUID
    unit_id: UUID
    service_id: UUID
    code: str
    accounts: dict[str, str] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)

    def by(self, role: str) -> dict[str, str]:
        """The headers of the account that holds this role, or `client` for the agency's own client."""
        if role == "client":
            return self.registry.integration("registry:read registry:write", self.institution_id)
        return self.registry.account(self.accounts[role])

    async def call(self, method: str, path: str, *, by: str | None = "unit_head", **options: Any) -> httpx.Response:
        """Call under /v1 as the holder of a role; `by=None` without a token."""
        caller = self.registry.anonymous() if by is None else self.by(by)
        return await self.registry.call(method, f"/v1{path}", caller=caller, **options)

    async def act(
        self, standard_id: str, action: str, body: Any = None, *, by: str = "unit_head", match: bool = True
    ) -> httpx.Response:
        """POST an action on a version with the ETag it has now."""
        options: dict[str, Any] = {} if body is None else {"json": body}
        if match:
            held = await self.call("GET", f"/standards/{standard_id}", by="client")
            options["headers"] = {"if-match": held.headers.get("etag", "*")}
        return await self.call("POST", f"/standards/{standard_id}/{action}", by=by, **options)


async def build_agency(registry: ServiceUnderTest) -> Agency:
    """A fresh agency in Denpasar, with every role of the standard's table held by an account of its own."""
    mark = uuid7().hex[-8:]
    ids = [uuid7() for _ in range(4)]
    agency = Agency(registry, ids[0], ids[1], ids[2], ids[3], f"layanan_{mark}")
    since = date(2020, 1, 1)
    async with registry.connection() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO institution_identities (id, code, version) VALUES ($1, $2, 1)", ids[0], f"kota_{mark}"
        )
        await connection.execute(
            """INSERT INTO institutions (id, name, kind, region_code, time_zone, valid_during)
               VALUES ($1, $2, 'city', '51.71', 'wita', daterange($3, NULL))""",
            ids[0],
            f"Kota {mark}",
            since,
        )
        for identifier, parent, name in ((ids[1], None, "Dinas"), (ids[2], ids[1], "Bidang")):
            await connection.execute(
                "INSERT INTO unit_identities (id, institution_id, version) VALUES ($1, $2, 1)", identifier, ids[0]
            )
            await connection.execute(
                """INSERT INTO units (id, institution_id, parent_id, code, name, kind, functions, valid_during)
                   VALUES ($1, $2, $3, $4, $4, 'civil_registry', '{}', daterange($5, NULL))""",
                identifier,
                ids[0],
                parent,
                name,
                since,
            )
        await connection.executemany(
            "INSERT INTO unit_ancestors VALUES ($1, $2, $3, daterange($4, NULL))",
            [(ids[1], ids[1], 0, since), (ids[2], ids[2], 0, since), (ids[2], ids[1], 1, since)],
        )
        seats = (
            ("unit_head", "unit_head", ids[2], "definitive"),
            ("officer", "officer", ids[2], "definitive"),
            ("responsible_officer", "responsible_officer", None, "definitive"),
            ("supervisor", "supervisor", None, "definitive"),
            ("plh", "unit_head", ids[2], "plh"),
            ("plt", "unit_head", ids[1], "plt"),
            ("internal_auditor", "internal_auditor", None, "definitive"),
        )
        for name, role, unit_id, acting in seats:
            await _seat(connection, agency, name, role, unit_id, acting, since)
        await add_service(connection, agency, ids[3], agency.code)
    return agency


async def _seat(
    connection: Any, agency: Agency, name: str, role: str, unit_id: UUID | None, acting: str, since: date
) -> None:
    person, account = uuid7(), str(uuid7())
    agency.accounts[name], agency.people[name] = account, person
    await connection.execute(
        """INSERT INTO people (id, institution_id, name, account_id, created_at) VALUES ($1, $2, $3, $4, now())""",
        person,
        agency.institution_id,
        name,
        account,
    )
    await connection.execute(
        """INSERT INTO appointments (id, person_id, institution_id, unit_id, role, acting, decree_number,
                                     valid_during, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, 'SK/1', daterange($7, NULL), now())""",
        uuid7(),
        person,
        agency.institution_id,
        unit_id,
        role,
        acting,
        since,
    )


async def add_service(connection: Any, agency: Agency, identifier: UUID, code: str) -> None:
    """Another service of the agency's unit."""
    await connection.execute(
        """INSERT INTO services (id, institution_id, unit_id, code, name, kind, legal_basis, target_groups,
               vulnerable_groups, channels, life_events, region_codes, locations, opening_hours, partners, state,
               created_at)
           VALUES ($1, $2, $3, $4, $4, 'administrative', '{UU 23/2006}', '{}', '{}', '{}', '{}', '{}', '[]', '[]',
                   '[]', 'active', now())""",
        identifier,
        agency.institution_id,
        agency.unit_id,
        code,
    )


def a_draft(example: str = "ktp_el_new", **changes: Any) -> dict[str, Any]:
    """The body of a new version: the worked example's text."""
    standard = EXAMPLES[example]["standard"]
    return {
        "provider_team": [{"name": "Ni Made Sari", "post": "Kepala Bidang"}],
        "considerations": standard["considerations"],
        "components": standard["components"],
    } | changes


async def draft(agency: Agency, **changes: Any) -> str:
    """A new version; its id."""
    reply = await agency.call("POST", f"/services/{agency.service_id}/standards", json=a_draft(**changes))
    assert reply.status_code == 201, reply.text
    identifier: str = reply.json()["id"]
    return identifier


def opening(**changes: Any) -> dict[str, Any]:
    """The body that opens a consultation."""
    return {
        "topic": "Standar pelayanan KTP elektronik",
        "method": "hybrid",
        "team": ["Ni Made Sari"],
        "participants": PARTICIPANTS,
    } | changes


FORUM = "2026-01-02"
"""The day of a session, of its minutes and of their signatures, where nothing else is asked for."""


async def consult(agency: Agency, standard_id: str, *, held_on: str = FORUM) -> None:
    """Open the consultation and hold a session that everybody attends."""
    opened = await agency.act(standard_id, "consultation", opening())
    assert opened.status_code == 201, opened.text
    attendance = [participant["id"] for participant in opened.json()["participants"]]
    session = {
        "held_on": held_on,
        "place": "Aula",
        "summary": "Dibahas bersama.",
        "attendance": attendance,
    }
    held = await agency.act(standard_id, "consultation/sessions", session)
    assert held.status_code == 201, held.text


def minutes(elements: tuple[str, ...] = ("provider", "service_users"), *, held_on: str = FORUM) -> dict[str, Any]:
    """Minutes signed for these elements, on the day of the forum."""
    signers = [{"element": element, "name": f"Wakil {element}", "signed_on": held_on} for element in elements]
    return {"held_on": held_on, "place": "Aula", "agreements": AGREEMENTS, "signers": signers}


async def finalise(agency: Agency, standard_id: str) -> None:
    """Skip the public test, where the agency's settings allow it."""
    settings = await agency.registry.call(
        "PUT",
        f"/v1/institutions/{agency.institution_id}/standard-settings",
        json={"public_test_may_be_skipped": True},
        headers={"if-match": "*"},
    )
    assert settings.status_code == 200, settings.text
    reply = await agency.act(standard_id, "finalisation")
    assert reply.status_code == 200, reply.text


def decree(**changes: Any) -> dict[str, Any]:
    """The body of a stipulation."""
    return {
        "decree_number": "188.45/12/2026",
        "decree_date": "2026-01-05",
        "signer": {"name": "Ni Made Sari", "post": "Kepala Bidang"},
    } | changes


async def stipulate(agency: Agency, standard_id: str, **changes: Any) -> None:
    """Sign the minutes of the first session and stipulate. `changes`: of the decree."""
    discussed = (await agency.call("GET", f"/standards/{standard_id}/consultation")).json()
    held_on = discussed["sessions"][0]["held_on"]
    signed = await agency.act(standard_id, "minutes", minutes(held_on=held_on), match=False)
    assert signed.status_code == 201, signed.text
    reply = await agency.act(standard_id, "stipulation", decree(**changes))
    assert reply.status_code == 200, reply.text


def publication(effective_on: date | str = "2026-01-05", **changes: Any) -> dict[str, Any]:
    """The body of a publication, with its charter."""
    return {
        "effective_on": str(effective_on),
        "channels": [{"medium": "website", "address": "https://dukcapil.example.id"}, {"medium": "banner_board"}],
        "charter": {
            "number": "MP/1/2026",
            "statements": ["promise_to_serve", "promise_to_improve", "accept_sanction"],
            "signer": {"name": "Ni Made Sari", "post": "Kepala Bidang"},
            "signed_on": "2026-01-05",
        },
    } | changes


async def stipulated(agency: Agency, decree_date: date | str = "2026-01-05", **changes: Any) -> str:
    """A version that has its decree; discussed on that day, if it is an early one."""
    standard_id = await draft(agency, **changes)
    await consult(agency, standard_id, held_on=min(FORUM, str(decree_date)))
    await finalise(agency, standard_id)
    await stipulate(agency, standard_id, decree_date=str(decree_date))
    return standard_id


async def published(agency: Agency, effective_on: date | str = "2026-01-05", **changes: Any) -> str:
    """A version that is published."""
    standard_id = await stipulated(agency, **changes)
    reply = await agency.act(standard_id, "publication", publication(effective_on))
    assert reply.status_code == 200, reply.text
    return standard_id


def today(agency: Agency) -> date:
    """The agency's local day (WITA is eight hours ahead of UTC)."""
    return (datetime.now(UTC) + timedelta(hours=8)).date()


async def facts(agency: Agency, subject: str) -> list[Mapping[str, Any]]:
    """What was recorded about a subject: type, sequence and data, oldest first."""
    await agency.registry.sequenced()
    async with agency.registry.connection() as connection:
        rows = await connection.fetch(
            "SELECT type, sequence, data, visibility FROM events WHERE subject = $1 ORDER BY position", subject
        )
    return [dict(row) for row in rows]


def pointers(reply: httpx.Response) -> set[str]:
    """Where a refusal points."""
    return {error["pointer"] for error in reply.json()["errors"]}
