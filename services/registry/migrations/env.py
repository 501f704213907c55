"""Alembic's entry: the registry's metadata."""

from chassis.data.migrations import run
from registry.service import SERVICE

run(SERVICE.metadata)
