"""Two agencies below a ministry, with a person, a post, services and standards in several states."""

from datetime import date
from typing import Any
from uuid import UUID

from api.every_operation.world import World
from api.registry.directory_stage import SINCE, Stage, code, stage
from api.registry.imports_stage import send, written
from api.registry.standards_stage import (
    Agency,
    a_draft,
    add_service,
    build_agency,
    consult,
    draft,
    finalise,
    opening,
    published,
)
from api.registry.test_offers import said
from api.registry.test_reorganisations import declaration, new
from api.registry.test_reorganisations_withdrawn import DECREE as WITHDRAWN
from api.registry.test_reorganisations_withdrawn import coming
from chassis.ops.identifiers import new_id
from support.cast import ABOVE, AT_UNITS, BESIDE, ELSEWHERE, HEAD_OF_AUDIT, REACHING_ALL, WITHIN, Cast
from support.services import ServiceUnderTest

EXPORT = {"format": "csv"}


async def _account(here: Stage, role: str, unit: str | None) -> str:
    account = f"akun-{new_id()}"
    person = await here.person(account_id=account)
    await here.seat(role, unit=unit, person=person["id"])
    return account


async def _another_service(agency: Agency) -> str:
    identifier = new_id()
    async with agency.registry.connection() as connection:
        await add_service(connection, agency, identifier, code())
    return str(identifier)


async def _standard(agency: Agency, services: dict[str, str], *, until: str) -> str:
    """A version of a new service in this state; notes the service."""
    held, agency.service_id = agency.service_id, UUID(await _another_service(agency))
    try:
        standard_id = await published(agency) if until == "published" else await draft(agency)
        services[standard_id] = str(agency.service_id)
        if until in ("consultation", "finalising"):
            await consult(agency, standard_id)
        if until == "finalising":
            await finalise(agency, standard_id)
        return standard_id
    finally:
        agency.service_id = held


async def registry_world(registry: ServiceUnderTest) -> World:
    """Agencies with every seat held, and something of each kind in ours."""
    agency, other = await build_agency(registry), await build_agency(registry)
    ours, theirs = (Stage(registry, {"id": str(each.institution_id)}) for each in (agency, other))
    ministry = await stage(registry)
    async with registry.connection() as connection:
        await connection.execute(
            "INSERT INTO supervision (institution_id, supervisor_id, valid_during) VALUES ($1, $2, daterange($3, NULL))",
            agency.institution_id,
            UUID(ministry.id),
            date(2020, 1, 1),
        )
    cast = Cast(registry, agency.institution_id, other.institution_id)
    beside, inspectorate = await ours.unit("Samping"), await ours.unit("Inspektorat", kind="inspectorate")
    held = {"supervisor", "responsible_officer"}  # by the stage's own people: one seat, one holder
    for role in WITHIN:
        if role in held:
            cast.accounts[role], cast.accounts[f"{role}@elsewhere"] = agency.accounts[role], other.accounts[role]
            continue
        unit = str(agency.unit_id) if role in AT_UNITS else None
        own = agency.accounts["unit_head"] if role == "unit_head" else await _account(ours, role, unit)
        cast.accounts[role] = own
    for name in ELSEWHERE:
        role = name.partition("@")[0]
        if role == "unit_head":
            cast.accounts[name] = other.accounts[role]
        elif role not in held:
            cast.accounts[name] = await _account(theirs, role, str(other.unit_id) if role in AT_UNITS else None)
    for name in BESIDE:
        cast.accounts[name] = await _account(ours, name.partition("@")[0], beside["id"])
    cast.accounts[HEAD_OF_AUDIT] = await _account(ours, "unit_head", inspectorate["id"])
    for name in (*ABOVE, *REACHING_ALL):
        cast.accounts[name] = await _account(ministry, name.partition("@")[0], None)
    return await _rows(World(cast), agency, ours, cast)


async def _rows(world: World, agency: Agency, ours: Stage, cast: Cast) -> World:
    services = world.services.setdefault("standard_id", {})
    person = await ours.person("Wayan Orang")
    seat = await ours.seat("officer", unit=str(agency.unit_id), person=person["id"])
    post = await ours.make("posts", unit_id=str(agency.unit_id), name="Kepala Bidang", role="unit_head")
    imported = await send(ours, "units", written([{"code": code(), "name": "Baru", "kind": "section"}]))
    assert imported.status_code == 202, imported.text
    exported = await ours.registry.call(
        "POST", "/v1/exports/registry", caller=dict(cast.headers("client")), json=EXPORT | {"resource": "units"}
    )
    assert exported.status_code == 202, exported.text
    done = await ours.make("reorganisations", **declaration(new("baru", ours)))
    later = await ours.make("reorganisations", **declaration(new("nanti", ours), on=coming()))
    consulted = await _standard(agency, services, until="consultation")
    remark = await agency.call("POST", f"/standards/{consulted}/comments", by=None, json={"body": "Terlalu lama"})
    assert remark.status_code == 201, remark.text
    draft_of_new = await _standard(agency, services, until="draft")
    public = await _standard(agency, services, until="published")
    world.ids |= {
        "institution_id": ours.id,
        "unit_id": str(agency.unit_id),
        "person_id": person["id"],
        "appointment_id": seat["id"],
        "post_id": post["id"],
        "service_id": str(agency.service_id),
        "import_id": imported.json()["id"],
        "export_id": exported.json()["id"],
        "reorganisation_id": done["id"],
        "reorganisation_id:waiting": later["id"],
        "code": "national",
        "code:region": "51.71",
        "name": "standard_states",
        "standard_id": draft_of_new,
        "standard_id:published": public,
        "standard_id:consultation": consulted,
        "standard_id:finalising": await _standard(agency, services, until="finalising"),
        "comment_id": remark.json()["id"],
    }
    agency.service_id = UUID(services[draft_of_new])
    world.ids["case_id"] = await said(agency)
    agency.service_id = UUID(world.ids["service_id"])
    world.bodies |= _bodies(world, agency, ours)
    world.queries |= {
        "get_authority": {"service": str(agency.service_id)},
        "compare_standards": {"against": public},
        "list_opening_hours": {"from": "2026-01-01", "to": "2026-02-01"},
        "list_working_days": {"region": "51.71", "from": "2026-01-01", "to": "2026-02-01"},
        "import_registry": {"kind": "units", "institution": ours.id, "dry_run": "true"},
    }
    world.files["import_registry"] = ("text/csv", written([{"code": code(), "name": "Baru", "kind": "section"}]))
    return world


def _bodies(world: World, agency: Agency, ours: Stage) -> dict[str, Any]:
    unit = {"unit_id": str(agency.unit_id)}
    place = {"institution_id": ours.id}
    decree = {"decree_number": "188.45/99", "decree_date": "2026-02-01", "reason": "Keliru"}
    return {
        "appoint": {
            "person_id": world.ids["person_id"],
            **unit,
            "role": "liaison",
            "decree_number": "SK 2",
            "valid_during": SINCE,
        },
        "get_authorities": {"items": [{"service": str(agency.service_id)}]},
        "export_registry": EXPORT | {"resource": "units"},
        "register_institution": {"code": code(), "name": "Kementerian Baru", "kind": "ministry"},
        "change_institution": {"name": "Nama Baru"},
        "register_person": {**place, "name": "Orang Baru"},
        "change_person": {"name": "Nama Lain"},
        "establish_post": {**unit, "name": "Jabatan", "role": "officer"},
        "change_post": {"needed": 2},
        "end_post": {"valid_to": "2099-01-01"},
        "declare_reorganisation": declaration(new("lain", ours)),
        "preview_reorganisation": declaration(new("lain", ours)),
        "enter_service": {**unit, "code": code(), "name": "Layanan", "kind": "administrative", "legal_basis": ["UU"]},
        "change_service": {"name": "Layanan Lain"},
        "draft_standard": a_draft(),
        "open_consultation": opening(),
        "invite_participants": {"participants": [{"element": "mass_media", "name": "Bali Post"}]},
        "dispose_of_comment": {"disposition": "rejected", "reason": "Sudah sesuai aturan."},
        "dispose_of_offer": {"disposition": "rejected", "reason": "Sudah sesuai aturan."},
        "erase_personal_data": {
            "reason": "Permintaan 12/PDP",
            "people": [{"element": "service_users", "name": "I Wayan Arta"}],
        },
        "follow_up_agreement": {"agreement": 1, "state": "done", "report": "Selesai.", "proof": "Foto"},
        "put_calendar": {
            "name": {"id": "Kalender nasional", "en": "National calendar"},
            "time_zone": "Asia/Jakarta",
            "working_blocks": {"monday": [["08:00", "16:00"]]},
            "days": [],
            "source": "SKB 3 Menteri 2026",
        },
        "sign_charter": {"signer": {"name": "Ni Made Sari", "post": "Kepala Bidang"}, "signed_on": "2026-01-05"},
        "extend_appointment": {"valid_to": "2099-01-01", "decree_number": "SK 3"},
        "withdraw_reorganisation": WITHDRAWN,
        "revoke_standard": decree,
        "open_public_test": {"closes_at": "2099-01-01T00:00:00Z"},
        "review_standard": {"cause": "finding", "reason": "Temuan"},
        "establish_unit": {**place, "code": code(), "name": "Unit Baru", "kind": "section", "valid_during": SINCE},
        "change_unit": {"name": "Nama Baru"},
    }
