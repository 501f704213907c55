"""Reading what a result and the offers are computed from."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from chassis.data.pool import Connection
from chassis.data.statements import Row, Statement
from evaluation.assessments import queries
from evaluation.assessments.lifecycle import SETTLED
from evaluation.assessments.offer_facts import find_known
from evaluation.assessments.offers import PROOFS, Known, Offer
from evaluation.assessments.results import assessment_result
from evaluation.instruments.document import Instrument
from evaluation.instruments.queries import find_instrument

_BEFORE = Statement("""
SELECT held.id AS assessment_id, campaign.title AS campaign_title, campaign.year, held.ipp, held.grade
FROM assessments held JOIN assessment_campaigns campaign ON campaign.id = held.campaign_id
WHERE held.unit_id = CAST(:unit_id AS uuid) AND held.state = 'published'
  AND (campaign.period_from, held.id) < (CAST(:period_from AS date), CAST(:id AS uuid))
ORDER BY campaign.period_from DESC, held.id DESC LIMIT 1
""")


async def instrument_of(connection: Connection, assessment: Row) -> Instrument:
    """The version by which the assessment is made."""
    found = await find_instrument(connection, assessment["instrument_code"], assessment["instrument_version"])
    assert found is not None, "a campaign refers to its instrument"
    return found


async def offers_for(connection: Connection, assessment: Row, now: datetime) -> tuple[Known, list[tuple[str, Offer]]]:
    """What the platform proves of the items of the evaluator's form; items of which it knows nothing aren't there."""
    instrument = await instrument_of(connection, assessment)
    period = {name: assessment[name] for name in ("period_from", "period_to", "time_zone")}
    known = await find_known(connection, assessment["unit_id"], **period, now=now)
    proofs = (
        (item.code, PROOFS[item.proof](known))
        for item in instrument.forms[assessment["evaluator_form"]].items
        if item.proof is not None and item.proof in PROOFS
    )
    return known, [(code, offer) for code, offer in proofs if offer is not None]


async def result_of(connection: Connection, assessment: Row, now: datetime) -> dict[str, Any]:
    """The result: as it was confirmed, or as it stands now. Plain JSON values."""
    if assessment["state"] in SETTLED:
        return {**assessment["result"], "state": assessment["state"]}
    return (await compute_result(connection, assessment, now))[0]


async def compute_result(
    connection: Connection, assessment: Row, now: datetime
) -> tuple[dict[str, Any], Decimal | None, str | None]:
    """The result from the answers, the index and its letter."""
    instrument = await instrument_of(connection, assessment)
    answers = await queries.find_answers(connection, assessment["id"], assessment["evaluator_form"])
    places = instrument.forms[assessment["user_form"]].places
    respondents = await queries.count_respondents(connection, assessment["id"])
    total = await queries.sum_user_levels(connection, assessment["id"], places)
    result, index = assessment_result(
        assessment,
        instrument,
        {item: row["level"] for item, row in answers.items()},
        respondents=respondents,
        total=total,
        before=await _BEFORE.fetchrow(
            connection, **{name: assessment[name] for name in ("unit_id", "period_from", "id")}
        ),
        now=now,
    )
    # Through JSON and back: what is kept and what is sent are the same values.
    plain: dict[str, Any] = orjson.loads(orjson.dumps(result, option=orjson.OPT_UTC_Z))
    return plain, index, result["grade"]
