"""Having a file read by a process of its own, under a time limit; its rows come in batches."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any

import orjson

from chassis.http.languages import Text
from chassis.imports.sheets import Unreadable

BATCH = 5_000
LONGEST_S = 180.0
_LINE_BYTES = 64 * 1024 * 1024
_DIED = Text(
    "Berkas ini tidak dapat dibaca dalam batas memori dan waktu.",
    "The file can't be read within the limits of memory and time.",
)


async def read_rows(content: bytes, *, module: str, kind: str, form: str) -> AsyncGenerator[list[dict[str, Any]], None]:
    """Batches of lines as child.py writes them, without the last; `module` is the service's own that calls it. Raises Unreadable."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-m", module, kind, form),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=_LINE_BYTES,
        env={"LANG": "C.UTF-8"},
    )
    feeding = asyncio.create_task(_feed(process, content))
    try:
        async with asyncio.timeout(LONGEST_S):
            async for batch in _batches(process):
                yield batch
    except TimeoutError:
        raise Unreadable("reader_stopped", _DIED) from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        feeding.cancel()
        await asyncio.gather(feeding, process.wait(), return_exceptions=True)


async def _feed(process: Process, content: bytes) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):
        process.stdin.write(content)
        await process.stdin.drain()
        process.stdin.close()


async def _batches(process: Process) -> AsyncIterator[list[dict[str, Any]]]:
    assert process.stdout is not None
    batch: list[dict[str, Any]] = []
    async for line in process.stdout:
        told = orjson.loads(line)
        if "refused" in told:
            refused = told["refused"]
            raise Unreadable(refused["code"], Text(**refused["detail"]))
        if "rows" in told:
            yield batch
            return
        batch.append(told)
        if len(batch) == BATCH:
            yield batch
            batch = []
    raise Unreadable("reader_stopped", _DIED)
