"""Training a model of the lexicon and of what officers decided, measuring it on what was held out, and keeping it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from chassis.data.pool import Connection
from complaints.suggestions import queries
from complaints.suggestions.error import Judged, at_least, judge, measure
from complaints.suggestions.lexicon import AutomaticFrom, Lexicon, read_lexicon
from complaints.suggestions.model import Model, Stems, calibrated, train
from directory.follower import CHANNEL

FEWEST_TO_CALIBRATE = 50
"""Decided texts from which on the examples are no longer needed to settle the confidence."""

Labelled = tuple[str, Stems]


class Trained(NamedTuple):
    """A model that was kept. `error` as it is shown."""

    version: int
    texts: int
    automatic_from: float | None
    error: Mapping[str, Any]


@dataclass
class Decided:
    """Texts that officers classified: a tenth each is held out for calibration and for the test, always the same ones."""

    learned: list[Labelled] = field(default_factory=list)
    calibration: list[Labelled] = field(default_factory=list)
    test: list[Labelled] = field(default_factory=list)

    def take(self, case_id: UUID, category: str, text: str, lexicon: Lexicon) -> None:
        """Put a text where its case belongs. What is learned is less than what is read: see `texts`."""
        part = hashlib.sha256(case_id.bytes).digest()[0] % 10
        reading = lexicon.reading
        if part == 0:
            self.test.append((category, reading.known(text)))
        elif part == 1:
            self.calibration.append((category, reading.known(text)))
        else:
            self.learned.append((category, reading.learnable(text)))


async def load(connection: Connection, data_dir: Path, *, now: datetime) -> None:
    """Make a model if there is none, or if the lexicon changed; in the caller's transaction."""
    lexicon = read_lexicon(data_dir)
    newest = await queries.find_newest(connection)
    if newest is None or bytes(newest["source_digest"]) != lexicon.digest:
        await train_anew(connection, lexicon, now=now)


async def train_anew(connection: Connection, lexicon: Lexicon, *, now: datetime) -> Trained:
    """Train, measure and keep a model, in the caller's transaction."""
    decided = Decided()
    async for row in queries.decided_texts(connection, lexicon.latest_texts):
        if row["category"] in lexicon.categories:
            decided.take(row["id"], row["category"], f"{row['title']}\n{row['body']}", lexicon)
    model, error, automatic_from = fit(decided, lexicon)
    version = await queries.put_model(
        connection,
        source_digest=lexicon.digest,
        texts=len(decided.learned),
        automatic_from=automatic_from,
        model=model.document(),
        error=error,
        created_at=now,
    )
    await connection.execute(f"NOTIFY {CHANNEL}")
    return Trained(version, len(decided.learned), automatic_from, error)


def fit(decided: Decided, lexicon: Lexicon) -> tuple[Model, dict[str, Any], float | None]:
    """The model, its error, and from which confidence it decides by itself. Pure."""
    model = train(lexicon.stems, decided.learned, lexicon.settings, lexicon.categories)
    to_calibrate = decided.calibration
    if len(to_calibrate) < FEWEST_TO_CALIBRATE:
        to_calibrate = [*to_calibrate, *lexicon.examples[::2]]
    model = calibrated(model, to_calibrate)
    judged = judge(model, decided.test)
    automatic = _automatic(judged, lexicon.automatic)
    error = {
        "examples": measure(judge(model, lexicon.examples[1::2])),
        "decisions": measure(judged) if judged else None,
        "automatic": automatic,
    }
    return model, error, lexicon.automatic.confidence if automatic["allowed"] else None


def _automatic(judged: list[Judged], needed: AutomaticFrom) -> dict[str, Any]:
    """Whether the model has shown on officers' own texts that it may decide: examples prove nothing about people."""
    shown = at_least(judged, needed.confidence)
    enough = shown.texts >= needed.fewest_texts
    return {
        "from": needed.confidence,
        "texts": shown.texts,
        "right": shown.right,
        "fewest_texts": needed.fewest_texts,
        "share_right": needed.share_right,
        "allowed": enough and shown.right >= needed.share_right * shown.texts,
    }
