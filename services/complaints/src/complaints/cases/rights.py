"""Who may call: the dependencies that routes name. What a caller reaches is asked of each case (visibility)."""

from typing import Annotated

from fastapi import Depends, Header, Request

from chassis.http.identity import policy
from chassis.http.languages import Text
from chassis.http.problems import Forbidden, NotAuthenticated
from chassis.ops.clock import Now
from complaints.cases import tokens
from complaints.cases.callers import HEAD_OF_AUDIT, CaseCaller
from complaints.cases.visibility import STAFF
from complaints.keys import CaseKeys
from directory.access import AnyActor

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


async def _case_caller(
    actor: AnyActor,
    keys: Keys,
    now: Now,
    tracking_token: Annotated[
        str | None, Header(max_length=200, description="From /v1/tracking, for reporters")
    ] = None,
) -> CaseCaller:
    tracked = None
    if tracking_token is not None:
        tracked = tokens.read(keys.token, tracking_token, now)
        if tracked is None:
            raise TrackingTokenRefused
    filer = None if actor.kind == "anonymous" else keys.filed_by(f"{actor.kind}:{actor.id}")
    return CaseCaller(actor, tracked, filer)


AnyCaseCaller = Annotated[CaseCaller, Depends(_case_caller)]


@policy("anyone")
async def _anybody(caller: AnyCaseCaller) -> CaseCaller:
    return caller


Anybody = Annotated[CaseCaller, Depends(_anybody)]
"""Open to all; what is found depends on who asks. For what reporters do, with a Tracking-Token or signed in."""


@policy(f"anyone; a client with scope {FILE}")
async def _filer(caller: AnyCaseCaller) -> CaseCaller:
    if caller.actor.kind == "client" and FILE not in caller.actor.scopes:
        raise Forbidden
    return caller


Filer = Annotated[CaseCaller, Depends(_filer)]
"""Whoever files: the public without a token, an account, a client with the scope."""


@policy(f"roles {', '.join(STAFF)}; scope {ACT}")
async def _staff(caller: AnyCaseCaller) -> CaseCaller:
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
async def _reader(caller: AnyCaseCaller) -> CaseCaller:
    actor = caller.actor
    if caller.tracked is None and actor.kind == "anonymous":
        raise NotAuthenticated
    if caller.tracked is None and actor.kind == "client" and not actor.scopes & {READ, ACT, FILE}:
        raise Forbidden
    return caller


Reader = Annotated[CaseCaller, Depends(_reader)]
"""Somebody who may see cases at all: a reporter by token, an account, a client with a scope of complaints."""
