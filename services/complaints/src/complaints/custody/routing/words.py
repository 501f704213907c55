"""Words as routing rules know them: whole words without regard to case, beginnings (`jalan*`), phrases. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
_BEGINNING = re.compile(r"\w{3,}\*")


class NotWords(ValueError):
    """A pattern without a word, or a beginning of fewer than three letters: it would hold of everything."""


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case, in their order."""
    return _WORD.findall(text.casefold())


class Wording:
    """A text as words, taken apart at the first question and not before: few rules ask."""

    __slots__ = ("_joined", "_text", "_words")

    def __init__(self, *texts: str) -> None:
        self._text = "\n".join(texts)
        self._words: frozenset[str] | None = None
        self._joined: str | None = None

    @property
    def words(self) -> frozenset[str]:
        """Each word once."""
        if self._words is None:
            self._words = frozenset(words_of(self._text))
        return self._words

    @property
    def joined(self) -> str:
        """All words, one blank around each."""
        if self._joined is None:
            self._joined = f" {' '.join(words_of(self._text))} "
        return self._joined


@dataclass(frozen=True, slots=True)
class Patterns:
    """What a rule looks for: one of them is enough."""

    given: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    def found(self, text: Wording) -> list[str]:
        """The patterns that the text holds, sorted; empty: none."""
        found = {*(self.whole & text.words)}
        for beginning in self.beginnings:
            if any(word.startswith(beginning) for word in text.words):
                found.add(f"{beginning}*")
        found.update(phrase for phrase in self.phrases if f" {phrase} " in text.joined)
        return sorted(found)


NO_PATTERNS = Patterns()


def read_patterns(given: Sequence[str]) -> Patterns:
    """Patterns as they were written. Raises NotWords."""
    whole, beginnings, phrases = set[str](), set[str](), set[str]()
    for pattern in given:
        plain = pattern.strip().casefold()
        words = words_of(plain)
        if _BEGINNING.fullmatch(plain):
            beginnings.add(plain[:-1])
        elif not words or "*" in plain:
            raise NotWords(pattern)
        elif len(words) == 1:
            whole.add(words[0])
        else:
            phrases.add(" ".join(words))
    return Patterns(tuple(given), frozenset(whole), _ordered(beginnings), _ordered(phrases))


def _ordered(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(patterns))
