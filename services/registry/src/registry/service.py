"""What the registry is made of. Nothing is decided here."""

from pathlib import Path

from fastapi import FastAPI

from chassis.http.app import Service
from chassis.http.languages import Text
from chassis.ops.commands import application
from registry import reference
from registry.calendars import routes as calendars
from registry.metadata import metadata
from registry.regions import routes as regions

SERVICE = Service(
    name="registry",
    summary=Text(
        "Siapa bertanggung jawab atas apa, kapan, dan apa yang dijanjikan.",
        "Who is responsible for what, when, and what was promised.",
    ),
    metadata=metadata,
    migrations=Path(__file__).resolve().parents[2] / "migrations",
    routers=(regions.routes, calendars.routes),
    load_reference_data=reference.load,
    vocabularies=("directory", "registry"),
    session={"pg_trgm.word_similarity_threshold": "0.45"},  # two letters wrong in a name of eight are forgiven
)


def app() -> FastAPI:
    """The application, for uvicorn."""
    return application(SERVICE)
