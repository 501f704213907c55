"""The codes that this service checks bodies against: the vocabularies and the regions that ship, read once at start.

They ship with the service: nothing is refused because the registry is away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from chassis.http.vocabularies import read_vocabularies

_NOT_A_CODE = Text("Kode ini tidak ada di kosakata {name}.", "This code isn't in the vocabulary {name}.")
_NO_REGION = Text("Tidak ada wilayah dengan kode ini.", "There is no region with this code.")


@dataclass(frozen=True)
class Codes:
    """Attributes by code, by vocabulary; the codes of all regions."""

    by_name: Mapping[str, Mapping[str, Mapping[str, Any]]]
    regions: frozenset[str]

    def has(self, name: str, code: str) -> bool:
        """Whether the vocabulary holds the code."""
        return code in self.by_name[name]

    def attribute(self, name: str, code: str, attribute: str) -> Any:
        """An attribute of a code; None if it has none."""
        return self.by_name[name][code].get(attribute)

    def flaw(self, name: str, code: str | None, pointer: str) -> Flaw | None:
        """What is wrong with a code at this place of the body; None if it is absent or known."""
        if code is None or self.has(name, code):
            return None
        return Flaw(pointer, "unknown_code", _NOT_A_CODE.filled(name=name))

    def region_flaw(self, code: str | None, pointer: str) -> Flaw | None:
        """As `flaw`, of a region."""
        return None if code is None or code in self.regions else Flaw(pointer, "unknown_region", _NO_REGION)


def read_codes(data_dir: Path) -> Codes:
    """The vocabularies of complaints, those of the directory that cases name (appointment_roles, ethics_values), the regions."""
    found = read_vocabularies(data_dir, ("complaints", "directory"))
    return Codes(
        {
            name: {item["code"]: item.get("attributes") or {} for item in vocabulary["items"]}
            for name, vocabulary in found.items()
        },
        _read_regions(data_dir),
    )


def _read_regions(data_dir: Path) -> frozenset[str]:
    with (data_dir / "regions" / "regions.csv").open(encoding="utf-8") as file:
        next(file)  # the header
        return frozenset(line.partition(",")[0] for line in file)


async def _codes_of(request: Request) -> Codes:
    codes: Codes = request.app.state.codes
    return codes


KnownCodes = Annotated[Codes, Depends(_codes_of)]
