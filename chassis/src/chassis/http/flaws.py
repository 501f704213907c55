"""What Pydantic found wrong, told in two languages and without the offending value."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.http.languages import Text
from chassis.http.problems import Flaw

_MESSAGES: dict[str, Text] = {
    "missing": Text("Wajib diisi.", "This is required."),
    "extra_forbidden": Text("Isian ini tidak dikenal.", "This field isn't known."),
    "string_type": Text("Harus berupa teks.", "This must be text."),
    "string_too_short": Text(
        "Terlalu pendek, paling sedikit {min_length} karakter.", "Too short: at least {min_length} characters."
    ),
    "string_too_long": Text(
        "Terlalu panjang, paling banyak {max_length} karakter.", "Too long: at most {max_length} characters."
    ),
    "string_pattern_mismatch": Text("Bentuknya tidak sesuai.", "This doesn't have the right form."),
    "too_short": Text("Paling sedikit {min_length} butir.", "At least {min_length} items."),
    "too_long": Text("Paling banyak {max_length} butir.", "At most {max_length} items."),
    "enum": Text("Harus salah satu dari: {expected}.", "This must be one of: {expected}."),
    "literal_error": Text("Harus salah satu dari: {expected}.", "This must be one of: {expected}."),
    "uuid_parsing": Text("Harus berupa UUID.", "This must be a UUID."),
    "uuid_type": Text("Harus berupa UUID.", "This must be a UUID."),
    "uuid_version": Text(
        "Harus berupa UUID versi {expected_version}.", "This must be a UUID of version {expected_version}."
    ),
    "int_parsing": Text("Harus berupa bilangan bulat.", "This must be a whole number."),
    "int_type": Text("Harus berupa bilangan bulat.", "This must be a whole number."),
    "int_from_float": Text("Harus berupa bilangan bulat.", "This must be a whole number."),
    "float_type": Text("Harus berupa bilangan.", "This must be a number."),
    "float_parsing": Text("Harus berupa bilangan.", "This must be a number."),
    "bool_type": Text("Harus true atau false.", "This must be true or false."),
    "bool_parsing": Text("Harus true atau false.", "This must be true or false."),
    "greater_than": Text("Harus lebih dari {gt}.", "This must be more than {gt}."),
    "greater_than_equal": Text("Paling kecil {ge}.", "This must be {ge} or more."),
    "less_than": Text("Harus kurang dari {lt}.", "This must be less than {lt}."),
    "less_than_equal": Text("Paling besar {le}.", "This must be {le} or less."),
    "date_type": Text("Harus berupa tanggal (YYYY-MM-DD).", "This must be a date (YYYY-MM-DD)."),
    "date_parsing": Text("Harus berupa tanggal (YYYY-MM-DD).", "This must be a date (YYYY-MM-DD)."),
    "date_from_datetime_parsing": Text("Harus berupa tanggal (YYYY-MM-DD).", "This must be a date (YYYY-MM-DD)."),
    "date_from_datetime_inexact": Text("Harus berupa tanggal (YYYY-MM-DD).", "This must be a date (YYYY-MM-DD)."),
    "datetime_parsing": Text("Harus berupa waktu RFC 3339.", "This must be an RFC 3339 instant."),
    "datetime_type": Text("Harus berupa waktu RFC 3339.", "This must be an RFC 3339 instant."),
    "datetime_from_date_parsing": Text("Harus berupa waktu RFC 3339.", "This must be an RFC 3339 instant."),
    "timezone_aware": Text("Waktu harus menyebut zonanya.", "The instant must state its offset."),
    "model_type": Text("Harus berupa objek.", "This must be an object."),
    "model_attributes_type": Text("Harus berupa objek.", "This must be an object."),
    "dict_type": Text("Harus berupa objek.", "This must be an object."),
    "list_type": Text("Harus berupa daftar.", "This must be a list."),
    "union_tag_not_found": Text("Jenisnya wajib disebut.", "Its kind must be stated."),
    "union_tag_invalid": Text("Jenisnya tidak dikenal.", "Its kind isn't known."),
}
_OTHER = Text("Nilainya tidak sah.", "This value isn't valid.")
_SHOWN = ("min_length", "max_length", "expected", "expected_version", "gt", "ge", "lt", "le")


class Broken(ValueError):
    """For validators: a rule of ours is broken. Carries the code and both texts through Pydantic."""

    def __init__(self, code: str, detail: Text) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def pointer(location: Sequence[int | str]) -> str:
    """`("body", "reporter", "name")` as `/reporter/name`; other places as `query/limit`, `path/id`, `header/if-match`."""
    place, *rest = location
    if place == "body":
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in rest)
    return "/".join(str(part) for part in location)


def _place(error: Mapping[str, Any], body: object) -> list[int | str]:
    """Where an error is in `body` as it was sent.

    Pydantic also names members of unions and the keys of mappings as such, which nobody sent: only what leads on in the
    body is kept, and at the end what is missing there.
    """
    place, *rest = error["loc"]
    if place != "body" or body is None:
        return [place, *rest]
    kept: list[int | str] = [place]
    held: Any = body
    for index, part in enumerate(rest):
        if _leads_on(held, part):
            held = held[part]
        elif error["type"] != "missing" or index < len(rest) - 1:
            continue
        kept.append(part)
    return kept


def _leads_on(held: Any, part: int | str) -> bool:
    if isinstance(held, Mapping):
        return part in held
    return isinstance(held, list) and isinstance(part, int) and part < len(held)


def flaw(error: Mapping[str, Any], body: object = None) -> Flaw:
    """One error of Pydantic as a flaw; `body` is what was sent, if the error is of one."""
    context = error.get("ctx") or {}
    cause = context.get("error")
    if isinstance(cause, Broken):
        return Flaw(pointer(_place(error, body)), cause.code, cause.detail)
    message = _MESSAGES.get(error["type"], _OTHER)
    shown = {name: context[name] for name in _SHOWN if name in context}
    try:
        told = message.filled(**shown)
        if "expected" in shown:  # Pydantic's own list of what may stand there
            told = Text(told.id.replace("' or '", "' atau '"), told.en)
    except KeyError:
        told = _OTHER
    return Flaw(pointer(_place(error, body)), str(error["type"]), told)
