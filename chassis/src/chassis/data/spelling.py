"""One spelling of dates and instants in JSON that is stored or hashed: the same instant is the same text, whatever its offset."""

from datetime import UTC, date, datetime

import orjson

OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME


def spelled(value: object) -> str:
    """For orjson's `default`, with `OPTIONS`: an instant in UTC ending in `Z`, a date as it is. Raises TypeError for the rest."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("an instant without an offset")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} isn't JSON")
