"""What the complaints service is made of. Nothing is decided here."""

from pathlib import Path

from fastapi import FastAPI

from chassis.http.app import Service
from chassis.http.languages import Text
from chassis.ops.commands import application
from complaints import reference
from complaints.cases import routes as cases
from complaints.cases.actors import find_case_actor
from complaints.closure import routes as closure
from complaints.codes import read_codes
from complaints.custody import routes as custody
from complaints.deadlines import routes as deadline_routes
from complaints.deadlines.planning import Planner
from complaints.escalation import scanner
from complaints.handling import routes as handling
from complaints.intake import routes as intake
from complaints.intake.expectation import Expectations
from complaints.intake.placing import Places
from complaints.intake.routing import keep_routing
from complaints.keys import read_keys
from complaints.metadata import metadata
from complaints.moves import recounting
from complaints.policies import routes as policies
from complaints.reporters import routes as reporters
from complaints.settings import ComplaintsSettings
from complaints.triage import routes as triage
from directory.access import Actors
from directory.follower import CHANNEL, RegistryCopy


async def _prepare(app: FastAPI) -> None:
    state = app.state
    state.case_keys = read_keys(state.settings.identity_key.get_secret_value())
    state.codes = read_codes(state.settings.data_dir)
    state.actors = Actors(state.side_pool, find_case_actor)
    state.places = Places(state.side_pool)
    state.planner = Planner(state.side_pool)
    state.expectations = Expectations(state.side_pool)
    for kept in (state.actors, state.places, state.planner):
        state.bell.on(CHANNEL, kept.forget)


SERVICE = Service(
    name="complaints",
    summary=Text(
        "Laporan masyarakat dari penerimaan sampai selesai, tepat waktu dan tercatat.",
        "What people report, from receipt to resolution, in time and on record.",
    ),
    metadata=metadata,
    migrations=Path(__file__).resolve().parents[2] / "migrations",
    routers=(
        cases.routes,
        policies.routes,
        deadline_routes.routes,
        reporters.routes,
        custody.routes,
        intake.routes,
        handling.routes,
        closure.routes,
        triage.routes,
    ),
    problems={"cases_pk": intake.AlreadyFiled()},
    copies={"registry": RegistryCopy()},
    channels=(CHANNEL,),
    tasks=(recounting.run, scanner.run, keep_routing),
    load_reference_data=reference.load,
    prepare=_prepare,
    vocabularies=("complaints",),
    settings=ComplaintsSettings,
)


def app() -> FastAPI:
    """The application, for uvicorn."""
    return application(SERVICE)
