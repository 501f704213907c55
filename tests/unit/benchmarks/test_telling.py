"""Options, targets and the judgement of ratios."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from benchmarks import report, statements, targets
from benchmarks.figures import Figure, Measurement
from benchmarks.options import SCENARIOS, Options, read_options
from benchmarks.scenarios import Pair, Scenario

from complaints.intake.statement import STATEMENTS


def measured(variant: str, connections: int, *rates: float, p50_ms: float = 1.0) -> list[Measurement]:
    return [
        Measurement("read", variant, connections, number, Figure(rate, p50_ms, 9.0, 0))
        for number, rate in enumerate(rates, 1)
    ]


READ = Scenario("read", "Read", {}, (Pair("service", "bare"), Pair("gateway", "service")))


def test_the_options_have_defaults_for_a_quick_run() -> None:
    assert read_options([]) == Options(rounds=3, seconds=3, connections=(1, 32), cases=100_000, only=SCENARIOS)


def test_scenarios_run_in_their_own_order() -> None:
    given = read_options(["--rounds", "5", "--seconds", "10", "--connections", "8", "--only", "read,create"])
    assert given == Options(rounds=5, seconds=10, connections=(8,), cases=100_000, only=("create", "read"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--rounds", "0"),
        ("--seconds", "60"),  # an internal token lives no longer
        ("--connections", "1,x"),
        ("--cases", "10"),
        ("--only", "create,delete"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(arguments)
    assert ended.value.code == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize(("cases", "share"), [(2_000, 0.90), (1_000_000, 0.90), (1_000_001, 0.80), (50_000_000, 0.80)])
def test_the_more_cases_the_less_is_asked_for(cases: int, share: float) -> None:
    assert targets.full_share(cases) == share


def test_the_middle_of_the_rounds_is_judged_at_many_connections() -> None:
    many = measured("service", 32, 70, 50, 61) + measured("bare", 32, 100, 100, 100)
    many += measured("gateway", 32, 40, 40, 40)
    direct, hop = report.ratios(READ, many, cases=2_000)
    assert (direct["what"], direct["least"], direct["middle"], direct["greatest"]) == ("service / bare", 0.5, 0.61, 0.7)
    assert (direct["target"], direct["met"]) == ("≥ 0.60", True)
    assert (hop["target"], hop["met"]) == ("≥ 0.65", True)


def test_at_one_connection_only_the_gateways_delay_is_judged() -> None:
    one = measured("service", 1, 100, p50_ms=1.0) + measured("bare", 1, 900) + measured("gateway", 1, 10, p50_ms=4.5)
    shares, hop, delay = report.ratios(READ, one, cases=2_000)
    assert (shares["met"], hop["met"]) == (None, None)
    assert (delay["what"], delay["middle"], delay["target"], delay["met"]) == (
        "ms that the gateway adds, p50",
        3.5,
        "≤ 3.00",
        False,
    )


def test_everything_is_written_to_a_file(tmp_path: Path) -> None:
    many = measured("service", 32, 70) + measured("bare", 32, 100) + measured("gateway", 32, 60)
    found = report.ratios(READ, many, cases=2_000)
    at = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    file = report.write(tmp_path, at=at, options=read_options([]), measurements=many, found=found)
    assert file.name == "2026-03-02T083000Z.json"
    told = orjson.loads(file.read_bytes())
    assert told["options"]["cases"] == 100_000
    assert told["ratios"][0]["what"] == "service / bare"
    assert told["measurements"][0]["figure"] == {"per_second": 70, "p50_ms": 1.0, "p99_ms": 9.0, "failed": 0}


def test_a_script_of_several_statements_is_one_transaction() -> None:
    script = statements.for_pgbench(*statements.CREATE_IN_THREE, new=True).splitlines()
    assert script[:2] == [r"\set n :n + 1", "BEGIN;"]
    assert script[-1] == "COMMIT;"
    assert sum(line.startswith("INSERT INTO") for line in script) == 3


def test_the_one_statement_writes_the_same_three_tables() -> None:
    script = statements.for_pgbench(statements.CREATE_AT_ONCE, new=True)
    assert "BEGIN" not in script
    assert [table for table in ("cases", "case_history", "outbox") if f"INSERT INTO {table} (" in script] == [
        "cases",
        "case_history",
        "outbox",
    ]
    assert script.count(";") == 1


def test_the_same_rows_are_those_of_a_filing() -> None:
    """The reference may leave out no table that the service's own statement writes, nor add one."""
    ours = re.findall(r"INSERT INTO (\w+)", STATEMENTS[True, False].sql)
    theirs = re.findall(r"^INSERT INTO (\w+)", "".join(statements.CREATE_OF_SAME_ROWS), re.MULTILINE)
    assert sorted(theirs) == sorted(ours)


def test_no_place_is_left_open_in_a_script() -> None:
    for statement in (statements.READ, statements.INBOX, statements.CREATE_AT_ONCE, *statements.CREATE_OF_SAME_ROWS):
        assert "{id}" not in statements.for_pgbench(statement, new=False)
