"""What is public is read without a token and conditionally, on every endpoint; what never changes is kept for ever.

The list of endpoints comes of the service: a new public one without an example here is found.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from api.registry import standards_stage
from api.registry.directory_stage import stage
from api.registry.standards_stage import build_agency, published
from chassis.http.app import policy_of
from registry.service import SERVICE
from support.services import ServiceUnderTest

LISTS = {
    "/v1/regions", "/v1/calendars", "/v1/institutions", "/v1/units", "/v1/people", "/v1/posts", "/v1/appointments",
    "/v1/services", "/v1/reorganisations", "/v1/units/{unit_id}/ancestors", "/v1/units/{unit_id}/descendants",
    "/v1/services/{service_id}/standards", "/v1/standards", "/v1/calendars/{code}/versions",
    "/v1/vacancies",
}  # fmt: skip
"""Pages of many things: they have no version, and are read anew."""
WITHOUT_DATA_HERE = {
    "/v1/reorganisations/{reorganisation_id}", "/v1/standards/{standard_id}/comments", "/v1/units/{unit_id}/lineage",
    "/v1/institutions/{institution_id}/lineage",
}  # fmt: skip
"""Shown by the tests of their own rooms."""
OF_THE_UNITS_PEOPLE = {"/v1/standards/{standard_id}/history", "/v1/standards/{standard_id}/offers"}
"""Who asks is told that it isn't theirs."""


def public_routes() -> Iterator[APIRoute]:
    for router in SERVICE.routers:
        for route in router.routes:
            if (
                isinstance(route, APIRoute)
                and "GET" in (route.methods or ())
                and policy_of(route) in ("public", "anyone")
            ):
                yield route


PATHS = sorted({route.path for route in public_routes()})
SINGLE = [path for path in PATHS if path not in LISTS | WITHOUT_DATA_HERE | OF_THE_UNITS_PEOPLE]


@pytest.fixture(scope="module")
async def known(registry: ServiceUnderTest) -> dict[str, str]:
    """Ids of things to read, by the parameter of their path."""
    here = await stage(registry)
    unit = await here.unit("Dinas")
    seat = await here.seat("unit_head", unit=unit["id"])
    post = await here.make("posts", unit_id=unit["id"], name="Loket", role="officer")
    agency = await build_agency(registry)
    standard = await published(agency)
    return {
        "code": "51.71", "institution_id": here.id, "unit_id": unit["id"], "appointment_id": seat["id"],
        "person_id": seat["person_id"], "post_id": post["id"], "service_id": str(agency.service_id),
        "standard_id": standard,
    }  # fmt: skip


def address(path: str, known: dict[str, str]) -> str:
    filled = path.format(**{**known, "code": "national" if "calendars" in path else known["code"]})
    if path.endswith("/authority"):
        return f"{filled}?unit={known['unit_id']}"
    if path.endswith(("/working-days", "/opening-hours")):
        return f"{filled}?from=2026-01-01&to=2026-02-01"
    return f"{filled}?against={known['standard_id']}" if path.endswith("/diff") else filled


@pytest.mark.parametrize("path", SINGLE)
async def test_one_thing_is_read_without_a_token_and_conditionally(
    registry: ServiceUnderTest, known: dict[str, str], path: str
) -> None:
    nobody = registry.anonymous()
    first = await registry.call("GET", address(path, known), caller=nobody)
    assert first.status_code == 200, first.text
    tag = first.headers["etag"]
    assert tag.startswith('"')
    again = await registry.call("GET", address(path, known), caller=nobody, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await registry.call("GET", address(path, known), caller=nobody, headers={"if-none-match": '"1.other"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", sorted(LISTS))
async def test_many_things_are_read_without_a_token(
    registry: ServiceUnderTest, known: dict[str, str], path: str
) -> None:
    reply = await registry.call("GET", f"{address(path, known)}?limit=1", caller=registry.anonymous())
    if path.endswith(("/ancestors", "/versions")):
        reply = await registry.call("GET", address(path, known), caller=registry.anonymous())
    assert reply.status_code == 200, reply.text
    assert isinstance(reply.json()["items"], list)


@pytest.mark.parametrize("path", [path for path in PATHS if path not in WITHOUT_DATA_HERE])
async def test_none_is_read_past_the_gateway(registry: ServiceUnderTest, known: dict[str, str], path: str) -> None:
    assert (await registry.client.get(address(path, known))).status_code == 401


async def test_a_version_of_a_calendar_is_kept_for_ever(registry: ServiceUnderTest) -> None:
    reply = await registry.call("GET", "/v1/calendars/national?version=1", caller=registry.anonymous())
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    now = await registry.call("GET", "/v1/calendars/national", caller=registry.anonymous())
    assert "immutable" not in now.headers["cache-control"]


async def test_what_a_decree_fixed_is_kept_for_ever(registry: ServiceUnderTest) -> None:
    """The decree itself, and how two stipulated texts differ; the version that shows its state of today isn't."""
    agency = await build_agency(registry)
    old = await published(agency, "2026-01-05")
    new = await published(agency, "2026-02-02")

    async def cache(path: str, caller: dict[str, str]) -> str:
        return str((await registry.call("GET", f"/v1/standards/{path}", caller=caller)).headers["cache-control"])

    forever = "public, max-age=31536000, immutable"
    assert await cache(f"{new}/stipulation", registry.anonymous()) == forever
    assert await cache(f"{new}/text", registry.anonymous()) == forever
    assert await cache(f"{new}/diff?against={old}", registry.anonymous()) == forever
    assert "immutable" not in await cache(new, registry.anonymous())
    # What people of the unit read may hold more than what anybody may: it isn't for shared caches.
    assert "public" not in await cache(f"{new}/diff?against={old}", agency.by("unit_head"))
    draft = await standards_stage.draft(agency)
    assert "immutable" not in await cache(f"{draft}/diff?against={old}", agency.by("unit_head"))


async def test_the_text_of_a_decree(registry: ServiceUnderTest) -> None:
    """The same whatever becomes of the version; a draft has none."""
    agency = await build_agency(registry)
    old = await published(agency, "2026-01-05", manufacturing_public=False)
    public = await agency.call("GET", f"/standards/{old}/text", by=None)
    await published(agency, "2026-02-02")
    assert (await agency.call("GET", f"/standards/{old}", by=None)).json()["state"] == "superseded"
    again = await agency.call("GET", f"/standards/{old}/text", by=None)
    assert (again.content, again.headers["etag"]) == (public.content, public.headers["etag"])
    decree = (await agency.call("GET", f"/standards/{old}/stipulation", by=None)).json()
    assert public.json()["content_hash"] == decree["content_hash"]
    assert len(public.json()["components"]) == 6, "the others aren't public here"
    inside = await agency.call("GET", f"/standards/{old}/text")
    assert len(inside.json()["components"]) == 14
    assert "public" not in inside.headers["cache-control"]
    assert (await agency.call("GET", f"/standards/{old}/text?as_of=2020-01-01", by=None)).status_code == 404
    draft = await standards_stage.draft(agency)
    assert (await agency.call("GET", f"/standards/{draft}/text")).status_code == 404


WITHOUT_A_DAY = ("/v1/vocabularies", "/v1/feeds", "/v1/imports", "/v1/exports")
"""Terms, facts by their position, and work that was asked for: none of it is the state of a day."""
WITH_RECORDED_TIME = {
    "/v1/institutions", "/v1/institutions/{institution_id}", "/v1/units", "/v1/units/{unit_id}",
    "/v1/units/{unit_id}/ancestors", "/v1/units/{unit_id}/descendants", "/v1/appointments",
    "/v1/appointments/{appointment_id}", "/v1/authority", "/v1/standards", "/v1/standards/{standard_id}",
    "/v1/services/{service_id}/standards",
}  # fmt: skip


def test_every_read_takes_a_day(registry: ServiceUnderTest) -> None:
    """`as_of` on every read of the registry, `known_at` on institutions, units, appointments, authority and standards."""
    paths: dict[str, Any] = registry.app.openapi()["paths"]
    reads = {
        path: {parameter["name"] for parameter in methods["get"].get("parameters", [])}
        for path, methods in paths.items()
        if "get" in methods and path.startswith("/v1/") and not path.startswith(WITHOUT_A_DAY)
    }
    assert len(reads) > 35
    assert [path for path, names in reads.items() if "as_of" not in names] == []
    assert [path for path in sorted(WITH_RECORDED_TIME) if "known_at" not in reads[path]] == []


@pytest.mark.parametrize("path", [path for path in PATHS if path not in WITHOUT_DATA_HERE | OF_THE_UNITS_PEOPLE])
async def test_every_day_can_be_asked_for(registry: ServiceUnderTest, known: dict[str, str], path: str) -> None:
    """Also where every day is the same, and on days far ahead."""
    asked = address(path, known)
    for day in ("2026-11-01", "9999-12-31"):
        dated = f"{asked}{'&' if '?' in asked else '?'}as_of={day}"
        reply = await registry.call("GET", dated, caller=registry.anonymous())
        assert reply.status_code in (200, 404), reply.text
    wrong = await registry.call("GET", f"{asked}{'&' if '?' in asked else '?'}as_of=yesterday")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "query/as_of")


async def test_what_was_not_there_on_a_day(registry: ServiceUnderTest, known: dict[str, str]) -> None:
    service = f"/v1/services/{known['service_id']}?as_of=1999-01-01"
    assert (await registry.call("GET", service)).status_code == 404, "it wasn't offered then"
    unknown: Any = await registry.call("GET", f"/v1/units/{uuid4()}?as_of=2025-01-01")
    assert unknown.status_code == 404
