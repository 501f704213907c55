"""`python -m devstack <command>`: what the Makefile's targets call."""

import signal
import sys

# Until everything is read nothing is begun: Ctrl-C just ends it, without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from devstack.command_line import main  # noqa: E402 - reading it takes most of a second

sys.exit(main())
