"""The vocabularies as rules of this service: a body names only terms that they know."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request

from chassis.http.languages import Text
from chassis.http.problems import Flaw, Unprocessable
from chassis.http.vocabularies import Vocabularies, read_vocabularies

VOCABULARIES = ("directory", "registry")
_UNKNOWN = Text("Istilah ini tidak ada dalam kosakata {name}.", "The vocabulary {name} doesn't have this term.")


class Terms:
    """The terms of every vocabulary this service serves, with their attributes."""

    def __init__(self, vocabularies: Vocabularies) -> None:
        self._terms = {
            name: {item["code"]: item.get("attributes") or {} for item in vocabulary["items"]}
            for name, vocabulary in vocabularies.items()
        }

    def attributes(self, vocabulary: str, code: str) -> Mapping[str, Any]:
        """What a vocabulary says of one of its terms; nothing if it doesn't know it."""
        found: Mapping[str, Any] = self._terms[vocabulary].get(code, {})
        return found

    def unknown(self, content: Mapping[str, Any], vocabularies: Mapping[str, str]) -> list[Flaw]:
        """A flaw for each field (or item of a list) of `content` whose value its vocabulary doesn't have.

        `vocabularies`: the vocabulary's name by the field's.
        """
        flaws: list[Flaw] = []
        for field, vocabulary in vocabularies.items():
            value = content.get(field)
            stated: Iterable[tuple[str, Any]] = (
                [(f"/{field}/{index}", item) for index, item in enumerate(value)]
                if isinstance(value, list)
                else [(f"/{field}", value)]
            )
            flaws += [
                Flaw(pointer, "unknown_term", _UNKNOWN.filled(name=vocabulary))
                for pointer, item in stated
                if item is not None and item not in self._terms[vocabulary]
            ]
        return flaws

    def check(self, content: Mapping[str, Any], vocabularies: Mapping[str, str]) -> None:
        """Raises Unprocessable with every flaw that `unknown` finds."""
        if flaws := self.unknown(content, vocabularies):
            raise Unprocessable(errors=flaws)


def load_terms(data_dir: Path) -> Terms:
    """The terms of the reference data."""
    return Terms(read_vocabularies(data_dir, VOCABULARIES))


async def _terms(request: Request) -> Terms:
    found: Terms = request.app.state.terms
    return found


KnownTerms = Annotated[Terms, Depends(_terms)]
