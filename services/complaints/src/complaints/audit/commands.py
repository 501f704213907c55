"""`python -m complaints verify-chains` and `anchor`: for operators and auditors, on the command line."""

import sys

from chassis.data.pool import Connection
from chassis.data.sequencer import verify_chain
from chassis.ops.clock import utc_now
from complaints.audit.anchoring import anchor, first_bad_anchor
from complaints.audit.verifying import walk


async def verify_chains(connection: Connection) -> int:
    """Verify every case, the stream and every anchor; says what was walked, names the first bad row of each. 1 if there is one."""
    walked = await walk(connection)
    position = await verify_chain(connection)
    day = await first_bad_anchor(connection)
    sys.stdout.write(f"{walked.cases} cases, {walked.entries} entries\n")
    bad = [
        *([f"{walked.broken}"] if walked.broken is not None else []),
        *([f"stream, position {position}: the chain doesn't hold"] if position is not None else []),
        *([f"anchor of {day}: the record doesn't bear it out"] if day is not None else []),
    ]
    sys.stdout.write("".join(f"BROKEN {line}\n" for line in bad) or "every chain holds\n")
    return 1 if bad else 0


async def make_anchor(connection: Connection) -> int:
    """Make today's anchor, if there is none yet."""
    made = await anchor(connection, utc_now())
    sys.stdout.write(f"{made['day']} {made['digest'].hex()}\n" if made else "today is anchored already\n")
    return 0
