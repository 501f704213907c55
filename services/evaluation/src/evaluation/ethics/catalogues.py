"""What ships as versioned data: the values with their scale, the rules of conduct, the sanctions by regime. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Document = Mapping[str, Any]
CatalogueCode = Literal["values", "conduct_rules", "sanctions"]


class Term(NamedTuple):
    """How long something may take, in the units of working time."""

    amount: int
    unit: Literal["working_day", "calendar_day", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """A version of the code of ethics: its values, and the scale on which they are assessed."""

    version: int
    codes: tuple[str, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanctions:
    """A version of the ladders. `kinds`: by regime, the severity of each kind that it allows.

    `to_remedy`: articles whose breach gives a term to remedy when it is answered by `remedy_sanction`; what follows a
    breach that isn't remedied is `unremedied`.
    """

    version: int
    kinds: Mapping[str, Mapping[str, str]]
    articles: frozenset[str]
    to_remedy: frozenset[str]
    remedy_sanction: str
    remedy: Term
    unremedied: str
    objection: Term

    def severity(self, regime: str, kind: str) -> str:
        """light, moderate or severe. Raises KeyError for a kind that the regime doesn't know."""
        return self.kinds[regime][kind]

    def gives_time(self, sanction: str | None, articles: frozenset[str]) -> bool:
        """Whether the sanction is a warning that leaves time to remedy (UU 25/2009 art. 54(2))."""
        return sanction == self.remedy_sanction and bool(articles & self.to_remedy)


def read_values(document: Document) -> Values:
    """Raises KeyError for a document of another shape."""
    return Values(
        version=document["version"],
        codes=tuple(item["code"] for item in document["items"]),
        least=document["scale"]["min"],
        most=document["scale"]["max"],
    )


def read_conduct(document: Document) -> frozenset[str]:
    """The codes of the rules of conduct. Raises KeyError for a document of another shape."""
    return frozenset(item["code"] for item in document["items"])


def read_sanctions(document: Document) -> Sanctions:
    """Raises KeyError for a document of another shape."""
    articles, remedy, objection = document["articles"], document["remedy"], document["objection"]
    return Sanctions(
        version=document["version"],
        kinds={
            regime["code"]: {kind["code"]: kind["severity"] for kind in regime["kinds"]}
            for regime in document["regimes"]
        },
        articles=frozenset(article for each in articles.values() for article in each),
        to_remedy=frozenset(articles["written_warning_to_remedy"]),
        remedy_sanction=remedy["sanction"],
        remedy=Term(remedy["amount"], remedy["unit"]),
        unremedied=remedy["then"],
        objection=Term(objection["amount"], objection["unit"]),
    )
