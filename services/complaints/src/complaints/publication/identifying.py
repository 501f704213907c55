"""What in a text points at a person: numbers of telephones and identity cards, addresses of e-mail. Pure.

Names can't be told from other words: whoever clears a text masks them.
"""

import re

_IDENTIFYING = re.compile(
    r"""
    (?<!\d)(?:\+?62|0)[\s.-]?8[\s.-]?[1-9](?:[\s.-]?\d){6,11}(?!\d)   # a telephone, with or without blanks between
    | (?<!\d)\d(?:[\s.-]?\d){15}(?!\d)                                # a NIK
    | [^\s@<>()]+@[^\s@<>()]+\.[a-z]{2,}                              # an address
    """,
    re.VERBOSE | re.IGNORECASE,
)


def points_at_somebody(text: str) -> bool:
    """Whether the text holds a telephone number, a NIK or an e-mail address."""
    return _IDENTIFYING.search(text) is not None
