"""Reading what offers are made of: the standards, surveys and complaints of a unit and all units below it."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from directory.zones import local_day, zone
from evaluation.assessments.offers import Closures, HeldSurvey, Known, PromisedService
from evaluation.facts.subjects import find_subtree
from evaluation.surveys.follow_up import realisation_of
from evaluation.surveys.following_up import find_items
from evaluation.surveys.index import sample_required
from evaluation.surveys.queries import find_definition

_SURVEY = "skm"

# The version in force on the day; a superseded or revoked one was in force until its effective_to.
_SERVICES = Statement("""
SELECT service.id AS service_id, standard.id AS standard_id, standard.version, standard.effective_on,
       standard.consultation_elements AS elements, standard.publication_media AS media, standard.charter_state,
       standard.reviewed_on
FROM directory_services service
LEFT JOIN LATERAL (
    SELECT * FROM facts_standards found
    WHERE found.service_id = service.id AND found.effective_on <= CAST(:day AS date)
      AND (found.effective_to > CAST(:day AS date)
           OR (found.effective_to IS NULL AND found.state IN ('published', 'under_review')))
    ORDER BY found.effective_on DESC, found.version DESC LIMIT 1) standard ON true
WHERE service.unit_id = ANY(CAST(:units AS uuid[])) AND service.state = 'active'
ORDER BY service.id
""")
_SURVEYS = Statement("""
SELECT survey.id, survey.definition_code, survey.definition_version, survey.population, survey.time_zone,
       survey.published_at, coalesce(counted.n, 0) AS n
FROM surveys survey
LEFT JOIN LATERAL (
    SELECT CAST(sum(n) AS bigint) AS n FROM survey_aggregates held
    WHERE held.survey_id = survey.id AND held.dimension = 'all') counted ON true
WHERE survey.unit_id = ANY(CAST(:units AS uuid[])) AND survey.definition_code = :definition
  AND survey.state IN ('closed', 'published', 'followed_up') AND survey.period_from < CAST(:period_to AS date)
  AND coalesce(survey.period_to > CAST(:period_from AS date), survey.closed_at >= CAST(:start AS timestamptz))
ORDER BY survey.period_from DESC, survey.id DESC
""")
# Cases that ended without being the unit's to handle don't count, and protected ones are left out for everybody.
_CASES = Statement("""
SELECT count(*) FILTER (WHERE by_lapor) AS lapor,
       count(*) FILTER (WHERE by_lapor AND finished) AS lapor_finished,
       count(*) FILTER (WHERE NOT by_lapor) AS others,
       count(*) FILTER (WHERE NOT by_lapor AND finished) AS others_finished
FROM (SELECT coalesce(channel = 'lapor', false) AS by_lapor, state IN ('resolved', 'closed') AS finished
      FROM facts_cases
      WHERE unit_id = ANY(CAST(:units AS uuid[])) AND type = 'complaint' AND visibility_class <> 'protected'
        AND state NOT IN ('withdrawn', 'merged', 'archived', 'referred_out')
        AND filed_at >= CAST(:start AS timestamptz) AND filed_at < CAST(:stop AS timestamptz)) picked
""")


async def find_known(
    connection: Connection, unit_id: UUID, *, period_from: date, period_to: date, time_zone: str, now: datetime
) -> Known:
    """What is known of the unit in the period [from, to); of standards, as of its last day, or of today while it runs."""
    last = date.fromordinal(period_to.toordinal() - 1)
    day = min(local_day(now, time_zone), last)
    units = await find_subtree(connection, unit_id, day)
    start, stop = (_midnight(each, time_zone) for each in (period_from, period_to))
    services = await _SERVICES.fetch(connection, units=units, day=day)
    surveys = await _SURVEYS.fetch(
        connection, units=units, definition=_SURVEY, period_from=period_from, period_to=period_to, start=start
    )
    cases = await _CASES.fetchrow(connection, units=units, start=start, stop=stop)
    assert cases is not None, "an aggregate without groups has one row"
    return Known(
        day=day,
        services=tuple(_service(row) for row in services),
        surveys=tuple([await _survey(connection, row) for row in surveys]),
        closures=Closures(**cases),
    )


def _service(row: Row) -> PromisedService:
    lists = {name: None if row[name] is None else tuple(row[name]) for name in ("elements", "media")}
    return PromisedService(**{**row, **lists})


async def _survey(connection: Connection, row: Row) -> HeldSurvey:
    published = row["published_at"]
    published_on = None if published is None else local_day(published, row["time_zone"])
    required = None
    if row["population"]:
        definition = await find_definition(connection, row["definition_code"], row["definition_version"])
        required = sample_required(row["population"], definition.sample)
    plan = realisation_of(await find_items(connection, row["id"]), published_on)
    return HeldSurvey(survey_id=row["id"], n=row["n"], required=required, published_on=published_on, plan=plan)


def _midnight(day: date, time_zone: str) -> datetime:
    return datetime.combine(day, time(), zone(time_zone)).astimezone(UTC)
