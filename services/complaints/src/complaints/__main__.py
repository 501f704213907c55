"""`python -m complaints`: serve, migrate, load-reference-data, openapi, rebuild."""

import sys

from chassis.ops.commands import run

run("complaints.service", sys.argv[1:])
