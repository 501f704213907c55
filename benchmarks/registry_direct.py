"""The registry as production runs it, but trusting the benchmark's own key.

Run as `python -m benchmarks.registry_direct`; it is told what the service is told, and TRUSTED_KEYS: a file with a JWK set.
"""

import json
import os
from pathlib import Path

from fastapi import FastAPI
from joserfc.jwk import KeySet

from chassis.http.app import create_app
from chassis.ops import logs
from chassis.ops.commands import read_settings, serve
from registry.service import SERVICE


def app() -> FastAPI:
    """The application, for uvicorn."""
    settings = read_settings(SERVICE.name, SERVICE.settings)
    logs.set_up(SERVICE.name, settings.log_level)
    trusted = json.loads(Path(os.environ["TRUSTED_KEYS"]).read_text("utf-8"))
    return create_app(SERVICE, settings, keys=KeySet.import_key_set(trusted))


if __name__ == "__main__":
    told = read_settings(SERVICE.name, SERVICE.settings)
    serve(SERVICE.name, "benchmarks.registry_direct:app", told, port=told.port)
