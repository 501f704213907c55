"""Texts in Indonesian and English, and which one a caller reads."""

from typing import Literal, NamedTuple

Language = Literal["id", "en"]
DEFAULT: Language = "id"


class Text(NamedTuple):
    """One text in both languages."""

    id: str
    en: str

    def read(self, language: Language) -> str:
        """The text in this language."""
        return self.en if language == "en" else self.id

    def filled(self, **values: object) -> "Text":
        """Both texts with `{name}` replaced. Never put in what a caller sent."""
        return Text(self.id.format(**values), self.en.format(**values))


def negotiate(accept_language: str | None) -> Language:
    """The language of an Accept-Language header: the first of id and en by its weight, else Indonesian."""
    if not accept_language:
        return DEFAULT
    best: tuple[float, Language] = (0.0, DEFAULT)
    for part in accept_language.split(",")[:10]:
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        weight = 1.0
        if parameters.strip().startswith("q="):
            try:
                weight = float(parameters.strip()[2:])
            except ValueError:
                continue
        if primary == "id" and weight > best[0]:
            best = (weight, "id")
        if primary == "en" and weight > best[0]:
            best = (weight, "en")
    return best[1]
