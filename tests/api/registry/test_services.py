"""The catalogue: entering, finding by words in any form, activating only what the law knows."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.registry.directory_stage import Stage, code, flaws, stage, until
from support.services import ServiceUnderTest


async def enter(here: Stage, unit: str, **more: Any) -> dict[str, Any]:
    body = {"unit_id": unit, "code": code(), "name": "Penerbitan KTP Elektronik", "kind": "administrative"}
    return await here.make("services", **{**body, **more})


async def act(here: Stage, service: str, action: str, body: Any = None, **options: Any) -> httpx.Response:
    tag = (await here.call("GET", f"/services/{service}")).headers["etag"]
    return await here.call(
        "POST", f"/services/{service}/{action}", json=body or {}, headers={"if-match": tag}, **options
    )


async def test_a_service_holds_what_the_law_asks(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Dukcapil")
    content = {
        "description": "Bagi penduduk yang berusia 17 tahun",
        "field": "other_strategic_sector",
        "funding_route": "state_or_regional_budget",
        "legal_basis": ["UU 24/2013", "Perpres 96/2018"],
        "target_groups": ["citizen"],
        "vulnerable_groups": ["elderly", "persons_with_disabilities"],
        "channels": ["counter", "mobile_unit"],
        "life_events": ["coming_of_age"],
        "region_codes": ["51.71"],
        "locations": [{"name": "MPP Sewaka Dharma", "address": "Jl. Majapahit", "region_code": "51.71.04", "lat": -8.64, "lon": 115.2}],
        "opening_hours": {"monday": [["08:00", "12:00"], ["13:00", "15:30"]]},
        "partners": [{"name": "PT Pos Indonesia", "task": "pengiriman", "agreement_number": "PKS 1/2025"}],
    }  # fmt: skip
    service = await enter(here, unit["id"], **content)
    assert {name: service[name] for name in content} == content
    assert (service["state"], service["institution_id"]) == ("draft", here.id)
    told = (await here.events(f"services/{service['id']}"))[0]
    assert set(told["data"]) == {"id", "institution_id", "unit_id", "code", "name", "kind", "region_codes", "state"}


async def test_an_active_service_has_a_legal_basis(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    service = (await enter(here, (await here.unit("U"))["id"]))["id"]
    refused = await act(here, service, "activation")
    assert (refused.status_code, refused.json()["code"]) == (422, "without_legal_basis")
    assert flaws(refused) == [("/legal_basis", "missing")]
    await here.change(f"/services/{service}", {"legal_basis": ["UU 24/2013"]})
    assert (await act(here, service, "activation", {"effective_on": "2024-01-01"})).json()["state"] == "active"
    taken = await here.change(f"/services/{service}", {"legal_basis": []})
    assert (taken.status_code, taken.json()["code"]) == (422, "without_legal_basis")
    told = (await here.events(f"services/{service}"))[-1]
    assert (told["sequence"], told["data"]["state"]) == (3, "active")


@pytest.mark.parametrize(
    ("provider", "kind", "route", "code"),
    [
        ("ministry", "administrative", "separated_state_or_regional_assets", "not_of_this_kind"),
        ("ministry", "administrative", "state_mission", "not_of_this_kind"),
        ("ministry", "public_services", "separated_state_or_regional_assets", "not_of_this_provider"),
        ("state_enterprise", "public_goods", "state_or_regional_budget", "not_of_this_provider"),
        ("ministry", "public_goods", "charity", "unknown_term"),
    ],
)
async def test_a_service_is_funded_by_a_route_of_its_kind(
    registry: ServiceUnderTest, provider: str, kind: str, route: str, code: str
) -> None:
    here = await stage(registry, kind=provider)
    unit = (await here.unit("U"))["id"]
    body = {"unit_id": unit, "code": "S1", "name": "Layanan", "kind": kind, "funding_route": route}
    refused = await here.call("POST", "/services", json=body)
    assert refused.status_code == 422
    assert flaws(refused) == [("/funding_route", code)]
    service = (await enter(here, unit, kind=kind))["id"]
    changed = await here.change(f"/services/{service}", {"funding_route": route})
    assert flaws(changed) == [("/funding_route", code)]


@pytest.mark.parametrize(
    ("provider", "route"),
    [("ministry", "state_or_regional_budget"), ("regional_enterprise", "separated_state_or_regional_assets")],
)
async def test_the_kind_of_the_provider_speaks_for_a_route(
    registry: ServiceUnderTest, provider: str, route: str
) -> None:
    here = await stage(registry, kind=provider)
    unit = (await here.unit("U"))["id"]
    service = (await enter(here, unit, kind="public_goods", legal_basis=["UU 25/2009"]))["id"]
    assert (await here.read(f"/services/{service}"))["funding_route"] is None
    assert (await act(here, service, "activation")).json()["funding_route"] == route
    cleared = await here.change(f"/services/{service}", {"funding_route": None})
    assert cleared.json()["funding_route"] == route, "an active service keeps one"
    act_of_administration = await here.change(f"/services/{service}", {"kind": "administrative", "funding_route": None})
    assert act_of_administration.json()["funding_route"] is None


async def test_where_the_provider_leaves_a_choice_a_route_is_stated(registry: ServiceUnderTest) -> None:
    here = await stage(registry, kind="assigned_corporation")
    unit = (await here.unit("U"))["id"]
    service = (await enter(here, unit, kind="public_goods", legal_basis=["Perpres 191/2014"]))["id"]
    refused = await act(here, service, "activation")
    assert (refused.status_code, refused.json()["code"]) == (422, "without_funding_route")
    assert flaws(refused) == [("/funding_route", "missing")]
    await here.change(f"/services/{service}", {"funding_route": "state_mission"})
    assert (await act(here, service, "activation")).status_code == 200
    taken = await here.change(f"/services/{service}", {"funding_route": None})
    assert (taken.status_code, taken.json()["code"]) == (422, "without_funding_route")


async def test_states_and_days(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = (await here.unit("U"))["id"]
    service = (await enter(here, unit, legal_basis=["UU 25/2009"]))["id"]
    wrong = await act(here, service, "deactivation")
    assert (wrong.status_code, wrong.json()["allowed_actions"]) == (409, ["activation"])
    assert (await act(here, service, "activation", {"effective_on": "2999-01-01"})).status_code == 422
    await act(here, service, "activation", {"effective_on": "2024-01-01"})
    wrong = await act(here, service, "activation")
    assert (wrong.status_code, wrong.json()["allowed_actions"]) == (409, ["deactivation"])
    early = await act(here, service, "deactivation", {"effective_on": "2023-01-01"})
    assert flaws(early) == [("/effective_on", "before_activation")]
    await act(here, service, "deactivation", {"effective_on": "2025-01-01", "reason": "digabung"})
    for day, offered in [("2023-12-31", 0), ("2024-01-01", 1), ("2024-12-31", 1), ("2025-01-01", 0)]:
        listed = await here.read(f"/services?unit={unit}&as_of={day}&count=exact")
        assert listed["count"] == offered, day
    assert (await here.read(f"/services?unit={unit}&count=exact"))["count"] == 1  # the catalogue keeps it
    assert (await act(here, service, "activation")).json()["state"] == "active"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("penerbitan ktp", True),
        ("menerbitkan KTP", True),  # another form of the word
        ("yang di dan untuk KTP", True),  # stop words say nothing
        ("elektronk", True),  # a letter is missing
        ("yang dan di", False),
        ("paspor", False),
    ],
)
async def test_words_are_found_in_any_form(registry: ServiceUnderTest, words: str, found: bool) -> None:
    here = await stage(registry)
    await enter(here, (await here.unit("U"))["id"])
    listed = await here.read(f"/services?institution={here.id}&q={words}")
    assert bool(listed["items"]) is found


async def found(here: Stage, query: str) -> list[str]:
    return [item["name"] for item in (await here.read(f"/services?institution={here.id}&{query}"))["items"]]


async def test_filters(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    top = await here.unit("Atas")
    below = await here.unit("Bawah", top["id"])
    await enter(
        here, below["id"], name="Akta Kelahiran", region_codes=["51.71"], life_events=["birth"], channels=["online"],
        target_groups=["household"], field="health",
    )  # fmt: skip
    await enter(here, top["id"], name="Paspor", kind="public_services")
    for query, names in [
        ("life_event=birth", ["Akta Kelahiran"]),
        ("life_event=birth&life_event=death", ["Akta Kelahiran"]),
        ("channel=online&target_group=household&field=health", ["Akta Kelahiran"]),
        ("channel=post", []),
        ("region=51.71.02", ["Akta Kelahiran", "Paspor"]),  # below the area that it serves, and one that serves all
        ("region=51", ["Paspor"]),
        ("kind=public_services", ["Paspor"]),
        (f"unit={top['id']}", ["Paspor"]),
        (f"unit={top['id']}&scope=subtree", ["Akta Kelahiran", "Paspor"]),
        ("state=active", []),
    ]:
        listed = await here.read(f"/services?institution={here.id}&{query}")
        assert [item["name"] for item in listed["items"]] == names, query


async def test_what_is_wrong_is_named(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    unit = (await here.unit("U"))["id"]
    body = {"unit_id": unit, "code": code(), "name": "N", "kind": "administrative"}

    async def refused(**more: Any) -> list[tuple[str, str]]:
        reply = await here.call("POST", "/services", json={**body, **more})
        assert reply.status_code == 422, reply.text
        return flaws(reply)

    assert await refused(kind="magic", channels=["counter", "owl"]) == [
        ("/kind", "unknown_term"),
        ("/channels/1", "unknown_term"),
    ]
    assert await refused(region_codes=["51", "99"]) == [("/region_codes/1", "unknown_region")]
    assert await refused(unit_id=str(uuid4())) == [("/unit_id", "unknown_unit")]
    assert (await refused(opening_hours={"monday": [["12:00", "08:00"]]}))[0][1] == "hours_overlap"
    service = await enter(here, unit)
    twice = await here.call("POST", "/services", json={**body, "code": service["code"]})
    assert (twice.status_code, twice.json()["code"]) == (409, "code_taken")
    moved = await here.change(f"/services/{service['id']}", {"unit_id": (await other.unit("L"))["id"]})
    assert flaws(moved) == [("/unit_id", "unknown_unit")]


async def test_a_head_of_unit_writes_the_services_of_the_own_subtree(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    top = await here.unit("Atas")
    below, beside = await here.unit("Bawah", top["id"]), await here.unit("Samping")
    head = await here.account("unit_head", unit=top["id"])
    body = {"code": code(), "name": "N", "kind": "administrative"}

    async def status(unit: str, caller: dict[str, str]) -> int:
        reply = await here.call("POST", "/services", json={**body, "code": code(), "unit_id": unit}, caller=caller)
        return reply.status_code

    entering = {**body, "unit_id": below["id"]}
    await until(201, lambda: here.call("POST", "/services", json={**entering, "code": code()}, caller=head))
    assert await status(beside["id"], head) == 403
    assert await status(below["id"], other.client()) == 403
    assert await status(below["id"], registry.anonymous()) == 401
    assert await status(below["id"], await here.account("officer", unit=below["id"])) == 403
    service = await enter(here, beside["id"])
    refused = await here.change(f"/services/{service['id']}", {"name": "M"}, caller=head)
    assert refused.status_code == 403
