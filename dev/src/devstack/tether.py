"""Run as a script: `tether.py parent-pid program [argument …]` becomes the program, and dies with its parent.

The kernel kills the program when the parent ends, however that happens (Linux only; elsewhere an orphan must be stopped
by hand). Standard library only: it runs in an isolated interpreter.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie(parent: int) -> None:
    """Have this process killed when its parent ends; ends at once if that has already happened."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(f"{parent} has ended")


def tethered(*command: str) -> list[str]:
    """The command line that runs `command` tied to the calling process."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


if __name__ == "__main__":
    tie(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is wanted
