"""The evaluation service as a platform runs it, but trusting the benchmark's own key and following no feed.

Run as `python -m benchmarks.surveys_service`; it is told what the service is told, and TRUSTED_KEYS: a file with a JWK set.
"""

from dataclasses import replace

from fastapi import FastAPI

from benchmarks.trusting import trusting
from chassis.ops.commands import read_settings, serve
from evaluation.service import SERVICE

ALONE = replace(SERVICE, copies={})


def app() -> FastAPI:
    """The application, for uvicorn."""
    return trusting(ALONE)


if __name__ == "__main__":
    told = read_settings(SERVICE.name, SERVICE.settings)
    serve(SERVICE.name, "benchmarks.surveys_service:app", told, port=told.port)
