"""A complaint is taken and worked whatever else is down, and nothing that was acknowledged is lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from devstack.demo.calling import Voice, until
from devstack.platform import Platform, is_ready
from devstack.roster import PROGRAMS

pytestmark = pytest.mark.xdist_group("whole-platform")

BODY = {
    "type": "complaint",
    "title": "Lampu jalan padam",
    "body": "Lampu jalan di depan pasar padam sejak kemarin malam.",
    "anonymous": True,
    "region_code": "51.71",
}


@asynccontextmanager
async def stopped(whole: Platform, *names: str) -> AsyncIterator[None]:
    """These processes answer nothing for a while."""
    pids = [pid for name in names if (pid := whole.supervisor.pid(name))]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def new_service(admin: Voice) -> dict[str, Any]:
    code = f"layanan-{uuid4().hex[:8]}"
    city = await admin.first("/institutions", code="pemda-51.03")
    assert city is not None
    unit = await admin.post("/units", {"institution_id": city["id"], "code": code, "name": code, "kind": "department"})
    body = {"unit_id": unit["id"], "code": code, "name": code, "kind": "administrative", "legal_basis": ["UU 23/2006"]}
    service = await admin.post("/services", body)
    await admin.act(f"/services/{service['id']}", "activation", {})
    return dict(service)


async def test_a_complaint_is_taken_with_the_others_stopped_and_routed_when_they_are_back(
    whole: Platform, admin: Voice, citizen: Voice
) -> None:
    async with stopped(whole, "complaints"):
        service = await new_service(admin)  # complaints hasn't heard of it yet
        frozen = stopped(whole, "registry", "evaluation")
        await frozen.__aenter__()
    try:
        filed = await citizen.post("/complaints", BODY | {"service_id": service["id"]})
        assert filed["state"] == "submitted"
        seen = await citizen.post("/tracking", {name: filed[name] for name in ("tracking_code", "access_pin")})
        assert seen["id"] == filed["id"]
        before = await admin.get(f"/complaints/{filed['id']}")
        assert before["routing"] == "pending"
    finally:
        await frozen.__aexit__(None, None, None)

    async def routed() -> bool:
        case = await admin.get(f"/complaints/{filed['id']}")
        return bool(case["routing"] == "done" and case["proposed_unit_id"] == service["unit_id"])

    await until("the routing of the case", routed)


async def test_killed_processes_come_back_and_nothing_acknowledged_is_lost(whole: Platform, admin: Voice) -> None:
    """Filed as a client: somebody without a token is held to the gateway's limit long before anything is proven."""
    acknowledged: dict[str, str] = {}
    done = asyncio.Event()

    async def file_on() -> None:
        while not done.is_set():
            key = str(uuid4())
            try:
                # Not by admin.ask, which is patient: each answer counts here.
                headers = admin.headers | {"idempotency-key": key}
                reply = await admin.http.post("/v1/complaints", json=BODY, headers=headers)
            except httpx.TransportError:
                continue
            if reply.status_code == 201:
                acknowledged[key] = reply.json()["id"]
            elif reply.status_code >= 500:
                assert reply.headers["content-type"] == "application/problem+json", reply.text

    async def more(count: int) -> None:
        wanted = len(acknowledged) + count
        await until("further filings", lambda: asyncio.sleep(0, len(acknowledged) >= wanted))

    filing = [asyncio.create_task(file_on()) for _ in range(4)]
    try:
        await more(20)
        for name in ("complaints", "registry", "evaluation", "gateway"):
            pid = whole.supervisor.pid(name)
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            await more(20)
        assert whole.cluster is not None
        postmaster = int((whole.layout.postgres / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        await more(20)
    finally:
        done.set()
        await asyncio.gather(*filing)

    for key, case_id in acknowledged.items():
        assert (await admin.get(f"/complaints/{case_id}"))["id"] == case_id
        again = await admin.ask("POST", "/complaints", json=BODY, headers={"idempotency-key": key})
        assert again.status_code == 201, again.text
        assert again.headers["idempotency-replayed"] == "true"
        assert again.json()["id"] == case_id

    async def told() -> bool:
        last = await admin.ask("GET", "/feeds/complaints")
        return last.is_success

    await until("the feed", told)

    async def healed() -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            return all([await is_ready(client, whole.settings.address(program.name)) for program in PROGRAMS])

    await until("the readiness of every process", healed)
