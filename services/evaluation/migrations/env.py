"""Alembic's entry: the evaluation service's metadata."""

from chassis.data.migrations import run
from evaluation.service import SERVICE

run(SERVICE.metadata)
