"""The routes by which a service is funded, as the law has them for each kind of service (UU 25/2009 art. 5(3)-(7)). Pure.

A good or a service is public because a government agency pays for it from the budget, because an enterprise founded on separated
state or regional assets gives it, or because it is a mission of the state. An act of administration is public because the law
demands it: the budget may pay for it, the other two routes aren't its own.
"""

from collections.abc import Mapping

from chassis.http.languages import Text
from chassis.http.problems import Flaw

BUDGET, ASSETS, MISSION = "state_or_regional_budget", "separated_state_or_regional_assets", "state_mission"

_ROUTES: Mapping[str, frozenset[str]] = {
    "public_goods": frozenset({BUDGET, ASSETS, MISSION}),
    "public_services": frozenset({BUDGET, ASSETS, MISSION}),
    "administrative": frozenset({BUDGET}),
}
"""By the vocabulary service_kinds."""
_ROUTED = frozenset({"public_goods", "public_services"})
"""Kinds that nothing but a route makes public."""
_ENTERPRISES = frozenset({"state_enterprise", "regional_enterprise"})
_FREE = frozenset({"other_institution", "legal_entity_university", "assigned_corporation"})
"""Providers whose kind doesn't say how they are funded; those of all other kinds are agencies of the government."""

_KIND = Text(
    "Jalur pendanaan ini bukan jalur jenis layanan ini (UU 25/2009 pasal 5).",
    "This route of funding isn't one of this kind of service (UU 25/2009 art. 5).",
)
_PROVIDER = Text(
    "Jalur pendanaan ini bukan jalur penyelenggara seperti ini (UU 25/2009 pasal 5).",
    "This route of funding isn't one of such a provider (UU 25/2009 art. 5).",
)
_MISSING = Text(
    "Barang atau jasa publik yang aktif menyebut jalur pendanaannya.",
    "Public goods and services that are active say by which route they are funded.",
)


def flaw_of(kind: str, route: str | None, *, provider: str | None) -> Flaw | None:
    """What is wrong with a stated route. `provider`: the kind of the institution, None if it isn't known."""
    if route is None:
        return None
    if route not in _ROUTES.get(kind, frozenset({route})):
        return Flaw("/funding_route", "not_of_this_kind", _KIND)
    if provider is not None and not _open_to(provider, route):
        return Flaw("/funding_route", "not_of_this_provider", _PROVIDER)
    return None


def missing_of(kind: str, route: str | None) -> Flaw | None:
    """That an active service of this kind says no route."""
    return Flaw("/funding_route", "missing", _MISSING) if route is None and kind in _ROUTED else None


def implied(kind: str, *, provider: str | None) -> str | None:
    """The route that the kind of the provider speaks for where none is stated; None if it leaves a choice, or none is needed."""
    if kind not in _ROUTED or provider is None or provider in _FREE:
        return None
    return ASSETS if provider in _ENTERPRISES else BUDGET


def _open_to(provider: str, route: str) -> bool:
    if provider in _FREE or route == MISSION:
        return True
    return route == (ASSETS if provider in _ENTERPRISES else BUDGET)
