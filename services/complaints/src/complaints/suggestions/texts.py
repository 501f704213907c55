"""A text as the stems that a model knows, and the fewer ones that it may learn. Pure.

Nobody's name, number or address is learned: only words written in lower case, of letters alone, never a listed name nor what
follows an honorific; and of those only what several texts share (`model.train`).
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from snowballstemmer.indonesian_stemmer import IndonesianStemmer

_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"\S+")
_SHORTEST, _LONGEST = 2, 24
_AFTER_HONORIFIC = 2
"""Words after an honorific that may be a name."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a word in lower case (Snowball's Indonesian stemmer, after Tala 2003)."""
    # One stemmer for each word: it keeps its place in itself, and the cache makes new words rare.
    return str(IndonesianStemmer().stemWord(word))


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts are read: words that say nothing, honorifics, and names, all in lower case."""

    stop_words: frozenset[str]
    honorifics: frozenset[str]
    names: frozenset[str]

    def known(self, text: str) -> frozenset[str]:
        """The stems of all words of a text: what a model is asked by."""
        return self._stems(_WORD.findall(text.casefold()))

    def written(self, text: str) -> dict[str, str]:
        """The stems of all words of a text, each with a word of it as it was written, in lower case."""
        words = _WORD.findall(text.casefold())
        return {
            stem(word): word for word in words if _SHORTEST <= len(word) <= _LONGEST and word not in self.stop_words
        }

    def learnable(self, text: str) -> frozenset[str]:
        """The stems that may be learned from somebody's text."""
        return self._stems(self._plain(text))

    def _stems(self, words: Iterable[str]) -> frozenset[str]:
        stop, longest = self.stop_words, _LONGEST
        return frozenset(stem(word) for word in words if _SHORTEST <= len(word) <= longest and word not in stop)

    def _plain(self, text: str) -> Iterable[str]:
        after = 0
        for token in _TOKEN.findall(text):
            word = token.strip(".,;:!?()[]\"'“”")
            if word.casefold().rstrip(".") in self.honorifics:
                after = _AFTER_HONORIFIC
            elif after:
                after -= 1
            else:
                yield from (part for part in word.split("-") if self._is_plain(part))

    def _is_plain(self, word: str) -> bool:
        return word.islower() and _WORD.fullmatch(word) is not None and word not in self.names


def read_reading(document: Mapping[str, Any]) -> Reading:
    """The reading that a lexicon asks for."""
    return Reading(_set(document["stop_words"]), _set(document["honorifics"]), _set(document["names"]))


def _set(words: Collection[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
