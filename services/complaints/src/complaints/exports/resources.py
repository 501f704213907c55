"""What of complaints can be exported, and by whom."""

from fastapi import Depends, Request

from chassis.exports.resources import Asked, Resource
from chassis.exports.routes import export_routes
from chassis.http.identity import Caller, policy, signed_in
from chassis.http.problems import Forbidden
from chassis.http.streams import Open
from complaints.cases.callers import CaseCaller
from complaints.cases.queries import FILTERS, settled, stream_cases
from complaints.cases.rights import ACT, READ
from directory.access import Actors


@policy(f"signed in; scope {READ} or {ACT}")
async def _allowed(request: Request) -> Caller:
    caller = signed_in(request)
    if caller.kind == "client" and not caller.scopes & {READ, ACT}:
        raise Forbidden
    return caller


async def _open_cases(asked: Asked) -> Open:
    """The cases that the caller sees when the work begins: what was a right when it was asked for may have ended."""
    actors: Actors = asked.state.actors
    actor = await actors.find(asked.caller, asked.now)
    filer = asked.state.case_keys.filed_by(asked.caller.subject)
    caller = CaseCaller(actor, None, filer)
    return stream_cases(asked.form, asked.chosen, caller, asked.now, since=asked.since)


RESOURCES = (Resource("complaints", FILTERS, _open_cases, settle=settled, knows_changes=True),)
routes = export_routes("complaints", RESOURCES, Depends(_allowed))
