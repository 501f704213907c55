"""What is found in a file, by row and column, and the report made of it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chassis.http.languages import Text

SHOWN = 1_000
"""So many findings of each sort are told one by one; the rest is counted."""


class Finding(NamedTuple):
    """`row` as a spreadsheet counts (the header is 1); None: the whole file. A warning bars nothing."""

    row: int | None
    column: str | None
    code: str
    detail: Text
    warning: bool = False


@dataclass
class Report:
    """Collects findings."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def add(self, row: int | None, column: str | None, code: str, detail: Text, *, warning: bool = False) -> None:
        """One more finding."""
        (self.warnings if warning else self.errors).append(Finding(row, column, code, detail, warning))

    @property
    def clean(self) -> bool:
        return not self.errors

    def written(self, *, rows: int, counts: Mapping[str, int]) -> dict[str, Any]:
        """The result of an import; `counts`: created, changed, unchanged."""
        return {
            "rows": rows,
            **{name: counts.get(name, 0) for name in ("created", "changed", "unchanged")},
            "error_count": len(self.errors),
            "warning_count": len(self.warnings),
            "errors": _shown(self.errors),
            "warnings": _shown(self.warnings),
        }


def _shown(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    in_order = sorted(findings, key=lambda each: (each.row or 0, each.column or ""))
    return [
        {"row": each.row, "column": each.column, "code": each.code, "detail": each.detail._asdict()}
        for each in in_order[:SHOWN]
    ]


def named(choices: Collection[str]) -> str:
    """A few names, for a message."""
    return ", ".join(sorted(choices))
