"""The program that sets one document: a job on its standard input, the PDF on its standard output.

It runs as a process of its own for each document, with no environment, bounded in memory and time: whatever a text does
to the compiler, the service goes on, and no reporter's data stay behind in memory.
"""

import resource
import sys
from pathlib import Path

import orjson
import typst

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 10
_NOTHING_TO_READ = Path(__file__).parent
"""The root below which a template could read files: this folder of sources."""


def compose(job: bytes) -> bytes:
    """The PDF of a job (`Document.job`); the same job gives the same bytes. Raises typst.TypstError."""
    told = orjson.loads(job)
    return typst.compile(
        told["source"].encode(),
        root=_NOTHING_TO_READ,
        ignore_system_fonts=True,
        sys_inputs={"content": told["content"]},
        timestamp=told["dated"],
        format="pdf",
    )


def _bound() -> None:
    """The kernel ends this process where it asks for more, also after its parent has died."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    _bound()
    sys.stdout.buffer.write(compose(sys.stdin.buffer.read()))
