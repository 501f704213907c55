"""The cabinet change of 2024 as one declared event: the older ministries against the ministries that came of them."""

import csv
from fractions import Fraction
from typing import Any

from api.registry.directory_stage import Stage, stage
from devstack.layout import DATA
from support.services import ServiceUnderTest

DAY = "2024-10-21"
Body = dict[str, Any]


def former() -> list[dict[str, str]]:
    """Those whose change is the cabinet's."""
    with (DATA / "institutions" / "former-ministries.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["effective_on"] == DAY]


async def ids_of(here: Stage, rows: list[dict[str, str]]) -> dict[str, str]:
    codes = sorted({code for row in rows for code in row["successor_codes"].split()})
    query = "&".join(f"code={code}" for code in codes)
    found = {item["code"]: item["id"] for item in (await here.read(f"/institutions?{query}&limit=200"))["items"]}
    assert found.keys() == set(codes)
    return found


def step(row: dict[str, str], subject: str, successors: list[str]) -> Body:
    named = {"institution_id": subject}
    if row["change"] == "split":
        share = f"1/{len(successors)}"
        into = [{"to": {"institution_id": each}, "share": share} for each in successors]
        return {"type": "split", "subject": named, "into": into}
    return {"type": "merge", "subjects": [named], "into": {"institution_id": successors[0]}}


async def test_the_cabinet_change_of_2024(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    rows = former()
    assert len(rows) >= 11
    today = await ids_of(here, rows)
    older: dict[str, str] = {}
    for row in rows:
        body = {"code": row["code"], "name": row["name"], "kind": row["kind"], "valid_during": {"from": "2019-10-23"}}
        older[row["code"]] = (await here.make("institutions", **body))["id"]
    law = Stage(registry, {"id": older["kemenkumham"]})
    corrections = await law.unit("Direktorat Jenderal Pemasyarakatan")
    prison = await law.unit("Lapas Kerobokan", corrections["id"])
    human_rights = await law.unit("Direktorat Jenderal Hak Asasi Manusia")
    bureau = await law.unit("Biro Umum")
    minister = await law.seat("supervisor")
    warden = await law.seat("unit_head", unit=prison["id"])
    steps = [step(row, older[row["code"]], [today[code] for code in row["successor_codes"].split()]) for row in rows]
    split = steps[[row["code"] for row in rows].index("kemenkumham")]
    allotted = {today["kemenimipas"]: [corrections["id"]], today["kemenham"]: [human_rights["id"]]}
    for part in split["into"]:
        part["unit_ids"] = allotted.get(part["to"]["institution_id"], [])
    done = await here.make(
        "reorganisations",
        title="Kabinet 2024-2029",
        effective_on=DAY,
        decree_number="Perpres 139/2024",
        decree_date=DAY,
        steps=steps,
    )
    totals = await _check_lineages(here, rows, older, today)
    assert sum(totals.values()) == len(rows)
    for code, identity in older.items():
        assert (await here.call("GET", f"/institutions/{identity}?as_of={DAY}")).status_code == 404, code
        assert (await here.read(f"/institutions/{identity}?as_of=2024-10-20"))["code"] == code
    where = {"kemenimipas": corrections, "kemenham": human_rights, "kemenkum": bureau}
    for code, old in where.items():
        [passed] = (await here.read(f"/units/{old['id']}/lineage"))["successors"]
        continued = await here.read(f"/units/{passed['to_id']}?as_of={DAY}")
        assert (continued["institution_id"], continued["name"]) == (today[code], old["name"])
    [passed] = (await here.read(f"/units/{prison['id']}/lineage"))["successors"]
    seats = (await here.read(f"/appointments?unit={passed['to_id']}&as_of={DAY}"))["items"]
    assert [(seat["person_id"], seat["role"]) for seat in seats] == [(warden["person_id"], "unit_head")]
    assert [seat["id"] for seat in done["consequences"]["seats_ending"]] == [minister["id"]]
    told = (await here.events(f"institutions/{older['klhk']}"))[-1]["data"]
    assert told["valid_to"] == DAY


async def _check_lineages(
    here: Stage, rows: list[dict[str, str]], older: dict[str, str], today: dict[str, str]
) -> dict[str, Fraction]:
    """Both ways; the totals of one for each older ministry, by the structure after it."""
    totals: dict[str, Fraction] = {}
    for row in rows:
        lineage = await here.read(f"/institutions/{older[row['code']]}/lineage")
        expected = {today[code] for code in row["successor_codes"].split()}
        assert {each["to_id"] for each in lineage["successors"]} == expected
        assert {each["id"] for each in lineage["allocation"]} == expected
        for each in lineage["allocation"]:
            totals[each["id"]] = totals.get(each["id"], Fraction()) + Fraction(each["share"])
        for successor in expected:
            back = await here.read(f"/institutions/{successor}/lineage")
            assert older[row["code"]] in {each["from_id"] for each in back["predecessors"]}
    return totals


async def test_ministries_are_established_renamed_and_merged_in_one_event(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    other = await stage(registry, supervisor_ids=[here.id])
    unit = await here.unit("Biro", code="B-1")
    code = here.institution["code"] + "-baru"
    ministry = {"code": code, "name": "Kementerian Baru", "kind": "ministry"}
    done = await here.make(
        "reorganisations",
        title="Pembentukan kementerian",
        effective_on=DAY,
        decree_number="Perpres 1/2024",
        decree_date=DAY,
        steps=[
            {"type": "merge", "subjects": [{"institution_id": here.id}], "into": {"key": "baru"}},
            {"type": "rename", "subject": {"institution_id": other.id}, "name": "Badan Berganti Nama"},
            {"type": "establish", "key": "baru", "institution": ministry},
        ],
    )
    made = done["established"]["baru"]
    found = await here.read(f"/institutions/{made}?as_of={DAY}")
    assert (found["code"], found["valid_during"]["from"]) == (code, DAY)
    supervised = await here.read(f"/institutions/{other.id}?as_of={DAY}")
    assert (supervised["name"], supervised["supervisor_ids"]) == ("Badan Berganti Nama", [made])
    assert other.institution["name"] in supervised["aliases"]
    before = await here.read(f"/institutions/{other.id}?as_of=2024-10-20")
    assert (before["name"], before["supervisor_ids"]) == (other.institution["name"], [here.id])
    units = (await here.read(f"/units?institution={made}&as_of={DAY}"))["items"]
    assert [(each["name"], each["code"]) for each in units] == [("Biro", "B-1")]
    assert (await here.read(f"/units/{unit['id']}?as_of=2024-10-20"))["institution_id"] == here.id
