"""The complaints service as production runs it, but trusting the benchmark's own key beside the gateway's.

Run as `python -m benchmarks.direct`; it is told what the service is told, and TRUSTED_KEYS: a file with a JWK set.
"""

from fastapi import FastAPI

from benchmarks.trusting import trusting
from chassis.ops.commands import read_settings, serve
from complaints.service import SERVICE


def app() -> FastAPI:
    """The application, for uvicorn."""
    return trusting(SERVICE)


if __name__ == "__main__":
    told = read_settings(SERVICE.name, SERVICE.settings)
    serve(SERVICE.name, "benchmarks.direct:app", told, port=told.port)
