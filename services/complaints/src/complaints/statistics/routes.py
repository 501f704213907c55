"""`GET /v1/complaint-statistics`: figures of the cases that the caller's offices reach."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from starlette.responses import Response

from chassis.data.pool import Connection
from chassis.data.transactions import Snapshot
from chassis.http.identity import policy
from chassis.http.languages import Text
from chassis.http.problems import BadRequest, Flaw, Forbidden, NotAuthenticated
from chassis.http.routing import router
from chassis.http.versions import encode
from chassis.ops.clock import Now
from complaints.cases.callers import CaseCaller
from complaints.cases.queries import FilterChoice
from complaints.cases.rights import case_caller
from complaints.statistics import figures, reading
from complaints.statistics.facts import ZONE
from complaints.statistics.figures import Figures, Key
from complaints.statistics.protected_totals import find_protected_total
from complaints.statistics.question import Detail, Group, Question
from complaints.statistics.reach import ROLES, SCOPES, Counted, counted_by
from complaints.statistics.schemas import Statistics

MOST_GROUPS = 10_000
routes = router(tags=["statistics"])
_TWICE = Text("Kelompokkan paling banyak tiga dimensi yang berbeda.", "Group by three different dimensions at most.")
_MANY = Text("Terlalu banyak kelompok.", "There are too many groups.")


class TooManyGroups(BadRequest):
    """The groups are more than a reply holds: group by less, or filter more."""

    code = "too_many_groups"
    title = Text("Terlalu banyak kelompok; persempit saringan", "Too many groups; filter more or group by less")


@policy(f"roles {', '.join(ROLES)}; scope {' or '.join(SCOPES)}")
async def _statistician(request: Request) -> CaseCaller:
    caller = await case_caller(request)
    actor = caller.actor
    if actor.kind == "anonymous":
        raise NotAuthenticated
    if not (actor.scopes.intersection(SCOPES) if actor.kind == "client" else actor.holds(*ROLES)):
        raise Forbidden
    return caller


Statistician = Annotated[CaseCaller, Depends(_statistician)]
"""An account whose office has statistics, or a client with one of the scopes."""


async def _groups(
    group_by: Annotated[
        list[Group] | None, Query(max_length=3, description="Dimensions of the groups; none: one total")
    ] = None,
) -> tuple[Group, ...]:
    groups = tuple(group_by or ())
    if len(set(groups)) < len(groups):
        raise BadRequest(_TWICE, errors=[Flaw("query/group_by", "twice", _TWICE)])
    return groups


Groups = Annotated[tuple[Group, ...], Depends(_groups)]


@routes.get(
    "/complaint-statistics",
    operation_id="get_complaint_statistics",
    summary="Figures of cases",
    response_model=Statistics,
    response_model_exclude_none=True,
    responses={400: {"description": "too_many_groups"}},
)
async def get_complaint_statistics(
    caller: Statistician,
    connection: Snapshot,
    now: Now,
    chosen: FilterChoice,
    groups: Groups,
    include: Annotated[list[Detail] | None, Query(description="What to tell beside the counters")] = None,
    source: Annotated[
        list[Literal["platform", "lapor"]] | None,
        Query(description="Cases of this platform, or rows of imported recaps of SP4N-LAPOR!; without it both"),
    ] = None,
) -> Response:
    """Exact at one moment, for the same filter as the list of cases, which shows the rows of `source=platform`.

    Days, months and years are Jakarta's. A place is the case's region down to its regency or city.
    """
    values = {**chosen.values, **({"source": source} if source else {})}
    question = Question(replace(chosen, values=values), groups, frozenset(include or ()))
    counted = counted_by(caller, now, texts="q" in values)
    found = await find_figures(connection, question, counted, now)
    content = written(found, question) | {"protected": await find_protected_total(connection, caller, chosen.values)}
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "private, no-cache"})


async def find_figures(
    connection: Connection, question: Question, counted: Counted, now: datetime
) -> dict[Key, Figures]:
    """The figures by group. Raises TooManyGroups."""
    try:
        counts = await reading.count(connection, question, counted, now)
        spread = await reading.spread(connection, question, counted, now) if question.details else []
    except reading.TooManyRows:
        raise TooManyGroups(_MANY) from None
    found = figures.gather(question.group_by, counts, spread)
    if len(found) > MOST_GROUPS:
        raise TooManyGroups(_MANY)
    return found


def written(found: dict[Key, Figures], question: Question) -> dict[str, Any]:
    """The reply's body, its groups in order."""
    return {
        "group_by": question.group_by,
        "time_zone": ZONE,
        "items": [
            {"group": dict(zip(question.group_by, key, strict=True)), **figures.shown(found[key], question.details)}
            for key in sorted(found, key=_order)
        ],
        "total": figures.shown(figures.total(found.values()), question.details),
    }


def _order(key: Key) -> tuple[tuple[bool, str], ...]:
    """What has no value of a dimension stands last."""
    return tuple((value is None, _plain(value)) for value in key)


def _plain(value: str | UUID | date | None) -> str:
    return "" if value is None else str(value)
