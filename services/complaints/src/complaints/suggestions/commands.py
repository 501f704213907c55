"""`python -m complaints train-categories`: train a model on what officers have decided, and say how often it errs."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from chassis.data.pool import Connection
from chassis.ops.clock import utc_now
from chassis.ops.commands import read_settings
from complaints.suggestions.lexicon import read_lexicon
from complaints.suggestions.training import Trained, train_anew


async def train_categories(connection: Connection) -> int:
    """Train, keep and print; the services take the model in by themselves."""
    lexicon = read_lexicon(read_settings("complaints").data_dir)
    async with connection.transaction(isolation="repeatable_read"):
        trained = await train_anew(connection, lexicon, now=utc_now())
    sys.stdout.write("".join(f"{line}\n" for line in told(trained)))
    return 0


def told(trained: Trained) -> Iterator[str]:
    """The lines that are printed."""
    yield f"model {trained.version}, learned from the lexicon and {trained.texts} texts that officers classified"
    yield from _measured("examples", trained.error["examples"])
    if trained.error["decisions"] is not None:
        yield from _measured("texts of officers that it hasn't seen", trained.error["decisions"])
    automatic = trained.error["automatic"]
    by_itself = f"from a confidence of {trained.automatic_from}" if trained.automatic_from is not None else "nothing"
    yield (
        f"by itself it decides {by_itself}: sure of {automatic['texts']} unseen texts, {automatic['right']} rightly"
        f" (needed: {automatic['share_right']:.0%} of at least {automatic['fewest_texts']})"
    )


def _measured(of: str, error: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"{error['texts']} {of}: {error['accuracy']:.1%} right, {error['top_three']:.1%} among the first three,"
        f" confidence off by {error['calibration_error']:.1%}"
    )
    for row in error["worst"]:
        mistaken = ", ".join(f"{code} ({times})" for code, times in row["mistaken_for"].items()) or "nothing"
        yield f"  {row['category']}: {row['right']} of {row['texts']}, taken for {mistaken}"
