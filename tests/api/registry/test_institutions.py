"""Institutions: those that ship, search, dated change, what was known, and who may change what."""

from datetime import UTC, datetime

import pytest

from api.registry.directory_stage import code, flaws, stage, until
from devstack.layout import DATA
from registry import reference
from support.services import ServiceUnderTest


async def found(registry: ServiceUnderTest, query: str) -> list[str]:
    # Hits come by name, not by how well they fit: what other tests add may push one off a page of 50.
    reply = await registry.call("GET", f"/v1/institutions?{query}&limit=200", caller=registry.anonymous())
    assert reply.status_code == 200, reply.text
    return [item["code"] for item in reply.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=Denpsar&kind=city", "pemda-51.71"),  # a letter is missing
        ("q=kemendgri", "kemendagri"),  # in a short name
        ("q=Kementerian Komunikasi dan Informatika", "komdigi"),  # a former name
        ("q=PCO", "kantor-komunikasi"),  # an acronym
        ("code=kemenpanrb", "kemenpanrb"),
        ("region=51.71", "pemda-51.71"),
    ],
)
async def test_institutions_are_found(registry: ServiceUnderTest, query: str, expected: str) -> None:
    assert expected in await found(registry, query)


async def test_those_that_ship_are_supervised_as_the_law_says(registry: ServiceUnderTest) -> None:
    (city,) = (await registry.call("GET", "/v1/institutions?code=pemda-51.71")).json()["items"]
    (province,) = (await registry.call("GET", "/v1/institutions?code=pemda-51")).json()["items"]
    assert city["supervisor_ids"] == [province["id"]]
    assert (city["time_zone"], city["kind"]) == ("wita", "city")


async def test_ministries_of_2024_begin_with_their_cabinet(registry: ServiceUnderTest) -> None:
    assert await found(registry, "code=kemenham&as_of=2024-10-20") == []
    assert await found(registry, "code=kemenham&as_of=2024-10-21") == ["kemenham"]
    assert await found(registry, "code=kemendagri&as_of=2020-01-01") == ["kemendagri"]


async def test_a_second_load_changes_nothing(registry: ServiceUnderTest) -> None:
    async with registry.connection() as connection:
        counts = "SELECT (SELECT count(*) FROM institutions), (SELECT sum(version) FROM institution_identities)"
        before = await connection.fetchrow(counts)
        started = datetime.now(UTC)
        await reference.load(connection, DATA)
        assert (datetime.now(UTC) - started).total_seconds() < 0.5
        assert await connection.fetchrow(counts) == before


async def test_the_load_tells_followers_of_each_institution(registry: ServiceUnderTest) -> None:
    await registry.sequenced()
    async with registry.connection() as connection:
        told = await connection.fetchval(
            "SELECT count(DISTINCT subject) FROM events WHERE type = 'institution.changed' AND sequence = 1"
        )
        data = await connection.fetchval("SELECT data FROM events WHERE data->>'code' = 'pemda-51.71'")
    assert told >= 662
    assert set(data) == {
        "id", "code", "name", "kind", "region_code", "time_zone", "aliases", "supervisor_ids", "valid_from", "valid_to",
    }  # fmt: skip
    assert set(data["supervisor_ids"][0]) == {"institution_id", "valid_from", "valid_to"}


async def test_a_change_of_name_holds_from_its_day(registry: ServiceUnderTest) -> None:
    here = await stage(registry, name="Kementerian Lama", aliases=["KL", "Kemlama"])
    path = f"/institutions/{here.id}"
    changed = await here.change(path, {"name": "Kementerian Baru", "aliases": ["KB"], "effective_on": "2025-01-01"})
    assert changed.status_code == 200
    assert changed.json()["name"] == "Kementerian Baru"
    assert changed.json()["aliases"] == ["KB"]
    assert changed.json()["valid_during"] == {"from": "2025-01-01", "to": None}
    assert (await here.read(f"{path}?as_of=2024-12-31"))["name"] == "Kementerian Lama"
    assert (await here.read(f"{path}?as_of=2025-01-01"))["name"] == "Kementerian Baru"
    assert (await here.call("GET", f"{path}?as_of=1999-12-31")).status_code == 404
    told = (await here.events(f"institutions/{here.id}"))[-1]
    assert (told["sequence"], told["data"]["valid_from"], told["data"]["name"]) == (2, "2000-01-01", "Kementerian Baru")


async def test_a_correction_keeps_what_was_believed(registry: ServiceUnderTest) -> None:
    here = await stage(registry, name="Kementrian Salah Eja")
    path = f"/institutions/{here.id}"
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    await here.change(path, {"name": "Kementerian Benar Eja"})
    after = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    assert (await here.read(f"{path}?as_of=2010-01-01"))["name"] == "Kementerian Benar Eja"
    assert (await here.read(f"{path}?as_of=2010-01-01&known_at={before}"))["name"] == "Kementrian Salah Eja"
    assert (await here.read(f"{path}?known_at={after}"))["name"] == "Kementerian Benar Eja"
    listed = await here.read(f"/institutions?code={here.institution['code']}&known_at={before}&count=exact")
    assert (listed["count"], listed["items"][0]["name"]) == (1, "Kementrian Salah Eja")
    assert (await here.read(f"/institutions?code={here.institution['code']}&known_at=2020-01-01T00:00:00Z"))[
        "items"
    ] == []


async def test_supervision_is_dated(registry: ServiceUnderTest) -> None:
    above, next_above = await stage(registry), await stage(registry)
    here = await stage(registry, supervisor_ids=[above.id])
    path = f"/institutions/{here.id}"
    changed = await here.change(path, {"supervisor_ids": [next_above.id], "effective_on": "2025-03-01"})
    assert changed.json()["supervisor_ids"] == [next_above.id]
    assert (await here.read(f"{path}?as_of=2025-02-28"))["supervisor_ids"] == [above.id]
    edges = (await here.events(f"institutions/{here.id}"))[-1]["data"]["supervisor_ids"]
    assert edges == [
        {"institution_id": above.id, "valid_from": "2000-01-01", "valid_to": "2025-03-01"},
        {"institution_id": next_above.id, "valid_from": "2025-03-01", "valid_to": None},
    ]
    itself = await here.change(path, {"supervisor_ids": [here.id]})
    assert (itself.status_code, flaws(itself)) == (422, [("/supervisor_ids", "itself")])


async def test_nobody_supervises_whom_it_is_supervised_by(registry: ServiceUnderTest) -> None:
    top = await stage(registry)
    middle = await stage(registry, supervisor_ids=[top.id])
    below = await stage(registry, supervisor_ids=[middle.id])
    circle = await top.change(f"/institutions/{top.id}", {"supervisor_ids": [below.id], "effective_on": "2025-03-01"})
    assert (circle.status_code, flaws(circle)) == (422, [("/supervisor_ids", "circle")])
    # On other days it isn't one: they changed places.
    for each, above in ((below, []), (middle, [below.id]), (top, [middle.id])):
        body = {"supervisor_ids": above, "effective_on": "2025-03-01"}
        assert (await each.change(f"/institutions/{each.id}", body)).status_code == 200
    assert (await top.read(f"/institutions/{top.id}?as_of=2025-02-28"))["supervisor_ids"] == []


async def test_supervision_lasts_as_long_as_both_do(registry: ServiceUnderTest) -> None:
    above = await stage(registry, valid_during={"from": "2010-01-01"})
    here = await stage(registry, supervisor_ids=[above.id])  # older than who supervises it now
    path = f"/institutions/{here.id}"
    ended = await above.change(f"/institutions/{above.id}", {"valid_during": {"to": "2025-01-01"}})
    assert ended.status_code == 200, ended.text
    days = {"2009-12-31": [], "2010-01-01": [above.id], "2024-12-31": [above.id], "2025-01-01": []}
    assert {day: (await here.read(f"{path}?as_of={day}"))["supervisor_ids"] for day in days} == days
    # Who follows is told.
    edge = {"institution_id": above.id, "valid_from": "2010-01-01", "valid_to": "2025-01-01"}
    assert (await here.events(f"institutions/{here.id}"))[-1]["data"]["supervisor_ids"] == [edge]
    late = await here.change(path, {"supervisor_ids": [above.id], "effective_on": "2025-01-01"})
    assert (late.status_code, flaws(late)) == (422, [("/supervisor_ids/0", "not_in_force")])


async def test_the_governor_supervises_jakartas_administrative_cities(registry: ServiceUnderTest) -> None:
    """They are without autonomy: nobody has to register that."""
    (jakarta,) = (await registry.call("GET", "/v1/institutions?region=31")).json()["items"]
    here = await stage(registry, kind="city", region_code="31.71")
    assert here.institution["supervisor_ids"] == [jakarta["id"]]
    known_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    shown = await here.read(f"/institutions/{here.id}?known_at={known_at}")
    assert shown["supervisor_ids"] == [jakarta["id"]]


async def test_what_is_wrong_is_named(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    body = {"code": code(), "name": "X", "kind": "kingdom"}
    assert flaws(await here.call("POST", "/institutions", json=body)) == [("/kind", "unknown_term")]
    nowhere = {**body, "kind": "city", "region_code": "99.99"}
    assert flaws(await here.call("POST", "/institutions", json=nowhere)) == [("/region_code", "unknown_region")]
    twice = await here.call(
        "POST", "/institutions", json={**body, "kind": "ministry", "code": here.institution["code"]}
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "code_taken")
    backwards = {**body, "kind": "ministry", "valid_during": {"from": "2025-01-01", "to": "2024-01-01"}}
    assert (await here.call("POST", "/institutions", json=backwards)).status_code == 422
    emptied = await here.change(f"/institutions/{here.id}", {"name": None})
    assert (emptied.status_code, flaws(emptied)[0][1]) == (422, "null_forbidden")


async def test_versions_are_demanded(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    path = f"/institutions/{here.id}"
    assert (await here.call("PATCH", path, json={"name": "Y"})).status_code == 428
    stale = await here.call("PATCH", path, json={"name": "Y"}, headers={"if-match": '"99.x"'})
    assert stale.status_code == 412


async def test_who_may_change_an_institution(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    path = f"/institutions/{here.id}"
    admin = await here.account("institution_admin")
    name = {"short_name": "Kemcontoh"}
    assert (await here.change(path, name, caller=registry.anonymous())).status_code == 401
    assert (await here.change(path, name, caller=registry.account("nobody"))).status_code == 403
    assert (await here.change(path, name, caller=other.client())).status_code == 403
    assert (await here.change(path, name, caller=here.client("registry:read"))).status_code == 403
    assert (await here.change(path, name, caller=here.client())).status_code == 200
    await until(200, lambda: here.change(path, name, caller=admin))
    assert (await other.change(f"/institutions/{other.id}", name, caller=admin)).status_code == 403
    # What decides over institutions is the platform's.
    assert (await here.change(path, {"supervisor_ids": []}, caller=admin)).status_code == 403
    body = {"code": code(), "name": "Z", "kind": "ministry"}
    assert (await here.call("POST", "/institutions", json=body, caller=here.client())).status_code == 403
