"""A document before it is printed: a template's source, its content as data, and the instant it bears. Pure.

What people wrote is content, never source: Typst gets it as a string of JSON and has no way to take it for code.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import orjson

_HOUSE = files("chassis.documents").joinpath("house.typ").read_text("utf-8")
_COMPILER = version("typst")
_TURNERS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Characters that turn the direction of what follows: with them a text would print other than it is stored."""


def read_template(package: str, name: str) -> str:
    """The source of a template that ships in a package's folder `templates`, with the house's own rules before it."""
    return _HOUSE + files(package).joinpath("templates", name).read_text("utf-8")


@dataclass(frozen=True)
class Document:
    """`content` is what the template reads as `content`; `dated` becomes the PDF's date: the day of the act, not of printing."""

    source: str
    content: Mapping[str, Any]
    dated: datetime

    @cached_property
    def job(self) -> bytes:
        """What the compositor is given. The same document gives the same bytes."""
        written = {
            "source": self.source,
            "content": orjson.dumps(self.content, option=orjson.OPT_SORT_KEYS).decode().translate(_TURNERS),
            "dated": int(self.dated.timestamp()),
        }
        return orjson.dumps(written)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of all that the PDF's bytes depend on."""
        return hashlib.sha256(_COMPILER.encode() + b"\0" + self.job).hexdigest()
