"""What a run tells: a table of figures, a table of ratios beside their targets, and a file with every measurement."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from rich.table import Table

from benchmarks import targets
from benchmarks.figures import Measurement, Spread, added_p50_ms, figures_of, ratio, spread
from benchmarks.options import Options
from benchmarks.scenarios import GATEWAY, SERVICE, Scenario


def figures_table(scenario: Scenario, measurements: Sequence[Measurement]) -> Table:
    """The middle figures of each variant. They are this machine's: only ratios can be carried elsewhere."""
    table = Table(title=scenario.title, title_justify="left")
    for name in ("variant", "connections", "a second", "p50 ms", "p99 ms", "failed"):
        table.add_column(name, justify="left" if name == "variant" else "right")
    for connections in _connections(measurements, scenario.name):
        for variant in scenario.variants:
            figures = figures_of(measurements, scenario.name, variant, connections).values()
            table.add_row(
                variant,
                str(connections),
                f"{spread(figure.per_second for figure in figures).middle:,.0f}",
                f"{spread(figure.p50_ms for figure in figures).middle:.2f}",
                f"{spread(figure.p99_ms for figure in figures).middle:.2f}",
                str(sum(figure.failed for figure in figures)),
            )
    return table


def ratios(scenario: Scenario, measurements: Sequence[Measurement], *, cases: int) -> list[dict[str, Any]]:
    """Every ratio with its spread, its target if it has one, and whether the middle of the rounds meets it."""
    found = []
    for connections in _connections(measurements, scenario.name):
        for over, under in scenario.pairs:
            sides = [figures_of(measurements, scenario.name, variant, connections) for variant in (over, under)]
            target = None
            if connections >= targets.MANY:
                known = targets.share_of(scenario.name, over, under)
                target = targets.full_share(cases) if scenario.name == "size" else known
            found.append(_judged(scenario, f"{over} / {under}", connections, ratio(*sides), at_least=target))
            if (over, under) == (GATEWAY, SERVICE) and connections == 1:
                most = targets.GATEWAY_ADDED_P50_MS
                added = added_p50_ms(*sides)
                found.append(_judged(scenario, "ms that the gateway adds, p50", connections, added, at_most=most))
    return found


def _judged(
    scenario: Scenario,
    what: str,
    connections: int,
    found: Spread,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> dict[str, Any]:
    target = f"≥ {at_least:.2f}" if at_least is not None else f"≤ {at_most:.2f}" if at_most is not None else None
    met = None
    if at_least is not None:
        met = found.middle >= at_least
    elif at_most is not None:
        met = found.middle <= at_most
    told = {"scenario": scenario.name, "what": what, "connections": connections, **found._asdict()}
    return told | {"target": target, "met": met}


def ratios_table(found: Iterable[Mapping[str, Any]]) -> Table:
    """The ratios as lines."""
    table = Table(title="Ratios, round by round", title_justify="left")
    for name in ("scenario", "ratio", "connections", "min", "median", "max", "target", ""):
        table.add_column(name, justify="left" if name in ("scenario", "ratio") else "right")
    for each in found:
        numbers = [f"{each[name]:.2f}" for name in ("least", "middle", "greatest")]
        verdict = {None: "", True: "[green]met", False: "[red]missed"}[each["met"]]
        table.add_row(each["scenario"], each["what"], str(each["connections"]), *numbers, each["target"] or "", verdict)
    return table


def write(
    directory: Path,
    *,
    at: datetime,
    options: Options,
    measurements: Sequence[Measurement],
    found: Sequence[Mapping[str, Any]],
) -> Path:
    """Write everything to `<directory>/<date>.json`; returns the file."""
    file = directory / f"{at:%Y-%m-%dT%H%M%SZ}.json"
    content = {
        "at": at,
        "machine": {
            "processors": os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count(),
            "load": os.getloadavg(),  # of the run's end: what else ran beside it makes ratios wide
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "options": asdict(options),
        "ratios": list(found),
        "measurements": [{**asdict(each), "figure": each.figure._asdict()} for each in measurements],
    }
    directory.mkdir(parents=True, exist_ok=True)
    file.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return file


def _connections(measurements: Iterable[Measurement], scenario: str) -> list[int]:
    return sorted({each.connections for each in measurements if each.scenario == scenario})
