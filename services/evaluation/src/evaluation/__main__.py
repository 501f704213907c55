"""`python -m evaluation`: serve, migrate, load-reference-data, openapi, rebuild."""

import sys

from chassis.ops.commands import run

run("evaluation.service", sys.argv[1:])
