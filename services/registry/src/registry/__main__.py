"""`python -m registry`: serve, migrate, load-reference-data, openapi, rebuild."""

import sys

from chassis.ops.commands import run

run("registry.service", sys.argv[1:])
