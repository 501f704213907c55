"""Alembic's entry: the gateway's metadata."""

from chassis.data.migrations import run
from gateway.schema import metadata

run(metadata)
