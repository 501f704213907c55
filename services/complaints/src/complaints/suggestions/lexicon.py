"""What ships of the suggestions: the lexicon with its settings, and the examples by which errors are measured."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson

from complaints.suggestions.model import Settings, Stems
from complaints.suggestions.texts import Reading, read_reading

FILES = ("category-lexicon.json", "category-examples.json", "categories.json")


class AutomaticFrom(NamedTuple):
    """From which confidence a model may decide by itself, and what it must have shown before: of at least `fewest_texts` texts
    held out of which it was so sure, this share right."""

    confidence: float
    share_right: float
    fewest_texts: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Stems and examples by category, in the categories' order; how texts are read and models are trained."""

    reading: Reading
    stems: Mapping[str, Stems]
    examples: tuple[tuple[str, Stems], ...]
    categories: tuple[str, ...]
    settings: Settings
    automatic: AutomaticFrom
    suggestions: int
    latest_texts: int
    digest: bytes


def read_lexicon(data_dir: Path) -> Lexicon:
    """The lexicon and the examples of `data/complaints`. Raises KeyError for a file of another shape."""
    contents = [(data_dir / "complaints" / name).read_bytes() for name in FILES]
    lexicon, examples, categories = map(orjson.loads, contents)
    reading, settings = read_reading(lexicon), lexicon["settings"]
    automatic = settings["automatic"]
    return Lexicon(
        reading=reading,
        stems={code: reading.known(" ".join(words)) for code, words in lexicon["categories"].items()},
        examples=tuple((code, reading.known(text)) for code, texts in examples["categories"].items() for text in texts),
        categories=tuple(category["code"] for category in categories["categories"]),
        settings=Settings(settings["smoothing"], settings["lexicon_weight"], settings["fewest_texts"]),
        automatic=AutomaticFrom(automatic["from"], automatic["share_right"], automatic["fewest_texts"]),
        suggestions=settings["suggestions"],
        latest_texts=settings["latest_texts"],
        digest=hashlib.sha256(b"\n".join(contents)).digest(),
    )
