"""The evaluation service as a platform runs it, but trusting the benchmark's own key and following no feed.

Run as `python -m benchmarks.surveys_service`; it is told what the service is told, and TRUSTED_KEYS: a file with a JWK set.
"""

import gc
import json
import os
from dataclasses import replace
from pathlib import Path

from fastapi import FastAPI
from joserfc.jwk import KeySet

from chassis.http.app import create_app
from chassis.ops import logs
from chassis.ops.commands import read_settings, serve
from evaluation.service import SERVICE

ALONE = replace(SERVICE, copies={})


def app() -> FastAPI:
    """The application, for uvicorn."""
    settings = read_settings(SERVICE.name, SERVICE.settings)
    logs.set_up(SERVICE.name, settings.log_level)
    trusted = json.loads(Path(os.environ["TRUSTED_KEYS"]).read_text("utf-8"))
    made = create_app(ALONE, settings, keys=KeySet.import_key_set(trusted))
    gc.freeze()  # as `chassis.ops.commands.application` does
    return made


if __name__ == "__main__":
    told = read_settings(SERVICE.name, SERVICE.settings)
    serve(SERVICE.name, "benchmarks.surveys_service:app", told, port=told.port)
