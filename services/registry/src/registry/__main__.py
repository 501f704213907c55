"""`python -m registry`: serve, migrate, load-reference-data, openapi."""

import sys

from chassis.ops.commands import run
from registry.service import SERVICE

run(SERVICE, "registry.service:app", sys.argv[1:])
