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
from evaluation.assessments import answer_routes as assessment_answers
from evaluation.assessments import campaign_routes as assessment_campaigns
from evaluation.assessments import campaigns, ombudsman_routes, opinions
from evaluation.assessments import routes as assessments
from evaluation.ethics import (
    assessment_routes,
    case_routes,
    catalogue_routes,
    decision_routes,
    opening,
    own_verdict_routes,
)
from evaluation.facts.copies import ComplaintsFacts, RegistryFacts
from evaluation.gratification import lapses
from evaluation.gratification import routes as gratification
from evaluation.instruments import operations as instrument_operations
from evaluation.instruments import routes as instruments
from evaluation.metadata import metadata
from evaluation.scorecards import routes as scorecards
from evaluation.surveys import answer_routes, code_routes, definition_routes, follow_up_routes
from evaluation.surveys import routes as surveys
from evaluation.surveys.answers import known_codes

VOCABULARIES = ("directory", "evaluation")
CHECKED = (*VOCABULARIES, "complaints")
"""Vocabularies that bodies are checked against; those of complaints are served there."""


async def prepare(app: FastAPI) -> None:
    """Callers' seats, kept until the directory changes; vocabularies that bodies are checked against."""
    state = app.state
    state.actors = Actors(state.side_pool, find_in_copy)
    state.bell.on(CHANNEL, partial(Actors.forget, state.actors))
    state.vocabularies = read_vocabularies(state.settings.data_dir, CHECKED)
    state.channel_labels = {
        item["code"]: item["label"]["id"] for item in state.vocabularies["survey_channels"]["items"]
    }
    state.survey_codes = known_codes(state.vocabularies)


SERVICE = Service(
    name="evaluation",
    summary=Text(
        "Seberapa baik janji pelayanan ditepati: survei, penilaian, kartu skor, laporan.",
        "How well the promise is kept: surveys, assessments, scorecards, reports.",
    ),
    metadata=metadata,
    migrations=Path(__file__).resolve().parents[2] / "migrations",
    routers=(
        surveys.routes,
        answer_routes.routes,
        code_routes.routes,
        definition_routes.routes,
        follow_up_routes.routes,
        catalogue_routes.routes,
        assessment_routes.routes,
        case_routes.routes,
        decision_routes.routes,
        own_verdict_routes.routes,
        gratification.routes,
        instruments.routes,
        assessment_campaigns.routes,
        assessments.routes,
        assessment_answers.routes,
        ombudsman_routes.routes,
        scorecards.routes,
    ),
    copies={"registry": RegistryFacts(), "complaints": ComplaintsFacts()},
    channels=(CHANNEL,),
    tasks=(lapses.run,),
    load_reference_data=reference.load,
    prepare=prepare,
    problems={
        **opening.PROBLEMS,
        **instrument_operations.PROBLEMS,
        **campaigns.PROBLEMS,
        **opinions.PROBLEMS,
    },
    vocabularies=VOCABULARIES,
)


def app() -> FastAPI:
    """The application, for uvicorn."""
    return application(SERVICE)
