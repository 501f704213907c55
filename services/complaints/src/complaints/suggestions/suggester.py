"""The model that speaks, kept in the process: what it suggests, and what it may decide by itself."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from fastapi import FastAPI

from chassis.data.bell import Bell
from chassis.data.pool import Pool
from chassis.http.models import Label
from complaints.codes import Codes
from complaints.policies.queries import list_categories
from complaints.suggestions import queries
from complaints.suggestions.lexicon import Lexicon
from complaints.suggestions.model import Model, Suggestion, read_model
from directory.follower import CHANNEL

EVERY_S = 300.0

log = structlog.get_logger("complaints.suggestions")


@dataclass(frozen=True, slots=True)
class Speaking:
    """The newest model. `automatic_from` None: it decides nothing by itself."""

    version: int
    model: Model
    automatic_from: float | None
    labels: Mapping[str, Label]


class Assigned(NamedTuple):
    """A category that the model gave a filing which had none, as the history keeps it."""

    category: str
    confidence: float
    model: int


class Suggester:
    """Suggests categories. `never`: those that it doesn't give by itself, however sure it is."""

    def __init__(self, pool: Pool, lexicon: Lexicon, never: Collection[str]) -> None:
        self._pool, self._lexicon, self._never = pool, lexicon, frozenset(never)
        self._speaking: Speaking | None = None
        self._loading = asyncio.Lock()
        self._loaded = False

    async def speaking(self) -> Speaking | None:
        """The newest model that this process knows; None if there is none at all."""
        if not self._loaded:
            await self.refresh()
        return self._speaking

    async def refresh(self) -> None:
        """Take in a newer model, if there is one."""
        async with self._loading, self._pool.acquire(timeout=2) as connection:
            newest = await queries.find_newest(connection)
            held = self._speaking
            if newest is not None and (held is None or held.version != newest["version"]):
                row = await queries.find_speaking(connection)
                assert row is not None
                labels = {each["code"]: Label(**each["label"]) for each in await list_categories(connection)}
                self._speaking = Speaking(row["version"], read_model(row["model"]), row["automatic_from"], labels)
            self._loaded = True

    async def suggest(self, text: str) -> list[Suggestion]:
        """The likeliest categories of a text, the likeliest first; none of a text of which nothing is known."""
        speaking = await self.speaking()
        if speaking is None:
            return []
        return speaking.model.suggest(self._lexicon.reading.known(text), self._lexicon.suggestions)

    async def telling(self, text: str) -> dict[str, str]:
        """The stems of a text that the model knows, the most telling first, each with a word of the text.

        What it knows is nobody's: words of the lexicon, and words that several texts share.
        """
        speaking = await self.speaking()
        if speaking is None:
            return {}
        written = self._lexicon.reading.written(text)
        known = {stem: speaking.model.telling(stem) for stem in written}
        ranked = sorted((stem for stem in known if known[stem]), key=lambda stem: (-known[stem], stem))
        return {stem: written[stem] for stem in ranked}

    def stems(self, text: str) -> frozenset[str]:
        """The stems of a text, known or not."""
        return self._lexicon.reading.known(text)

    async def assign(self, text: str) -> Assigned | None:
        """The category of a filing that has none, if the model may decide and is sure enough."""
        speaking = await self.speaking()
        if speaking is None or speaking.automatic_from is None:
            return None
        found = speaking.model.suggest(self._lexicon.reading.known(text), 1)
        if not found or found[0].confidence < speaking.automatic_from or found[0].category in self._never:
            return None
        return Assigned(found[0].category, round(found[0].confidence, 4), speaking.version)


def never_automatic(codes: Codes) -> frozenset[str]:
    """Categories that touch the protected path: words in a text decide nothing there (case-lifecycle §4)."""
    return frozenset(
        code
        for code, attributes in codes.by_name["lapor_categories"].items()
        if attributes.get("protected") or attributes.get("suggest_protected")
    )


async def keep_speaking(app: FastAPI) -> None:
    """Take in newer models. A task of the service."""
    bell: Bell = app.state.bell
    while True:
        await app.state.suggester.refresh()
        await bell.wait(CHANNEL, EVERY_S)
