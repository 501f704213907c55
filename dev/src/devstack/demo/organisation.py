"""(a) A real city, its unit tree, its people, and who holds which post."""

import csv
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from devstack.demo.calling import Voice, sign_in
from devstack.demo.telling import Story
from devstack.layout import DATA

CITY = "pemda-51.71"
CIVIL_REGISTRY = "030601"
SECRETARIAT = "010001"
SINCE = date.today() - timedelta(days=400)  # noqa: DTZ011 - a decree of some time ago, whatever the zone

SEATS = (
    # role, unit code (None: the whole institution), the demonstration's invented person, decree
    ("supervisor", None, "I Gusti Contoh Adnyana", "CONTOH/SK/001"),
    ("responsible_officer", None, "Ida Ayu Contoh Pertiwi", "CONTOH/SK/002"),
    ("institution_admin", None, "I Made Contoh Wirawan", "CONTOH/SK/003"),
    ("unit_head", CIVIL_REGISTRY, "Ni Luh Contoh Sukerti", "CONTOH/SK/004"),
    ("liaison", CIVIL_REGISTRY, "I Ketut Contoh Suardana", "CONTOH/SK/005"),
    ("officer", CIVIL_REGISTRY, "Ni Komang Contoh Ariani", "CONTOH/SK/006"),
)


@dataclass
class Organisation:
    """The city with its units by code, and the officials' voices by role."""

    institution: dict[str, Any]
    units: dict[str, dict[str, Any]]
    voices: dict[str, Voice]
    names: dict[str, str]

    @property
    def civil_registry(self) -> dict[str, Any]:
        return self.units[CIVIL_REGISTRY]


async def set_up(admin: Voice, story: Story) -> Organisation:
    """Build the tree and the appointments, or find those of an earlier demonstration."""
    story.chapter("a", "An administrator sets up a real city")
    city = (await admin.get("/institutions", code=CITY))["items"][0]
    story.tell(f"{city['name']}, region {city['region_code']}, is one of the institutions that ship")
    units = await _units(admin, city)
    others = len(units) - len(_described())
    story.tell(
        f"Its tree has the {len(_described())} units of data/institutions/denpasar-units.csv"
        + (f", and {others} more" if others else "")
    )
    voices: dict[str, Voice] = {}
    names: dict[str, str] = {}
    pembina: str | None = None
    for role, unit_code, name, decree in SEATS:
        place = {"unit_id": units[unit_code]["id"]} if unit_code else {"institution_id": city["id"]}
        seat = await _appoint(admin, city, role, place=place, name=name, decree=decree, by=pembina)
        pembina = seat["id"] if role == "supervisor" else pembina
        voices[role] = await _voice_of(admin, seat["person_id"])
        names[role] = seat["person_name"]
    story.table(
        "Who holds which post",
        ("Role", "Where", "Who"),
        [(role, units[code]["name"] if code else city["name"], names[role]) for role, code, _, _ in SEATS],
    )
    return Organisation(city, units, voices, names)


def _described() -> list[dict[str, str]]:
    with (DATA / "institutions" / "denpasar-units.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def _units(admin: Voice, city: dict[str, Any]) -> dict[str, dict[str, Any]]:
    units: dict[str, dict[str, Any]] = {}
    address: str | None = f"/units?institution={city['id']}&limit=200"
    while address:
        page = await admin.get(address)
        units |= {unit["code"]: unit for unit in page["items"]}
        address = page["next"].removeprefix("/v1") if page["next"] else None
    for row in _described():
        if row["code"] in units:
            continue
        units[row["code"]] = await admin.post(
            "/units",
            {
                "institution_id": city["id"],
                "parent_id": units[row["parent_code"]]["id"] if row["parent_code"] else None,
                "code": row["code"],
                "name": row["name"],
                "short_name": row["short_name"] or None,
                "kind": row["kind"],
                "region_code": row["region_code"] or None,
                "valid_during": {"from": SINCE.isoformat()},
            },
        )
    return units


async def _appoint(
    admin: Voice, city: dict[str, Any], role: str, *, place: dict[str, str], name: str, decree: str, by: str | None
) -> dict[str, Any]:
    where = {"unit": place["unit_id"]} if "unit_id" in place else {"institution": place["institution_id"]}
    held = (await admin.get("/appointments", role=role, **where))["items"]
    for seat in held:
        if seat["unit_id"] == place.get("unit_id"):
            return dict(seat)
    person = await admin.post("/people", {"name": name, "institution_id": city["id"]})
    body = {"person_id": person["id"], "role": role, "decree_number": decree, **place}
    body |= {"valid_during": {"from": SINCE.isoformat()}, "decree_date": SINCE.isoformat()}
    if by is not None:
        body["appointed_by"] = by
    made: dict[str, Any] = await admin.post("/appointments", body)
    return made


async def _voice_of(admin: Voice, person_id: str) -> Voice:
    """A fresh account for the person: no secret of an earlier demonstration lies about."""
    username, password = f"demo-{secrets.token_hex(5)}", secrets.token_urlsafe(18)
    account = await admin.post("/accounts", {"username": username, "password": password})
    await admin.act(f"/people/{person_id}", "", {"account_id": account["id"]}, method="PATCH")
    return await sign_in(admin.http, {"grant_type": "password", "username": username, "password": password})
