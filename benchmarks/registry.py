"""`python -m benchmarks.registry`: what the registry takes at the size of a country, each request beside its plain SQL.

One connection at a time: these are times of an answer, not throughput. Targets are those of one answer at the service. The plain
SQL of a past day takes the services as they are called and placed today; the service takes them as they were.
"""

import asyncio
import http.client
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from benchmarks import registry_database
from benchmarks import registry_seeds as seeds
from benchmarks.databases import SETTINGS, BuildFailed, superuser
from benchmarks.figures import quantile
from benchmarks.programs import NotReady, free_port, program
from chassis.data.pool import Connection
from chassis.testing import Signer
from devstack.layout import DATA, VAR
from devstack.postgres import Cluster, cluster
from devstack.secrets import write_private
from devstack.server import ServerFailed

HOME, LOGS = VAR / "bench-postgres", VAR / "benchmarks"
REQUESTS = 600
WARM_UP = 50
A_TOKENS_REQUESTS = 100
"""A token lives a minute, and is verified at its first request."""

_AUTHORITY = """
WITH RECURSIVE line AS (
    SELECT u.* FROM units u JOIN services s ON s.unit_id = u.id WHERE s.id = $1 AND u.valid_during @> current_date
    UNION SELECT u.* FROM units u JOIN line ON u.id = line.parent_id WHERE u.valid_during @> current_date
)
SELECT line.name, a.role, people.name FROM line JOIN appointments a ON a.unit_id = line.id
AND a.in_office_during @> current_date JOIN people ON people.id = a.person_id
"""
_SUBTREE = """
SELECT u.id, u.name, below.depth FROM unit_ancestors below JOIN units u ON u.id = below.unit_id
WHERE below.ancestor_id = $1 AND below.depth > 0 AND below.valid_during @> $2::date AND u.valid_during @> $2::date
"""
_SERVICES = """
SELECT * FROM services WHERE search @@ websearch_to_tsquery('indonesian', without_stop_words($1)) AND state = 'active'
AND areas_served(region_codes) && (region_line($2) || 'everywhere'::text) ORDER BY name, id LIMIT 51
"""


@dataclass(frozen=True)
class Question:
    """What is asked: a path and its plain statement with arguments, made anew for each request."""

    name: str
    path: Callable[[], str]
    sql: str
    arguments: Callable[[], tuple[Any, ...]]
    share: float
    most_ms: float


def questions(regions: Sequence[str]) -> list[Question]:
    """Authority of a service, a page of a subtree with its count as of any day, and services by words, place and day."""
    chance = random.Random(7)

    def some_service() -> int:
        return chance.randrange(seeds.SERVICES)

    def some_day() -> date:
        return date(2016, 1, 1) + timedelta(days=chance.randrange(3_600))

    def some_words() -> str:
        return chance.choice(
            ("akta kelahiran pelajar", "izin usaha petani", "bantuan sosial nelayan", "rujukan yayasan")
        )

    def some_region() -> str:
        return chance.choice(regions)

    top = seeds.unit_id(0)
    return [
        Question(
            "authority of a service",
            lambda: f"/v1/authority?service={seeds.service_id(some_service())}",
            _AUTHORITY,
            lambda: (seeds.service_id(some_service()),),
            0.99,
            5.0,
        ),
        Question(
            f"subtree of {seeds.SUBTREE:,}, any day: page, count",
            lambda: f"/v1/units/{top}/descendants?as_of={some_day()}&count=exact",
            _SUBTREE,
            lambda: (top, some_day()),
            0.95,
            50.0,
        ),
        Question(
            "services by words, place, state",
            lambda: f"/v1/services?q={some_words().replace(' ', '+')}&region={some_region()}&state=active",
            _SERVICES,
            lambda: (some_words(), some_region()),
            0.95,
            50.0,
        ),
        Question(
            "services of a subtree",
            lambda: f"/v1/services?unit={top}&scope=subtree&state=active&as_of={some_day()}",
            """SELECT * FROM services WHERE state = 'active' AND unit_id IN (
               SELECT unit_id FROM unit_ancestors WHERE ancestor_id = $1 AND valid_during @> $2::date)
               ORDER BY name, id LIMIT 51""",
            lambda: (top, some_day()),
            0.95,
            50.0,
        ),
        Question(
            "services of a region",
            lambda: f"/v1/services?region={some_region()}",
            """SELECT * FROM services WHERE areas_served(region_codes) && (region_line($1) || 'everywhere'::text)
               ORDER BY name, id LIMIT 51""",
            lambda: (some_region(),),
            0.95,
            50.0,
        ),
        Question(
            "services of a region, any day",
            lambda: f"/v1/services?region={some_region()}&as_of={some_day()}",
            """SELECT * FROM services WHERE areas_served(region_codes) && (region_line($1) || 'everywhere'::text)
               AND active_during @> $2::date ORDER BY name, id LIMIT 51""",
            lambda: (some_region(), some_day()),
            0.95,
            50.0,
        ),
        Question(
            "services in order, any day",
            lambda: f"/v1/services?as_of={some_day()}",
            "SELECT * FROM services WHERE active_during @> $1::date ORDER BY name, id LIMIT 51",
            lambda: (some_day(),),
            0.95,
            50.0,
        ),
        Question(
            "services by words, any day",
            lambda: f"/v1/services?q={some_words().replace(' ', '+')}&as_of={some_day()}",
            """SELECT * FROM services WHERE search @@ websearch_to_tsquery('indonesian', without_stop_words($1))
               AND active_during @> $2::date ORDER BY name, id LIMIT 51""",
            lambda: (some_words(), some_day()),
            0.95,
            50.0,
        ),
    ]


def asked(address: str, question: Question, count: int, signer: Signer) -> list[float]:
    """Times in milliseconds of requests over one connection. Raises RuntimeError for a refusal."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    times = []
    for number in range(count):
        if number % A_TOKENS_REQUESTS == 0:
            headers = {"internal-token": signer.token("registry", subject="anonymous")}
        path = question.path()
        begun = time.perf_counter()
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        body = reply.read()
        times.append((time.perf_counter() - begun) * 1_000)
        if reply.status != 200:
            raise RuntimeError(f"{path}: {reply.status} {body[:300]!r}")
    connection.close()
    return times


async def stated(connection: Connection, question: Question, count: int) -> list[float]:
    """Times in milliseconds of the plain statement."""
    statement = await connection.prepare(question.sql)
    times = []
    for _ in range(count):
        arguments = question.arguments()
        begun = time.perf_counter()
        await statement.fetch(*arguments)
        times.append((time.perf_counter() - begun) * 1_000)
    return times


async def measure(running: Cluster, console: Console) -> bool:
    """Build, ask, tell; whether every target was met."""
    name = await registry_database.built(running, console.print)
    signer, trusted, port = Signer(), LOGS / "registry-trusted-keys.json", free_port()
    write_private(trusted, json.dumps(signer.keys.as_dict(private=False)))
    told = {
        "DATABASE_URL_REGISTRY": running.superuser_url(name),
        "REGISTRY_PORT": str(port),
        "TRUSTED_KEYS": str(trusted),
        "GATEWAY_URL": "http://127.0.0.1:1",
        "DATA_DIR": str(DATA),
        "LOG_LEVEL": "warning",
    }
    table = Table(title="The registry at the size of a country, one connection, ms", title_justify="left")
    for column in ("request", "service p50", "p95", "p99", "SQL p50", "p99", "target", ""):
        table.add_column(column, justify="left" if column == "request" else "right")
    met = True
    async with (
        superuser(running, name) as connection,
        program("benchmarks.registry_direct", port=port, logs=LOGS, environment=told) as address,
    ):
        await connection.execute("SET pg_trgm.word_similarity_threshold = 0.45")
        regions = [
            row[0] for row in await connection.fetch("SELECT code FROM regions WHERE level = 'district' LIMIT 500")
        ]
        for question in questions(regions):
            await asyncio.to_thread(asked, address, question, WARM_UP, signer)
            await stated(connection, question, WARM_UP)
            over = sorted(await asyncio.to_thread(asked, address, question, REQUESTS, signer))
            under = sorted(await stated(connection, question, REQUESTS // 4))
            found = quantile(over, question.share)
            met = met and found <= question.most_ms
            table.add_row(
                question.name,
                *(f"{quantile(over, share):.1f}" for share in (0.5, 0.95, 0.99)),
                *(f"{quantile(under, share):.1f}" for share in (0.5, 0.99)),
                f"p{question.share * 100:.0f} ≤ {question.most_ms:.0f}",
                "[green]met" if found <= question.most_ms else "[red]missed",
            )
    console.print(table)
    return met


def main(home: Path = HOME) -> int:
    """0 if every target was met."""
    console = Console(highlight=False, width=110)
    LOGS.mkdir(parents=True, exist_ok=True)
    try:
        with cluster(home, SETTINGS) as running:
            return 0 if asyncio.run(measure(running, console)) else 1
    except (BuildFailed, NotReady, ServerFailed) as error:
        console.print(str(error), markup=False)
        return 2


if __name__ == "__main__":
    sys.exit(main())
