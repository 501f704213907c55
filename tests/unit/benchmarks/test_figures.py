"""What is made of measurements: shares round by round, quantiles, and what wrk and pgbench tell."""

import pytest
from benchmarks import pgbench, wrk
from benchmarks.figures import Figure, Measurement, added_p50_ms, figures_of, quantile, ratio, spread


def figure(per_second: float, p50_ms: float = 1.0) -> Figure:
    return Figure(per_second, p50_ms, p50_ms, 0)


def test_a_ratio_compares_within_a_round_so_that_a_slow_minute_cancels_out() -> None:
    service = {1: figure(450), 2: figure(90), 3: figure(300)}
    database = {1: figure(900), 2: figure(200), 3: figure(500)}
    assert ratio(service, database) == pytest.approx((0.45, 0.5, 0.6))


def test_a_round_that_one_side_lacks_is_left_out() -> None:
    assert ratio({1: figure(1), 2: figure(9)}, {1: figure(2)}) == (0.5, 0.5, 0.5)


def test_what_the_gateway_adds_is_a_difference() -> None:
    assert added_p50_ms({1: figure(1, 3.5), 2: figure(1, 4.0)}, {1: figure(1, 1.5), 2: figure(1, 1.0)}) == (2, 2.5, 3)


def test_the_middle_of_an_even_number_lies_between() -> None:
    assert spread([4, 1, 3, 2]) == (1, 2.5, 4)


@pytest.mark.parametrize(
    ("share", "found"),
    [(0.5, 50), (0.99, 99), (0.01, 1), (1.0, 100)],
)
def test_quantiles_of_one_to_a_hundred(share: float, found: float) -> None:
    assert quantile([float(number) for number in range(1, 101)], share) == found


def test_a_quantile_of_one_value_is_it() -> None:
    assert quantile([7.0], 0.5) == quantile([7.0], 0.99) == 7.0


def test_figures_are_found_by_scenario_variant_and_connections() -> None:
    wanted = Measurement("read", "bare", 32, 2, figure(5))
    others = [
        Measurement("read", "bare", 1, 2, figure(1)),
        Measurement("read", "service", 32, 2, figure(2)),
        Measurement("create", "bare", 32, 2, figure(3)),
    ]
    assert figures_of([*others, wanted], "read", "bare", 32) == {2: figure(5)}


WRK = """Running 3s test @ http://127.0.0.1:8102
  2 threads and 32 connections
  Non-2xx or 3xx responses: 10

{"requests":3010,"seconds":3.000000,"p50_ms":9.500,"p99_ms":31.250,"refused":10,"broken":2}
"""


def test_wrk_tells_its_figure_in_the_last_line_and_refusals_arent_work_done() -> None:
    assert wrk.read_figure(WRK) == Figure(1000.0, 9.5, 31.25, 12)


def test_wrk_without_a_figure_failed() -> None:
    with pytest.raises(wrk.LoadFailed, match="unable to connect"):
        wrk.read_figure("unable to connect to 127.0.0.1:1 Connection refused")


PGBENCH = """pgbench (18.6)
number of transactions actually processed: 3
number of failed transactions: 1 (25.000%)
latency average = 2.000 ms
tps = 1234.500000 (without initial connection time)
"""


def test_pgbench_tells_its_rate_and_its_log_the_times() -> None:
    log = ["0 1 1000 0 1767225600 1", "1 1 2000 0 1767225600 2", "0 2 3000 0 1767225600 3"]
    assert pgbench.read_figure(PGBENCH, log) == Figure(1234.5, 2.0, 3.0, 1)


def test_pgbench_without_transactions_failed() -> None:
    with pytest.raises(wrk.LoadFailed):
        pgbench.read_figure(PGBENCH, [])
