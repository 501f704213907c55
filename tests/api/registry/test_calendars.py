"""Calendars: versions by decree, a region's own layer over the nation's, and who may put which."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.registry.directory_stage import Stage, code, flaws, stage, until
from chassis.ops.clock import utc_now
from registry.calendars import loading
from support.services import ServiceUnderTest

HOURS = {day: [["08:00", "12:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}


def layer(region: str | None, *days: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": {"id": "Kalender daerah", "en": "Regional calendar"},
        "time_zone": "Asia/Makassar",
        "region_code": region,
        "working_blocks": {},
        "days": list(days),
        "source": "Keputusan Gubernur 1/2026",
    }
    return body | changes


def holiday(day: str, kind: str = "local_holiday") -> dict[str, Any]:
    return {"date": day, "kind": kind, "name_id": "Hari jadi", "name_en": "Anniversary", "source": "SK 1/2026"}


async def put(registry: ServiceUnderTest, name: str, body: Any, **options: Any) -> httpx.Response:
    return await registry.call("PUT", f"/v1/calendars/{name}", json=body, **options)


async def days(registry: ServiceUnderTest, query: str) -> dict[str, dict[str, Any]]:
    reply = await registry.call("GET", f"/v1/working-days?{query}", caller=registry.anonymous())
    assert reply.status_code == 200, reply.text
    return {item["date"]: item for item in reply.json()["items"]}


async def governing(registry: ServiceUnderTest, region: str) -> Stage:
    """A local government of a region that no other test uses."""
    return await stage(registry, kind="regency", region_code=region)


async def test_a_regions_day_stands_over_the_nations(registry: ServiceUnderTest) -> None:
    name = f"daerah-{code()}"
    # 2026-02-09 is a Monday; 2026-01-01 is New Year's Day in the whole country.
    assert (await put(registry, name, layer("62.03", holiday("2026-02-09")))).status_code == 200
    assert (await put(registry, f"{name}-atas", layer("62", holiday("2026-02-10")))).status_code == 200
    found = await days(registry, "region=62.03.01&from=2026-02-09&to=2026-02-12")
    assert [found[day]["kind"] for day in sorted(found)] == ["local_holiday", "local_holiday", "working_day"]
    assert found["2026-02-09"]["name"] == {"id": "Hari jadi", "en": "Anniversary"}
    assert found["2026-02-09"]["blocks"] == []
    # The neighbour in the same province has the province's day alone, another province none.
    neighbour = await days(registry, "region=62.04&from=2026-02-09&to=2026-02-11")
    assert [neighbour[day]["kind"] for day in sorted(neighbour)] == ["working_day", "local_holiday"]
    away = await days(registry, "region=31.71&from=2026-02-09&to=2026-02-11")
    assert {each["kind"] for each in away.values()} == {"working_day"}
    assert (await days(registry, "region=62.03&from=2026-01-01&to=2026-01-02"))["2026-01-01"][
        "kind"
    ] == "national_holiday"


async def test_a_regions_hours_are_its_own_where_it_has_any(registry: ServiceUnderTest) -> None:
    body = layer("62.05", working_blocks=HOURS)
    assert (await put(registry, f"jam-{code()}", body)).status_code == 200
    found = await days(registry, "region=62.05&from=2026-02-09&to=2026-02-10")
    assert found["2026-02-09"]["blocks"] == [["08:00", "12:00"]]


async def test_every_version_is_kept_with_its_decree(registry: ServiceUnderTest) -> None:
    name = f"versi-{code()}"
    first = await put(registry, name, layer("62.06", holiday("2026-02-09")))
    tag = first.headers["etag"]
    again = await put(registry, name, layer("62.06", holiday("2026-02-09")), headers={"if-match": tag})
    assert again.json()["version"] == 1  # the same document is no new version
    # A decree in the middle of the year adds a day.
    added = layer("62.06", holiday("2026-02-09"), holiday("2026-08-18"), source="Keputusan Gubernur 9/2026")
    assert (await put(registry, name, added, headers={"if-match": tag})).json()["version"] == 2
    assert (await put(registry, name, layer("62.06"), headers={"if-match": tag})).status_code == 412
    unseen = await put(registry, name, layer("62.06"))
    assert (unseen.status_code, unseen.json()["code"]) == (428, "version_required")
    listed = (await registry.call("GET", f"/v1/calendars/{name}/versions")).json()["items"]
    assert [(each["version"], each["source"]) for each in listed] == [
        (2, "Keputusan Gubernur 9/2026"),
        (1, "Keputusan Gubernur 1/2026"),
    ]
    held = await registry.call("GET", f"/v1/calendars/{name}?version=1")
    assert [each["date"] for each in held.json()["days"]] == ["2026-02-09"]
    assert "immutable" in held.headers["cache-control"]
    await registry.sequenced()
    async with registry.connection() as connection:
        told = await connection.fetch(
            "SELECT type, sequence, data FROM events WHERE subject = $1 ORDER BY position", f"calendars/{name}"
        )
    assert [(each["type"], each["sequence"]) for each in told] == [("calendar.changed", 1), ("calendar.changed", 2)]
    assert [day["date"] for day in told[1]["data"]["days"]] == ["2026-02-09", "2026-08-18"]
    assert (await registry.call("GET", f"/v1/calendars/{code()}/versions")).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer", "flaw"),
    [
        (layer("99.99"), "/region_code", "unknown_region"),
        (layer(None), "", "no_working_blocks"),
        (layer("62", holiday("2026-02-09"), holiday("2026-02-09")), "", "duplicate_date"),
        (layer("62", time_zone="Asia/Nowhere"), "/time_zone", "time_zone"),
        (layer("62", working_blocks={"monday": [["12:00", "08:00"]]}), "", "blocks_overlap"),
    ],
)
async def test_what_makes_no_sense_is_refused(registry: ServiceUnderTest, body: Any, pointer: str, flaw: str) -> None:
    reply = await put(registry, f"salah-{code()}", body)
    assert reply.status_code == 422
    assert (pointer, flaw) in flaws(reply)


async def test_the_national_calendar_holds_everywhere(registry: ServiceUnderTest) -> None:
    reply = await put(registry, "national", layer("62"))
    assert (reply.status_code, flaws(reply)) == (422, [("/region_code", "national_has_no_region")])


async def test_a_local_government_puts_the_layer_of_its_own_region(registry: ServiceUnderTest) -> None:
    here, name = await governing(registry, "62.07"), f"milik-{code()}"
    officer = await here.account("responsible_officer")
    body = layer("62.07", holiday("2026-02-09"))
    done = await until(200, lambda: put(registry, name, body, caller=officer))
    client = await put(registry, name, layer("62.07"), caller=here.client(), headers={"if-match": done.headers["etag"]})
    assert client.status_code == 200
    for region in ("62", "62.08", None):
        other = layer(region, working_blocks=HOURS)
        assert (await put(registry, f"lain-{code()}", other, caller=officer)).status_code == 403, region
    # Nor does it take over another's calendar by naming its own region.
    theirs = f"provinsi-{code()}"
    assert (await put(registry, theirs, layer("63", holiday("2026-02-11")))).status_code == 200
    assert (await put(registry, theirs, body, caller=officer)).status_code == 403


async def test_a_national_administrator_puts_any_calendar(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    admin = await here.account("national_admin")
    body = layer("62.09", holiday("2026-02-09"))
    assert (await until(200, lambda: put(registry, f"nasional-{code()}", body, caller=admin))).json()["version"] == 1


async def test_others_put_none(registry: ServiceUnderTest) -> None:
    here = await governing(registry, "62.10")
    body = layer("62.10", holiday("2026-02-09"))
    assert (await put(registry, code(), body, caller=registry.anonymous())).status_code == 401
    assert (await put(registry, code(), body, caller=registry.account(str(uuid4())))).status_code == 403
    assert (await put(registry, code(), body, caller=here.client("registry:read"))).status_code == 403
    ministry = await stage(registry)
    head = await ministry.account("responsible_officer")
    assert (await until(403, lambda: put(registry, code(), body, caller=head))).status_code == 403


@pytest.mark.parametrize("query", ["from=2026-01-02&to=2026-01-02", "from=2026-01-01&to=2028-01-01", "from=2026-01-01"])
async def test_a_span_has_bounds(registry: ServiceUnderTest, query: str) -> None:
    reply = await registry.call("GET", f"/v1/working-days?{query}")
    assert reply.status_code in (400, 422)
    assert reply.json()["errors"][0]["pointer"] == "query/to"


async def test_days_of_a_region_that_isnt_there(registry: ServiceUnderTest) -> None:
    reply = await registry.call("GET", "/v1/working-days?region=99.99&from=2026-01-01&to=2026-01-02")
    assert reply.status_code == 404


async def test_shipped_days_are_loaded_anew_until_somebody_edits_the_calendar(
    registry: ServiceUnderTest, tmp_path: Path
) -> None:
    name = f"kiriman-{code()}"
    (tmp_path / "calendars").mkdir()

    async def ship(*days: dict[str, Any]) -> tuple[int, list[str]]:
        """Load what ships now; the version in force afterwards, and its days."""
        shipped = {"code": name, **layer("62.07", *days)}
        (tmp_path / "calendars" / "one.json").write_text(json.dumps(shipped), "utf-8")
        async with registry.connection() as connection, connection.transaction():
            await loading.load(connection, tmp_path, now=utc_now())
        held = (await registry.call("GET", f"/v1/calendars/{name}")).json()
        return held["version"], [day["date"] for day in held["days"]]

    first, corrected = holiday("2027-02-08"), holiday("2027-02-09")
    assert await ship(first) == (1, ["2027-02-08"])
    assert await ship(first) == (1, ["2027-02-08"])
    assert await ship(corrected) == (2, ["2027-02-09"])
    assert await ship(corrected, holiday("2028-02-09")) == (3, ["2027-02-09", "2028-02-09"])
    await registry.sequenced()
    async with registry.connection() as connection:
        told = await connection.fetch(
            "SELECT sequence FROM events WHERE subject = $1 ORDER BY position", f"calendars/{name}"
        )
    assert [each["sequence"] for each in told] == [1, 2, 3]
    tag = (await registry.call("GET", f"/v1/calendars/{name}")).headers["etag"]
    own = layer("62.07", holiday("2028-08-18"))
    assert (await put(registry, name, own, headers={"if-match": tag})).json()["version"] == 4
    assert await ship(first, holiday("2029-02-09")) == (4, ["2028-08-18"])
