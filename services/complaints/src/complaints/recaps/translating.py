"""Rows as they were read into rows as they are kept. Pure: what is known of the institution is handed in."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from chassis.http.languages import Text
from chassis.imports.findings import Report
from chassis.ops.identifiers import new_id
from complaints.recaps import words

OTHER_TOPICS = "other_topics"
_CATEGORY = Text(
    "Kategori ini tidak dikenal; dihitung sebagai topik lainnya.",
    "The category isn't known; it counts as another topic.",
)
_UNIT = Text(
    "Unit ini tidak dikenal di instansi; dihitung tanpa unit.",
    "The unit isn't known in the institution; it counts without one.",
)
_SECRET = Text("Laporan whistleblowing tidak dimuat ke rekap.", "A whistleblower's report isn't taken into a recap.")
_FUTURE = Text("Tanggal ini belum tiba.", "This date hasn't come yet.")
_DATES = ("received_at", "disposed_at", "followed_up_at", "closed_at")


class Translator:
    """Knows the import, LAPOR!'s categories and the institution's units; remembers nothing of the rows."""

    def __init__(
        self, found: Mapping[str, Any], categories: Mapping[str, str], units: Iterable[Mapping[str, Any]], now: datetime
    ) -> None:
        self._import_id, self._institution_id = found["id"], found["institution_id"]
        self._categories, self._now = categories, now
        self._units: dict[str, Any] = {}
        for unit in units:
            self._units |= {words.plain(unit["code"]): unit["id"], words.plain(unit["name"]): unit["id"]}

    def rows(self, lines: Iterable[Mapping[str, Any]], report: Report) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of recap_cases of these lines, each with its number; what is wrong or doubtful is reported."""
        for line in lines:
            number = line["number"]
            if "flaws" in line:
                for flaw in line["flaws"]:
                    report.add(number, flaw["column"], flaw["code"], Text(**flaw["detail"]))
                continue
            row = self._row(number, line["content"], report)
            if row is not None:
                yield number, row

    def _row(self, number: int, content: Mapping[str, Any], report: Report) -> dict[str, Any] | None:
        kind, case_class = words.type_and_class(content.get("classification", "Pengaduan"))
        if kind == words.WHISTLEBLOWING:
            report.add(number, "classification", "whistleblowing_left_out", _SECRET, warning=True)
            return None
        for name in _DATES:
            at = content.get(name)
            if at is not None and datetime.fromisoformat(at) > self._now:
                report.add(number, name, "in_future", _FUTURE)
        state = words.state(content["status"])
        if state == words.POSTPONED:
            state = "paused" if content.get("disposed_at") else "awaiting_completion"
        return {
            "id": new_id(),
            "import_id": self._import_id,
            "institution_id": self._institution_id,
            "lapor_id": content["lapor_id"],
            "type": kind,
            "case_class": case_class,
            "state": state,
            "category": self._category(number, content.get("category"), report),
            "unit_id": self._unit(number, content.get("unit"), report),
            "region_code": content.get("region_code"),
            "rating": content.get("rating"),
            **{name: content.get(name) for name in _DATES},
        }

    def _category(self, number: int, label: str | None, report: Report) -> str | None:
        if label is None:
            return None
        found = self._categories.get(" ".join(label.lower().split()))
        if found is None:
            report.add(number, "category", "category_unknown", _CATEGORY, warning=True)
        return found or OTHER_TOPICS

    def _unit(self, number: int, name: str | None, report: Report) -> Any:
        if name is None:
            return None
        found = self._units.get(words.plain(name))
        if found is None:
            report.add(number, "unit", "unit_unknown", _UNIT, warning=True)
        return found
