"""`python -m complaints`: serve, migrate, load-reference-data, openapi, rebuild."""

import sys

from chassis.ops.commands import run
from complaints.service import SERVICE

run(SERVICE, "complaints.service:app", sys.argv[1:])
