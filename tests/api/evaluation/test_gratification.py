"""Gratification reports: for author and UPG alone, the clocks of the law, lapses, thresholds."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.evaluation.conftest import Office, event
from chassis.data.pool import Connection
from chassis.data.statements import Row
from evaluation.gratification import lapses, operations
from evaluation.gratification.recounting import FIRST, recount
from support.directory import seat, settle
from support.wall_clock import WallClock, wall_clock

GIFT = {
    "received_on": "2026-03-02",
    "form": "goods",
    "description": "Parsel berisi makanan",
    "value_idr": 750_000,
    "giver_name": "CV Sumber Rejeki",
}


@pytest.fixture
async def desk(fresh: Office) -> Office:
    """A country of its own with a gratification control officer."""
    upg = uuid4()
    fresh.country.people["upg"], fresh.country.accounts["upg"] = upg, f"upg-{upg}"
    await settle(fresh.service, seat(upg, f"upg-{upg}", "gratification_control_officer", fresh.country.city, None))
    return fresh


@pytest.fixture
def clock(desk: Office) -> Iterator[WallClock]:
    with wall_clock(desk.service) as found:
        yield found


async def report(desk: Office, caller: str = "officer", **fields: Any) -> httpx.Response:
    body = {"institution_id": str(desk.country.city), **GIFT, **fields}
    return await desk.call("POST", "/v1/gratification-reports", caller=desk.officer(caller), json=body)


async def reported(desk: Office, **fields: Any) -> str:
    reply = await report(desk, **fields)
    assert reply.status_code == 201, reply.text
    return str(reply.headers["location"])


async def act(desk: Office, path: str, action: str, body: dict[str, Any], caller: str = "upg") -> httpx.Response:
    etag = (await desk.call("GET", path)).headers["etag"]
    headers = {"if-match": etag}
    return await desk.call("POST", f"{path}/{action}", caller=desk.officer(caller), headers=headers, json=body)


def due(content: dict[str, Any]) -> dict[str, str]:
    return {f"{each['stage']}{' upg' if each['via'] else ''}": each["due_at"] for each in content["duties"]}


async def test_a_report_exists_for_its_author_and_the_upg_alone(desk: Office, clock: WallClock) -> None:
    path = await reported(desk)
    for name in ("officer", "upg"):
        assert (await desk.call("GET", path, caller=desk.officer(name))).status_code == 200, name
    others = (
        "head",
        "supervisor",
        "auditor",
        "head_auditor",
        "admin",
        "responsible",
        "national",
        "ombudsman",
        "liaison",
    )
    clients = [desk.service.integration("evaluation:read evaluation:write", desk.country.city)]
    for caller in (*map(desk.officer, others), *clients, desk.service.account(str(uuid4()))):
        assert (await desk.call("GET", path, caller=caller)).status_code == 404
        assert (await desk.call("GET", "/v1/gratification-reports", caller=caller)).json()["items"] == []
    assert (await desk.call("GET", path, caller=desk.service.anonymous())).status_code == 401
    mine = (await desk.call("GET", "/v1/gratification-reports", caller=desk.officer("officer"))).json()["items"]
    assert [(item["state"], item["allowed_actions"]) for item in mine] == [("reported", [])]
    theirs = (await desk.call("GET", "/v1/gratification-reports", caller=desk.officer("upg"))).json()["items"]
    assert theirs[0]["allowed_actions"] == ["forwarding", "handling", "incompleteness"]


async def test_the_clocks_run_in_working_days_of_the_institution(desk: Office, clock: WallClock) -> None:
    """Received Monday 2 March, reported Monday 9 March in Makassar (UTC+8): see the unit tests for the count."""
    clock.set(9)
    path = await reported(desk)
    first = (await desk.call("GET", path, caller=desk.officer("officer"))).json()
    assert due(first) == {
        "report upg": "2026-03-16T15:59:59Z",
        "report": "2026-04-21T15:59:59Z",
        "forward upg": "2026-03-30T15:59:59Z",
    }
    assert (first["policy"], first["late"], first["due_at"]) == (
        "kpk_gratification_2026",
        False,
        "2026-03-30T15:59:59Z",
    )
    assert [step["action"] for step in first["history"]] == ["reporting"]
    clock.set(17)
    forwarded = (await act(desk, path, "forwarding", {"kpk_number": "KPK-7"})).json()
    assert (forwarded["state"], forwarded["kpk_number"], forwarded["due_at"]) == ("forwarded_to_kpk", "KPK-7", None)
    assert due(forwarded)["status_decision"] == "2026-05-07T15:59:59Z"
    clock.set(6, month=4)
    decree = {"status": "owned_by_state", "decree_number": "SK-1/2026", "decided_on": "2026-04-06"}
    assert (await act(desk, path, "status-decision", {**decree, "decided_on": "2026-03-01"})).status_code == 422
    final = (await act(desk, path, "status-decision", decree)).json()
    assert (final["state"], final["outcome"], final["allowed_actions"]) == ("owned_by_state", "SK-1/2026", [])


async def test_a_holiday_that_is_decreed_later_moves_what_is_open(desk: Office, clock: WallClock) -> None:
    """The days of the institution's own region count; what is decided keeps the terms that it was decided by."""
    region = "52.97"

    async def decree(version: int, *days: str) -> None:
        free = [
            {"date": day, "kind": "local_holiday", "name_id": "Libur", "name_en": "Holiday", "source": "SK 1"}
            for day in days
        ]
        data = {"code": "tests-layer", "version": version, "name": {"id": "Uji", "en": "Tests"}, "region_code": region}
        data |= {"time_zone": "Asia/Makassar", "working_blocks": {}, "days": free}
        await desk.take("registry", event("calendar.changed", "calendars/tests-layer", data, version))
        async with desk.service.connection() as connection, connection.transaction():
            after: UUID | None = FIRST
            while after is not None:
                after = await recount(connection, after, desk.service.app.state.clock())

    clock.set(17)  # the eleventh working day
    path, handled = await reported(desk), await reported(desk)
    await act(desk, handled, "handling", {"disposal": "Diserahkan ke panti asuhan"})
    before = [(await desk.call("GET", each)).json() for each in (path, handled)]
    assert [found["late"] for found in before] == [True, True]
    try:
        await decree(1, "2026-03-10", "2026-03-11")
        after = [(await desk.call("GET", each)).json() for each in (path, handled)]
        assert due(after[0])["report upg"] == "2026-03-25T15:59:59Z"  # two days on, over Nyepi and Lebaran
        assert after[0]["late"] is False
        assert after[1] == before[1]
    finally:
        await decree(2)
    assert (await desk.call("GET", path)).json() == before[0]


async def test_late_reports_say_so(desk: Office, clock: WallClock) -> None:
    clock.set(17)  # the eleventh working day
    late = await report(desk)
    assert late.json()["late"] is True
    direct = await report(desk, via="kpk", kpk_number="KPK-9")
    assert (direct.json()["state"], direct.json()["late"]) == ("forwarded_to_kpk", False)
    assert (await report(desk, via="kpk")).json()["errors"][0]["code"] == "kpk_number_needed"


async def test_what_was_reported_to_the_kpk_directly_was_reported_on_its_day(desk: Office, clock: WallClock) -> None:
    """Told here on Wednesday 22 April, the thirty-first working day: late only if that is the day of the report."""
    clock.set(22, month=4)
    direct = {"via": "kpk", "kpk_number": "KPK-9"}
    told_late = (await report(desk, **direct, reported_on="2026-03-17")).json()
    assert (told_late["late"], told_late["forwarded_at"]) == (False, "2026-03-17T04:00:00Z")
    assert due(told_late)["status_decision"] == "2026-05-07T15:59:59Z"
    for day in ({}, {"reported_on": "2026-04-22"}):
        assert (await report(desk, **direct, **day)).json()["late"] is True
    old = (await report(desk, **direct, received_on="2026-01-12", reported_on="2026-01-13")).json()
    assert old["policy"] == "kpk_gratification_2019"
    for unfit in ("2026-03-01", "2026-04-23"):
        refused = await report(desk, **direct, reported_on=unfit)
        assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [("/reported_on", "day_unfit")]
    assert (await report(desk, reported_on="2026-03-17")).json()["errors"][0]["code"] == "reported_to_kpk_only"


async def lapse(desk: Office, now: datetime) -> None:
    """Let what has lapsed by now come to its end."""
    after: UUID | None = FIRST
    async with desk.service.connection() as connection, connection.transaction():
        while after is not None:
            after = await lapses.end_lapsed(connection, after, now)


async def test_an_incomplete_report_is_completed_or_lapses_and_one_that_fails_holds_up_none(
    desk: Office, clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set(9)
    path, broken, forgotten = await reported(desk), await reported(desk), await reported(desk)
    for each in (path, broken, forgotten):
        returned = await act(desk, each, "incompleteness", {"missing": ["foto barang"]})
        assert (returned.json()["state"], due(returned.json())["completion"]) == ("incomplete", "2026-04-14T15:59:59Z")
    assert (await act(desk, path, "completion", {"note": "x"})).json()["code"] == "report_move_not_allowed"
    completion = {"note": "Foto terlampir", "value_idr": 900_000}
    completed = (await act(desk, path, "completion", completion, "officer")).json()
    assert (completed["state"], completed["value_idr"], completed["missing"]) == ("reported", 900_000, [])
    assert completed["due_at"] == "2026-03-30T15:59:59Z"
    await lapse(desk, clock.set(14, 23, month=4))
    assert (await desk.call("GET", forgotten, caller=desk.officer("officer"))).json()["state"] == "incomplete"
    now = clock.set(15, month=4)
    late = await act(desk, forgotten, "completion", completion, "officer")
    assert (late.status_code, late.json()["code"]) == (409, "completion_lapsed")
    carry_out = operations.carry_out

    async def failing(connection: Connection, row: Row, *more: Any, **options: Any) -> Any:
        if broken.endswith(str(row["id"])):
            raise RuntimeError("this report always fails")
        return await carry_out(connection, row, *more, **options)

    monkeypatch.setattr(lapses, "carry_out", failing)
    await lapse(desk, now)
    assert (await desk.call("GET", broken, caller=desk.officer("officer"))).json()["state"] == "incomplete"
    ended = (await desk.call("GET", forgotten, caller=desk.officer("officer"))).json()
    assert (ended["state"], ended["allowed_actions"], ended["late"]) == ("not_followed_up", [], True)
    assert ended["history"][-1]["actor"] == "system:lapses"


async def test_the_policy_is_that_of_the_day_of_the_report(desk: Office, clock: WallClock) -> None:
    """Before 14 January 2026 thirty working days to complete, from then on twenty."""
    clock.set(13, month=1)
    old = (await report(desk, received_on="2026-01-12")).json()
    clock.set(14, month=1)
    new = (await report(desk, received_on="2026-01-12")).json()
    assert (old["policy"], new["policy"]) == ("kpk_gratification_2019", "kpk_gratification_2026")


async def test_nobody_handles_their_own_report(desk: Office, clock: WallClock) -> None:
    path = await reported(desk, caller="upg")
    own = await act(desk, path, "forwarding", {"kpk_number": "KPK-1"})
    assert (own.status_code, own.json()["allowed_actions"]) == (409, [])
    assert (await act(desk, path, "handling", {"disposal": "x"}, "officer")).status_code == 404


async def test_thresholds_count_a_giver_s_year(desk: Office, clock: WallClock) -> None:
    gift: dict[str, Any] = {"occasion": "colleague_gift_not_money", "value_idr": 500_000, "giver_name": "Budi"}
    found = [(await report(desk, **gift)).json()["threshold"]["exempt"] for _ in range(4)]
    assert found == [True, True, True, False]  # 1,500,000 a year and giver
    other = (await report(desk, **{**gift, "giver_name": "Siti"})).json()["threshold"]
    assert other == {
        "limits": {"gift": 500_000, "giver_year": 1_500_000},
        "exempt": True,
        "policy": "kpk_gratification_2026",
    }
    assert (await report(desk)).json()["threshold"] is None


async def test_a_completed_report_is_held_against_the_thresholds_anew(desk: Office, clock: WallClock) -> None:
    """The value was first guessed low; what the same report said before isn't counted beside what it says now."""
    gift: dict[str, Any] = {"occasion": "colleague_gift_not_money", "value_idr": 400_000, "giver_name": "Tono"}
    paths = [await reported(desk, **gift) for _ in range(2)]
    for path, value, exempt in ((paths[0], 600_000, False), (paths[1], 500_000, True)):
        before = (await act(desk, path, "incompleteness", {"missing": ["nilai taksiran"]})).json()
        assert before["threshold"]["exempt"] is True
        completion = {"note": "Ditaksir ulang", "value_idr": value}
        after = (await act(desk, path, "completion", completion, "officer")).json()
        assert (after["value_idr"], after["threshold"]["exempt"]) == (value, exempt)
    last = await reported(desk, **gift)  # 1,500,000 in the year
    assert (await desk.call("GET", last)).json()["threshold"]["exempt"] is True
    await act(desk, last, "incompleteness", {"missing": ["nilai taksiran"]})
    more = (await act(desk, last, "completion", {"note": "Kuitansi", "value_idr": 400_001}, "officer")).json()
    assert more["threshold"]["exempt"] is False


async def test_refused_and_handled(desk: Office, clock: WallClock) -> None:
    refused = (await report(desk, refused=True)).json()
    assert (refused["state"], refused["due_at"], refused["allowed_actions"]) == ("refused", None, [])
    path = await reported(desk)
    handled = (await act(desk, path, "handling", {"disposal": "Diserahkan ke panti asuhan"})).json()
    assert (handled["state"], handled["outcome"]) == ("handled_by_institution", "Diserahkan ke panti asuhan")


async def test_what_a_report_must_say(desk: Office, clock: WallClock) -> None:
    async def refused(**fields: Any) -> list[str]:
        reply = await report(desk, **fields)
        assert reply.status_code == 422, reply.text
        return [error["code"] for error in reply.json()["errors"]]

    assert await refused(received_on="2026-03-03") == ["in_the_future"]
    assert await refused(received_on="2015-01-01") == ["no_policy"]
    assert await refused(occasion="birthday_of_a_cat") == ["unknown_code"]
    assert await refused(value_idr=-1) == ["greater_than_equal"]
    assert (await report(desk, caller="other_admin")).status_code == 403


async def test_the_key_gives_the_same_report(desk: Office, clock: WallClock) -> None:
    body = {"institution_id": str(desk.country.city), **GIFT}
    caller = desk.officer("officer")
    first, again = [
        await desk.call("POST", "/v1/gratification-reports", caller=caller, key="one-gift", json=body) for _ in range(2)
    ]
    assert (again.json()["id"], again.headers["idempotency-replayed"]) == (first.json()["id"], "true")
