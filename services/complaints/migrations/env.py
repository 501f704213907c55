"""Alembic's entry: the complaints service's metadata."""

from chassis.data.migrations import run
from complaints.service import SERVICE

run(SERVICE.metadata)
