"""What the registry is made of. Nothing is decided here."""

from pathlib import Path

from fastapi import FastAPI

from chassis.data.jobs import Jobs, Work
from chassis.documents.printing import open_printing
from chassis.exports.work import export_jobs
from chassis.exports.work import purge as purge_exports
from chassis.exports.work import work as export_work
from chassis.http.app import Service
from chassis.http.languages import Text
from chassis.ops.commands import application
from directory.access import Actors
from registry import reference
from registry.appointments import callers, people_routes
from registry.appointments import problems as appointment_problems
from registry.appointments import routes as appointments
from registry.authority import routes as authority
from registry.calendars import routes as calendars
from registry.consultations import comment_routes, erasure_routes, minutes_routes
from registry.consultations import routes as consultations
from registry.exports import resources as exports
from registry.imports import operations as import_operations
from registry.imports import routes as imports
from registry.imports.work import ImportWork
from registry.institutions import problems as institution_problems
from registry.institutions import routes as institutions
from registry.metadata import metadata
from registry.offers import routes as offers
from registry.offers.following import ComplaintsOffers
from registry.recorded import CHANNEL
from registry.regions import routes as regions
from registry.reorganisations import following
from registry.reorganisations import operations as reorganisation_operations
from registry.reorganisations import routes as reorganisations
from registry.reorganisations.work import ReorganisationWork
from registry.services import ending
from registry.services import problems as service_problems
from registry.services import routes as services
from registry.standards import problems as standard_problems
from registry.standards import routes as standards
from registry.standards import settings_routes
from registry.stipulation import aftercare, aftercare_routes, documents_routes
from registry.stipulation import routes as stipulation
from registry.terms import VOCABULARIES, load_terms
from registry.units import problems as unit_problems
from registry.units import routes as units

PROBLEMS = {
    **institution_problems.PROBLEMS,
    **unit_problems.PROBLEMS,
    **appointment_problems.PROBLEMS,
    **service_problems.PROBLEMS,
    **standard_problems.PROBLEMS,
}


async def prepare(app: FastAPI) -> None:
    """The vocabularies, who callers are, the press, and the worker at imports and reorganisations."""
    app.state.terms = load_terms(app.state.settings.data_dir)
    # A standard names the channels and classes of complaints too.
    app.state.printing = open_printing(app.state.settings, (*VOCABULARIES, "complaints"))
    app.state.actors = Actors(app.state.side_pool, callers.find_actor)
    app.state.bell.on(CHANNEL, app.state.actors.forget)
    url = app.state.settings.database_url.get_secret_value()
    importing = ImportWork(url, terms=app.state.terms, clock=app.state.clock, problems=PROBLEMS)
    reorganising = ReorganisationWork(url, terms=app.state.terms, clock=app.state.clock, problems=PROBLEMS)
    works: dict[str, Work] = {import_operations.JOB: importing, reorganisation_operations.JOB: reorganising}
    app.state.jobs = Jobs(app.state.side_pool, works)
    app.state.export_jobs = export_jobs(app.state, exports.RESOURCES)


SERVICE = Service(
    name="registry",
    summary=Text(
        "Siapa bertanggung jawab atas apa, kapan, dan apa yang dijanjikan.",
        "Who is responsible for what, when, and what was promised.",
    ),
    metadata=metadata,
    migrations=Path(__file__).resolve().parents[2] / "migrations",
    routers=(
        regions.routes,
        calendars.routes,
        institutions.routes,
        units.routes,
        people_routes.routes,
        appointments.routes,
        authority.routes,
        services.routes,
        standards.routes,
        settings_routes.routes,
        consultations.routes,
        minutes_routes.routes,
        comment_routes.routes,
        erasure_routes.routes,
        offers.routes,
        stipulation.routes,
        documents_routes.routes,
        aftercare_routes.routes,
        reorganisations.routes,
        imports.routes,
        exports.routes,
    ),
    problems=PROBLEMS,
    copies={"complaints": ComplaintsOffers()},
    channels=(CHANNEL,),
    tasks=(aftercare.watch_days, following.watch_days, ending.watch_days, imports.work, export_work, purge_exports),
    load_reference_data=reference.load,
    prepare=prepare,
    vocabularies=VOCABULARIES,
    session={
        "pg_trgm.word_similarity_threshold": "0.45",  # two letters wrong in a name of eight are forgiven
        "pg_trgm.similarity_threshold": "0.4",  # of words: the last letter of four, one within seven
    },
)


def app() -> FastAPI:
    """The application, for uvicorn."""
    return application(SERVICE)
