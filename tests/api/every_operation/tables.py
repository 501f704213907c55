"""The tables of rights in rights/*.txt: which callers may carry out an operation, and what becomes of the others.

A line is `operation  others  callers…`. `others` says what all other callers get: `refused` (401 or 403: that the thing is
there is no secret) or `hidden` (401, 403 or 404, the same as for what isn't there). `@name = …` names a group of callers,
`everyone` is all, `-caller` takes one away. `operation:variant` is the operation on another row of the world.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from support.cast import CALLERS

FOLDER = Path(__file__).parent / "rights"


@dataclass(frozen=True)
class Row:
    """Who may carry out an operation; and if its thing is hidden, who knows of it all the same."""

    operation: str
    variant: str
    hidden: bool
    may: frozenset[str]
    know: frozenset[str]

    def concerns(self, caller: str) -> bool:
        """Whether trying it tells anything: who may not here won't be let in for holding the same role elsewhere."""
        role, _, place = caller.partition("@")
        return not place or role in ("client", "officer") or bool({role, caller} & self.know)


@cache
def rights_of(program: str) -> tuple[Row, ...]:
    """The rows of a program's table. Raises ValueError for a line that makes no sense."""
    groups: dict[str, frozenset[str]] = {"everyone": frozenset(CALLERS)}
    rows: list[Row] = []
    for line in (FOLDER / f"{program}.txt").read_text("utf-8").splitlines():
        text = line.partition("#")[0].split()
        if not text:
            continue
        if text[0].startswith("@"):
            groups[text[0][1:]] = _callers(text[2:], groups)
            continue
        name, others, *callers = text
        fate, _, known = others.partition("/")
        if fate not in ("refused", "hidden"):
            raise ValueError(f"{name}: {others}")
        operation, _, variant = name.partition(":")
        may = _callers(callers, groups)
        rows.append(Row(operation, variant, fate == "hidden", may, may | _callers([known] if known else [], groups)))
    return tuple(rows)


def _callers(words: list[str], groups: dict[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    for word in words:
        if word.startswith("-"):
            found.discard(word[1:])
        elif word.removeprefix("@") in groups:
            found |= groups[word.removeprefix("@")]
        else:
            found.add(word)
    return frozenset(found)
