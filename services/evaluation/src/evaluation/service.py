"""What evaluation is made of. Nothing is decided here."""

from functools import partial
from pathlib import Path

from fastapi import FastAPI

from chassis.http.app import Service
from chassis.http.languages import Text
from chassis.http.vocabularies import read_vocabularies
from chassis.ops.commands import application
from directory.access import Actors, find_in_copy
from directory.follower import CHANNEL
from evaluation import reference
from evaluation.facts.copies import ComplaintsFacts, RegistryFacts
from evaluation.metadata import metadata
from evaluation.scorecards import routes as scorecards
from evaluation.surveys import answer_routes
from evaluation.surveys import routes as surveys

VOCABULARIES = ("directory", "evaluation")


async def prepare(app: FastAPI) -> None:
    """Callers' seats, kept until the directory changes; vocabularies that bodies are checked against."""
    state = app.state
    state.actors = Actors(state.side_pool, find_in_copy)
    state.bell.on(CHANNEL, partial(Actors.forget, state.actors))
    state.vocabularies = read_vocabularies(state.settings.data_dir, VOCABULARIES)


SERVICE = Service(
    name="evaluation",
    summary=Text(
        "Seberapa baik janji pelayanan ditepati: survei, penilaian, kartu skor, laporan.",
        "How well the promise is kept: surveys, assessments, scorecards, reports.",
    ),
    metadata=metadata,
    migrations=Path(__file__).resolve().parents[2] / "migrations",
    routers=(surveys.routes, answer_routes.routes, scorecards.routes),
    copies={"registry": RegistryFacts(), "complaints": ComplaintsFacts()},
    channels=(CHANNEL,),
    load_reference_data=reference.load,
    prepare=prepare,
    vocabularies=VOCABULARIES,
)


def app() -> FastAPI:
    """The application, for uvicorn."""
    return application(SERVICE)
