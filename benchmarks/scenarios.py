"""What is compared with what: variants that do the same work, and the pairs whose ratio is told."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from benchmarks import pgbench, statements, wrk
from benchmarks.databases import IDENTITY_KEY
from benchmarks.figures import Figure
from benchmarks.seeds import case_id, tracking_code
from benchmarks.stage import EMPTY_CASES, PLAIN, Stage
from complaints.keys import read_keys
from complaints.reporters.codes import access_pin

Measure = Callable[[int, int], Awaitable[Figure]]
"""Takes connections and seconds."""

THREE, ONE = "pgbench, three statements", "pgbench, one statement"
SAME_ROWS = "pgbench, same rows"
PGBENCH, BARE, SERVICE, GATEWAY, EMPTY = "pgbench", "bare", "service", "gateway", "almost empty"
SIZED = ("create", "read", "inbox", "track")
"""What mustn't cost more for all the cases that there are."""
TITLE = "Antrean KTP terlalu lama nomor 4711"
BODY = (
    "Antrean KTP terlalu lama. Sudah tiga minggu saya menunggu dan belum ada kabar dari petugas. Saya datang dua kali "
    "ke kantor, diminta kembali minggu depan, lalu berkas dikatakan belum lengkap padahal tanda terima sudah ada. "
    "Mohon ditindaklanjuti."
)
"""What pgbench files: as long as what requests.lua makes."""


_TRACKED = 2_000
"""Cases whose reporters ask how it goes."""


class Pair(NamedTuple):
    """The throughput of `over` as a share of that of `under`."""

    over: str
    under: str


@dataclass(frozen=True)
class Scenario:
    """Variants of one piece of work. `many_only`: at one connection it says nothing."""

    name: str
    title: str
    variants: dict[str, Measure]
    pairs: tuple[Pair, ...]
    many_only: bool = False


def scenarios(stage: Stage) -> dict[str, Scenario]:
    """All of them, by name."""
    create = Scenario(
        "create",
        "File a complaint",
        {
            THREE: _database(stage, *statements.CREATE_IN_THREE, new=True),
            ONE: _database(stage, statements.CREATE_AT_ONCE, new=True),
            SAME_ROWS: _database(stage, *statements.CREATE_OF_SAME_ROWS, new=True),
            BARE: _direct(stage, stage.bare, "create"),
            SERVICE: _direct(stage, stage.service, "create"),
            GATEWAY: _through_gateway(stage, "create"),
        },
        (
            Pair(SERVICE, SAME_ROWS),
            Pair(SERVICE, THREE),
            Pair(SERVICE, ONE),
            Pair(BARE, ONE),
            Pair(SERVICE, BARE),
            Pair(GATEWAY, SERVICE),
        ),
    )
    size = Scenario(
        "size",
        f"The same with {stage.cases:,} cases and with {EMPTY_CASES:,}",
        {
            f"{request}, {name}": _direct(stage, address, request)
            for request in SIZED
            for name, address in (("full", stage.service), (EMPTY, stage.emptied))
        },
        tuple(Pair(f"{request}, full", f"{request}, {EMPTY}") for request in SIZED),
        many_only=True,
    )
    reads = [
        _reading(stage, "read", "Read a case by its id", statements.READ),
        _reading(stage, "inbox", "Page of 50 of an institution", statements.INBOX),
    ]
    return {scenario.name: scenario for scenario in (create, *reads, size)}


def _reading(stage: Stage, request: str, title: str, statement: str) -> Scenario:
    variants = {
        PGBENCH: _database(stage, statement, new=False),
        BARE: _direct(stage, stage.bare, request),
        SERVICE: _direct(stage, stage.service, request),
        GATEWAY: _through_gateway(stage, request),
    }
    pairs = (Pair(SERVICE, PGBENCH), Pair(BARE, PGBENCH), Pair(SERVICE, BARE), Pair(GATEWAY, SERVICE))
    return Scenario(request, title, variants, pairs)


def _database(stage: Stage, *texts: str, new: bool) -> Measure:
    variables: dict[str, str | int] = {"institution_id": str(stage.home.id), "cases": stage.cases}
    if new:
        service, unit = next(stage.home.services())
        variables |= {"title": TITLE, "body": BODY, "service_id": str(service), "unit_id": str(unit)}
    script = pgbench.Script(PLAIN, statements.for_pgbench(*texts, new=new), variables)

    async def measure(connections: int, seconds: int) -> Figure:
        return await pgbench.run(stage.cluster, script, connections=connections, seconds=seconds)

    return measure


def _load(stage: Stage, address: str, request: str) -> partial[wrk.Load]:
    cases = EMPTY_CASES if address == stage.emptied else stage.cases
    pairs = tuple(_pairs(cases)) if request == "track" else ()
    return partial(wrk.Load, address, request, cases=cases, services=stage.services, pairs=pairs)


def _pairs(cases: int) -> Iterator[str]:
    """The code and PIN of some loaded cases, spread over all of them."""
    keys = read_keys(IDENTITY_KEY)
    for number in range(1, cases + 1, max(1, cases // _TRACKED)):
        yield f"{tracking_code(number)}:{access_pin(keys.pin, case_id(number))}"


def _direct(stage: Stage, address: str, request: str) -> Measure:
    load = _load(stage, address, request)

    async def measure(connections: int, seconds: int) -> Figure:
        token = stage.officer.internal_token()  # lives a minute: made anew for each measurement
        return await wrk.run(load(token_header="internal-token", token=token), connections=connections, seconds=seconds)

    return measure


def _through_gateway(stage: Stage, request: str) -> Measure:
    load = _load(stage, stage.gateway, request)

    async def measure(connections: int, seconds: int) -> Figure:
        token = f"Bearer {await stage.officer.access_token(stage.gateway)}"
        return await wrk.run(load(token_header="authorization", token=token), connections=connections, seconds=seconds)

    return measure
