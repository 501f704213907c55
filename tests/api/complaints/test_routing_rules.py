"""Routing rules from their making to the trace on a case, with who may not, and with the other services away."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from complaints.intake.routing import route_pending
from directory.zones import national_day
from support.directory import service, settle, settled_country, unit
from support.filings import Desk, complaint
from support.services import ServiceUnderTest

PATH = "/v1/routing-rules"


@pytest.fixture
async def city(complaints: ServiceUnderTest) -> Desk:
    """A city of its own for each test: rules hold for all that is filed with it."""
    return Desk(complaints, await settled_country(complaints, "51.06"))


def today() -> str:
    return str(national_day(datetime.now(UTC)))


def rule(code: str, unit_id: UUID | None, **conditions: Any) -> dict[str, Any]:
    return {"code": code, "name": code, "unit_id": str(unit_id) if unit_id else None} | conditions


def body(desk: Desk, *rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    city = {"institution_id": str(desk.country.city), "effective_from": today(), "note": "SK Wali Kota 1/2026"}
    return city | {"rules": list(rules)} | changes


async def make(desk: Desk, *rules: dict[str, Any], by: str = "admin", **changes: Any) -> httpx.Response:
    reply = await desk.service.call("POST", PATH, caller=desk.account(by), json=body(desk, *rules, **changes))
    desk.service.app.state.router.forget()
    return reply


async def made(desk: Desk, *rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    reply = await make(desk, *rules, **changes)
    assert reply.status_code == 201, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def traces(desk: Desk, case_id: str, name: str = "admin") -> list[dict[str, Any]]:
    reply = await desk.get(case_id, name, "/routing")
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["items"]
    return found


async def proposed(desk: Desk, case_id: str) -> str | None:
    found: str | None = (await desk.get(case_id, "admin")).json()["proposed_unit_id"]
    return found


def problem_codes(reply: httpx.Response) -> dict[str, str]:
    return {flaw["pointer"]: flaw["code"] for flaw in reply.json()["errors"]}


async def test_versions_are_made_read_and_found_by_their_day(city: Desk) -> None:
    first = await made(city, rule("all", city.country.works))
    later = str(national_day(datetime.now(UTC)) + timedelta(days=30))
    second = await made(city, rule("all", city.country.counter), effective_from=later, follows=1)
    assert (first["version"], second["version"]) == (1, 2)
    assert first["made_by"] == {"person_id": str(city.country.people["admin"]), "role": "institution_admin"}
    admin = city.account("admin")
    read = await city.service.call("GET", f"{PATH}/{first['id']}", caller=admin)
    assert read.json() == first
    mine = f"{PATH}?institution={city.country.city}"

    async def versions(query: str = "") -> list[int]:
        reply = await city.service.call("GET", mine + query, caller=admin)
        assert reply.status_code == 200, reply.text
        return [item["version"] for item in reply.json()["items"]]

    assert await versions() == [2, 1]
    assert await versions(f"&as_of={today()}") == [1]
    assert await versions(f"&as_of={later}") == [2]
    assert await versions("&as_of=2020-01-01") == []
    replaced = await made(city, rule("all", city.country.works), effective_from=later)
    assert replaced["version"] == 3
    assert await versions(f"&as_of={later}") == [3]  # of two that begin on one day the newer version


async def test_a_version_built_on_an_old_one_is_refused(city: Desk) -> None:
    await made(city, follows=0)
    reply = await make(city, follows=0)
    assert (reply.status_code, reply.json()["code"], reply.json()["version"]) == (409, "newer_routing_rules", 1)


async def test_who_may_not(city: Desk) -> None:
    call, rules = city.service.call, body(city, rule("all", city.country.works))
    for name, status in (("liaison", 403), ("head", 403), ("other_admin", 404)):
        assert (await call("POST", PATH, caller=city.account(name), json=rules)).status_code == status, name
        simulated = await call("POST", f"{PATH}/simulation", caller=city.account(name), json=_tried(city))
        assert simulated.status_code == status, name
    nobody = city.service.anonymous()
    assert (await call("POST", PATH, caller=nobody, json=rules)).status_code == 401
    assert (await call("GET", PATH, caller=nobody)).status_code == 401
    assert (await call("GET", PATH, caller=city.service.account("a-citizen"))).status_code == 403
    national = {**rules, "institution_id": None}
    assert (await call("POST", PATH, caller=city.account("admin"), json=national)).status_code == 403
    held = await made(city)
    for name, status in (("liaison", 200), ("other_admin", 404), ("national", 200)):
        reply = await call("GET", f"{PATH}/{held['id']}", caller=city.account(name))
        assert reply.status_code == status, name
    seen = (await call("GET", f"{PATH}?institution={city.country.city}", caller=city.account("other_admin"))).json()
    assert seen["items"] == []
    own_system = city.service.integration("complaints:act", city.country.city)
    assert (await call("POST", PATH, caller=own_system, json=body(city))).status_code == 201
    strange_system = city.service.integration("complaints:act", city.country.other_city)
    assert (await call("POST", PATH, caller=strange_system, json=body(city))).status_code == 404
    assert (await call("POST", PATH, caller=own_system, key=None, json=body(city))).status_code == 400


async def test_every_flaw_is_named(city: Desk) -> None:
    works, other = city.country.works, city.country.other_unit
    reply = await make(
        city,
        rule("one", None),
        rule("one", other),
        rule("two", uuid4()),
        rule("three", works, categories=["no_such"], service_ids=[str(uuid4())], words=["jalan", "!!"]),
        rule("four", works, load={"unit_id": str(works), "below": 1, "at_least": 2}),
        rule("five", works, load={"unit_id": str(uuid4()), "below": 1}),
        rule("six", works, institution_id=str(city.country.city)),
        rule("seven", works, region_codes=["51.06", "99.99"]),
        effective_from="2020-01-01",
    )
    assert reply.status_code == 422
    assert problem_codes(reply) == {
        "/effective_from": "in_the_past",
        "/rules/0/code": "used_twice",
        "/rules/0/unit_id": "missing",
        "/rules/1/code": "used_twice",
        "/rules/1/unit_id": "out_of_reach",
        "/rules/2/unit_id": "unknown_unit",
        "/rules/3/categories/0": "unknown_code",
        "/rules/3/service_ids/0": "unknown_service",
        "/rules/3/words/1": "not_words",
        "/rules/4/load": "one_bound",
        "/rules/5/load/unit_id": "unknown_unit",
        "/rules/6/institution_id": "two_targets",
        "/rules/7/region_codes/1": "unknown_region",
    }
    bad_region = await make(city, rule("one", works, region_codes=["51.7"]))
    assert "/rules/0/region_codes/0" in problem_codes(bad_region)
    unknown = await make(city, rule("one", works, colour="blue"))
    assert "/rules/0/colour" in problem_codes(unknown)


async def test_a_filing_goes_by_the_first_rule_that_holds_and_officers_read_why(city: Desk) -> None:
    works = city.country.works
    held = await made(
        city,
        rule("floods", city.country.secretariat, words=["banjir*"]),
        rule("roads", works, categories=["transport", "population"], region_codes=["51.06"], words=["jalan*"]),
    )
    filed = await city.file(title="Jalannya rusak", region_code="51.06.01")
    assert await proposed(city, filed["id"]) == str(works)
    [trace] = await traces(city, filed["id"])
    assert (trace["by"], trace["unit_id"], trace["sequence"]) == ("rule", str(works), 1)
    assert trace["authority"] == {
        "institution_id": str(city.country.city),
        "unit_id": str(city.country.counter),
        "reasons": ["service_unit"],
    }
    assert trace["steps"] == [
        {
            "rule_set_id": held["id"],
            "institution_id": str(city.country.city),
            "version": 1,
            "rule": "roads",
            "because": {"region_code": "51.06", "words": ["jalan*"], "category": "population"},
            "passed_over": [],
        }
    ]
    unmoved = await city.file(title="Antrean panjang", body="Antre tiga jam.", region_code="51.06.01")
    assert await proposed(city, unmoved["id"]) == str(city.country.counter)
    [trace] = await traces(city, unmoved["id"])
    assert (trace["by"], trace["steps"][0]["rule"]) == ("authority", None)


async def test_the_trace_is_for_officers_alone(city: Desk) -> None:
    await made(city, rule("all", city.country.works))
    filed = await city.file()
    reporter = await city.tracking(filed)
    assert (await city.service.call("GET", f"/v1/complaints/{filed['id']}/routing", caller=reporter)).status_code == 404
    assert (await city.get(filed["id"], "other_admin", "/routing")).status_code == 404
    told = (await city.service.call("GET", f"/v1/complaints/{filed['id']}/timeline", caller=reporter)).text
    shown = (await city.track(filed)).text
    assert "rule_set_id" not in told + shown
    await city.service.sequenced()
    async with city.service.connection() as connection:
        event = await connection.fetchval(
            "SELECT CAST(data AS text) FROM events WHERE subject = $1", f"complaints/{filed['id']}"
        )
    assert "rule" not in event


async def test_what_a_reporter_named_stands_and_a_protected_case_isnt_routed(city: Desk) -> None:
    await made(city, rule("all", city.country.works))
    named = await city.file(service_id=None, unit_id=str(city.country.counter))
    assert await proposed(city, named["id"]) == str(city.country.counter)
    assert (await traces(city, named["id"]))[0]["by"] == "reporter"
    protected = await city.file(protected=True)
    [trace] = await traces(city, protected["id"], "auditor")
    assert (trace["by"], trace["steps"]) == ("authority", [])
    assert (await city.get(protected["id"], "admin", "/routing")).status_code == 404


async def test_load_sends_the_next_case_elsewhere(city: Desk) -> None:
    counter, works = city.country.counter, city.country.works
    await made(
        city,
        rule("counter", counter, load={"unit_id": str(counter), "below": 2}),
        rule("overflow", works),
    )
    assert await proposed(city, (await city.file())["id"]) == str(counter)
    for _ in range(2):
        await city.assigned()
    city.service.app.state.router.forget()  # in fifteen seconds it would count again by itself
    filed = await city.file()
    assert await proposed(city, filed["id"]) == str(works)
    [step] = (await traces(city, filed["id"]))[0]["steps"]
    assert step["passed_over"] == [{"rule": "counter", "why": "load", "unit_id": str(counter), "open_cases": 2}]


async def test_loads_are_counted_again_in_the_background(city: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = city.country.counter
    await made(city, rule("counter", counter, load={"unit_id": str(counter), "at_least": 1}))
    await city.file()
    await city.assigned()
    loads = city.service.app.state.router.loads
    monkeypatch.setattr("complaints.custody.routing.router.LOAD_KEPT_S", -1.0)
    assert loads.counts[counter] == 0
    await city.file()  # begins a count, and doesn't wait for it
    await loads._counting
    assert loads.counts[counter] == 1


async def test_counting_open_cases_reads_one_small_index(city: Desk) -> None:
    await city.assigned()
    async with city.service.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(
            row[0]
            for row in await connection.fetch(
                "EXPLAIN SELECT unit_id, count(*) FROM custody_intervals "
                "WHERE to_at IS NULL AND unit_id = ANY($1::uuid[]) GROUP BY unit_id",
                [city.country.counter],
            )
        )
    assert "custody_intervals_held_idx" in plan


async def test_national_rules_find_a_home_for_what_names_none(city: Desk) -> None:
    topic = "consular_legalisation"  # of no other test
    reply = await make(
        city,
        rule("abroad", None, institution_id=str(city.country.city), categories=[topic]),
        by="national",
        institution_id=None,
    )
    assert reply.status_code == 201, reply.text
    await made(city, rule("roads", city.country.works, categories=[topic]))
    nowhere: dict[str, Any] = {"service_id": None, "region_code": None}
    filed = await city.file(**nowhere, category=topic)
    case = (await city.get(filed["id"], "admin")).json()
    assert (case["institution_id"], case["proposed_unit_id"]) == (str(city.country.city), str(city.country.works))
    assert [step["rule"] for step in (await traces(city, filed["id"]))[0]["steps"]] == ["abroad", "roads"]
    lost = await city.file(**nowhere, category="waters")
    held = (await city.service.call("GET", f"/v1/complaints/{lost['id']}")).json()
    assert (held["institution_id"], held["proposed_unit_id"]) == (None, None)
    assert (await make(city, by="national", institution_id=None)).status_code == 201  # no rules any more


async def test_a_unit_that_ended_is_passed_over(city: Desk) -> None:
    gone = uuid4()
    await settle(city.service, [unit(gone, city.country.city, "Dinas Sementara")])
    await made(city, rule("all", gone))
    assert await proposed(city, (await city.file())["id"]) == str(gone)
    async with city.service.connection() as connection:
        await connection.execute("DELETE FROM directory_units WHERE id = $1", gone)
    city.service.app.state.router.forget()
    filed = await city.file()
    assert await proposed(city, filed["id"]) == str(city.country.counter)
    [step] = (await traces(city, filed["id"]))[0]["steps"]
    assert step["passed_over"] == [{"rule": "all", "why": "target_not_in_force"}]


async def test_what_waited_for_the_registry_is_routed_by_the_rules_too(city: Desk) -> None:
    late = uuid4()
    await made(city, rule("new", city.country.works, service_ids=[]))
    filed = await city.file(service_id=str(late))
    assert (await city.service.call("GET", f"/v1/complaints/{filed['id']}")).json()["routing"] == "pending"
    await settle(city.service, [service(late, city.country.city, city.country.counter, "Layanan Baru")])
    state = city.service.app.state
    await route_pending(state.pool, state.router, datetime.now(UTC))
    assert await proposed(city, filed["id"]) == str(city.country.works)
    first, second = await traces(city, filed["id"])
    assert (first["by"], first["steps"]) == ("authority", [])
    assert (second["by"], second["sequence"], second["authority"]["unit_id"]) == (
        "rule",
        2,
        str(city.country.counter),
    )


async def test_a_batch_is_routed_like_single_filings(city: Desk) -> None:
    await made(city, rule("all", city.country.works))
    items = [complaint(city.country), complaint(city.country, protected=True)]
    reply = await city.service.call(
        "POST", "/v1/complaints/batch", caller=city.account("officer"), json={"items": items}
    )
    first, _ = (item["id"] for item in reply.json()["items"])
    assert await proposed(city, first) == str(city.country.works)
    assert (await traces(city, first))[0]["by"] == "rule"


def _tried(desk: Desk, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"institution_id": str(desk.country.city), "rules": list(rules)}


@pytest.fixture
def simulate(city: Desk) -> Callable[..., Any]:
    async def call(*rules: dict[str, Any], query: str = "", by: str = "admin") -> dict[str, Any]:
        reply = await city.service.call(
            "POST", f"{PATH}/simulation{query}", caller=city.account(by), key=None, json=_tried(city, *rules)
        )
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found

    return call


async def test_simulation_compares_with_what_was_and_with_what_handled(
    city: Desk, simulate: Callable[..., Any]
) -> None:
    counter, works = str(city.country.counter), str(city.country.works)
    handled = await city.assigned()  # proposed to the counter, handled by it
    waiting = str((await city.file(title="Jalan rusak"))["id"])  # proposed to the counter, handled by nobody
    await city.file(protected=True)
    found = await simulate(rule("roads", city.country.works, words=["jalan"]))
    assert (found["considered"], found["more"]) == (2, False)
    places = {(target["unit_id"], target["rule"]): target for target in found["targets"]}
    assert places[works, "roads"]["cases"] == places[counter, None]["cases"] == 1
    assert (places[works, "roads"]["proposed_elsewhere"], places[works, "roads"]["handled_elsewhere"]) == (1, 0)
    assert found["agreement"] == {"would": 1, "did": 1}
    assert [change["case_id"] for change in found["changes"]] == [waiting]
    everything = await simulate(rule("all", city.country.works))
    assert (everything["handled_elsewhere"], everything["handled"], everything["agreement"]) == (
        1,
        1,
        {"would": 0, "did": 1},
    )
    assert {change["case_id"] for change in everything["changes"]} == {handled, waiting}
    # Nothing was kept, nothing was moved.
    assert await proposed(city, waiting) == counter
    assert (await city.service.call("GET", f"{PATH}?institution={city.country.city}")).json()["items"] == []


async def test_simulation_takes_the_filter_of_the_list(city: Desk, simulate: Callable[..., Any]) -> None:
    await city.file(category="health", title="Antre obat")
    await city.file(category="population", title="Antre KTP")
    assert (await simulate(query="?category=health"))["considered"] == 1
    assert (await simulate(query="?q=antre"))["considered"] == 2
    bounded = await simulate(query="?most=1")
    assert (bounded["considered"], bounded["more"]) == (1, True)
    refused = await city.service.call(
        "POST", f"{PATH}/simulation?most=10001", caller=city.account("admin"), json=_tried(city)
    )
    assert refused.status_code == 400
    flawed = await city.service.call(
        "POST", f"{PATH}/simulation", caller=city.account("admin"), json=_tried(city, rule("one", None))
    )
    assert problem_codes(flawed) == {"/rules/0/unit_id": "missing"}


async def test_simulation_asks_of_the_category_as_it_was_filed(city: Desk, simulate: Callable[..., Any]) -> None:
    await city.assigned(category="transport")  # classified as population later
    found = await simulate(rule("transport", city.country.works, categories=["transport"]))
    assert [target["rule"] for target in found["targets"]] == ["transport"]


async def test_simulation_sees_only_what_its_caller_sees(city: Desk, simulate: Callable[..., Any]) -> None:
    await city.file()
    reply = await city.service.call(
        "POST",
        f"{PATH}/simulation",
        caller=city.account("other_admin"),
        json={"institution_id": str(city.country.other_city), "rules": []},
    )
    assert reply.json()["considered"] == 0
