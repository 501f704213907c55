"""Writing a ZIP while it is sent: nothing of it is kept but the digests for the manifest, which comes last."""

import hashlib
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

MANIFEST = "manifest.json"


class Written(NamedTuple):
    """A file that went into the ZIP."""

    name: str
    size_bytes: int
    sha256: str


class _Pipe:
    """What is written waits here until it is taken. It can't seek: sizes follow each file's content."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes, /) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


class ZipStream:
    """A ZIP in the making. `at`: the instant that its files bear, in the zone of this name."""

    def __init__(self, at: datetime, zone_name: str) -> None:
        self.written: list[Written] = []
        self._pipe = _Pipe()
        self._zip = zipfile.ZipFile(self._pipe, "w", allowZip64=True)
        local = at.astimezone(ZoneInfo(zone_name))
        self._date = (local.year, local.month, local.day, local.hour, local.minute, local.second)

    def add(self, name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        """Add a file that is at hand."""
        info, digest, size = self._info(name, zipfile.ZIP_DEFLATED), hashlib.sha256(), 0
        with self._zip.open(info, "w") as target:
            for part in parts:
                digest.update(part)
                size += len(part)
                target.write(part)
        self.written.append(Written(name, size, digest.hexdigest()))
        yield self._pipe.taken()

    async def stream(self, name: str, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Add a file part by part, as it is: photographs and documents are compressed already."""
        info, digest, size = self._info(name, zipfile.ZIP_STORED), hashlib.sha256(), 0
        with self._zip.open(info, "w") as target:
            async for part in parts:
                digest.update(part)
                size += len(part)
                target.write(part)
                yield self._pipe.taken()
        self.written.append(Written(name, size, digest.hexdigest()))
        yield self._pipe.taken()

    def finish(self, about: dict[str, Any]) -> bytes:
        """The manifest of all that was written, and the directory of the ZIP."""
        manifest = {**about, "files": [each._asdict() for each in self.written]}
        self._zip.writestr(
            self._info(MANIFEST, zipfile.ZIP_DEFLATED),
            orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z),
        )
        self._zip.close()
        return self._pipe.taken()

    def _info(self, name: str, kind: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._date)
        info.compress_type = kind
        return info
