"""What isn't in force yet isn't public: a draft of a service is seen by who works on it, and by the platform."""

import json

import pytest

from api.registry.directory_stage import Stage, code, stage, until
from api.registry.test_services import act, enter
from support.services import ServiceUnderTest


async def drafted(here: Stage) -> tuple[str, str, str]:
    """A draft at a unit, and the units above and beside it."""
    top, beside = (await here.unit("Dinas"))["id"], (await here.unit("Samping"))["id"]
    below = (await here.unit("Loket", top))["id"]
    service = await enter(here, below, name=f"Layanan {code()}", legal_basis=["UU 24/2013"])
    return service["id"], top, beside


async def seen(here: Stage, service: str, caller: dict[str, str]) -> set[int]:
    """With what the service, its hours and whether lists have it are answered: 200 or 404, the same for all of them."""
    name = (await here.read(f"/services/{service}"))["name"]
    word = name.rpartition(" ")[2]
    hours = f"/services/{service}/opening-hours?from=2026-01-01&to=2026-01-08"
    answers = {(await here.call("GET", path, caller=caller)).status_code for path in (f"/services/{service}", hours)}
    for query in ("", f"q={word}", "state=draft", "state=draft&sort=created_at"):
        listed = await here.read(f"/services?institution={here.id}&count=exact&{query}", caller=caller)
        assert listed["count"] == len(listed["items"])
        answers.add(200 if service in {item["id"] for item in listed["items"]} else 404)
    lines = await here.call(
        "GET", f"/services?institution={here.id}", caller=caller, headers={"accept": "application/x-ndjson"}
    )
    rows = [json.loads(line) for line in lines.text.splitlines()]
    answers.add(200 if service in {row["id"] for row in rows} else 404)
    return answers


async def test_a_draft_is_no_public_matter_until_it_is_offered(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    service, _, _ = await drafted(here)
    anybody = registry.anonymous()
    assert await seen(here, service, anybody) == {404}
    assert await seen(here, service, registry.account("nobody")) == {404}
    assert (await act(here, service, "activation", {"effective_on": "2024-01-01"})).status_code == 200
    assert (await here.call("GET", f"/services/{service}", caller=anybody)).status_code == 200
    # What was offered once stays in the catalogue for all.
    assert (await act(here, service, "deactivation")).json()["state"] == "inactive"
    assert (await here.call("GET", f"/services/{service}", caller=anybody)).status_code == 200
    listed = await here.read(f"/services?institution={here.id}", caller=anybody)
    assert [item["id"] for item in listed["items"]] == [service]


async def test_systems_see_the_drafts_of_their_institution(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    service, _, _ = await drafted(here)
    for scope in ("registry:read", "registry:write"):
        assert await seen(here, service, here.client(scope)) == {200}
        assert await seen(here, service, other.client(scope)) == {404}
    assert await seen(here, service, registry.bootstrap()) == {200}


@pytest.mark.parametrize(
    ("role", "where", "answer"),
    [
        ("unit_head", "above", 200),
        ("officer", "above", 200),
        ("unit_head", "beside", 404),
        ("officer", "beside", 404),
        ("institution_admin", "all", 200),
        ("responsible_officer", "all", 200),
        ("institution_admin", "elsewhere", 404),
        ("national_admin", "elsewhere", 200),
        ("ombudsman", "elsewhere", 200),
    ],
)
async def test_officials_see_the_drafts_within_their_reach(
    registry: ServiceUnderTest, role: str, where: str, answer: int
) -> None:
    here = await stage(registry)
    service, top, beside = await drafted(here)
    place = await stage(registry) if where == "elsewhere" else here
    caller = await place.account(role, unit={"above": top, "beside": beside}.get(where))
    if answer == 200:
        await until(200, lambda: here.call("GET", f"/services/{service}", caller=caller))
    assert await seen(here, service, caller) == {answer}


async def test_the_other_services_of_the_platform_are_told_of_drafts(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    service, _, _ = await drafted(here)
    [told] = await here.events(f"services/{service}")
    assert (told["type"], told["data"]["state"]) == ("service.changed", "draft")
