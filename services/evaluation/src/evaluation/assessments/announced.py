"""Reading results of a whole campaign, and an institution's indexes over the years."""

from typing import Any
from uuid import UUID

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from evaluation.assessments.results import institution_results
from evaluation.instruments.queries import find_instrument
from evaluation.surveys.results import number

_UNITS = Statement("""
SELECT id AS assessment_id, unit_id, institution_id, state, ipp, grade FROM assessments
WHERE campaign_id = CAST(:campaign_id AS uuid) AND ipp IS NOT NULL
  AND (state = 'published' OR (state = 'final' AND NOT CAST(:published_only AS boolean)))
ORDER BY institution_id, ipp DESC, unit_id
""")
_EVALUATED = Statement("SELECT count(*) FROM assessments WHERE campaign_id = CAST(:campaign_id AS uuid)")
_OVER_THE_YEARS = Statement("""
SELECT campaign.id AS campaign_id, campaign.title, campaign.scheme, campaign.year, campaign.instrument_code,
       campaign.instrument_version, array_agg(held.ipp) AS indexes
FROM assessments held JOIN assessment_campaigns campaign ON campaign.id = held.campaign_id
WHERE held.institution_id = CAST(:institution_id AS uuid) AND held.state = 'published'
GROUP BY campaign.id ORDER BY campaign.period_from DESC, campaign.id DESC
""")


async def campaign_result(connection: Connection, campaign: Row, *, published_only: bool) -> dict[str, Any]:
    """Means by institution, and the units behind them."""
    rows = await _UNITS.fetch(connection, campaign_id=campaign["id"], published_only=published_only)
    instrument = await find_instrument(connection, campaign["instrument_code"], campaign["instrument_version"])
    assert instrument is not None, "a campaign refers to its instrument"
    return {
        "campaign_id": campaign["id"],
        "evaluated": await _EVALUATED.fetchval(connection, campaign_id=campaign["id"]),
        "institutions": institution_results(rows, instrument),
        "units": [{**row, "ipp": number(row["ipp"])} for row in rows],
    }


async def announced_indexes(connection: Connection, institution_id: UUID) -> list[dict[str, Any]]:
    """An institution's mean in every campaign with published results, the newest first."""
    found = []
    for row in await _OVER_THE_YEARS.fetch(connection, institution_id=institution_id):
        instrument = await find_instrument(connection, row["instrument_code"], row["instrument_version"])
        assert instrument is not None, "a campaign refers to its instrument"
        units = [{"institution_id": institution_id, "ipp": index} for index in row["indexes"]]
        (mean,) = institution_results(units, instrument)
        told = {name: row[name] for name in ("campaign_id", "title", "scheme", "year")}
        found.append({**told, **{name: mean[name] for name in ("units", "ipp", "grade", "grade_label")}})
    return found
