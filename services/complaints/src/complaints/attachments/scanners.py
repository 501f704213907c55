"""What decides about a quarantined file: the built-in checks, and ClamAV where one is set."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from complaints.attachments.documents import office_flaw, pdf_flaw
from complaints.attachments.formats import DOCX, PDF, XLSX, media_type_of
from complaints.attachments.pictures import PICTURES, Damaged, pixels

MOST_PIXELS = 120_000_000
"""The largest telephone cameras make 108 million; unpacked that is some 480 MB."""
CLEAN, INFECTED, REJECTED = "clean", "infected", "rejected"
_CLAMD_CHUNK = 64 * 1024
_CLAMD_S = 60.0


class Verdict(NamedTuple):
    """The file's next state, and why if it isn't clean."""

    state: str
    reason: str | None = None


class ScannerAway(Exception):
    """No verdict now: the scanner can't be reached, or wouldn't say. Try again later."""


class Scanner(Protocol):
    """Looks at one file."""

    async def scan(self, content: bytes, media_type: str) -> Verdict:
        """The verdict. Raises ScannerAway."""


def inspect(content: bytes, media_type: str) -> Verdict:
    """What the file's own structure says: type, picture size, programs inside, bombs. Pure."""
    if media_type_of(content) != media_type:
        return Verdict(REJECTED, "type_mismatch")
    reason: str | None = None
    if media_type in PICTURES:
        try:
            reason = "bomb" if pixels(content, media_type) > MOST_PIXELS else None
        except Damaged:
            reason = "damaged"
    elif media_type == PDF:
        reason = pdf_flaw(content)
    elif media_type in (DOCX, XLSX):
        reason = office_flaw(content)
    return Verdict(CLEAN) if reason is None else Verdict(REJECTED, reason)


class BuiltIn:
    """The structural checks, off the event loop."""

    async def scan(self, content: bytes, media_type: str) -> Verdict:
        return await asyncio.to_thread(inspect, content, media_type)


class Clamd:
    """ClamAV's daemon at `host:port` or `unix:/path`, by its INSTREAM command."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def scan(self, content: bytes, media_type: str) -> Verdict:  # noqa: ARG002 - ClamAV finds the type itself
        try:
            async with asyncio.timeout(_CLAMD_S):
                answer = await self._ask(content)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
            raise ScannerAway from error
        if answer.endswith("OK"):
            return Verdict(CLEAN)
        if answer.endswith("FOUND"):
            return Verdict(INFECTED, "malware")
        raise ScannerAway(answer[:100])

    async def _ask(self, content: bytes) -> str:
        if self._address.startswith("unix:"):
            reader, writer = await asyncio.open_unix_connection(self._address.removeprefix("unix:"))
        else:
            host, _, port = self._address.rpartition(":")
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), _CLAMD_CHUNK):
                piece = content[start : start + _CLAMD_CHUNK]
                writer.write(len(piece).to_bytes(4) + piece)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0")).rstrip(b"\0").decode("utf-8", "replace").strip()
        finally:
            writer.close()


class InTurn:
    """Several scanners; the first that isn't satisfied decides."""

    def __init__(self, scanners: Sequence[Scanner]) -> None:
        self._scanners = tuple(scanners)

    async def scan(self, content: bytes, media_type: str) -> Verdict:
        for scanner in self._scanners:
            verdict = await scanner.scan(content, media_type)
            if verdict.state != CLEAN:
                return verdict
        return Verdict(CLEAN)


def scanner_of(clamd_address: str | None) -> Scanner:
    """The scanner that the settings ask for."""
    return InTurn([BuiltIn(), Clamd(clamd_address)]) if clamd_address else BuiltIn()
