"""The 14 components in words, as a standard's document and page print them: blocks of text, lists and pairs. Pure.

What the unit wrote is printed as it was written; only labels, figures and codes are put into the reader's language.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chassis.documents.wording import Labels
from chassis.http.languages import Language, Text

Block = dict[str, Any]
"""`{"kind": "text", "text"}`, `{"kind": "items" | "steps", "items": [text]}` or `{"kind": "pairs", "items": [[label, text]]}`."""

_ACTORS = {
    "applicant": Text("Pemohon", "Applicant"),
    "officer": Text("Petugas", "Officer"),
    "system": Text("Sistem", "System"),
    "technical_team": Text("Tim teknis", "Technical team"),
}
_INTERVALS = {
    "month": Text("setiap bulan", "monthly"),
    "quarter": Text("setiap triwulan", "quarterly"),
    "semester": Text("setiap semester", "twice a year"),
    "year": Text("setiap tahun", "yearly"),
}
_UNITS = {
    "minute": Text("menit", "minutes"),
    "hour": Text("jam", "hours"),
    "working_day": Text("hari kerja", "working days"),
    "calendar_day": Text("hari kalender", "calendar days"),
}
_FREE = Text("Tidak dipungut biaya (gratis)", "Free of charge")


class Teller:
    """Puts components into words in one language."""

    def __init__(self, labels: Labels, language: Language) -> None:
        self._labels, self._language = labels, language
        self._tellers: Mapping[str, Callable[[Any], list[Block]]] = {
            "procedure": self._procedure,
            "completion_time": self._completion_time,
            "fee": self._fee,
            "complaint_handling": self._complaint_handling,
            "staff_number": self._staff_number,
            "service_guarantee": self._service_guarantee,
            "safety_guarantee": self._safety_guarantee,
            "performance_evaluation": self._performance_evaluation,
        }

    def tell(self, code: str, component: Any) -> list[Block]:
        """A stored component as blocks; a list where the component is one."""
        teller = self._tellers.get(code)
        return _items(component) if teller is None else teller(component)

    def _say(self, indonesian: str, english: str) -> str:
        return english if self._language == "en" else indonesian

    def _term(self, terms: Mapping[str, Text], code: str) -> str:
        found = terms.get(code)
        return code.replace("_", " ") if found is None else found.read(self._language)

    def _duration(self, amount: int, unit: str) -> str:
        words = self._term(_UNITS, unit)
        return f"{amount} {words.removesuffix('s') if self._language == 'en' and amount == 1 else words}"

    def _rupiah(self, amount: int) -> str:
        return f"Rp{amount:,}" if self._language == "en" else f"Rp{amount:,}".replace(",", ".")

    def _procedure(self, procedure: Mapping[str, Any]) -> list[Block]:
        steps = [self._step(step) for step in procedure["steps"]]
        system = procedure.get("system")
        return [{"kind": "steps", "items": steps}, *_pairs([(self._say("Sistem", "System"), system)])]

    def _step(self, step: Mapping[str, Any]) -> str:
        """Who acts stands before what they do, unless the sentence begins with it."""
        actor, text = self._term(_ACTORS, step["actor"]), str(step["text"])
        return text if text.lower().startswith(actor.lower()) else f"{actor}: {text}"

    def _completion_time(self, time: Mapping[str, Any]) -> list[Block]:
        since = self._labels.read("completion_time_start_events", time["counted_from"], self._language)
        longest = self._say("Paling lama", "At most")
        counted = self._say("terhitung sejak", "counted from")
        told = f"{longest} {self._duration(time['amount'], time['unit'])}, {counted}: {since[:1].lower()}{since[1:]}."
        return [_text(told), *_pairs([(self._say("Syarat", "Conditions"), "; ".join(time["conditions"]))])]

    def _fee(self, fee: Mapping[str, Any]) -> list[Block]:
        amount = fee.get("amount_idr")
        told = [_text(_FREE.read(self._language))] if fee["free"] else []
        if not fee["free"] and amount is not None:
            told = [_text(self._rupiah(amount))]
        told += _pairs([(tariff["name"], self._rupiah(tariff["amount_idr"])) for tariff in fee["tariffs"]])
        return told + _pairs(
            [
                (self._say("Perhitungan", "Formula"), fee.get("formula")),
                (self._say("Dasar", "Basis"), fee.get("basis")),
            ]
        )

    def _complaint_handling(self, handling: Mapping[str, Any]) -> list[Block]:
        channels = [
            (self._labels.read("channels", channel["channel"], self._language), channel["detail"] or "–")
            for channel in handling["channels"]
        ]
        limits = [
            (
                self._labels.read("case_classes", limit["class"], self._language),
                self._duration(limit["amount"], limit["unit"]),
            )
            for limit in handling["time_limits"]
        ]
        return [
            *_prose(handling["text"]),
            *_pairs(channels),
            *_pairs([(self._say("Penanggung jawab", "In charge"), handling["responsible_post"])]),
            *_pairs(limits),
        ]

    def _staff_number(self, staff: Mapping[str, Any]) -> list[Block]:
        people = self._say("orang", "person" if staff["total"] == 1 else "people")
        posts = [(post["post"], str(post["count"])) for post in staff["by_post"]]
        return [_text(f"{staff['total']} {people}"), *_pairs(posts)]

    def _service_guarantee(self, guarantee: Mapping[str, Any]) -> list[Block]:
        amount = guarantee.get("remedy_amount_idr")
        return [
            *_prose(guarantee["commitment"]),
            *_pairs(
                [
                    (self._say("Pemulihan", "Remedy"), guarantee["remedy"]),
                    (self._say("Kompensasi", "Compensation"), None if amount is None else self._rupiah(amount)),
                ]
            ),
        ]

    def _safety_guarantee(self, guarantee: Mapping[str, Any]) -> list[Block]:
        return [
            *_prose(guarantee["commitment"]),
            *_pairs(
                [
                    (self._say("Bahaya", "Hazards"), "; ".join(guarantee["hazards"])),
                    (self._say("Tindakan", "Measures"), "; ".join(guarantee["measures"])),
                ]
            ),
        ]

    def _performance_evaluation(self, evaluation: Mapping[str, Any]) -> list[Block]:
        interval = evaluation.get("interval")
        told = None if interval is None else self._term(_INTERVALS, interval)
        return [*_prose(evaluation["text"]), *_pairs([(self._say("Berkala", "Interval"), told)])]


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _prose(text: str) -> list[Block]:
    return [_text(text)] if text else []


def _items(items: list[str]) -> list[Block]:
    return [_text(items[0])] if len(items) == 1 else [{"kind": "items", "items": items}] if items else []


def _pairs(pairs: Sequence[tuple[str, str | None]]) -> list[Block]:
    """The pairs that say something."""
    told = [[label, text] for label, text in pairs if text]
    return [{"kind": "pairs", "items": told}] if told else []
