"""Checking levels against a form: off the scale, unknown, missing. Pure."""

from collections.abc import Mapping

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from evaluation.instruments.document import Form, Instrument

_UNKNOWN = Text("Butir ini tidak ada dalam formulir ini.", "This form has no such item.")
_MISSING = Text("Butir ini belum dijawab.", "This item isn't answered.")
_SCALE = Text("Tingkat harus antara {least} dan {most}.", "The level must be {least} to {most}.")


def flaws_of_levels(
    given: Mapping[str, int], form: Form, instrument: Instrument, *, whole: bool, pointer: str = "/answers"
) -> list[Flaw]:
    """Everything wrong with these levels, each at its item's place; `whole`: every item must be there."""
    told = _SCALE.filled(least=instrument.scale_min, most=instrument.scale_max)
    known = frozenset(form.codes)
    flaws = [
        Flaw(f"{pointer}/{code.replace('~', '~0').replace('/', '~1')}", "unknown_item", _UNKNOWN)
        for code in given
        if code not in known
    ]
    flaws += [
        Flaw(f"{pointer}/{code}", "off_scale", told)
        for code, level in given.items()
        if code in known and not instrument.scale_min <= level <= instrument.scale_max
    ]
    return flaws + (missing(given, form, pointer=pointer) if whole else [])


def missing(given: Mapping[str, int], form: Form, *, pointer: str = "/answers") -> list[Flaw]:
    """The items without a level; those that don't count may stay open."""
    return [
        Flaw(f"{pointer}/{item.code}", "missing_item", _MISSING)
        for item in form.items
        if item.scored and item.code not in given
    ]
