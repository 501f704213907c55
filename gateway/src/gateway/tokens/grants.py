"""The three grants of the token endpoint: who may have a token, and which."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from chassis.data.pool import Connection
from chassis.http.problems import TooManyRequests
from gateway.accounts import operations, sessions
from gateway.accounts.book import Book
from gateway.clients import queries
from gateway.clients.secrets import matches
from gateway.limits.buckets import Buckets, Quota
from gateway.tokens.access import ACCOUNT_SECONDS, CLIENT_SECONDS, Grant
from gateway.tokens.forms import Presented, Refused

SIGN_INS = Quota("sign-in", 30, 600)
"""Attempts under one name, wherever they come from."""


class Granted(NamedTuple):
    """A grant, and for accounts the next refresh token."""

    grant: Grant
    refresh_token: str | None = None


class SignIns:
    """Counts attempts to sign in, by name."""

    def __init__(self, capacity: int = 100_000) -> None:
        self._buckets = Buckets(capacity=capacity)

    def count(self, key: bytes) -> None:
        """Raises TooManyRequests."""
        verdict = self._buckets.take(SIGN_INS, key, now=time.monotonic())
        if not verdict.allowed:
            raise TooManyRequests(headers=verdict.headers())


async def client_credentials(connection: Connection, presented: Presented, form: Mapping[str, str]) -> Granted:
    """A token of a client, with all its scopes or those asked for. Raises Refused."""
    client = await queries.presentable(connection, presented.client_id)
    hashes = [] if client is None else client["hashes"]
    known = [matches(secret, hashes) for secret in presented.secrets]
    if client is None or not any(known):
        raise Refused("invalid_client", "The client isn't known, or its secret is wrong.", status=401)
    asked = set(form.get("scope", "").split())
    if not asked <= set(client["scopes"]):
        raise Refused("invalid_scope", "The client doesn't hold every scope that it asks for.")
    institution = client["institution_id"]
    grant = Grant(
        f"client:{client['id']}",
        CLIENT_SECONDS,
        scopes=tuple(sorted(asked or client["scopes"])),
        institution_id=None if institution is None else str(institution),
        unbound=client["platform"],
    )
    return Granted(grant)


async def password(
    connection: Connection, book: Book, sign_ins: SignIns, *, form: Mapping[str, str], now: datetime
) -> Granted:
    """A token of an account that the gateway keeps. Raises Refused, TooManyRequests."""
    name, secret = form.get("username"), form.get("password")
    if name is None or secret is None:
        raise Refused("invalid_request", "Give username and password.")
    _refuse_scope(form)
    sign_ins.count(book.sign_in_key(name))
    account_id = await operations.sign_in(connection, book, name, password=secret)
    if account_id is None:
        raise Refused("invalid_grant", "The name isn't known, or the password is wrong.")
    return _of_account(await sessions.open_session(connection, account_id, now))


async def refresh_token(connection: Connection, form: Mapping[str, str], now: datetime) -> Granted | None:
    """The next token of a session; None if the refresh token isn't good. Commit in either case. Raises Refused."""
    token = form.get("refresh_token")
    if token is None:
        raise Refused("invalid_request", "Give refresh_token.")
    _refuse_scope(form)
    continued = await sessions.continue_session(connection, token, now)
    return None if continued is None else _of_account(continued)


def _of_account(session: sessions.Continued) -> Granted:
    grant = Grant(f"account:{session.account_id}", ACCOUNT_SECONDS, session=str(session.session_id))
    return Granted(grant, session.refresh_token)


def _refuse_scope(form: Mapping[str, str]) -> None:
    if "scope" in form:
        raise Refused("invalid_scope", "Accounts act by their roles and have no scopes.")
