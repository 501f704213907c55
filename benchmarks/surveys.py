"""`python -m benchmarks.surveys`: what an answer, a batch and a result cost with many answers in the database.

Three questions: does one more answer cost the same however many there are; what share of COPY's rate into the same
indexes does the batch intake reach; how long does the result of a survey and of a whole ministry take at the service.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks import databases, surveys_seeds
from benchmarks.figures import quantile
from benchmarks.programs import free_port, program
from chassis.data.pool import Connection
from chassis.ops.identifiers import new_ids
from chassis.testing import Signer
from devstack.layout import DATA, VAR
from devstack.postgres import Cluster, cluster
from devstack.secrets import write_private

HOME = VAR / "bench-surveys"
LOGS = VAR / "benchmarks"
SCOPES = "evaluation:read evaluation:write evaluation:answer reports:read"
BATCH = 1_000
TOKEN_S = 30.0
"""A token lives a minute, and the gateway sends each several times."""
UNCOUNTED = 3
"""Rounds before those that count."""
FEW = 1_000
"""Answers in the database that is compared with the full one."""
BATCH_SHARE, RESULT_MS, CONSTANT = 0.60, 20.0, 1.25
"""The batch's least share of COPY, the result's most milliseconds, and how much dearer an answer may be among many."""

_PLAIN = "CREATE TABLE plain_answers (LIKE survey_responses INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)"
_FILLED = "INSERT INTO plain_answers SELECT * FROM survey_responses"


@dataclass
class Desk:
    """A service on a database, and a client of the ministry at it."""

    address: str
    signer: Signer
    client: httpx.AsyncClient
    token: str = ""
    made_at: float = 0.0

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call with a token that is valid; raises httpx.HTTPStatusError."""
        if time.monotonic() > self.made_at + TOKEN_S:
            self.made_at = time.monotonic()
            self.token = self.signer.token(
                "evaluation", subject="client:kiosk", scope=SCOPES, institution_id=surveys_seeds.MINISTRY
            )
        headers = {"internal-token": self.token, "idempotency-key": str(uuid4()), "content-type": "application/json"}
        reply = await self.client.request(method, f"{self.address}{path}", headers=headers, **options)
        return reply.raise_for_status()


@asynccontextmanager
async def desk(running: Cluster, name: str, answers: int, say: databases.Say) -> AsyncIterator[Desk]:
    """A database of so many answers with the service before it."""
    url = await databases.fresh(running, name, None)
    told = {"DATABASE_URL_EVALUATION": url, "DATA_DIR": str(DATA), "PRIMA_ENV": "development"}
    for verb in ("migrate", "load-reference-data"):
        await databases.run_command("evaluation", verb, environment=told)
    say(f"Loading {answers:,} answers into {name}")
    async with databases.superuser(running, name) as connection:
        await surveys_seeds.load(connection, answers)
    signer, port, trusted = Signer(), free_port(), LOGS / f"{name}-keys.json"
    write_private(trusted, json.dumps(signer.keys.as_dict(private=False)))
    told |= {"EVALUATION_PORT": str(port), "TRUSTED_KEYS": str(trusted), "LOG_LEVEL": "warning"}
    async with (
        program("benchmarks.surveys_service", port=port, logs=LOGS, environment=told) as address,
        httpx.AsyncClient(trust_env=False, timeout=30) as client,
    ):
        yield Desk(address, signer, client)
    await databases.drop(running, name)


Work = Callable[[], Awaitable[Any]]


async def times(work: Work, rounds: int) -> list[float]:
    """Milliseconds of each round, ordered."""
    [found] = await in_turn([work], rounds)
    return found


async def in_turn(works: Sequence[Work], rounds: int) -> list[list[float]]:
    """The same of several, one after the other in each round: what the machine does meanwhile cancels out."""
    found: list[list[float]] = [[] for _ in works]
    for number in range(-UNCOUNTED, rounds):
        for work, mine in zip(works, found, strict=True):
            start = time.perf_counter()
            await work()
            if number >= 0:
                mine.append((time.perf_counter() - start) * 1000)
    return [sorted(each) for each in found]


def _body(row: tuple[Any, ...]) -> dict[str, Any]:
    told = dict(zip(surveys_seeds.COLUMNS, row, strict=True))
    elements = surveys_elements()
    return {
        "answers": dict(zip(elements, told["scores"], strict=True)),
        "channel": told["channel"],
        "profile": {name: told[name] for name in ("sex", "age_band", "education", "occupation", "disability")},
        "received_at": told["received_at"].isoformat(),
    }


def surveys_elements() -> tuple[str, ...]:
    """The elements of the definition that ships."""
    document = json.loads((DATA / "surveys" / "skm.json").read_bytes())
    return tuple(each["code"] for each in document["elements"])


def one_answer(at: Desk, numbers: Iterator[int]) -> Work:
    """An answer to one of the surveys, in turn."""

    async def work() -> None:
        number = next(numbers)
        survey = surveys_seeds.SURVEYS[number % len(surveys_seeds.SURVEYS)]
        await at.call("POST", f"/v1/surveys/{survey}/responses", json=_body(next(surveys_seeds.made(number, 1))))

    return work


def one_batch(at: Desk, rounds: int, numbers: Iterator[int]) -> Work:
    """A thousand answers to one survey; what is sent is made beforehand."""
    survey = surveys_seeds.SURVEYS[0]
    ready = iter(
        [json.dumps({"items": [_body(row) for row in _thousand(numbers)]}).encode() for _ in range(rounds + UNCOUNTED)]
    )

    async def work() -> None:
        reply = await at.call("POST", f"/v1/surveys/{survey}/responses/batch", content=next(ready))
        if reply.content.count(b'"status":201') != BATCH:
            raise RuntimeError(f"Answers were refused: {reply.text[:500]}")

    return work


def one_copy(connection: Connection, rounds: int, numbers: Iterator[int]) -> Work:
    """As many rows by COPY into the table with the same rows and indexes, committed."""
    ready = iter([_thousand(numbers) for _ in range(rounds + UNCOUNTED)])

    async def work() -> None:
        await connection.copy_records_to_table("plain_answers", records=next(ready), columns=surveys_seeds.COLUMNS)

    return work


def _thousand(numbers: Iterator[int]) -> list[tuple[Any, ...]]:
    """Rows with ids such as the service gives: into the key's index they go one after the other, whoever brings them."""
    rows = surveys_seeds.made(next(numbers) * BATCH, BATCH, survey=surveys_seeds.SURVEYS[0])
    return [(identifier, *row[1:]) for identifier, row in zip(new_ids(BATCH), rows, strict=True)]


async def measure(answers: int, rounds: int, console: Console) -> int:
    """Measure and tell; the exit code is 1 if a bar was missed."""
    LOGS.mkdir(parents=True, exist_ok=True)
    numbers = count(10**6)
    with cluster(HOME, databases.SETTINGS) as running:
        async with (
            desk(running, "few", FEW, console.print) as few,
            desk(running, "many", answers, console.print) as many,
        ):
            answers_ms = await in_turn([one_answer(few, numbers), one_answer(many, numbers)], rounds)
            async with databases.superuser(running, "many") as connection:
                await connection.execute(_PLAIN)
                await connection.execute(_FILLED)
                await connection.execute("VACUUM ANALYZE plain_answers")
                works = [one_copy(connection, rounds, numbers), one_batch(many, rounds, numbers)]
                thousands_ms = await in_turn(works, rounds)
            survey = f"/v1/surveys/{surveys_seeds.SURVEYS[0]}/result"
            ministry = f"/v1/scorecards/institution/{surveys_seeds.MINISTRY}?period=2026"
            of_survey = await times(lambda: many.call("GET", survey), rounds)
            of_ministry = await times(lambda: many.call("GET", ministry), rounds)
    return _tell(console, answers, answers_ms, thousands_ms, {"of a survey": of_survey, "of the ministry": of_ministry})


def _tell(
    console: Console,
    answers: int,
    answers_ms: list[list[float]],
    thousands_ms: list[list[float]],
    results: dict[str, list[float]],
) -> int:
    (few, many), (by_copy, by_batch) = answers_ms, thousands_ms
    dearer = quantile(many, 0.5) / quantile(few, 0.5)
    share = quantile(by_copy, 0.5) / quantile(by_batch, 0.5)
    rows: list[tuple[str, list[float], str, str, bool]] = [
        (f"One answer among {FEW:,}", few, "", "", True),
        (f"One answer among {answers:,}", many, f"{dearer:.2f}", f"≤ {CONSTANT}", dearer <= CONSTANT),
        (f"{BATCH:,} answers by COPY", by_copy, "", "", True),
        (f"{BATCH:,} answers as a batch", by_batch, f"{share:.2f}", f"≥ {BATCH_SHARE}", share >= BATCH_SHARE),
        *(
            (f"The result {name}", found, "", f"p50 < {RESULT_MS:g} ms", quantile(found, 0.5) < RESULT_MS)
            for name, found in results.items()
        ),
    ]
    table = Table("What", "least ms", "p50 ms", "p99 ms", "Ratio of p50", "Bar", "Met")
    for name, found, ratio, bar, met in rows:
        figures = (f"{value:.2f}" for value in (found[0], quantile(found, 0.5), quantile(found, 0.99)))
        table.add_row(name, *figures, ratio, bar, "yes" if met else "[red]no[/red]")
    console.print(table)
    return 0 if all(met for *_, met in rows) else 1


def main(arguments: list[str]) -> int:
    """Run with these arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.surveys", description=__doc__)
    parser.add_argument("--answers", type=int, default=1_000_000, help="answers in the database (1,000,000)")
    parser.add_argument("--rounds", type=int, default=100, help="calls of each kind (100)")
    told = parser.parse_args(arguments)
    return asyncio.run(measure(told.answers, told.rounds, Console(highlight=False)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
