"""`python -m evaluation`: serve, migrate, load-reference-data, openapi, rebuild."""

import sys

from chassis.ops.commands import run
from evaluation.service import SERVICE

run(SERVICE, "evaluation.service:app", sys.argv[1:])
