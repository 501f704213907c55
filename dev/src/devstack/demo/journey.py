"""The journey from beginning to end, on a platform that runs or on one that it starts."""

import json
import os
import time

import httpx
from rich.console import Console

from devstack.demo import complaint, organisation, promise, satisfaction
from devstack.demo.calling import DemoFailed, Voice, sign_in
from devstack.demo.telling import Story
from devstack.layout import Layout
from devstack.platform import is_ready, platform
from devstack.settings import read_settings


async def run(console: Console, layout: Layout) -> None:
    """Walk through the platform of `layout`; start it first if none is up. Raises DemoFailed, and what `platform` raises."""
    address = read_settings(os.environ).address("gateway")
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        up = await is_ready(client, address)
    if up:
        await walk(console, address, _client(layout))
        return
    console.print("No platform is up: starting one for the demonstration")
    async with platform(layout.var, say=lambda text: console.print(f"    {text}", markup=False)) as running:
        await walk(console, running.address, running.bootstrap_client())


def _client(layout: Layout) -> dict[str, str]:
    if not layout.bootstrap_client.exists():
        raise DemoFailed(
            f"The platform's first client isn't in {layout.bootstrap_client}: run the demo where it was started."
        )
    found: dict[str, str] = json.loads(layout.bootstrap_client.read_text("utf-8"))
    return found


async def walk(console: Console, address: str, client: dict[str, str]) -> None:
    """All six parts, through the gateway at `address` alone. Raises DemoFailed."""
    began, story = time.monotonic(), Story(console)
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as http:
        admin = await sign_in(http, {"grant_type": "client_credentials", **client})
        citizen = Voice(http)
        city = await organisation.set_up(admin, story)
        service = await promise.make_promise(city, citizen, story)
        rated_before = await satisfaction.rated(admin, city)
        filed = await complaint.file_complaint(citizen, service, story)
        case = await complaint.handle(city, filed, story)
        await satisfaction.survey(city, service, story)
        await satisfaction.scorecard(city, case, rated_before, story)
    console.print(f"\n[bold green]The whole journey took {time.monotonic() - began:.1f} s[/bold green]")
