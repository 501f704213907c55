"""A backup is taken while the platform runs; what is restored goes on: feeds, copies and new cases."""

import os
import shutil
from typing import Any
from uuid import uuid4

import httpx
import pytest

from devstack.backup import back_up, restore
from devstack.demo.calling import Voice, sign_in, until
from devstack.layout import VAR, Layout
from devstack.platform import Platform, platform
from devstack.settings import free_ports

pytestmark = pytest.mark.xdist_group("whole-platform")

BODY = {"type": "aspiration", "title": "Taman baca", "body": "Mohon ada taman baca di kelurahan.", "anonymous": True}


def said(_text: str) -> None:
    """Progress isn't looked at here."""


async def voice(running: Platform, http: httpx.AsyncClient) -> Voice:
    return await sign_in(http, {"grant_type": "client_credentials", **running.bootstrap_client()})


async def counted(admin: Voice, institution: dict[str, Any]) -> int:
    reply = await admin.get("/complaints", institution=institution["id"], count="exact", limit=1)
    return int(reply["count"])


async def test_a_restored_platform_goes_on() -> None:
    home = VAR / f"test-restored-{os.getpid()}"
    shutil.rmtree(home, ignore_errors=True)
    layout, name = Layout(home), f"unit-{uuid4().hex[:6]}"
    try:
        async with platform(home, free_ports()) as running, _client(running) as http:
            admin, citizen = await voice(running, http), Voice(http)
            city = (await admin.get("/institutions", code="pemda-51.04"))["items"][0]
            kept = await admin.post(
                "/units", {"institution_id": city["id"], "code": name, "name": name, "kind": "department"}
            )
            filed = await citizen.post("/complaints", BODY | {"region_code": "51.04"})
            backup = await back_up(layout, say=said)
            lost = await citizen.post("/complaints", BODY | {"region_code": "51.04"})
        await restore(layout, backup, say=said)
        async with platform(home, free_ports()) as running, _client(running) as http:
            admin, citizen = await voice(running, http), Voice(http)
            assert (await admin.get(f"/complaints/{filed['id']}"))["id"] == filed["id"]
            assert (await admin.ask("GET", f"/complaints/{lost['id']}")).status_code == 404
            later = await admin.post(
                "/units",
                {
                    "institution_id": city["id"],
                    "code": f"{name}-2",
                    "name": name,
                    "kind": "section",
                    "parent_id": kept["id"],
                },
            )
            body = {"unit_id": later["id"], "code": name, "name": name, "kind": "administrative"}
            service = await admin.post("/services", body | {"legal_basis": ["UU 23/2006"]})
            await admin.act(f"/services/{service['id']}", "activation", {})

            async def followed() -> bool:
                case = await citizen.post("/complaints", BODY | {"service_id": service["id"]})
                return bool((await admin.get(f"/complaints/{case['id']}"))["proposed_unit_id"] == later["id"])

            await until("the following of the restored registry", followed)

            async def evaluated() -> bool:
                reply = await admin.ask("GET", f"/scorecards/institution/{city['id']}")
                if reply.status_code == 404:  # its copy hasn't come to the city yet
                    return False
                received = (reply.json()["complaints"] or {}).get("received", {}).get("value") or 0
                return bool(received == await counted(admin, city))

            await until("evaluation's count of the restored cases", evaluated)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _client(running: Platform) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=running.address, trust_env=False, timeout=30)
