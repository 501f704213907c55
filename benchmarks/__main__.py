"""`python -m benchmarks`: set the stage, measure round by round, tell."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
from rich.console import Console

from benchmarks import report, wrk
from benchmarks.databases import SETTINGS, BuildFailed
from benchmarks.figures import Measurement
from benchmarks.options import Options, read_options
from benchmarks.programs import NotReady
from benchmarks.scenarios import Scenario, scenarios
from benchmarks.stage import stage
from devstack.layout import VAR
from devstack.postgres import cluster
from devstack.server import ServerFailed

HOME = VAR / "bench-postgres"
RESULTS = VAR / "benchmarks"
WARM_UP_SECONDS = 1


async def measure(chosen: Sequence[Scenario], options: Options, console: Console) -> list[Measurement]:
    """Measure every variant once a round, every other round in reverse, so that no variant always follows the same one."""
    steps = [
        (scenario, variant, connections)
        for scenario in chosen
        for connections in options.connections
        if connections == max(options.connections) or not scenario.many_only
        for variant in scenario.variants
    ]
    for scenario, variant, connections in steps:
        await scenario.variants[variant](connections, WARM_UP_SECONDS)
    found = []
    for number in range(1, options.rounds + 1):
        console.print(f"Round {number} of {options.rounds}: {len(steps)} measurements of {options.seconds} s")
        for scenario, variant, connections in steps if number % 2 else reversed(steps):
            figure = await scenario.variants[variant](connections, options.seconds)
            found.append(Measurement(scenario.name, variant, connections, number, figure))
    return found


async def run(options: Options, console: Console) -> int:
    """One run; the exit code is 1 if requests failed: ratios mean nothing then."""
    wrk.find_wrk()
    RESULTS.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC)
    with cluster(HOME, SETTINGS) as running:
        async with stage(running, options.cases, logs=RESULTS, say=console.print) as set_up:
            known = scenarios(set_up)
            chosen = [known[name] for name in options.only]
            measurements = await measure(chosen, options, console)
    found = [each for scenario in chosen for each in report.ratios(scenario, measurements, cases=options.cases)]
    for scenario in chosen:
        console.print(report.figures_table(scenario, measurements))
    console.print(report.ratios_table(found))
    file = report.write(RESULTS, at=at, options=options, measurements=measurements, found=found)
    console.print(f"Every measurement: {file}")
    failed = sum(each.figure.failed for each in measurements)
    if failed:
        console.print(f"[red]{failed} requests failed: the ratios mean nothing, see the logs in {RESULTS}.")
    return 1 if failed else 0


def main(arguments: Sequence[str]) -> int:
    """Run with these arguments; what went wrong is told in a sentence."""
    console = Console(highlight=False)
    try:
        return asyncio.run(run(read_options(arguments), console))
    except (wrk.LoadFailed, BuildFailed, NotReady, ServerFailed, httpx.HTTPError) as error:
        console.print(str(error), markup=False)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
