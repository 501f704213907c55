"""Who may call: the dependencies that routes name. What a caller reaches is asked of each case (visibility)."""

from typing import Annotated

from fastapi import Depends, Header, Request

from chassis.http.identity import policy
from chassis.http.languages import Text
from chassis.http.problems import Forbidden, NotAuthenticated
from complaints.cases import tokens
from complaints.cases.callers import HEAD_OF_AUDIT, CaseCaller
from complaints.cases.visibility import STAFF
from complaints.keys import CaseKeys
from directory.access import actor_of

ACT, READ, FILE = "complaints:act", "complaints:read", "complaints:file"


class TrackingTokenRefused(NotAuthenticated):
    """The Tracking-Token isn't ours or its day is over: show code and PIN again at /v1/tracking."""

    code = "tracking_token_refused"
    title = Text("Tracking-Token tidak berlaku lagi", "The Tracking-Token isn't valid any more")


async def keys_of(request: Request) -> CaseKeys:
    """The service's keys."""
    keys: CaseKeys = request.app.state.case_keys
    return keys


Keys = Annotated[CaseKeys, Depends(keys_of)]


TrackingToken = Annotated[str | None, Header(max_length=200, description="From /v1/tracking, for reporters")]


async def case_caller(request: Request, tracking_token: TrackingToken = None) -> CaseCaller:
    """The caller of a request as cases see it. Raises NotAuthenticated, TrackingTokenRefused."""
    actor = await actor_of(request)
    keys: CaseKeys = request.app.state.case_keys
    tracked = None
    if tracking_token is not None:
        tracked = tokens.read(keys.token, tracking_token, request.app.state.clock())
        if tracked is None:
            raise TrackingTokenRefused
    filer = None if actor.kind == "anonymous" else keys.filed_by(f"{actor.kind}:{actor.id}")
    return CaseCaller(actor, tracked, filer)


@policy("anyone")
async def _anybody(request: Request, tracking_token: TrackingToken = None) -> CaseCaller:
    return await case_caller(request, tracking_token)


Anybody = Annotated[CaseCaller, Depends(_anybody)]
"""Open to all; what is found depends on who asks. For what reporters do, with a Tracking-Token or signed in."""


@policy(f"anyone; a client with scope {FILE}")
async def _filer(request: Request, tracking_token: TrackingToken = None) -> CaseCaller:
    caller = await case_caller(request, tracking_token)
    if caller.actor.kind == "client" and FILE not in caller.actor.scopes:
        raise Forbidden
    return caller


Filer = Annotated[CaseCaller, Depends(_filer)]
"""Whoever files: the public without a token, an account, a client with the scope."""


@policy(f"roles {', '.join(STAFF)}; scope {ACT}")
async def _staff(request: Request, tracking_token: TrackingToken = None) -> CaseCaller:
    caller = await case_caller(request, tracking_token)
    actor = caller.actor
    if actor.kind == "anonymous":
        raise NotAuthenticated
    if actor.kind == "client":
        if ACT not in actor.scopes:
            raise Forbidden
    elif not actor.holds(*STAFF, HEAD_OF_AUDIT):
        raise Forbidden
    return caller


Staff = Annotated[CaseCaller, Depends(_staff)]
"""An account with a role that works on cases, or a client with the scope; whether it reaches the case is asked there."""


@policy(f"signed in, or a Tracking-Token; scope {READ}, {ACT} or {FILE}")
async def _reader(request: Request, tracking_token: TrackingToken = None) -> CaseCaller:
    caller = await case_caller(request, tracking_token)
    actor = caller.actor
    if caller.tracked is None and actor.kind == "anonymous":
        raise NotAuthenticated
    if caller.tracked is None and actor.kind == "client" and not actor.scopes & {READ, ACT, FILE}:
        raise Forbidden
    return caller


Reader = Annotated[CaseCaller, Depends(_reader)]
"""Somebody who may see cases at all: a reporter by token, an account, a client with a scope of complaints."""
