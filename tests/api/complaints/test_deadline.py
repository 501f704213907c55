"""Why a case is due then, through the real application; what a changed calendar does to open cases."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from complaints.moves.recounting import recount
from devstack.layout import DATA
from support.directory import event, institution, settle
from support.filings import Desk
from support.wall_clock import WallClock, wall_clock


@pytest.fixture
def wall(desk: Desk) -> Iterator[WallClock]:
    with wall_clock(desk.service) as clock:
        yield clock


async def deadline(desk: Desk, case_id: str, query: str = "") -> dict[str, Any]:
    reply = await desk.get(case_id, "head", f"/deadline{query}")
    assert reply.status_code == 200, reply.text
    explained: dict[str, Any] = reply.json()
    return explained


def duty(explained: dict[str, Any], stage: str) -> dict[str, Any]:
    """The last duty of a stage."""
    found: dict[str, Any] = [each for each in explained["duties"] if each["stage"] == stage][-1]
    return found


async def classified(desk: Desk, case_class: str, **changes: Any) -> dict[str, Any]:
    filed = await desk.file(**changes)
    await desk.done(filed["id"], "verification", "admin", {"complete": True})
    await desk.done(filed["id"], "classification", "admin", {"class": case_class, "category": "population"})
    await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(desk.country.counter)})
    return filed


async def test_a_filing_is_due_to_be_verified_in_three_working_days(desk: Desk, wall: WallClock) -> None:
    wall.set(13)  # Friday: Mon 16, Tue 17, then Nyepi and Idulfitri until Tue 24, Wed 25
    filed = await desk.file()
    assert filed["due_at"] == "2026-03-25T15:59:59Z"
    reply = await desk.service.call("GET", f"/v1/complaints/{filed['id']}/deadline")
    explained = reply.json()
    verification = duty(explained, "verification")
    assert (verification["counted_days"], verification["status"], verification["party"]) == (3, "running", "agency")
    assert verification["policy"]["code"] == "sp4n_2025"
    assert verification["law"].startswith("Perpres 76/2013")
    assert verification["mark"] == "~?"
    skipped = {each["date"]: each for each in verification["intervals"][0]["skipped"]}
    assert skipped["2026-03-13"]["reason"] == "event_day"
    assert skipped["2026-03-14"]["reason"] == "weekend"
    assert "Nyepi" in skipped["2026-03-19"]["name"]["id"]
    notice = duty(explained, "completeness_notice")
    assert notice["due_at"] == "2026-03-27T15:59:59Z"  # 14 calendar days
    assert explained["time_zone"] == "Asia/Makassar"


async def test_each_duty_of_a_complaint_has_its_row(desk: Desk, wall: WallClock) -> None:
    filed = await classified(desk, "non_supervisory")  # Monday 2 March
    explained = await deadline(desk, filed["id"])
    status = {each["stage"]: (each["status"], each["due_at"][:10]) for each in explained["duties"]}
    assert status == {
        "verification": ("met", "2026-03-05"),
        "completeness_notice": ("met", "2026-03-16"),
        "handling": ("running", "2026-03-27"),  # eleven days to Tue 17, then Wed 25, Thu 26, Fri 27
        "decision": ("running", "2026-05-01"),
        "acceptance": ("running", "2026-03-04"),
        "first_response": ("running", "2026-03-09"),
    }
    assert explained["due_at"] == "2026-03-04T15:59:59Z"
    assert explained["legal_clock"] is True


async def test_a_late_or_anonymous_complaint_has_no_legal_clock_and_says_why(desk: Desk, wall: WallClock) -> None:
    late = await desk.file(occurred_on="2026-01-15")
    explained = (await desk.service.call("GET", f"/v1/complaints/{late['id']}/deadline")).json()
    assert (explained["legal_clock"], explained["legal_clock_reason"]) == (False, "out_of_time")
    hidden = await desk.file(anonymous=True, reporter=None)
    explained = (await desk.service.call("GET", f"/v1/complaints/{hidden['id']}/deadline")).json()
    assert explained["legal_clock_reason"] == "anonymous"
    assert [each["stage"] for each in explained["duties"]] == ["verification"]


async def test_reclassifying_keeps_the_start(desk: Desk, wall: WallClock) -> None:
    filed = await classified(desk, "supervisory")
    wall.set(12)  # Thursday
    await desk.done(filed["id"], "classification", "admin", {"class": "normative", "reason": "Sudah diatur."})
    handling = duty(await deadline(desk, filed["id"]), "handling")
    assert handling["started_at"] == "2026-03-02T01:00:00Z"
    assert (handling["due_at"], handling["status"]) == ("2026-03-09T15:59:59Z", "overdue")


async def test_the_clock_s_standstill_is_an_interval_of_its_own(desk: Desk, wall: WallClock) -> None:
    filed = await classified(desk, "normative")
    await desk.done(filed["id"], "acceptance", "liaison")
    wall.set(3)
    await desk.done(filed["id"], "pause", "liaison", {"reason": "force_majeure"})
    standing = duty(await deadline(desk, filed["id"]), "handling")
    assert (standing["status"], standing["due_at"]) == ("standing", None)
    wall.set(5)
    await desk.done(filed["id"], "resumption", "liaison")
    explained = await deadline(desk, filed["id"])
    handling = duty(explained, "handling")
    spans = [(each["kind"], each["reason"], each["from_on"][-2:], each["to_on"][-2:]) for each in handling["intervals"]]
    assert spans == [("run", None, "02", "03"), ("pause", "force_majeure", "04", "05"), ("run", None, "06", "11")]
    assert [each["counted"] for each in handling["intervals"]] == [1, 0, 4]
    assert [each["reason"] for each in handling["intervals"][1]["skipped"]] == ["paused", "paused"]
    before = await deadline(desk, filed["id"], "?as_of=2026-03-02T12:00:00%2B08:00")
    assert (before["hypothetical"], duty(before, "handling")["due_at"]) == (True, "2026-03-09T15:59:59Z")


async def test_an_institution_with_days_of_its_own_counts_by_them(desk: Desk, wall: WallClock) -> None:
    country = desk.country
    plain = await classified(desk, "normative")
    own_code = f"kota-{country.city}"
    city = institution(country.city, "Kota Contoh", region_code=country.region, above=country.province)
    renamed = event("institution.changed", city.subject, {**city.data, "code": own_code}, sequence=2)
    day = {"date": "2026-03-05", "kind": "local_holiday", "name_id": "Hari jadi kantor", "name_en": "Own day"}
    hours = {
        name: [["07:00", "11:00"]] for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    }
    own = {
        "code": own_code,
        "version": 1,
        "time_zone": "Asia/Makassar",
        "region_code": None,
        "working_blocks": hours,
        "days": [day],
    }
    pool = desk.service.app.state.side_pool
    await settle(desk.service, [renamed, event("calendar.changed", f"calendars/{own_code}", own)])
    try:
        await recount(pool, wall.now)
        filed = await classified(desk, "normative")
        for case_id in (filed["id"], plain["id"]):
            handling = duty(await deadline(desk, case_id), "handling")
            # Tue 3, Wed 4, Fri 6, Sat 7, Mon 9: Thursday 5 is free, Saturday is worked
            assert handling["due_at"] == "2026-03-09T15:59:59Z"
            assert handling["calendar"]["code"] == f"national+{own_code}"
            [skipped] = [each for each in handling["intervals"][0]["skipped"] if each["date"] == "2026-03-05"]
            assert skipped["name"] == {"id": "Hari jadi kantor", "en": "Own day"}
            assert {each["date"] for each in handling["intervals"][0]["skipped"]} == {
                "2026-03-02", "2026-03-05", "2026-03-08",
            }  # fmt: skip
        held = int(
            (await desk.service.call("GET", f"/v1/complaints/{filed['id']}/deadline")).json()["calendar"]["version"]
        )
        earlier = duty(await deadline(desk, filed["id"], f"?calendar_version={held}"), "handling")
        assert (earlier["due_at"], earlier["calendar"]["code"]) == ("2026-03-09T15:59:59Z", f"national+{own_code}")
    finally:
        await settle(desk.service, [event("institution.changed", city.subject, city.data, sequence=3)])
        await recount(pool, wall.now)


async def test_who_may_ask_why(desk: Desk, wall: WallClock) -> None:
    filed = await desk.file()
    path = f"/v1/complaints/{filed['id']}/deadline"
    own = await desk.service.call("GET", path, caller=await desk.tracking(filed))
    assert own.status_code == 200
    assert (await desk.service.call("GET", path, caller=desk.service.anonymous())).status_code == 401
    assert (await desk.service.call("GET", path, caller=desk.account("other_admin"))).status_code == 404
    secret = await desk.file(ethics_values=["refuses_bribes"])
    path = f"/v1/complaints/{secret['id']}/deadline"
    assert (await desk.service.call("GET", path, caller=await desk.tracking(secret))).status_code == 404
    assert (await desk.service.call("GET", path, caller=desk.account("auditor"))).status_code == 200
    assert (await desk.service.call("GET", f"{path}?calendar_version=77")).status_code == 404


async def test_a_changed_calendar_moves_open_cases_and_says_so(desk: Desk, wall: WallClock) -> None:
    pool = desk.service.app.state.side_pool
    await recount(pool, wall.now)
    filed = await classified(desk, "normative")
    finished = await desk.file()
    await desk.done(filed["id"], "acceptance", "liaison")
    await desk.done(
        finished["id"], "archival", "admin", {"reason": "wrong_format", "explanation": "Formulir yang salah."}
    )
    document = json.loads((DATA / "calendars" / "national.json").read_bytes())
    names = ("code", "name", "time_zone", "region_code", "working_blocks", "days")
    old = {name: document.get(name) for name in names}
    decreed = {"date": "2026-03-06", "kind": "collective_leave", "name_id": "Cuti bersama", "name_en": "Leave"}
    new = old | {"days": [*old["days"], decreed], "version": 2}
    await settle(desk.service, [event("calendar.changed", "calendars/national", new, sequence=2)])
    try:
        assert await recount(pool, wall.set(4)) >= 1
        assert await recount(pool, wall.now) == 0
        case = (await desk.get(filed["id"], "head")).json()
        explained = await deadline(desk, filed["id"])
        handling = duty(explained, "handling")
        assert handling["due_at"] == "2026-03-10T15:59:59Z"  # Friday the sixth is free now: Tuesday, not Monday
        assert handling["calendar"]["version"] == 2
        assert case["due_at"] == explained["due_at"]
        entry = (await desk.get(filed["id"], "head", "/timeline")).json()["items"][-1]
        assert (entry["action"], entry["public"]["reason"]) == ("recount", "calendar_changed")
        before = await deadline(desk, filed["id"], "?calendar_version=1")
        assert (before["hypothetical"], duty(before, "handling")["due_at"]) == (True, "2026-03-09T15:59:59Z")
        untouched = (await desk.get(finished["id"], "head", "/timeline")).json()
        assert "recount" not in str(untouched)
    finally:
        back = old | {"version": 3}
        await settle(desk.service, [event("calendar.changed", "calendars/national", back, sequence=3)])
        await recount(pool, wall.now)
