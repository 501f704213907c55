"""Imports of services and of standards that are older than the platform."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from api.registry.directory_stage import Stage, stage
from api.registry.imports_stage import counts, found, run
from directory.zones import national_day
from support.services import ServiceUnderTest

SERVICE = {
    "unit_code": "D1",
    "code": "AKTA",
    "name": "Akta Kelahiran",
    "kind": "administrative",
    "legal_basis": "UU 24/2013\nPerpres 96/2018",
    "opening_hours": json.dumps({"monday": [["08:00", "15:00"]]}),
    "state": "active",
    "active_from": "2020-02-01",
}
STANDARD: dict[str, Any] = {
    "service_code": "AKTA",
    "number": "188/45/2019",
    "decree_number": "188/45/2019",
    "decree_date": "2019-06-01",
    "signer_name": "I Wayan Kepala",
    "signer_post": "Kepala Dinas",
    "effective_on": "2019-07-01",
    "capability": "Dua belas petugas.",
    "community_needs": "Permintaan 40 akta sehari.",
    "local_conditions": "Dua loket di kecamatan.",
    "legal_basis": "UU 24/2013|Perpres 96/2018",
    "requirements": "Surat keterangan lahir|KTP orang tua",
    "procedure": json.dumps({"steps": [{"number": 1, "actor": "applicant", "text": "Menyerahkan berkas."}]}),
    "completion_time": "3 working_day",
    "fee": json.dumps({"free": True, "basis": "UU 24/2013 pasal 79A"}),
    "product": "Kutipan akta kelahiran",
    "facilities": "Loket|Ruang tunggu",
    "staff_competence": "Memahami administrasi kependudukan",
    "internal_supervision": "Atasan langsung",
    "complaint_handling": json.dumps({"channels": [{"channel": "website"}], "responsible_post": "Kepala Seksi"}),
    "staff_number": "12",
    "service_guarantee": json.dumps({"commitment": "Selesai tepat waktu.", "remedy": "Diantar ke rumah."}),
    "safety_guarantee": "Dokumen tersimpan aman.",
    "performance_evaluation": "Setiap semester.",
    "minutes_held_on": "2019-05-02",
    "minutes_reference": "Berita acara 12/2019",
}


async def department(registry: ServiceUnderTest) -> Stage:
    here = await stage(registry)
    await here.unit("Dinas Kependudukan", code="D1")
    return here


async def raw(here: Stage, path: str) -> dict[str, Any]:
    """As it is sent: components leave out what they don't say."""
    reply = await here.call("GET", path)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def the_service(here: Stage) -> dict[str, Any]:
    (service,) = (await here.read(f"/services?institution={here.id}"))["items"]
    return dict(service)


async def test_a_file_offers_nothing_at_a_unit_that_ends(registry: ServiceUnderTest) -> None:
    here, today = await department(registry), national_day(datetime.now(UTC))
    for name, since, until in (("BARU", 30, None), ("SEMENTARA", -30, 30)):
        period = {"from": str(today + timedelta(days=since)), "to": until and str(today + timedelta(days=until))}
        await here.unit(name, code=name, valid_during=period)
    assert counts(await run(here, "services", [SERVICE])) == (1, 0, 0)
    rows = [
        {**SERVICE, "code": "A", "unit_code": "BARU"},
        {**SERVICE, "code": "B", "unit_code": "SEMENTARA"},
        {**SERVICE, "code": "C", "unit_code": "SEMENTARA", "state": "draft"},  # it may still be prepared
        {**SERVICE, "unit_code": "SEMENTARA"},
    ]
    refused = await run(here, "services", rows, query="&dry_run=true")
    expected = [(2, "unit_code", "not_in_force"), (3, "unit_code", "unit_ends"), (5, "unit_code", "unit_ends")]
    assert (refused["state"], found(refused)) == ("failed", expected)
    # What has an end by then may go there.
    service = await the_service(here)
    body = {"effective_on": str(today + timedelta(days=30))}
    ending = await here.call("POST", f"/services/{service['id']}/deactivation", json=body, headers={"if-match": "*"})
    assert ending.status_code == 200, ending.text
    assert counts(await run(here, "services", rows[3:])) == (0, 1, 0)


async def test_services_enter_change_and_stay(registry: ServiceUnderTest) -> None:
    here = await department(registry)
    assert counts(await run(here, "services", [SERVICE])) == (1, 0, 0)
    service = await the_service(here)
    assert (service["legal_basis"], service["state"]) == (["UU 24/2013", "Perpres 96/2018"], "active")
    assert service["opening_hours"] == {"monday": [["08:00", "15:00"]]}
    assert len((await here.read(f"/services?institution={here.id}&as_of=2020-02-01"))["items"]) == 1
    assert len((await here.read(f"/services?institution={here.id}&as_of=2020-01-31"))["items"]) == 0
    assert counts(await run(here, "services", [SERVICE])) == (0, 0, 1)
    assert counts(await run(here, "services", [{**SERVICE, "channels": "", "name": "Akta Lahir"}])) == (0, 1, 0)
    assert (await the_service(here))["name"] == "Akta Lahir"
    facts = await here.events(f"services/{service['id']}")
    assert [(fact["sequence"], fact["data"]["name"]) for fact in facts] == [(1, "Akta Kelahiran"), (2, "Akta Lahir")]


async def test_what_is_wrong_with_services(registry: ServiceUnderTest) -> None:
    here = await department(registry)
    rows = [
        {**SERVICE, "legal_basis": ""},
        {**SERVICE, "code": "B", "unit_code": "D2"},
        {**SERVICE, "code": "C", "opening_hours": "always"},
        {**SERVICE, "code": "D", "kind": "magic", "channels": "smoke"},
        {**SERVICE, "code": "E", "region_codes": "51|99"},
        {**SERVICE, "code": "F", "active_from": "2999-01-01"},
    ]
    assert found(await run(here, "services", rows)) == [
        (2, "legal_basis", "without_legal_basis"),
        (3, "unit_code", "unknown_unit"),
        (4, "opening_hours", "not_json"),
        (5, "channels", "unknown_term"),
        (5, "kind", "unknown_term"),
        (6, "region_codes", "unknown_region"),
        (7, "active_from", "in_the_future"),
    ]


async def test_an_old_standard_enters_as_stipulated(registry: ServiceUnderTest) -> None:
    here = await department(registry)
    await run(here, "services", [SERVICE])
    done = await run(here, "standards", [STANDARD])
    assert (done["state"], counts(done), found(done, "warnings")) == ("done", (1, 0, 0), [])
    service = await the_service(here)
    (standard,) = (await raw(here, f"/services/{service['id']}/standards"))["items"]
    assert (standard["state"], standard["version"], standard["number"]) == ("stipulated", 1, "188/45/2019")
    assert len(standard["components"]) == 14
    assert standard["components"]["completion_time"]["amount"] == 3
    assert standard["components"]["requirements"] == ["Surat keterangan lahir", "KTP orang tua"]
    assert standard["allowed_actions"] == ["publication", "revocation"]
    decree = await raw(here, f"/standards/{standard['id']}/stipulation")
    assert (decree["decree_number"], decree["decree_date"]) == ("188/45/2019", "2019-06-01")
    assert decree["signer"]["name"] == "I Wayan Kepala"
    (move,) = (await raw(here, f"/standards/{standard['id']}/history"))["items"]
    assert (move["state_before"], move["action"], move["details"]["imported"]) == ("none", "stipulation", True)
    assert counts(await run(here, "standards", [STANDARD])) == (0, 0, 1)
    done = await run(here, "standards", [{**STANDARD, "completion_time": "2 working_day"}])
    assert found(done) == [(2, "number", "text_frozen")]
    # The next one, of a later decree, is the next version.
    later = {**STANDARD, "number": "7/2022", "decree_number": "7/2022", "decree_date": "2022-01-03", "effective_on": ""}
    assert counts(await run(here, "standards", [later])) == (1, 0, 0)
    versions = (await raw(here, f"/services/{service['id']}/standards"))["items"]
    assert [(each["number"], each["version"]) for each in versions] == [("7/2022", 2), ("188/45/2019", 1)]


async def test_missing_minutes_are_told_and_bar_nothing(registry: ServiceUnderTest) -> None:
    here = await department(registry)
    await run(here, "services", [SERVICE])
    done = await run(here, "standards", [{**STANDARD, "minutes_held_on": "", "minutes_reference": ""}])
    assert (done["state"], found(done, "warnings")) == ("done", [(2, "minutes_reference", "minutes_missing")])


async def test_an_incomplete_standard_is_refused_with_every_gap(registry: ServiceUnderTest) -> None:
    here = await department(registry)
    await run(here, "services", [SERVICE])
    rows = [
        {**STANDARD, "product": "", "fee": json.dumps({"free": True}), "capability": "", "decree_date": "2999-01-01",
         "effective_on": ""},
        {**STANDARD, "number": "X1", "completion_time": "soon"},
        {**STANDARD, "number": "X2", "service_code": "NONE"},
        {**STANDARD, "number": "X3", "effective_on": "2019-01-01", "facilities": ""},
        {**STANDARD, "number": "X4", "decree_date": "2999-01-01", "community_needs": ""},
        {**STANDARD, "number": "X5", "fee": "gratis", "capability": "", "service_code": "NONE"},
    ]  # fmt: skip
    done = await run(here, "standards", rows)
    [told] = [each["detail"] for each in done["result"]["errors"] if (each["row"], each["column"]) == (7, "fee")]
    assert 'such as {"free": true' in told["en"]
    assert 'misalnya {"free": true' in told["id"]
    assert found(done) == [
        (2, "capability", "consideration_empty"),
        (2, "decree_date", "in_the_future"),
        (2, "fee", "component_incomplete"),
        (2, "product", "component_missing"),
        (3, "completion_time", "not_json"),
        (4, "service_code", "unknown_service"),
        (5, "effective_on", "effective_before_decree"),
        (5, "facilities", "component_missing"),
        (6, "community_needs", "consideration_empty"),
        (6, "decree_date", "in_the_future"),
        (6, "effective_on", "effective_before_decree"),
        (7, "capability", "consideration_empty"),
        (7, "fee", "not_json"),
        (7, "service_code", "unknown_service"),
    ]
    service = await the_service(here)
    assert (await raw(here, f"/services/{service['id']}/standards"))["items"] == []


async def test_services_of_a_file_have_a_route_of_their_kind(registry: ServiceUnderTest) -> None:
    here = await department(registry)
    rows = [
        SERVICE | {"code": "AIR", "kind": "public_goods"},
        SERVICE | {"code": "MISI", "kind": "public_services", "funding_route": "state_mission"},
        SERVICE | {"code": "ASET", "kind": "public_goods", "funding_route": "separated_state_or_regional_assets"},
        SERVICE | {"code": "IZIN", "funding_route": "state_mission"},
    ]
    refused = await run(here, "services", rows)
    assert found(refused) == [
        (4, "funding_route", "not_of_this_provider"),
        (5, "funding_route", "not_of_this_kind"),
    ]
    assert counts(await run(here, "services", rows[:2])) == (2, 0, 0)
    items = (await here.read(f"/services?institution={here.id}&sort=created_at"))["items"]
    assert {item["code"]: item["funding_route"] for item in items} == {
        "AIR": "state_or_regional_budget",
        "MISI": "state_mission",
    }
    assert counts(await run(here, "services", rows[:2])) == (0, 0, 2)


async def test_malls_and_hours_of_single_days(registry: ServiceUnderTest) -> None:
    here = await department(registry)
    mall = (await (await stage(registry)).unit("MPP", kind="public_service_mall"))["id"]
    counter = (await here.unit("Loket"))["id"]
    special = [{"date": "2026-12-24", "blocks": [["08:00", "11:00"]], "note": None}]
    row = SERVICE | {"place_ids": mall, "open_on_holidays": "true", "special_hours": json.dumps(special)}
    assert counts(await run(here, "services", [row])) == (1, 0, 0)
    [service] = (await here.read(f"/services?institution={here.id}"))["items"]
    assert (service["place_ids"], service["open_on_holidays"], service["special_hours"]) == ([mall], True, special)
    assert counts(await run(here, "services", [row])) == (0, 0, 1)
    # What a file doesn't say stays; what isn't a mall is no place for others' services.
    assert counts(await run(here, "services", [SERVICE | {"name": "Akta"}])) == (0, 1, 0)
    [service] = (await here.read(f"/services?institution={here.id}"))["items"]
    assert (service["name"], service["place_ids"]) == ("Akta", [mall])
    refused = await run(here, "services", [SERVICE | {"place_ids": f"{mall}|{counter}"}])
    assert found(refused) == [(2, "place_ids", "not_a_public_service_mall")]
    wrong = await run(here, "services", [SERVICE | {"place_ids": "MPP", "open_on_holidays": "kadang"}])
    assert sorted((row, column) for row, column, _ in found(wrong)) == [(2, "open_on_holidays"), (2, "place_ids")]
