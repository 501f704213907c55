"""A declared reorganisation that won't be: the directory is as it was, and what was believed meanwhile stays readable."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from api.registry.directory_stage import Stage, code, flaws, stage, until
from api.registry.test_reorganisations import declared, merge, new, service, unit
from directory.zones import national_day
from registry.reorganisations.following import effect_what_is_due
from registry.standards.operations import By
from registry.stipulation.aftercare import SYSTEM
from support.services import ServiceUnderTest

DECREE = {"decree_number": "Perda 9/2026", "decree_date": "2026-01-05", "reason": "Dibatalkan DPRD."}


def coming(days: int = 400) -> str:
    return str(national_day(datetime.now(UTC)) + timedelta(days=days))


async def withdraw(here: Stage, identity: str, body: Any = DECREE, **options: Any) -> httpx.Response:
    tag = (await here.call("GET", f"/reorganisations/{identity}")).headers["etag"]
    path = f"/reorganisations/{identity}/withdrawal"
    return await here.call("POST", path, json=body, headers={"if-match": tag}, **options)


async def everything(registry: ServiceUnderTest, institution: str) -> list[Any]:
    """All that stands of an institution's directory, whenever it holds, and who lies below whom."""
    async with registry.connection() as connection:
        statements = (
            "SELECT id, parent_id, code, name, valid_during FROM units WHERE institution_id = $1 ORDER BY id, valid_during",
            "SELECT a.unit_id, a.ancestor_id, a.depth, a.valid_during FROM unit_ancestors a JOIN unit_identities u"
            " ON u.id = a.unit_id WHERE u.institution_id = $1 ORDER BY 1, 2, 4",
            "SELECT id, name, valid_during FROM institutions WHERE id = $1",
            "SELECT alias FROM institution_aliases WHERE institution_id = $1 ORDER BY 1",
            "SELECT supervisor_id, valid_during FROM supervision WHERE institution_id = $1 ORDER BY 1, 2",
            "SELECT person_id, unit_id, role, in_office_during FROM appointments WHERE institution_id = $1"
            " AND in_office_during IS NOT NULL ORDER BY id",
        )
        return [[tuple(row) for row in await connection.fetch(each, institution)] for each in statements]


async def test_everything_is_as_it_was(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two, three = [await here.unit(name) for name in ("Satu", "Dua", "Tiga")]
    below = await here.unit("Bawah", one["id"])
    offered = await service(here, one["id"])
    head, officer = [await here.seat(role, unit=one["id"]) for role in ("unit_head", "officer")]
    before = await everything(registry, here.id)
    day = coming()
    done = await declared(
        here,
        new("gabungan", here),
        merge({"key": "gabungan"}, unit(one), unit(two)),
        {"type": "rename", "subject": unit(three), "name": "Tiga Baru"},
        on=day,
    )
    assert await everything(registry, here.id) != before
    known_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    reply = await withdraw(here, done["id"])
    assert reply.status_code == 200, reply.text
    assert (reply.json()["state"], reply.json()["withdrawal"]["reason"]) == ("withdrawn", "Dibatalkan DPRD.")
    assert await everything(registry, here.id) == before
    # Followers are told the same: units without the new one, seats that go on, and the withdrawal itself.
    assert (await here.events(f"units/{one['id']}"))[-1]["data"]["versions"][-1]["valid_to"] is None
    assert (await here.events(f"units/{done['established']['gabungan']}"))[-1]["data"]["versions"] == []
    assert (await here.events(f"appointments/{head['id']}"))[-1]["data"]["valid_to"] is None
    assert (await here.events(f"appointments/{officer['id']}"))[-1]["data"]["state"] == "active"
    told = await here.events(f"reorganisations/{done['id']}")
    assert [(each["type"], each["sequence"]) for each in told] == [
        ("reorganisation.declared", 1),
        ("reorganisation.withdrawn", 2),
    ]
    assert told[-1]["data"]["successions"] == []
    assert (await here.read(f"/units/{one['id']}/lineage"))["successors"] == []
    # What was known between declaration and withdrawal can still be read.
    then = await here.read(f"/units/{below['id']}/ancestors?as_of={day}&known_at={known_at}")
    assert [each["name"] for each in then["items"]] == ["Dinas gabungan"]
    # On its day nothing happens.
    by = By(actor=SYSTEM, now=datetime.now(UTC))
    await effect_what_is_due(
        registry.app.state.side_pool, day=national_day(datetime.now(UTC)) + timedelta(days=400), by=by
    )
    assert (await here.read(f"/services/{offered['id']}"))["unit_id"] == one["id"]
    assert (await here.read(f"/reorganisations/{done['id']}"))["state"] == "withdrawn"


async def test_institutions_come_back_with_names_and_supervision(registry: ServiceUnderTest) -> None:
    old, kept = await stage(registry), await stage(registry)
    watched = await stage(registry, supervisor_ids=[old.id])
    top = await old.unit("Ditjen")
    before = [await everything(registry, each.id) for each in (old, kept, watched)]
    established = {"code": code(), "name": "Kementerian Baru", "kind": "ministry"}
    done = await declared(
        old,
        {"type": "establish", "key": "baru", "institution": established},
        {"type": "merge", "subjects": [{"institution_id": old.id}], "into": {"key": "baru"}},
        {"type": "rename", "subject": {"institution_id": kept.id}, "name": "Kementerian Lama Bernama Baru"},
        on=coming(),
    )
    assert (await withdraw(old, done["id"])).status_code == 200
    assert [await everything(registry, each.id) for each in (old, kept, watched)] == before
    assert (await old.read(f"/units/{top['id']}"))["valid_during"]["to"] is None
    never = done["established"]["baru"]
    assert (await old.call("GET", f"/institutions/{never}?as_of={coming(500)}")).status_code == 404
    told = (await old.events(f"institutions/{never}"))[-1]["data"]
    assert told["valid_from"] == told["valid_to"], "over no day at all"


async def test_not_if_others_built_on_it(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    done = await declared(here, new("n", here), merge({"key": "n"}, unit(one), unit(two)), on=coming())
    established = done["established"]["n"]
    await here.seat("unit_head", unit=established, valid_during={"from": coming()})
    seated = await withdraw(here, done["id"])
    assert (seated.status_code, seated.json()["code"]) == (409, "still_in_use")
    changed = await here.change(f"/units/{established}", {"name": "Lain", "effective_on": coming(401)})
    assert changed.status_code == 200, changed.text
    reply = await withdraw(here, done["id"])
    assert reply.status_code == 409, reply.text
    assert reply.json()["code"] == "changed_since"
    assert reply.json()["changed"] == [{"kind": "units", "id": established}]
    assert (await here.read(f"/reorganisations/{done['id']}"))["state"] == "declared"


async def test_not_if_a_service_was_entered_for_what_is_to_be(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    done = await declared(here, new("n", here), merge({"key": "n"}, unit(one), unit(two)), on=coming())
    async with registry.connection() as connection:
        await connection.execute(
            "INSERT INTO posts (id, institution_id, unit_id, name, role, needed, created_at)"
            " VALUES (uuidv7(), $1, $2, 'Loket', 'officer', 1, now())",
            here.id,
            done["established"]["n"],
        )
    reply = await withdraw(here, done["id"])
    assert (reply.status_code, reply.json()["code"]) == (409, "still_in_use")


async def test_only_what_waits_for_its_day(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    done = await declared(here, merge(unit(two), unit(one)))
    reply = await withdraw(here, done["id"])
    assert (reply.status_code, reply.json()["code"]) == (409, "not_declared")
    three = await here.unit("Tiga")
    later = await declared(here, merge(unit(two), unit(three)), on=coming())
    assert flaws(await withdraw(here, later["id"], {**DECREE, "reason": ""}))[0][0] == "/reason"
    without = await here.call("POST", f"/reorganisations/{later['id']}/withdrawal", json=DECREE)
    assert without.status_code == 428
    assert (await withdraw(here, later["id"])).status_code == 200
    assert (await withdraw(here, later["id"])).json()["code"] == "not_declared"
    listed = await here.read(f"/reorganisations?institution={here.id}&state=withdrawn")
    assert [each["id"] for each in listed["items"]] == [later["id"]]
    # What was withdrawn bars nothing: the same can be declared anew.
    assert (await declared(here, merge(unit(two), unit(three)), on=coming()))["state"] == "declared"


async def test_those_withdraw_who_may_declare(registry: ServiceUnderTest) -> None:
    here, there = await stage(registry), await stage(registry)
    one, two, far = await here.unit("Satu"), await here.unit("Dua"), await there.unit("Jauh")
    own = await declared(here, merge(unit(two), unit(one)), on=coming())
    assert (await withdraw(here, own["id"], caller=registry.anonymous())).status_code == 401
    assert (await withdraw(here, own["id"], caller=there.client())).status_code == 403
    assert (await withdraw(here, own["id"], caller=here.client())).status_code == 200
    three = await here.unit("Tiga")
    between = await declared(here, merge(unit(far), unit(three)), on=coming())
    assert (await withdraw(here, between["id"], caller=here.client())).status_code == 403
    admin = await here.account("national_admin")
    await until(200, lambda: withdraw(here, between["id"], caller=admin))


async def test_until_it_was_withdrawn_it_stood_declared(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one = await here.unit("Satu")
    made = await declared(here, {"type": "rename", "subject": unit(one), "name": "Baru"}, on=coming())
    await withdraw(here, made["id"])
    yesterday, later = coming(-1), coming(500)
    for day, state in ((yesterday, "declared"), (coming(0), "withdrawn"), (later, "withdrawn")):
        found = await here.read(f"/reorganisations/{made['id']}?as_of={day}")
        assert (found["state"], found["withdrawal"] is None) == (state, state == "declared"), day
        listed = await here.read(f"/reorganisations?institution={here.id}&as_of={day}&state={state}&count=exact")
        assert listed["count"] == 1, day
