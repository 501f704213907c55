"""Everything that a run needs, set up: two equal databases, the service before one, the gateway before it, the bare
application before the other, and a service on an almost empty database.

pgbench and the bare application have a database of their own: what they write no sequencer carries on.
"""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import country, databases
from benchmarks.callers import Officer, register, trusted_keys
from benchmarks.country import Institution
from benchmarks.databases import Say
from benchmarks.programs import free_port, program
from chassis.testing import Signer
from devstack.layout import DATA
from devstack.postgres import Cluster
from devstack.secrets import write_private

EMPTY_CASES = 2_000
"""Enough for a page of the officer's institution, and nothing beside millions."""
PLAIN, FULL, EMPTY, GATEWAY = "run_plain", "run_full", "run_empty", "run_gateway"


@dataclass(frozen=True)
class Stage:
    """Addresses of the programs, and who calls. `cases` stand in the full database."""

    cluster: Cluster
    officer: Officer
    cases: int
    home: Institution
    bare: str
    service: str
    gateway: str
    emptied: str

    @property
    def services(self) -> tuple[str, ...]:
        """Services of the officer's institution."""
        return tuple(str(id_) for id_, _ in self.home.services())


@asynccontextmanager
async def stage(cluster: Cluster, cases: int, *, logs: Path, say: Say) -> AsyncIterator[Stage]:
    """Set it up, and clear it away."""
    full = await databases.template(cluster, cases, say)
    small = await databases.template(cluster, EMPTY_CASES, say)
    plain_url = await databases.fresh(cluster, PLAIN, full)
    full_url = await databases.fresh(cluster, FULL, full)
    empty_url = await databases.fresh(cluster, EMPTY, small)
    gateway_url = await databases.fresh(cluster, GATEWAY, None)
    home = country.read_institutions(DATA)[0]
    signer, trusted = Signer(), logs / "trusted-keys.json"
    ports = {name: free_port() for name in ("bare", "service", "gateway", "inside", "emptied")}
    async with AsyncExitStack() as stack:
        stack.push_async_callback(databases.drop, cluster, PLAIN, FULL, EMPTY, GATEWAY)
        gateway_told = _gateway(gateway_url, ports)
        await databases.run_command("gateway", "migrate", environment=gateway_told)
        gateway = await stack.enter_async_context(
            program("gateway", port=ports["gateway"], logs=logs, environment=gateway_told)
        )
        officer = await register(
            gateway, gateway_told["BOOTSTRAP_CLIENT_SECRET"], institution_id=home.id, signer=signer
        )
        write_private(trusted, json.dumps(await trusted_keys(f"http://127.0.0.1:{ports['inside']}", signer)))
        service, emptied = [
            await stack.enter_async_context(
                program(
                    "benchmarks.direct",
                    port=ports[name],
                    logs=logs,
                    environment=_service(url, ports[name], gateway, trusted=trusted),
                )
            )
            for name, url in (("service", full_url), ("emptied", empty_url))
        ]
        bare_told = {
            "DATABASE_URL_BARE": plain_url,
            "BARE_PORT": str(ports["bare"]),
            "INSTITUTION_ID": str(home.id),
        }
        bare = await stack.enter_async_context(
            program("benchmarks.bare", port=ports["bare"], logs=logs, environment=bare_told)
        )
        yield Stage(cluster, officer, cases, home, bare, service, gateway, emptied)


def _gateway(url: str, ports: dict[str, int]) -> dict[str, str]:
    """The gateway's environment; hexadecimal secrets can't look like demonstration ones."""
    return {
        "PRIMA_ENV": "production",
        "DATABASE_URL_GATEWAY": url,
        "GATEWAY_PORT": str(ports["gateway"]),
        "GATEWAY_INTERNAL_PORT": str(ports["inside"]),
        "GATEWAY_SECRET": secrets.token_urlsafe(32),
        "BOOTSTRAP_CLIENT_SECRET": secrets.token_hex(32),
        **{f"FOLLOWER_SECRET_{name}": secrets.token_hex(32) for name in ("REGISTRY", "COMPLAINTS", "EVALUATION")},
        "COMPLAINTS_URL": f"http://127.0.0.1:{ports['service']}",
        "RATE_LIMITS": "client=999999999/60",  # the limiter counts, and never refuses
        "DATA_DIR": str(DATA),
    }


def _service(url: str, port: int, gateway: str, *, trusted: Path) -> dict[str, str]:
    return {
        "PRIMA_ENV": "production",
        "DATABASE_URL_COMPLAINTS": url,
        "COMPLAINTS_PORT": str(port),
        "GATEWAY_URL": gateway,
        "IDENTITY_KEY": databases.IDENTITY_KEY,
        "TRUSTED_KEYS": str(trusted),
        "DATA_DIR": str(DATA),
    }
