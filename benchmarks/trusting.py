"""A service as production runs it, but trusting the benchmark's own key beside the gateway's."""

import json
import os
from pathlib import Path

from fastapi import FastAPI
from joserfc.jwk import KeySet

from chassis.http.app import Service
from chassis.ops.commands import application


def trusting(service: Service) -> FastAPI:
    """The application for uvicorn. TRUSTED_KEYS names a file with a JWK set."""
    trusted = json.loads(Path(os.environ["TRUSTED_KEYS"]).read_text("utf-8"))
    return application(service, keys=KeySet.import_key_set(trusted))
