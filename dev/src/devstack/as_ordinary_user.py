"""Run as a script: `as_ordinary_user.py namespace|nobody program [argument …]` becomes the program, no longer as root.

PostgreSQL refuses to run as root. In `namespace` mode the program runs in a user namespace of its own, where root's
files belong to `nobody`: nothing outside changes owner or mode. In `nobody` mode, for containers that forbid
namespaces, it runs as that user. Standard library only: it runs in an isolated interpreter.
"""

import ctypes
import os
import sys
from pathlib import Path

NOBODY = 65534
CLONE_NEWUSER = 0x10000000


def enter_namespace() -> None:
    """Move this process into a new user namespace in which uid and gid 0 are seen as 65534."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are forbidden here")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1", encoding="ascii")


def become_nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


if __name__ == "__main__":
    mode, *command = sys.argv[1:]
    {"namespace": enter_namespace, "nobody": become_nobody}[mode]()
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted
