"""Units: the tree on every day, moves, ends, codes, and the facts that followers build their copy of."""

from datetime import UTC, datetime

from api.registry.directory_stage import Stage, code, flaws, stage, until
from support.services import ServiceUnderTest


async def names(here: Stage, path: str) -> list[str]:
    return [item["name"] for item in (await here.read(path))["items"]]


async def test_a_tree_is_read_upward_and_downward(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    top = await here.unit("Direktorat Jenderal")
    middle = await here.unit("Direktorat", top["id"])
    leaf = await here.unit("Seksi", middle["id"])
    assert await names(here, f"/units/{leaf['id']}/ancestors") == ["Direktorat", "Direktorat Jenderal"]
    assert await names(here, f"/units/{top['id']}/descendants") == ["Direktorat", "Seksi"]
    assert await names(here, f"/units?unit={top['id']}&scope=subtree") == ["Direktorat", "Direktorat Jenderal", "Seksi"]
    assert await names(here, f"/units?unit={top['id']}") == ["Direktorat Jenderal"]
    assert await names(here, f"/units?institution={here.id}&parent={top['id']}") == ["Direktorat"]
    assert await names(here, f"/units?institution={here.id}&q=jendral") == [
        "Direktorat Jenderal"
    ]  # a letter is missing
    first = await here.read(f"/units/{top['id']}/descendants?limit=1&count=exact")
    assert (first["count"], first["items"][0]["depth"]) == (2, 1)
    assert [item["name"] for item in (await here.read(first["next"].removeprefix("/v1")))["items"]] == ["Seksi"]


async def test_a_unit_moves_with_everything_below_it(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    moved = await here.unit("Pindah", one["id"])
    below = await here.unit("Bawahan", moved["id"])
    reply = await here.change(f"/units/{moved['id']}", {"parent_id": two["id"], "effective_on": "2025-07-01"})
    assert reply.status_code == 200, reply.text
    assert await names(here, f"/units/{below['id']}/ancestors?as_of=2025-06-30") == ["Pindah", "Satu"]
    assert await names(here, f"/units/{below['id']}/ancestors?as_of=2025-07-01") == ["Pindah", "Dua"]
    assert await names(here, f"/units/{one['id']}/descendants?as_of=2025-06-30") == ["Pindah", "Bawahan"]
    assert await names(here, f"/units/{one['id']}/descendants?as_of=2025-07-01") == []
    versions = (await here.events(f"units/{moved['id']}"))[-1]["data"]["versions"]
    assert [(each["parent_id"], each["valid_from"], each["valid_to"]) for each in versions] == [
        (one["id"], "2020-01-01", "2025-07-01"),
        (two["id"], "2025-07-01", None),
    ]


async def test_a_unit_never_lies_below_itself(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    top = await here.unit("Atas")
    below = await here.unit("Bawah", top["id"])
    for parent in (top["id"], below["id"]):
        reply = await here.change(f"/units/{top['id']}", {"parent_id": parent})
        assert (reply.status_code, flaws(reply)) == (422, [("/parent_id", "circle")])


async def test_a_parent_changes_above_its_children(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    top = await here.unit("Nama Lama")
    below = await here.unit("Bawah", top["id"])
    renamed = await here.change(f"/units/{top['id']}", {"name": "Nama Baru", "effective_on": "2024-01-01"})
    assert renamed.status_code == 200, renamed.text
    assert await names(here, f"/units/{below['id']}/ancestors?as_of=2023-01-01") == ["Nama Lama"]


async def test_a_unit_doesnt_end_under_what_goes_on(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    top = await here.unit("Atas")
    below = await here.unit("Bawah", top["id"])
    head = await here.seat("unit_head", unit=below["id"])
    ends = {"valid_during": {"to": "2026-01-01"}}
    refused = await here.change(f"/units/{top['id']}", ends)
    assert (refused.status_code, refused.json()["code"]) == (409, "still_in_use")
    refused = await here.change(f"/units/{below['id']}", ends)
    assert (refused.status_code, refused.json()["code"]) == (409, "still_in_use")
    ending = await here.change(f"/appointments/{head['id']}/ending", {"valid_to": "2026-01-01"}, method="POST")
    assert ending.status_code == 200
    assert (await here.change(f"/units/{below['id']}", ends)).status_code == 200
    assert (await here.change(f"/units/{top['id']}", ends)).status_code == 200
    assert await names(here, f"/units?institution={here.id}&as_of=2025-12-31") == ["Atas", "Bawah"]
    assert await names(here, f"/units?institution={here.id}&as_of=2026-01-01") == []
    # Without a day the last that is known of it is shown, with the day of a while ago it isn't there.
    assert (await here.read(f"/units/{top['id']}"))["valid_during"]["to"] == "2026-01-01"
    assert (await here.call("GET", f"/units/{top['id']}?as_of=2026-01-01")).status_code == 404


async def test_a_unit_lies_within_what_is_above_it(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    top = await here.unit("Atas")
    body = {"institution_id": here.id, "code": code(), "name": "X", "kind": "bureau"}

    async def refused(**more: object) -> list[tuple[str, str]]:
        reply = await here.call("POST", "/units", json={**body, **more})
        assert reply.status_code == 422, reply.text
        return flaws(reply)

    early = {"valid_during": {"from": "2019-12-31"}}
    assert await refused(parent_id=top["id"], **early) == [("/valid_during", "outside_parent")]
    assert await refused(valid_during={"from": "1999-12-31"}) == [("/valid_during", "outside_institution")]
    assert await refused(institution_id=other.id, parent_id=top["id"]) == [("/parent_id", "unknown_unit")]
    assert await refused(institution_id=top["id"]) == [("/institution_id", "unknown_institution")]
    assert await refused(kind="palace", functions=["magic"]) == [
        ("/kind", "unknown_term"),
        ("/functions/0", "unknown_term"),
    ]
    assert await refused(region_code="99") == [("/region_code", "unknown_region")]


async def test_a_code_belongs_to_one_unit_at_a_time(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    first = await here.unit("Satu", code="01", valid_during={"from": "2020-01-01", "to": "2024-01-01"})
    body = {"institution_id": here.id, "code": "01", "name": "Dua", "kind": "bureau"}
    clash = await here.call("POST", "/units", json={**body, "valid_during": {"from": "2023-12-31"}})
    assert (clash.status_code, clash.json()["code"], flaws(clash)) == (409, "code_taken", [("/code", "code_taken")])
    after = await here.call("POST", "/units", json={**body, "valid_during": {"from": "2024-01-01"}})
    assert after.status_code == 201
    assert after.json()["id"] != first["id"]


async def test_what_was_known_stays_readable(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, two = await here.unit("Satu"), await here.unit("Dua")
    unit = await here.unit("Bawah", one["id"])
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    await here.change(f"/units/{unit['id']}", {"parent_id": two["id"]})  # it was always so
    assert await names(here, f"/units/{unit['id']}/ancestors?as_of=2021-01-01") == ["Dua"]
    assert await names(here, f"/units/{unit['id']}/ancestors?as_of=2021-01-01&known_at={before}") == ["Satu"]
    known = await here.read(f"/units?institution={here.id}&parent={one['id']}&known_at={before}")
    assert [item["id"] for item in known["items"]] == [unit["id"]]
    assert (await here.read(f"/units/{unit['id']}?known_at={before}"))["parent_id"] == one["id"]


async def test_a_retry_makes_one_unit(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    body = {"institution_id": here.id, "code": code(), "name": "Sekali", "kind": "bureau"}
    first = await here.call("POST", "/units", json=body, key="once")
    again = await here.call("POST", "/units", json=body, key="once")
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (201, first.json(), "true")


async def test_who_may_change_units(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    top = await here.unit("Atas")
    head = await here.account("unit_head", unit=top["id"])
    admin = await here.account("institution_admin")
    body = {"institution_id": here.id, "code": code(), "name": "Baru", "kind": "bureau"}
    assert (await here.call("POST", "/units", json=body, caller=registry.anonymous())).status_code == 401
    assert (await here.call("POST", "/units", json=body, caller=head)).status_code == 403
    assert (await here.call("POST", "/units", json=body, caller=other.client())).status_code == 403
    assert (await here.change(f"/units/{top['id']}", {"name": "N"}, caller=other.client())).status_code == 403
    await until(201, lambda: here.call("POST", "/units", json={**body, "code": code()}, caller=admin))
    unknown = await here.call("PATCH", f"/units/{here.id}", json={"name": "N"}, headers={"if-match": "*"})
    assert unknown.status_code == 404
