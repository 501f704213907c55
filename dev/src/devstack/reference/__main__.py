"""Draws the reference data anew from its sources, or checks it: `python -m devstack.reference check`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from devstack.reference import calendars, document_checks, institutions, regions, table_checks, units


def problems(data: Path) -> list[str]:
    """Everything that is wrong in the data folder, one sentence each."""
    return [problem for check in (*table_checks.CHECKS, *document_checks.CHECKS) for problem in check(data)]


def arguments() -> argparse.ArgumentParser:
    """The verbs: four that draw a part of the data, and `check`."""
    parser = argparse.ArgumentParser(prog="devstack.reference", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder of the reference data")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, files in (("regions", "regions.csv and population.csv"), ("units", "denpasar-units.csv")):
        drawn = verbs.add_parser(verb, help=f"draw the {verb} from {files}")
        drawn.add_argument("--source", type=Path, required=True, help=f"the folder that holds {files}")
    verbs.add_parser("institutions", help="draw the regional governments, their aliases and their supervision")
    verbs.add_parser("calendar", help="draw the national calendar from the package of holidays")
    verbs.add_parser("check", help="check every file; exit with 1 when something is wrong")
    return parser


def main(given: Sequence[str] | None = None) -> int:
    """Carry out one verb; the exit code is 1 when a check found problems."""
    chosen = arguments().parse_args(given)
    data: Path = chosen.data
    match chosen.verb:
        case "regions":
            sys.stdout.write(f"{regions.write(chosen.source, data)}\n")
        case "units":
            sys.stdout.write(f"{units.write(chosen.source, data)}\n")
        case "institutions":
            sys.stdout.write(f"{institutions.write(data)}\n")
        case "calendar":
            sys.stdout.write(f"{calendars.write(data)}\n")
        case _:
            found = problems(data)
            sys.stdout.write("".join(f"{problem}\n" for problem in found) or "reference data: sound\n")
            return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
