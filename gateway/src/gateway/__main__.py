"""`python -m gateway`: serve, migrate, load-reference-data, rotate-keys, openapi."""

import sys

from gateway.commands import run

run(sys.argv[1:])
