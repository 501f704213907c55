"""The registry corrects an institution's time zone or region: its open cases are counted by the right one, and say so."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from complaints.moves.recounting import recount
from complaints.service import SERVICE
from devstack.postgres import Cluster
from support.directory import event, institution, settle, settled_country
from support.filings import Desk
from support.services import service_under_test
from support.wall_clock import wall_clock


@pytest.fixture
async def own_desk(postgres: Cluster) -> AsyncIterator[Desk]:
    """A database of its own: its city moves."""
    async with service_under_test(postgres, SERVICE) as service:
        yield Desk(service, await settled_country(service, "51.96"))


async def handling(desk: Desk, case_id: str) -> str:
    """When the case's handling is due, as it was last classified."""
    explained = (await desk.get(case_id, "head", "/deadline")).json()
    return str([each["due_at"] for each in explained["duties"] if each["stage"] == "handling"][-1])


@pytest.mark.parametrize(
    ("corrected", "due_at"),
    [
        ({"time_zone": "Asia/Jayapura"}, "2026-03-09T14:59:59Z"),  # the day ends an hour earlier there
        ({"region_code": "94.71"}, "2026-03-10T15:59:59Z"),  # Thursday the fifth is free there: Tuesday, not Monday
    ],
)
async def test_a_corrected_place_of_an_institution_moves_its_open_cases_and_says_so(
    own_desk: Desk, corrected: dict[str, Any], due_at: str
) -> None:
    country, pool = own_desk.country, own_desk.service.app.state.side_pool
    day = {"date": "2026-03-05", "kind": "local_holiday", "name_id": "Hari Pekabaran Injil", "name_en": "Gospel Day"}
    there = {"code": "94", "version": 1, "time_zone": "Asia/Jayapura", "region_code": "94", "working_blocks": {}}
    city = institution(country.city, "Kota Contoh", region_code=country.region, above=country.province)
    with wall_clock(own_desk.service) as wall:
        await settle(own_desk.service, [event("calendar.changed", "calendars/94", {**there, "days": [day]})])
        filed = await own_desk.file()
        await own_desk.done(filed["id"], "verification", "admin", {"complete": True})
        await own_desk.done(filed["id"], "classification", "admin", {"class": "normative", "category": "population"})
        await own_desk.done(filed["id"], "assignment", "admin", {"unit_id": str(country.counter)})
        await own_desk.done(filed["id"], "response", "liaison", {"kind": "first", "body": "Kami periksa."})
        other = await own_desk.file(unit_id=str(country.other_unit), service_id=None)
        finished = await own_desk.file()
        reason = {"reason": "wrong_format", "explanation": "Formulir yang salah."}
        await own_desk.done(finished["id"], "archival", "admin", reason)
        await recount(pool, wall.now)
        assert await handling(own_desk, filed["id"]) == "2026-03-09T15:59:59Z"

        await settle(own_desk.service, [event("institution.changed", city.subject, {**city.data, **corrected}, 2)])
        assert await recount(pool, wall.set(4)) == 1
        assert await recount(pool, wall.now) == 0
        assert await handling(own_desk, filed["id"]) == due_at
        assert (await own_desk.get(filed["id"], "head")).json()["due_at"] == due_at
        entry = (await own_desk.get(filed["id"], "head", "/timeline")).json()["items"][-1]
        assert (entry["action"], entry["public"]["reason"]) == ("recount", "place_changed")
        assert (entry["public"]["due_at_before"], entry["public"]["due_at"]) == ("2026-03-09T15:59:59Z", due_at)
        for untouched in (other, finished):
            timeline = await own_desk.service.call("GET", f"/v1/complaints/{untouched['id']}/timeline")
            assert "recount" not in timeline.text

        name = event("institution.changed", city.subject, {**city.data, **corrected, "name": "Kota Lain Nama"}, 3)
        await settle(own_desk.service, [name])
        assert await recount(pool, wall.now) == 0
