"""What the complaints service is made of. Nothing is decided here."""

from functools import partial
from pathlib import Path

from fastapi import FastAPI

from chassis.data.feed import own_feed
from chassis.data.followers import Follower
from chassis.data.jobs import Jobs
from chassis.documents.printing import open_printing
from chassis.exports.work import export_jobs
from chassis.exports.work import purge as purge_exports
from chassis.exports.work import work as export_work
from chassis.http.app import Service
from chassis.http.languages import Text
from chassis.http.vocabularies import read_vocabularies
from chassis.ops.commands import application
from complaints import reference
from complaints.attachments import case_routes, scanning
from complaints.attachments import routes as uploads
from complaints.attachments.problems import AlreadyAttached
from complaints.attachments.scanners import scanner_of
from complaints.audit import anchoring, commands
from complaints.audit import routes as audit
from complaints.cases import routes as cases
from complaints.cases.actors import find_case_actor
from complaints.closure import routes as closure
from complaints.codes import Codes, read_codes
from complaints.compensation import routes as compensation
from complaints.cooperation import reminding
from complaints.cooperation import routes as cooperation
from complaints.custody import routes as custody
from complaints.custody import succession
from complaints.custody.routing import routes as routing
from complaints.custody.routing.router import Router
from complaints.deadlines import routes as deadline_routes
from complaints.deadlines.planning import Planner
from complaints.deadlines.shelf import Shelf
from complaints.escalation import scanner
from complaints.exports import resources as exports
from complaints.handling import routes as handling
from complaints.intake import batch_routes, hint_routes
from complaints.intake import routes as intake
from complaints.intake.expectation import Expectations
from complaints.intake.placing import Places
from complaints.intake.problems import AlreadyFiled
from complaints.intake.routing import keep_routing
from complaints.invitations.inviting import Inviting
from complaints.keys import read_keys
from complaints.metadata import metadata
from complaints.moves import recounting
from complaints.notices import delivering
from complaints.notices import routes as notices
from complaints.notices.adapters import adapters_of
from complaints.notices.ledger import NoticeLedger
from complaints.packages import routes as packages
from complaints.policies import handling_routes
from complaints.policies import routes as policies
from complaints.publication import routes as publication
from complaints.recaps import routes as recaps
from complaints.recaps.operations import JOB as RECAP
from complaints.recaps.work import RecapWork, labels
from complaints.recaps.work import work as recap_work
from complaints.reporters import disclosure_routes
from complaints.reporters import routes as reporters
from complaints.settings import ComplaintsSettings
from complaints.statistics import keeping, public_routes
from complaints.statistics import routes as statistics
from complaints.statistics.public_figures import PublicTables
from complaints.suggestions import routes as suggestions
from complaints.suggestions import suggester
from complaints.suggestions.commands import train_categories
from complaints.suggestions.lexicon import read_lexicon
from complaints.templates import routes as templates
from complaints.templates.operations import NameTaken
from complaints.triage import matter_routes
from complaints.triage import routes as triage
from directory.access import Actors
from directory.follower import CHANNEL


def _desk_of(codes: Codes, kind: str) -> str:
    """To whom a kind of notice goes."""
    return str(codes.attribute("notice_kinds", kind, "to"))


async def _prepare(app: FastAPI) -> None:
    state = app.state
    settings = state.settings
    state.case_keys = read_keys(state.settings.identity_key.get_secret_value())
    state.codes = read_codes(state.settings.data_dir)
    state.printing = open_printing(state.settings, ("directory", "complaints"))
    state.actors = Actors(state.side_pool, find_case_actor)
    state.places = Places(state.side_pool)
    state.router = Router(state.side_pool)
    lexicon, never = read_lexicon(state.settings.data_dir), suggester.never_automatic(state.codes)
    state.suggester = suggester.Suggester(state.side_pool, lexicon, never)
    state.planner = Planner(state.side_pool)
    state.shelf = Shelf()
    state.expectations = Expectations(state.side_pool)
    state.export_jobs = export_jobs(state, exports.RESOURCES)
    url = settings.database_url.get_secret_value()
    categories = labels(read_vocabularies(settings.data_dir, ("complaints",))["lapor_categories"])
    state.recap_jobs = Jobs(state.side_pool, {RECAP: RecapWork(url, categories=categories, clock=state.clock)})
    state.public_tables = PublicTables(state.side_pool, state.clock)
    state.scanner = scanner_of(settings.clamd_address)
    smtp_url = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    state.adapters = adapters_of(smtp_url, settings.notice_sender, development=settings.prima_env == "development")
    ledger = NoticeLedger(partial(_desk_of, state.codes), state.adapters, Inviting(state.case_keys.survey))
    feed = own_feed("complaints", state.side_pool, state.bell)
    state.followers.append(Follower("complaints", ledger, pool=state.side_pool, fetch=feed))
    for kept in (state.actors, state.places, state.router, state.planner, state.shelf):
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
        intake.routes,
        batch_routes.routes,
        hint_routes.routes,
        cases.routes,
        uploads.routes,
        case_routes.routes,
        policies.routes,
        suggestions.routes,
        handling_routes.routes,
        deadline_routes.routes,
        reporters.routes,
        disclosure_routes.routes,
        custody.routes,
        routing.routes,
        cooperation.routes,
        templates.routes,
        handling.routes,
        compensation.routes,
        closure.routes,
        triage.routes,
        matter_routes.routes,
        notices.routes,
        packages.routes,
        audit.routes,
        exports.routes,
        publication.routes,
        recaps.routes,
        statistics.routes,
        public_routes.routes,
    ),
    problems={
        "cases_pk": AlreadyFiled(),
        "response_templates_name_key": NameTaken(),
        "attachments_once_key": AlreadyAttached(),
        "attachments_file_id_fk": AlreadyAttached(),
    },
    copies={"registry": succession.RegistrySuccessions()},
    channels=(CHANNEL,),
    tasks=(
        recounting.run,
        scanner.run,
        reminding.run,
        keep_routing,
        succession.keep_custody,
        scanning.run,
        delivering.run,
        anchoring.run,
        suggester.keep_speaking,
        keeping.run,
        export_work,
        purge_exports,
        recap_work,
    ),
    commands={
        "verify-chains": commands.verify_chains,
        "anchor": commands.make_anchor,
        "train-categories": train_categories,
        "count-anew": keeping.count_anew,
        "compare-counts": keeping.compare_counts,
    },
    load_reference_data=reference.load,
    prepare=_prepare,
    vocabularies=("complaints",),
    settings=ComplaintsSettings,
)


def app() -> FastAPI:
    """The application, for uvicorn."""
    return application(SERVICE)
