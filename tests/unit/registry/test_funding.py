"""Routes of funding by kind of service and of provider: UU 25/2009 art. 5(3)-(7)."""

import pytest

from registry.services.funding import flaw_of, implied, missing_of

BUDGET, ASSETS, MISSION = "state_or_regional_budget", "separated_state_or_regional_assets", "state_mission"


@pytest.mark.parametrize(
    ("kind", "provider", "route", "code"),
    [
        # Art. 5(3) goods and art. 5(4) services: an agency from the budget, an enterprise of separated assets, a mission.
        ("public_goods", "ministry", BUDGET, None),
        ("public_services", "city", BUDGET, None),
        ("public_goods", "state_enterprise", ASSETS, None),
        ("public_services", "regional_enterprise", ASSETS, None),
        ("public_goods", "assigned_corporation", MISSION, None),
        ("public_services", "state_enterprise", MISSION, None),
        ("public_services", "ministry", ASSETS, "not_of_this_provider"),
        ("public_goods", "state_enterprise", BUDGET, "not_of_this_provider"),
        # A university with its own wealth is neither an agency nor an enterprise: whichever it states.
        ("public_services", "legal_entity_university", BUDGET, None),
        ("public_services", "legal_entity_university", ASSETS, None),
        # Art. 5(7) administration: what the law demands; the budget may pay for it.
        ("administrative", "ministry", BUDGET, None),
        ("administrative", "ministry", None, None),
        ("administrative", "other_institution", MISSION, "not_of_this_kind"),
        ("administrative", "state_enterprise", ASSETS, "not_of_this_kind"),
        # A provider that isn't known is no reason against a route of the kind.
        ("public_goods", None, ASSETS, None),
    ],
)
def test_a_stated_route(kind: str, provider: str | None, route: str | None, code: str | None) -> None:
    flaw = flaw_of(kind, route, provider=provider)
    assert (flaw and flaw.code) == code
    assert flaw is None or flaw.pointer == "/funding_route"


@pytest.mark.parametrize(
    ("kind", "provider", "route"),
    [
        ("public_goods", "province", BUDGET),
        ("public_services", "public_service_agency", BUDGET),
        ("public_goods", "regional_enterprise", ASSETS),
        ("public_goods", "assigned_corporation", None),
        ("public_services", "legal_entity_university", None),
        ("administrative", "ministry", None),
    ],
)
def test_what_the_provider_implies(kind: str, provider: str, route: str | None) -> None:
    assert implied(kind, provider=provider) == route


def test_goods_and_services_need_a_route() -> None:
    missing = [kind for kind in ("public_goods", "public_services", "administrative") if missing_of(kind, None)]
    assert missing == ["public_goods", "public_services"]
    assert missing_of("public_goods", MISSION) is None
